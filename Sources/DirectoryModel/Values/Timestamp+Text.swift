extension Timestamp {
    /// The time of an RFC 3339 text such as `2025-01-01T12:00:00Z` or `2025-01-01T13:00:00.25+01:00`.
    ///
    /// Fractions of a second are dropped.
    public init(iso8601 text: String) throws(TimestampError) {
        let parsed = text.withBytes { bytes -> Result<Timestamp, TimestampReader.Failure> in
            var reader = TimestampReader(end: bytes.count)
            return reader.iso8601(bytes)
        }
        self = try Self.checked(parsed, text, expected: "an ISO 8601 time such as 2025-01-01T12:00:00Z")
    }

    /// The time of an LDAP generalized time (RFC 4517 section 3.3.13) such as `20250101120000Z` or `20250101120000.0Z`.
    ///
    /// Minutes and seconds may be missing, the last field may have a fraction, and the zone is `Z` or `±HH[MM]`.
    /// Fractions of a second are dropped.
    public init(generalizedTime text: String) throws(TimestampError) {
        let parsed = text.withBytes { bytes -> Result<Timestamp, TimestampReader.Failure> in
            var reader = TimestampReader(end: bytes.count)
            return reader.generalizedTime(bytes)
        }
        self = try Self.checked(parsed, text, expected: "an LDAP generalized time such as 20250101120000Z")
    }

    private static func checked(
        _ parsed: Result<Timestamp, TimestampReader.Failure>, _ text: String, expected: String
    ) throws(TimestampError) -> Timestamp {
        switch parsed {
        case .success(let time): return time
        case .failure(.malformed): throw TimestampError(code: .malformed, text: text, expected: expected)
        case .failure(.outOfRange): throw TimestampError(code: .outOfRange, text: text, expected: expected)
        }
    }

    /// The time as `2025-01-01T12:00:00Z`: always UTC, always 20 characters, so that texts sort as times do.
    public var iso8601: String {
        let fields = fields
        return String(capacity: 20) { output in
            var writer = DigitWriter()
            writer.write(fields.year, digits: 4, then: "-", to: &output)
            writer.write(fields.month, digits: 2, then: "-", to: &output)
            writer.write(fields.day, digits: 2, then: "T", to: &output)
            writer.write(fields.hour, digits: 2, then: ":", to: &output)
            writer.write(fields.minute, digits: 2, then: ":", to: &output)
            writer.write(fields.second, digits: 2, then: "Z", to: &output)
            return writer.position
        }
    }

    /// The time as `20250101120000.0Z`: the form in which Active Directory writes, and which every LDAP server reads.
    public var generalizedTime: String {
        let fields = fields
        return String(capacity: 17) { output in
            var writer = DigitWriter()
            writer.write(fields.year, digits: 4, to: &output)
            writer.write(fields.month, digits: 2, to: &output)
            writer.write(fields.day, digits: 2, to: &output)
            writer.write(fields.hour, digits: 2, to: &output)
            writer.write(fields.minute, digits: 2, to: &output)
            writer.write(fields.second, digits: 2, then: ".", to: &output)
            writer.write(0, digits: 1, then: "Z", to: &output)
            return writer.position
        }
    }
}

extension Timestamp: CustomStringConvertible {
    /// The time as ``iso8601``.
    public var description: String { iso8601 }
}

extension Timestamp: Codable {
    /// Reads an RFC 3339 text.
    public init(from decoder: any Decoder) throws {
        self = try decoder.decodeText { text throws(TimestampError) in try Timestamp(iso8601: text) }
    }

    /// Writes ``iso8601``.
    public func encode(to encoder: any Encoder) throws {
        try iso8601.encode(to: encoder)
    }
}

/// Writes numbers with leading zeros.
private struct DigitWriter {
    var position = 0

    mutating func write(
        _ number: Int, digits: Int, then separator: Unicode.Scalar? = nil, to output: inout MutableSpan<UInt8>
    ) {
        var rest = number
        for index in stride(from: position + digits - 1, through: position, by: -1) {
            output[index] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
        position += digits
        if let separator {
            output[position] = UInt8(ascii: separator)
            position += 1
        }
    }
}
