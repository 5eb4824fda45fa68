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

    init(in snapshot: DirectorySnapshot) {
        meaningBySlot = snapshot.attributes.names.map { Int8(Self.attributes.firstIndex(of: $0) ?? -1) }
        classes = snapshot.schema.excludedClasses.sorted().map { (Array($0.utf8), Self.kind(ofClass: $0)) }
    }

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
        if meaning == 0 { return classes.first { value.isSpelled($0.name) }?.kind }
        guard let text = String(validatingUTF8: value) else { return nil }
        return switch meaning {
        case 1: Self.kind(ofAccountType: text)
        case 2: UserAccountControl(decimal: text).flatMap(Self.kind)
        case 3: text.uppercased() == "TRUE" ? .systemObject : nil
        case 4: Self.systemMailboxes.contains(text) ? .systemMailbox : nil
        default: Self.kind(ofSambaFlags: text)
        }
    }

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
    private static func kind(ofAccountType text: String) -> Kind? {
        switch text {
        case "805306369": .computer
        case "805306370": .trust
        default: nil
        }
    }

    private static func kind(_ control: UserAccountControl) -> Kind? {
        if control.contains(.interdomainTrust) { return .trust }
        return control.isDisjoint(with: [.workstationTrust, .serverTrust]) ? nil : .computer
    }

    /// Samba's flags in a directory that is not its own: `[W          ]` for a workstation.
    private static func kind(ofSambaFlags text: String) -> Kind? {
        if text.contains("I") { return .trust }
        return text.contains("W") || text.contains("S") ? .computer : nil
    }

    /// Exchange's mailboxes for itself: system attendant, system, arbitration, discovery, monitoring.
    private static let systemMailboxes: Set<String> = ["8192", "16384", "8388608", "536870912", "549755813888"]
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
}
