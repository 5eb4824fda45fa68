public import DirectoryModel
internal import LDAPSource
internal import SCIMProvider

/// The questions that `sync-plan init` asks, one after the other, and what the answers make of a configuration
/// (requirement SO7).
///
/// It reads and writes nothing: whoever uses it puts the ``State/asking(_:)`` question to somebody and hands in the answer,
/// or tries what is to be tried and hands in what came of it, until it is ``State/finished``.
public struct SetupInterview: Sendable {
    /// What is asked for.
    public enum Topic: Sendable, Hashable {
        case directory, ldif, server, authority, account, password, passwordPlace, base, domains, groups
        case provider, mailboxes, service, profile, token, tokenPlace
        /// Whether an answer that did not work is kept.
        case keeping(SetupTrial)
        /// Whether the files are to be written.
        case writing
    }

    /// Where it has come to.
    public enum State: Sendable, Hashable {
        /// Somebody has to answer: ``SetupInterview/question``.
        case asking(Topic)
        /// Something has to be tried.
        case trying(SetupTrial)
        /// The files can be written.
        case finished
        /// Nothing is to be written.
        case declined
    }

    /// Where it has come to.
    public private(set) var state: State
    /// The configuration so far.
    public internal(set) var template: ConfigurationTemplate
    /// The account's password, where it was typed.
    public internal(set) var password: Secret?
    /// The service's token, where it was typed.
    public internal(set) var token: Secret?
    /// What the last trials have found.
    public private(set) var findings = SetupOutcome(steps: [])

    /// What need not be asked, because it was said beforehand.
    private var given: Set<Topic>
    /// What has been answered, and so is suggested when it is asked again.
    private(set) var answered: Set<Topic> = []
    /// What is searched for among the groups; nil for nothing.
    private(set) var search: String?
    /// The files of the folder that would be replaced.
    private let existing: @Sendable (String) -> Bool
    /// The configuration's file name.
    let name: String

    /// Begins.
    ///
    /// - Parameters:
    ///   - template: what is known beforehand.
    ///   - given: the topics of that, which are not asked; what is tried is tried all the same.
    ///   - name: the configuration's file name, for people.
    ///   - exists: whether there is a file at a path, as somebody would write it into the configuration.
    public init(
        _ template: ConfigurationTemplate = ConfigurationTemplate(), given: Set<Topic> = [],
        name: String = "sync-plan.yaml", exists: @escaping @Sendable (String) -> Bool = { _ in false }
    ) {
        self.template = template
        self.given = given
        self.name = name
        existing = exists
        state = .asking(.directory)
        if given.contains(.directory) { proceed(to: after(.directory)) }
    }

    /// The files that are going to be written, the configuration last.
    public var files: [(name: String, contents: Secret)] {
        var files: [(name: String, contents: Secret)] = []
        if let password, case .file(let path) = template.password { files.append((path, password)) }
        if let token, case .file(let path) = template.token { files.append((path, token)) }
        return files + [(name, Secret(template.text))]
    }

    /// The files that are there already and would be replaced.
    public var replacements: [String] { files.map(\.name).filter(existing) }

    // MARK: Answers

    /// An answer that cannot be used.
    public struct Misunderstanding: Error, Hashable, CustomStringConvertible {
        /// What is wrong with it, and what can be said.
        public let description: String
    }

    /// Takes the answer to the question that is asked; white space at its ends does not count, but in secrets.
    public mutating func answer(_ text: String) throws(Misunderstanding) {
        guard case .asking(let topic) = state else { return }
        let isSecret = topic == .password || topic == .token
        var words = isSecret ? text : text.trimmed
        if words.isEmpty, let suggestion = question?.suggestion { words = suggestion }
        let next = try take(words, as: topic)
        answered.insert(topic)
        proceed(to: next)
    }

    /// Takes what came of a trial.
    public mutating func conclude(_ outcome: SetupOutcome) {
        guard case .trying(let trial) = state else { return }
        findings = outcome
        if outcome.hasPassed { return proceed(to: after(trial: trial)) }
        // What was said beforehand is asked for now.
        given.subtract([.server, .account, .password, .base, .ldif, .mailboxes, .service, .token])
        state = .asking(trial == .server && outcome.needsAuthority ? .authority : .keeping(trial))
    }

    private mutating func take(_ text: String, as topic: Topic) throws(Misunderstanding) -> State {
        switch topic {
        case .directory:
            let kinds = ConfigurationTemplate.Directory.allCases
            let kind = kinds[try choice(text, of: kinds.map(\.rawValue))]
            if kind != template.directory { template = ConfigurationTemplate(kind) }
        case .ldif: template.ldif = try nonEmpty(text)
        case .server: template.server = try server(text)
        case .authority:
            if text.isEmpty { return .asking(.keeping(.server)) }
            template.caFile = text
        case .account: template.account = text.isEmpty || text == Self.nobody ? nil : text
        case .password: password = Secret(try nonEmpty(text))
        case .passwordPlace: template.password = try place(text)
        case .base:
            let base = text.number(upTo: findings.bases.count).map { findings.bases[$0 - 1] } ?? text
            do { _ = try DistinguishedName(base) } catch { throw Misunderstanding(description: "\(error)") }
            if base.isEmpty { throw Misunderstanding(description: "Name the entry below which everybody is.") }
            template.base = base
        case .domains: template.domains = try domains(text)
        case .groups: return takeGroup(text)
        case .provider:
            let isService = try choice(text, of: ["mailbox-database", "scim"]) == 1
            if isService { template.provider = .scim(url: "https://scim.example/v2", profile: "rfc") }
            if !isService { template.provider = .mailboxDatabase(path: "mail.db") }
        case .mailboxes: template.provider = .mailboxDatabase(path: try nonEmpty(text))
        case .service:
            guard text.hasPrefix("https://") || text.hasPrefix("http://") else {
                throw Misunderstanding(description: "An address begins with https://.")
            }
            template.provider = .scim(url: text, profile: serviceProfile)
        case .profile:
            let names = SCIMProfile.all.map(\.name)
            template.provider = .scim(url: serviceURL, profile: names[try choice(text, of: names)])
        case .token: token = Secret(try nonEmpty(text))
        case .tokenPlace: template.token = try place(text)
        case .keeping(let trial):
            return try isYes(text, yes: "keep", no: "correct") ? after(trial: trial) : .asking(beginning(of: trial))
        case .writing: return try isYes(text, yes: "yes", no: "no") ? .finished : .declined
        }
        return after(topic)
    }

    /// Adds a group, or looks for one.
    private mutating func takeGroup(_ text: String) -> State {
        if !answered.contains(.groups) { template.groups = [] }
        let shown = offeredGroups
        let hasSearched = search != nil
        search = nil
        if text.isEmpty { return hasSearched ? .asking(.groups) : after(.groups) }
        let exact = findings.groups.first { $0.name.lowercased() == text.lowercased() }?.name
        if let name = text.number(upTo: shown.count).map({ shown[$0 - 1].name }) ?? exact {
            if !template.groups.contains(name) { template.groups.append(name) }
        } else if findings.groups.isEmpty {
            template.groups.append(text)
        } else {
            search = text
        }
        return .asking(.groups)
    }

    /// The groups that are shown, the largest first: all, or those with the text that is searched for.
    var offeredGroups: [SetupOutcome.Count] {
        let found = findings.groups.filter { group in
            search.map { group.name.contains(ignoringCase: $0) } ?? !template.groups.contains(group.name)
        }
        return Array(found.prefix(15))
    }

    // MARK: The way

    private mutating func proceed(to next: State) {
        state = next
        while case .asking(let topic) = state, given.contains(topic) { state = after(topic) }
    }

    private func after(_ topic: Topic) -> State {
        switch topic {
        case .directory: .asking(template.directory == .ldif ? .ldif : .server)
        case .ldif, .base: .trying(.directory)
        case .server, .authority: .trying(.server)
        case .account: template.account == nil ? .trying(.account) : .asking(.password)
        case .password: .trying(.account)
        case .passwordPlace: .asking(.base)
        case .domains: .asking(.groups)
        case .groups: .asking(.provider)
        case .provider: .asking(isService ? .service : .mailboxes)
        case .mailboxes: .trying(.provider)
        case .service: .asking(.profile)
        case .profile: .asking(.token)
        case .token: .trying(.provider)
        case .tokenPlace: .asking(.writing)
        case .keeping(let trial): after(trial: trial)
        case .writing: .finished
        }
    }

    private func after(trial: SetupTrial) -> State {
        switch trial {
        case .server: .asking(.account)
        case .account: .asking(template.account == nil || password == nil ? .base : .passwordPlace)
        case .directory: .asking(.domains)
        case .provider: .asking(isService && token != nil ? .tokenPlace : .writing)
        }
    }

    /// What is asked again where a trial has failed.
    private func beginning(of trial: SetupTrial) -> Topic {
        switch trial {
        case .server: .server
        case .account: .account
        case .directory: template.directory == .ldif ? .ldif : .base
        case .provider: isService ? .service : .mailboxes
        }
    }

    private var isService: Bool { if case .scim = template.provider { true } else { false } }
    private var serviceURL: String { if case .scim(let url, _) = template.provider { url } else { "" } }
    private var serviceProfile: String { if case .scim(_, let profile) = template.provider { profile } else { "rfc" } }

    // MARK: Reading answers

    /// The word for signing in as nobody.
    static let nobody = "nobody"

    private func nonEmpty(_ text: String) throws(Misunderstanding) -> String {
        if text.isEmpty { throw Misunderstanding(description: "There has to be an answer here.") }
        return text
    }

    /// The position of a choice, given by its number from 1, by its name, or by the beginning of that.
    private func choice(_ text: String, of names: [String]) throws(Misunderstanding) -> Int {
        if let number = text.number(upTo: names.count) { return number - 1 }
        let meant = names.indices.filter { !text.isEmpty && names[$0].hasPrefix(text.lowercased()) }
        guard meant.count == 1 else {
            throw Misunderstanding(description: "Answer with a number from 1 to \(names.count).")
        }
        return meant[0]
    }

    private func isYes(_ text: String, yes: String, no: String) throws(Misunderstanding) -> Bool {
        let word = text.lowercased()
        if !word.isEmpty && yes.hasPrefix(word) { return true }
        if !word.isEmpty && no.hasPrefix(word) { return false }
        throw Misunderstanding(description: "Answer with \(yes) or \(no).")
    }

    private func server(_ text: String) throws(Misunderstanding) -> String {
        let text = try nonEmpty(text)
        // A bare name is a domain of Active Directory, and elsewhere a server.
        if !text.contains("://") && template.directory == .activeDirectory { return text }
        let url = text.contains("://") ? text : "ldaps://\(text)"
        do { _ = try LDAPURL(url) } catch { throw Misunderstanding(description: error.message) }
        return url
    }

    private func place(_ text: String) throws(Misunderstanding) -> ConfigurationTemplate.SecretPlace {
        guard text.hasPrefix("$") else { return .file(try nonEmpty(text)) }
        let name = text.dropFirst().filter { $0 != "{" && $0 != "}" }
        guard name.wholeMatch(of: #/[A-Za-z_][A-Za-z0-9_]*/#) != nil else {
            throw Misunderstanding(
                description: "A variable has letters, digits and _ in its name, as in $LDAP_PASSWORD.")
        }
        return .variable(String(name))
    }

    private func domains(_ text: String) throws(Misunderstanding) -> [String] {
        if text == "all" { return findings.domains.map(\.name) }
        if text == "any" { return [] }
        var domains: [String] = []
        for word in text.split(whereSeparator: { $0 == " " || $0 == "," }).map(String.init) {
            let name = word.number(upTo: findings.domains.count).map { findings.domains[$0 - 1].name } ?? word
            do { domains.append("\(try MailDomain(name))") } catch {
                throw Misunderstanding(description: "\"\(word)\" is no mail domain: \(error)")
            }
        }
        return domains
    }
}

extension String {
    /// The text without white space at its ends.
    fileprivate var trimmed: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }

    /// The number from 1 to a limit that the text is; nil where it is none.
    fileprivate func number(upTo limit: Int) -> Int? { Int(self).flatMap { $0 >= 1 && $0 <= limit ? $0 : nil } }
}
