internal import DirectoryModel

/// Tells which users of a snapshot are no persons: computers, service accounts, trusts, and what the directory and its
/// mail server keep for themselves.
///
/// Names of attributes are slots and names of classes are bytes, for every user of a directory is asked about.
struct SystemObjects {
    /// The attributes that tell.
    static let attributes: [AttributeName] = [
        "objectClass", "sAMAccountType", "userAccountControl", "isCriticalSystemObject", "msExchRecipientTypeDetails",
        "sambaAcctFlags",
    ]

    /// What a user can be instead of a person; of several, the first one counts.
    private enum Kind: Int, Comparable {
        case managedServiceAccount, computer, trust, systemMailbox, systemObject, program, other

        static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

        var description: String {
            switch self {
            case .managedServiceAccount: "a managed service account"
            case .computer: "a computer"
            case .trust: "a trust between domains"
            case .systemMailbox: "a mailbox of the mail server's own"
            case .systemObject: "an object of the directory's own"
            case .program: "a program"
            case .other: "an object of a class that is no person's"
            }
        }
    }

    /// For each slot the position of its name in ``attributes``; -1 for all others.
    private let meaningBySlot: [Int8]
    private let classes: [(name: [UInt8], kind: Kind)]
    /// The lengths of those names as bits: most classes that people have are told by it to be none of them.
    private let classLengths: UInt64

    init(in snapshot: DirectorySnapshot) {
        meaningBySlot = snapshot.attributes.names.map { Int8(Self.attributes.firstIndex(of: $0) ?? -1) }
        classes = snapshot.schema.excludedClasses.sorted().map { (Array($0.utf8), Self.kind(ofClass: $0)) }
        classLengths = classes.reduce(0) { $0 | Self.bit(ofLength: $1.name.count) }
    }

    private static func bit(ofLength length: Int) -> UInt64 { 1 << UInt64(min(length, 63)) }

    /// What the user is instead of a person, as a phrase; nil for a person.
    func description(of user: DirectoryUser) -> String? {
        var found: Kind?
        user.attributes.forEachValue { slot, value in
            let index = Int(slot.rawValue)
            guard index < meaningBySlot.count, meaningBySlot[index] >= 0 else { return true }
            if let kind = kind(value, of: Int(meaningBySlot[index])) { found = min(kind, found ?? kind) }
            return true
        }
        return found?.description
    }

    private func kind(_ value: Span<UInt8>, of meaning: Int) -> Kind? {
        switch meaning {
        case 0:
            if classLengths & Self.bit(ofLength: value.count) == 0 { return nil }
            return classes.first { value.isSpelled($0.name) }?.kind
        case 1: return value.decimal.flatMap(Self.kind(ofAccountType:))
        case 2: return value.decimal.flatMap { Int32(exactly: $0) }.flatMap(Self.kind(ofAccountControl:))
        case 3: return value.isSpelled(Self.yes) ? .systemObject : nil
        case 4: return value.decimal.map(Self.systemMailboxes.contains) == true ? .systemMailbox : nil
        default: return String(validatingUTF8: value).flatMap(Self.kind(ofSambaFlags:))
        }
    }

    private static let yes = Array("true".utf8)

    private static func kind(ofClass name: String) -> Kind {
        switch name {
        case "computer", "device", "ipahost": .computer
        case "trusteddomain": .trust
        case "applicationprocess", "ipaservice": .program
        case _ where name.hasSuffix("managedserviceaccount"): .managedServiceAccount
        default: .other
        }
    }

    /// MS-SAMR §2.2.1.9: a machine's account, a trust's.
    private static func kind(ofAccountType type: Int64) -> Kind? {
        switch type {
        case 0x3000_0001: .computer
        case 0x3000_0002: .trust
        default: nil
        }
    }

    private static func kind(ofAccountControl bits: Int32) -> Kind? {
        let control = UserAccountControl(rawValue: UInt32(bitPattern: bits))
        if control.contains(.interdomainTrust) { return .trust }
        return control.isDisjoint(with: [.workstationTrust, .serverTrust]) ? nil : .computer
    }

    /// Samba's flags in a directory that is not its own: `[W          ]` for a workstation.
    private static func kind(ofSambaFlags text: String) -> Kind? {
        if text.contains("I") { return .trust }
        return text.contains("W") || text.contains("S") ? .computer : nil
    }

    /// Exchange's mailboxes for itself: system attendant, system, arbitration, discovery, monitoring.
    private static let systemMailboxes: [Int64] = [8192, 16384, 8_388_608, 536_870_912, 549_755_813_888]
}

extension Span<UInt8> {
    /// Whether the bytes are a name in lower case, ASCII letters' case aside.
    fileprivate func isSpelled(_ name: [UInt8]) -> Bool {
        guard count == name.count else { return false }
        for index in name.indices {
            if self[index].asciiLowercased != name[index] { return false }
        }
        return true
    }

    /// The number that the bytes spell in decimal, with a sign or not; nil for anything else.
    fileprivate var decimal: Int64? {
        let isNegative = count > 0 && self[0] == UInt8(ascii: "-")
        let start = isNegative ? 1 : 0
        guard count > start, count < 19 else { return nil }
        var number: Int64 = 0
        for index in start..<count {
            let digit = self[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            number = number * 10 + Int64(digit)
        }
        return isNegative ? -number : number
    }
}
