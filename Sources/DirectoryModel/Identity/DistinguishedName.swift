/// The name of an entry and its place in the directory (RFC 4514), such as `CN=Ana,OU=Corp,DC=corp,DC=example`.
///
/// Two names are equal if they name the same entry, however they are spelled; see ``canonicalKey``. The text is kept as it was
/// given. Names change when an entry is renamed or moved: the identity of an object is an ``ObjectID``.
///
/// Read leniently are spaces around a comma, a plus and an equals sign, which RFC 4514 no longer writes: a space at the start or
/// the end of a value counts only if it is escaped.
public struct DistinguishedName: Sendable {
    /// The name as it was given.
    public let text: String

    /// The name in a text; the empty text is the root of the directory.
    ///
    /// Throws if the text does not follow RFC 4514 section 3.
    public init(_ text: String) throws(DistinguishedNameError) {
        let mistake = text.withBytes { bytes -> DistinguishedNameScanner.Mistake? in
            var scanner = DistinguishedNameScanner()
            do throws(DistinguishedNameScanner.Mistake) {
                while try scanner.next(bytes) != nil {}
                return nil
            } catch {
                return error
            }
        }
        if let mistake { throw DistinguishedNameError(code: mistake.code, text: text, offset: mistake.offset) }
        self.text = text
    }

    /// The name that consists of these parts, the entry's own first; of none, the root.
    public init(rdns: [RelativeDistinguishedName]) {
        text = rdns.map(\.text).joined(separator: ",")
    }

    /// A text that is known to be a name.
    init(valid text: String) {
        self.text = text
    }

    /// The root of the directory: the empty name.
    public static let root = DistinguishedName(valid: "")

    /// Whether this is the root of the directory.
    public var isRoot: Bool { text.isEmpty }

    /// The parts of the name, the entry's own first.
    public var rdns: [RelativeDistinguishedName] {
        text.withBytes { bytes in
            var result: [RelativeDistinguishedName] = []
            var attributes: [AttributeTypeAndValue] = []
            var scanner = DistinguishedNameScanner()
            while let component = try? scanner.next(bytes) {
                attributes.append(AttributeTypeAndValue(component, in: bytes))
                guard component.endsPart else { continue }
                result.append(RelativeDistinguishedName(attributes: attributes))
                attributes = []
            }
            return result
        }
    }
}

extension DistinguishedName: Hashable {
    /// Whether both texts name the same entry.
    public static func == (left: DistinguishedName, right: DistinguishedName) -> Bool {
        left.text.hasSameBytes(as: right.text) || left.canonicalKey == right.canonicalKey
    }

    /// Feeds the ``canonicalKey``.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(canonicalKey)
    }
}

extension DistinguishedName: CustomStringConvertible {
    /// The same as ``text``.
    public var description: String { text }
}

extension DistinguishedName: Codable {
    /// Reads a text.
    public init(from decoder: any Decoder) throws {
        self = try decoder.decodeText { text throws(DistinguishedNameError) in try DistinguishedName(text) }
    }

    /// Writes ``text``.
    public func encode(to encoder: any Encoder) throws {
        try text.encode(to: encoder)
    }
}
