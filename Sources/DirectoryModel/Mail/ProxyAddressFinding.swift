/// Something to know about the addresses of one object.
public enum ProxyAddressFinding: Hashable, Sendable {
    /// No value names a primary mail address, and `mail` does not either.
    case noPrimary
    /// Several different addresses are marked as primary, sorted; none is taken.
    case severalPrimaries([MailAddress])
    /// A value that cannot be read, and why; it is left out.
    case malformed(text: String, reason: String)
    /// An address that is there more than once, also in another spelling; it counts once.
    case repeated(MailAddress)
}

extension ProxyAddressFinding: CustomStringConvertible {
    /// A sentence for an administrator; who it is about is for the caller to say.
    public var description: String {
        switch self {
        case .noPrimary: "no primary mail address"
        case .severalPrimaries(let addresses):
            "several primary addresses, none of which is taken: " + addresses.map(\.text).joined(separator: ", ")
        case .malformed(let text, let reason): "\"\(text.printable)\" is left out: \(reason)"
        case .repeated(let address): "\(address) is there more than once"
        }
    }
}

extension ProxyAddressFinding: Comparable {
    /// An order by kind, then by the bytes of the text.
    public static func < (left: ProxyAddressFinding, right: ProxyAddressFinding) -> Bool {
        switch (left, right) {
        case (.malformed(let text, let reason), .malformed(let otherText, let otherReason)):
            text.hasSameBytes(as: otherText) ? reason < otherReason : text.precedesInBytes(otherText)
        case (.repeated(let address), .repeated(let other)): address < other
        default: left.kind < right.kind
        }
    }

    private var kind: Int {
        switch self {
        case .noPrimary: 0
        case .severalPrimaries: 1
        case .malformed: 2
        case .repeated: 3
        }
    }
}
