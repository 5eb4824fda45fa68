internal import DirectoryModel
internal import ReconcileEngine

/// One case of a rule test: a small directory, a few accounts, and what the rules must make of them.
struct RuleCase: Decodable {
    /// What the case shows.
    let name: String
    let directory: [DirectoryEntry]
    let accounts: [AccountEntry]
    let incomplete: String?
    /// What the provider lets nobody do.
    let providerSwitches: Switches
    /// The last run as it is remembered; nil where the case does not speak of it.
    let lastRun: LastRun?
    /// When the plan is made; nil leaves dates out of account.
    let now: Timestamp?
    let expectations: [Expectation]

    private enum Keys: String, SectionKey {
        case name = "case"
        case configuration, directory, accounts, incomplete, now, expect
        case providerSettings = "provider-settings"
        case lastRun = "last-run"
    }

    init(from decoder: any Decoder) throws {
        let section = try Section(decoder, Keys.self)
        name = try section.required(.name)
        directory = try section.optional(.directory) ?? []
        accounts = try section.optional(.accounts) ?? []
        incomplete = try section.optional(.incomplete)
        providerSwitches = try section.optional(.providerSettings, SwitchesConfiguration.self)?.switches ?? []
        lastRun = try section.optional(.lastRun)
        now = try section.parsed(.now, as: "a date such as 2026-11-21") { Timestamp(date: $0) }
        expectations = try section.required(.expect)
    }

    /// The last run in numbers, or the word `none` for a profile that has not run yet.
    struct LastRun: Decodable {
        let summary: RunSummary?
        private enum Keys: String, SectionKey {
            case users
            case inScope = "in-scope"
        }

        init(from decoder: any Decoder) throws {
            if let word = try? decoder.singleValueContainer().decode(String.self), word == "none" {
                summary = nil
                return
            }
            let section = try Section(decoder, Keys.self)
            summary = RunSummary(
                at: Timestamp(secondsSince1970: 0), users: try section.required(.users),
                usersInScope: try section.required(.inScope))
        }
    }

    /// An object of the directory: `person`, `group` or `contact` with its name, and any attributes.
    struct DirectoryEntry: Decodable {
        let kind: ObjectKind
        let name: String
        let unit: String?
        let groups: [String]
        /// Whether the group's member list was read only in part.
        let isPartial: Bool
        let attributes: [(AttributeName, [String])]

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: AnyKey.self)
            var kind: ObjectKind?
            var name = ""
            var unit: String?
            var groups: [String] = []
            var isPartial = false
            var attributes: [(AttributeName, [String])] = []
            for key in container.allKeys.sorted(by: { $0.stringValue < $1.stringValue }) {
                let texts = try container.decode(OneOrMoreTexts.self, forKey: key).texts
                switch key.stringValue {
                case "person", "group", "contact":
                    kind = key.stringValue == "person" ? .user : ObjectKind(rawValue: key.stringValue)
                    name = texts.first ?? ""
                case "ou": unit = texts.first
                case "groups": groups = texts
                case "partial": isPartial = texts == ["true"]
                default: attributes.append((AttributeName(key.stringValue), texts))
                }
            }
            guard let kind, !name.isEmpty else {
                throw DecodingError.dataCorrupted(
                    DecodingError.Context(
                        codingPath: decoder.codingPath,
                        debugDescription: "an object has a name under `person`, `group` or `contact`."))
            }
            (self.kind, self.name, self.unit, self.groups, self.attributes) = (kind, name, unit, groups, attributes)
            self.isPartial = isPartial
        }
    }

    /// An account that the provider has.
    struct AccountEntry: Decodable {
        let account: Account
        /// Whether this profile made or adopted the account; nil where the case leaves that to the binding.
        let isOwned: Bool?
        /// Since when the account has been suspended, where that is remembered.
        let suspendedSince: Timestamp?
        /// The delegates that this profile gave it.
        let given: [MailAddress]
        /// The object it belongs to, as remembered and not as the provider has it.
        let link: ObjectID?

        private enum Keys: String, SectionKey {
            case account, kind, person, group, aliases, name, mobile, quota, active, delegates, attributes, owned, given
            case linked
            case userName = "user-name"
            case suspendedSince = "suspended-since"
            case givenName = "given-name"
            case familyName = "family-name"
            case organizationalUnit = "organizational-unit"
        }

        init(from decoder: any Decoder) throws {
            let section = try Section(decoder, Keys.self)
            guard let address = try section.parsed(.account, as: "a mail address", { try MailAddress($0) }) else {
                throw section.missing(.account)
            }
            func addresses(_ key: Keys) throws -> [MailAddress] {
                try section.parsedList(key, as: "a mail address") { try MailAddress($0) } ?? []
            }
            let owner = try section.optional(.person, String.self) ?? section.optional(.group, String.self)
            isOwned = try section.optional(.owned)
            given = try addresses(.given)
            suspendedSince = try section.parsed(.suspendedSince, as: "a date such as 2026-10-21") {
                Timestamp(date: $0)
            }
            link = try section.optional(.linked, String.self).flatMap { RuleCase.id($0) }
            account = Account(
                kind: try section.parsed(.kind, as: "personal, functional or group") { AccountKind(rawValue: $0) }
                    ?? .personal,
                key: owner.flatMap { RuleCase.id($0) }, userName: try section.optional(.userName), address: address,
                aliases: try addresses(.aliases),
                name: try section.optional(.name), givenName: try section.optional(.givenName),
                familyName: try section.optional(.familyName), mobile: try section.optional(.mobile),
                organizationalUnit: try section.optional(.organizationalUnit),
                quota: try section.parsed(.quota, as: "an amount such as 5 GB") { ByteCount($0) },
                delegates: try addresses(.delegates), isActive: try section.optional(.active, Bool.self) ?? true,
                attributes: try section.optional(.attributes) ?? [:])
        }
    }

    /// The identity of an object with that name: the same in every run.
    static func id(_ name: String) -> ObjectID? {
        var text = ""
        for part in 0..<2 {
            let digits = String(StableHash.hash(utf8: "\(part) \(name.lowercased())"), radix: 16)
            text += String(repeating: "0", count: 16 - digits.count) + digits
        }
        let ends = [8, 12, 16, 20, 32]
        var start = 0
        let parts = ends.map { end in
            defer { start = end }
            return String(text.dropFirst(start).prefix(end - start))
        }
        return ObjectID(text: parts.joined(separator: "-"))
    }
}

extension Timestamp {
    /// Reads a day, `2026-11-21`, as its first second in UTC.
    fileprivate init?(date text: String) {
        guard let time = try? Timestamp(iso8601: text + "T00:00:00Z") else { return nil }
        self = time
    }
}
