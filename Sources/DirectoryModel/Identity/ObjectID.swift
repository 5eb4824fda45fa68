/// The identity of a directory object that no rename and no move changes.
///
/// It is Active Directory's `objectGUID`, another directory's `entryUUID`, or the text of whatever attribute an administrator
/// declared to be the key. Two identities are equal if their ``text`` is; so an identity that was stored with a provider as text
/// is found again.
public struct ObjectID: Hashable, Sendable {
    private enum Storage: Sendable {
        /// The 16 octets in the order of the text, most significant first.
        case uuid(UInt64, UInt64)
        case opaque(String)
    }

    private let storage: Storage

    /// The identity in an `objectGUID` value: 16 bytes, the first three fields little-endian (MS-DTYP 2.3.4.2).
    ///
    /// Any other number of bytes throws an ``ObjectIDError``.
    public init(activeDirectoryGUID bytes: Span<UInt8>) throws(ObjectIDError) {
        guard bytes.count == 16 else { throw ObjectIDError(code: .wrongLength, found: "\(bytes.count) bytes") }
        let mixed = bytes.word(at: 0)
        // Data1 has 32 bits, Data2 and Data3 have 16 each; the other eight bytes are in the order of the text.
        let high = mixed << 32 | (mixed >> 16 & 0xFFFF_0000) | mixed >> 48
        storage = .uuid(high, bytes.word(at: 8).byteSwapped)
    }

    /// The identity in an `objectGUID` value, as ``init(activeDirectoryGUID:)-(Span<UInt8>)``.
    public init(activeDirectoryGUID bytes: some Collection<UInt8>) throws(ObjectIDError) {
        let copy = Array(bytes)
        try self.init(activeDirectoryGUID: copy.span)
    }

    /// The identity in the 16 octets of a UUID, most significant first (RFC 9562), as RFC 4533 has them; nil for any other
    /// number of octets.
    public init?(uuidOctets octets: some Collection<UInt8>) {
        guard octets.count == 16 else { return nil }
        func word(_ octets: some Collection<UInt8>) -> UInt64 { octets.reduce(0) { $0 << 8 | UInt64($1) } }
        storage = .uuid(word(octets.prefix(8)), word(octets.dropFirst(8)))
    }

    /// The identity in the text of a UUID: 32 hexadecimal digits of any case, grouped 8-4-4-4-12 (RFC 9562, RFC 4530).
    ///
    /// Braces, a `urn:` prefix and missing hyphens throw an ``ObjectIDError``.
    public init(uuidText text: String) throws(ObjectIDError) {
        guard let words = text.withBytes({ bytes in Self.words(ofUUIDText: bytes) }) else {
            throw ObjectIDError(code: .malformedUUID, found: "\"\(text.printable)\"")
        }
        storage = .uuid(words.high, words.low)
    }

    /// The identity with this text; nil only if it is empty.
    ///
    /// The text of a UUID, in any case, is the same identity as those bytes; all other text is kept as it is and compared byte
    /// by byte.
    public init?(text: String) {
        if let words = text.withBytes({ bytes in Self.words(ofUUIDText: bytes) }) {
            storage = .uuid(words.high, words.low)
        } else if text.isEmpty {
            return nil
        } else {
            storage = .opaque(text)
        }
    }

    /// The UUID in lower case, or the text that was given.
    public var text: String {
        switch storage {
        case .uuid(let high, let low): Self.uuidText(high, low)
        case .opaque(let text): text
        }
    }

    /// A hash of 64 bits that is the same in every process; see ``StableHash``.
    public var hash64: UInt64 {
        switch storage {
        case .uuid(let high, let low): StableHash.hash(high, low)
        case .opaque(let text): StableHash.hash(utf8: text)
        }
    }

    /// The 16 bytes of the `objectGUID` value; nil if this is not a UUID.
    public var activeDirectoryBytes: [UInt8]? {
        guard case .uuid(let high, let low) = storage else { return nil }
        let positions = [32, 40, 48, 56, 16, 24, 0, 8]
        return positions.map { UInt8(truncatingIfNeeded: high >> $0) }
            + stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: low >> $0) }
    }

    /// The `objectGUID` bytes as a search filter's value, `\04\03…` (RFC 4515 section 3); nil if this is not a UUID.
    public var ldapFilterValue: String? {
        guard let bytes = activeDirectoryBytes else { return nil }
        return String(capacity: 48) { output in
            for (index, byte) in bytes.enumerated() {
                output[index * 3] = UInt8(ascii: "\\")
                output[index * 3 + 1] = Self.hexDigit(byte >> 4)
                output[index * 3 + 2] = Self.hexDigit(byte & 0xF)
            }
            return 48
        }
    }

    /// Whether both identities have the same text.
    public static func == (left: ObjectID, right: ObjectID) -> Bool {
        switch (left.storage, right.storage) {
        case (.uuid(let high, let low), .uuid(let otherHigh, let otherLow)): high == otherHigh && low == otherLow
        case (.opaque(let text), .opaque(let other)): text.hasSameBytes(as: other)
        default: false
        }
    }

    /// Feeds the UUID or the text.
    public func hash(into hasher: inout Hasher) {
        switch storage {
        case .uuid(let high, let low):
            hasher.combine(high)
            hasher.combine(low)
        case .opaque(let text): hasher.combine(text)
        }
    }
}

// MARK: - Text of a UUID

extension ObjectID {
    private static func words(ofUUIDText bytes: Span<UInt8>) -> (high: UInt64, low: UInt64)? {
        guard bytes.count == 36 else { return nil }
        var words: (high: UInt64, low: UInt64) = (0, 0)
        for index in 0..<36 {
            let byte = bytes[index]
            if index == 8 || index == 13 || index == 18 || index == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
            } else if let digit = byte.hexDigitValue {
                // Sixteen digits lie before the third hyphen, and sixteen after it.
                if index < 18 {
                    words.high = words.high << 4 | UInt64(digit)
                } else {
                    words.low = words.low << 4 | UInt64(digit)
                }
            } else {
                return nil
            }
        }
        return words
    }

    private static func uuidText(_ high: UInt64, _ low: UInt64) -> String {
        String(capacity: 36) { output in
            var position = 0
            for shift in stride(from: 60, through: 0, by: -4) {
                output[position] = hexDigit(UInt8(truncatingIfNeeded: high >> UInt64(shift) & 0xF))
                position += 1
                if shift == 32 || shift == 16 || shift == 0 {
                    output[position] = UInt8(ascii: "-")
                    position += 1
                }
            }
            for shift in stride(from: 60, through: 0, by: -4) {
                output[position] = hexDigit(UInt8(truncatingIfNeeded: low >> UInt64(shift) & 0xF))
                position += 1
                if shift == 48 {
                    output[position] = UInt8(ascii: "-")
                    position += 1
                }
            }
            return position
        }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value
    }
}

extension ObjectID: Comparable {
    /// Whether the left text sorts before the right one, byte by byte.
    public static func < (left: ObjectID, right: ObjectID) -> Bool {
        // The digits of a UUID sort as its words do, because every text has its hyphens in the same places.
        if case .uuid(let high, let low) = left.storage, case .uuid(let otherHigh, let otherLow) = right.storage {
            return (high, low) < (otherHigh, otherLow)
        }
        return left.text.precedesInBytes(right.text)
    }
}

extension ObjectID: CustomStringConvertible {
    /// The same as ``text``.
    public var description: String { text }
}

extension ObjectID: Codable {
    /// Reads the text; an empty one is an error.
    public init(from decoder: any Decoder) throws {
        self = try decoder.decodeText { text throws(ObjectIDError) in
            guard let id = ObjectID(text: text) else { throw ObjectIDError(code: .wrongLength, found: "no text") }
            return id
        }
    }

    /// Writes ``text``.
    public func encode(to encoder: any Encoder) throws {
        try text.encode(to: encoder)
    }
}
