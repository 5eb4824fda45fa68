/// Where the accounts are: exactly one of the kinds.
public enum ProviderConfiguration: Sendable, Decodable {
    /// A SQLite file that Postfix and Dovecot read directly.
    case mailboxDatabase(path: String)

    private enum Keys: String, SectionKey { case mailboxDatabase = "mailbox-database" }
    private enum FileKeys: String, SectionKey { case path }

    private struct File: Decodable {
        let path: String
        init(from decoder: any Decoder) throws { path = try Section(decoder, FileKeys.self).required(.path) }
    }

    /// Reads the provider.
    public init(from decoder: any Decoder) throws {
        let section = try Section(decoder, Keys.self)
        self = .mailboxDatabase(path: try section.required(.mailboxDatabase, File.self).path)
    }
}
