/// An attribute in a distinguished name.
public struct AttributeTypeAndValue: Sendable {
    /// The value of an attribute in a distinguished name.
    public enum Value: Hashable, Sendable {
        /// Text, without escapes.
        case text(String)
        /// The bytes of the value in BER, which the name has as a hexadecimal string after a `#`.
        case encoded([UInt8])
    }

    /// The attribute's name or object identifier, as it was given.
    public let type: String

    /// The value.
    public let value: Value

    /// An attribute of this type.
    ///
    /// Throws if the type is neither a name nor an object identifier (RFC 4512 section 1.4), or if an encoded value is empty.
    public init(type: String, value: Value) throws(DistinguishedNameError) {
        self.init(validType: type, value: value)
        // A text that reads as one attribute of this very type is one; anything else in the type would change that.
        let name = try DistinguishedName(text)
        let attributes = name.rdns.flatMap(\.attributes)
        guard attributes.count == 1, attributes[0].type == type else {
            throw DistinguishedNameError(code: .malformedType, text: text, offset: 0)
        }
    }

    private init(validType type: String, value: Value) {
        self.type = type
        self.value = value
    }

    /// The attribute at a place in the bytes of a name.
    init(_ component: DistinguishedNameScanner.Component, in bytes: Span<UInt8>) {
        type = String(decoding: component.type.map { bytes[$0] }, as: UTF8.self)
        let octets = DistinguishedNameScanner.value(of: component, in: bytes)
        value = component.isHexString ? .encoded(octets) : .text(String(decoding: octets, as: UTF8.self))
    }

    /// The value if it is text.
    public var stringValue: String? {
        guard case .text(let text) = value else { return nil }
        return text
    }

    /// The attribute as RFC 4514 writes it.
    public var text: String {
        switch value {
        case .text(let text): "\(type)=\(DistinguishedName.escape(text))"
        case .encoded(let bytes):
            "\(type)=#" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
    }

    /// The one name, in lower case, that stands for the names and the object identifier of the type; see ``DistinguishedName``.
    public var canonicalType: String { NamingAttribute.canonicalName(ofLowerCase: type.asciiLowercased) }
}

extension AttributeTypeAndValue: Hashable {
    /// Whether both are the same attribute, however it is spelled.
    public static func == (left: AttributeTypeAndValue, right: AttributeTypeAndValue) -> Bool {
        RelativeDistinguishedName(left) == RelativeDistinguishedName(right)
    }

    /// Feeds the canonical form.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(RelativeDistinguishedName(self))
    }
}
