/// An amount of storage, in octets.
///
/// Written with the decimal units of the International System (`kB`, `MB`, `GB`, `TB`: powers of 1000) or the binary
/// ones of IEC 80000-13 (`KiB`, `MiB`, `GiB`, `TiB`: powers of 1024). The two differ by 7% at a gigabyte, so a unit is
/// always needed and never guessed.
public struct ByteCount: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The amount in octets, never negative.
    public let bytes: Int64

    /// Makes an amount from octets; negative ones become 0.
    public init(bytes: Int64) { self.bytes = max(0, bytes) }

    /// An amount in gigabytes of 1,000,000,000 octets, held to the largest amount there is.
    public static func gigabytes(_ count: Int64) -> ByteCount { ByteCount(count, times: 1_000_000_000) }

    /// An amount in gibibytes of 1,073,741,824 octets, held to the largest amount there is.
    public static func gibibytes(_ count: Int64) -> ByteCount { ByteCount(count, times: 1_073_741_824) }

    private init(_ count: Int64, times unit: Int64) {
        let (product, overflow) = count.multipliedReportingOverflow(by: unit)
        self.init(bytes: overflow ? (count < 0 ? 0 : .max) : product)
    }

    private static let units: [(name: String, size: Int64)] = [
        ("TiB", 1 << 40), ("TB", 1_000_000_000_000), ("GiB", 1 << 30), ("GB", 1_000_000_000), ("MiB", 1 << 20),
        ("MB", 1_000_000), ("KiB", 1 << 10), ("kB", 1000),
    ]

    /// Reads `5 GB`, `512MiB`, `1.5 TB` or `0`; nil where the text is none of these or the amount is too large.
    ///
    /// Letters' case does not matter. A number other than 0 without a unit is refused.
    public init?(_ text: String) {
        let characters = text.split(separator: " ", omittingEmptySubsequences: true).joined()
        let digits = characters.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let unit = characters.dropFirst(digits.count).lowercased()
        let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let whole = Int64(first) else { return nil }
        let size: Int64
        switch unit {
        case "": guard whole == 0, parts.count == 1 else { return nil }; size = 1
        case "b", "bytes": size = 1
        default:
            guard let match = Self.units.first(where: { $0.name.lowercased() == unit }) else { return nil }
            size = match.size
        }
        var (total, overflow) = whole.multipliedReportingOverflow(by: size)
        if overflow { return nil }
        if parts.count == 2 {
            guard !parts[1].isEmpty, parts[1].count <= 9, let numerator = Int64(parts[1]) else { return nil }
            var denominator: Int64 = 1
            for _ in parts[1] { denominator *= 10 }
            let (high, low) = numerator.multipliedFullWidth(by: size)
            let (quotient, remainder) = denominator.dividingFullWidth((high, low))
            guard remainder == 0 else { return nil }
            (total, overflow) = total.addingReportingOverflow(quotient)
            if overflow { return nil }
        }
        self.init(bytes: total)
    }

    /// The amount in the largest unit that divides it: `5 GB`, `1536 MiB`, `17 bytes`.
    public var description: String {
        if bytes == 0 { return "0" }
        let exact = Self.units.filter { bytes % $0.size == 0 }
        // The shortest spelling wins, so that 5 GB does not read as 5000 MB or 4882812.5 KiB.
        guard let unit = exact.min(by: { bytes / $0.size < bytes / $1.size }) else { return "\(bytes) bytes" }
        return "\(bytes / unit.size) \(unit.name)"
    }

    /// Orders by amount.
    public static func < (a: Self, b: Self) -> Bool { a.bytes < b.bytes }
}

extension ByteCount: Codable {
    /// Reads a number of octets.
    public init(from decoder: any Decoder) throws {
        self.init(bytes: try decoder.singleValueContainer().decode(Int64.self))
    }

    /// Writes the number of octets.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(bytes)
    }
}
