internal import SCIMProvider

extension SetupInterview {
    /// What somebody is asked, with what is offered.
    public struct Question: Sendable, Hashable {
        /// The question itself, without its mark.
        public let text: String
        /// What helps to answer it, lines that come before; mostly empty.
        public var advice: [String] = []
        /// What can be chosen by its number, from 1; mostly empty.
        public var choices: [String] = []
        /// What an empty answer means; nil for nothing.
        public var suggestion: String?
        /// Whether what is typed must not be seen.
        public var isSecret = false
    }

    /// What is asked now; nil where nothing is.
    public var question: Question? {
        guard case .asking(let topic) = state else { return nil }
        return question(on: topic)
    }

    private func question(on topic: Topic) -> Question {
        let isActiveDirectory = template.directory == .activeDirectory
        switch topic {
        case .directory:
            return Question(
                text: "What kind of directory do you have",
                choices: [
                    "Active Directory or Samba", "another LDAP server, such as OpenLDAP", "a file of LDIF records",
                ], suggestion: "1")
        case .ldif: return Question(text: "Which file", suggestion: template.ldif)
        case .server:
            return Question(
                text: isActiveDirectory ? "Which domain or server" : "Which server",
                advice: isActiveDirectory
                    ? ["The domain, such as corp.example, whose servers DNS names; or one: ldaps://dc1.corp.example."]
                    : ["As in ldaps://ldap.corp.example; with ldap:// the connection is encrypted by StartTLS."],
                suggestion: answered.contains(topic) ? template.server : nil)
        case .authority:
            return Question(
                text: "Which file has its certificate",
                advice: [
                    "If the server's certificate is signed by your own authority, name a PEM file with the authority's.",
                    "With no answer you can correct the server, or keep it.",
                ])
        case .account:
            return Question(
                text: "Which account reads the directory",
                advice: [
                    isActiveDirectory
                        ? "As in svc-sync@corp.example or CORP\\svc-sync. It needs no right but to read."
                        : "As in cn=sync,dc=corp,dc=example, or \(Self.nobody). It needs no right but to read."
                ], suggestion: answered.contains(topic) ? template.account ?? Self.nobody : nil)
        case .password: return Question(text: "Its password, which is not shown", isSecret: true)
        case .passwordPlace: return placeQuestion("password", template.password, variable: "LDAP_PASSWORD")
        case .tokenPlace: return placeQuestion("token", template.token, variable: "SCIM_TOKEN")
        case .base:
            return Question(
                text: "Below which entry is everybody", choices: findings.bases,
                suggestion: answered.contains(topic) ? template.base : findings.bases.isEmpty ? nil : "1")
        case .domains:
            return Question(
                text: "Which mail domains are yours",
                advice: [
                    findings.domains.isEmpty
                        ? "Several with spaces between them; any for all there are."
                        : "Several with spaces between them; all for those shown, any for whatever comes."
                ],
                choices: findings.domains.prefix(15).map { "\($0.name)  (\($0.count.of("person", "people")))" },
                suggestion: findings.domains.isEmpty ? "any" : "1")
        case .groups: return groupQuestion
        case .provider:
            return Question(
                text: "Where are the accounts",
                choices: ["in a mailbox database of Postfix and Dovecot", "at a SCIM 2.0 service"], suggestion: "1")
        case .mailboxes:
            return Question(
                text: "Which file", advice: ["A SQLite file, which the first apply makes."], suggestion: "mail.db")
        case .service:
            var suggestion: String?
            if case .scim(let url, _) = template.provider, answered.contains(topic) { suggestion = url }
            return Question(
                text: "Which address", advice: ["The one that /Users is below, as in https://host/scim/v2."],
                suggestion: suggestion)
        case .profile:
            return Question(text: "Which kind of service", choices: SCIMProfile.all.map(\.name), suggestion: "1")
        case .token: return Question(text: "Its token, which is not shown", isSecret: true)
        case .keeping: return Question(text: "Correct it, or keep it as it is", suggestion: "correct")
        case .writing:
            let replaced = replacements
            return Question(
                text: replaced.isEmpty ? "Write \(files.map(\.name).joined(separator: ", "))" : "Replace what is there",
                advice: replaced.isEmpty ? [] : ["There already: \(replaced.joined(separator: ", "))."],
                suggestion: replaced.isEmpty ? "yes" : "no")
        }
    }

    private func placeQuestion(
        _ secret: String, _ place: ConfigurationTemplate.SecretPlace, variable: String
    ) -> Question {
        let suggestion =
            switch place {
            case .file(let path): path
            case .variable(let name): "$\(name)"
            }
        return Question(
            text: "Where is the \(secret) kept",
            advice: ["In a file that only you can read; or in a variable of the environment, as in $\(variable)."],
            suggestion: suggestion)
    }

    private var groupQuestion: Question {
        let names = answered.contains(.groups) ? template.groups : []
        var advice: [String] = []
        if let search, offeredGroups.isEmpty { advice.append("No group has \"\(search)\" in its name.") }
        if !names.isEmpty { advice.append("So far: \(names.joined(separator: ", ")).") }
        let end = search != nil ? "nothing to go back" : names.isEmpty ? "nothing for everybody" : "nothing to go on"
        advice.append(
            findings.groups.isEmpty
                ? "The name of a group; \(end)." : "A number, a name, or a part of one to search for; \(end).")
        return Question(
            text: "Whose members get an account", advice: advice,
            choices: offeredGroups.map { "\($0.name)  (\($0.count.of("member")))" })
    }
}
