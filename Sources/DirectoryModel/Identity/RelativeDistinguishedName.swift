/// One part of a distinguished name: one attribute, or several that together name the entry (`CN=Ana+UID=7`).
///
/// Two parts are equal if they name the same entry below the same parent: in any order and spelling.
public struct RelativeDistinguishedName: Sendable {
    /// The attributes, at least one, in the order of the text.
    public let attributes: [AttributeTypeAndValue]

    /// A part of one attribute or more.
    public init(_ first: AttributeTypeAndValue, _ others: AttributeTypeAndValue...) {
        attributes = [first] + others
    }

    init(attributes: [AttributeTypeAndValue]) {
        self.attributes = attributes
    }

    /// The part as RFC 4514 writes it, with the escapes it needs and no others.
    public var text: String {
        attributes.map(\.text).joined(separator: "+")
    }
}

extension RelativeDistinguishedName: Hashable {
    /// Whether both parts have the same attributes.
    public static func == (left: RelativeDistinguishedName, right: RelativeDistinguishedName) -> Bool {
        DistinguishedName(rdns: [left]) == DistinguishedName(rdns: [right])
    }

    /// Feeds the canonical form.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(DistinguishedName(rdns: [self]))
    }
}

extension RelativeDistinguishedName: CustomStringConvertible {
    /// The same as ``text``.
    public var description: String { text }
}
