/// A server of a domain, as DNS names it (RFC 2782).
struct ServiceRecord: Sendable, Hashable {
    /// Servers of a smaller number are tried first.
    var priority: UInt16
    /// Of those of the same priority, one of a greater number is more often first.
    var weight: UInt16
    var port: UInt16
    /// The host's name, without a dot at its end.
    var target: String

    /// The records of a DNS answer (RFC 1035 §4); those that are cut off, of other types, or without a target are not there.
    static func all(inAnswer octets: [UInt8]) -> [ServiceRecord] {
        var reader = DNSReader(octets)
        guard reader.skip(4), let questions = reader.number(), let answers = reader.number(), reader.skip(4) else {
            return []
        }
        for _ in 0..<questions {
            guard reader.name() != nil, reader.skip(4) else { return [] }
        }
        var records: [ServiceRecord] = []
        for _ in 0..<answers {
            guard reader.name() != nil, let type = reader.number(), reader.skip(6), let length = reader.number() else {
                break
            }
            let end = reader.position + Int(length)
            if type == 33, let priority = reader.number(), let weight = reader.number(), let port = reader.number(),
                let target = reader.name(), !target.isEmpty, port > 0, reader.position <= end
            {
                records.append(ServiceRecord(priority: priority, weight: weight, port: port, target: target))
            }
            reader.position = end
        }
        return records
    }

    /// The order in which to try servers: by priority, and by chance within one, weighted (RFC 2782, "Weight").
    static func ordered(
        _ records: [ServiceRecord], using random: inout some RandomNumberGenerator
    ) -> [ServiceRecord] {
        var result: [ServiceRecord] = []
        for priority in Set(records.map(\.priority)).sorted() {
            // Those without weight come first, so that they have a small chance of being taken.
            var rest = records.filter { $0.priority == priority }.sorted {
                ($0.weight, $0.target) < ($1.weight, $1.target)
            }
            while !rest.isEmpty {
                let mark = Int.random(in: 0...rest.reduce(0) { $0 + Int($1.weight) }, using: &random)
                var sum = 0
                let index = rest.firstIndex { record in
                    sum += Int(record.weight)
                    return sum >= mark
                }
                result.append(rest.remove(at: index ?? 0))
            }
        }
        return result
    }
}

/// Walks a DNS message; whatever the octets are, it ends.
private struct DNSReader {
    private let octets: [UInt8]
    var position = 0

    init(_ octets: [UInt8]) { self.octets = octets }

    mutating func skip(_ count: Int) -> Bool {
        position += count
        return position <= octets.count
    }

    mutating func number() -> UInt16? {
        guard position + 2 <= octets.count else { return nil }
        defer { position += 2 }
        return UInt16(octets[position]) << 8 | UInt16(octets[position + 1])
    }

    /// A name, which may end somewhere before itself (RFC 1035 §4.1.4); nil where it is malformed or no host's.
    mutating func name() -> String? {
        var labels: [String] = []
        var index = position
        var end: Int?
        while index < octets.count, labels.count < 128 {
            let length = Int(octets[index])
            if length == 0 {
                position = end ?? index + 1
                return labels.joined(separator: ".")
            }
            if length >= 0xC0 {
                guard index + 1 < octets.count else { return nil }
                let target = (length & 0x3F) << 8 | Int(octets[index + 1])
                // Backwards only, so that it comes to an end.
                guard target < index else { return nil }
                end = end ?? index + 2
                index = target
                continue
            }
            guard length < 0x40, index + length < octets.count else { return nil }
            let label = octets[(index + 1)...(index + length)]
            guard label.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ".") }) else { return nil }
            labels.append(String(decoding: label, as: UTF8.self))
            index += 1 + length
        }
        return nil
    }
}
