/// Where the accounts are: exactly one of the kinds.
public enum ProviderConfiguration: Sendable, Decodable {
    /// A SQLite file that Postfix and Dovecot read directly.
    case mailboxDatabase(path: String)
    /// A SCIM 2.0 service.
    case scim(SCIMProviderConfiguration)

    private enum Keys: String, SectionKey {
        case scim
        case mailboxDatabase = "mailbox-database"
    }
    private enum FileKeys: String, SectionKey { case path }

    private struct File: Decodable {
        let path: String
        init(from decoder: any Decoder) throws { path = try Section(decoder, FileKeys.self).required(.path) }
    }

    /// Reads the provider.
    public init(from decoder: any Decoder) throws {
        let section = try Section(decoder, Keys.self)
        switch (
            try section.optional(.mailboxDatabase, File.self),
            try section.optional(.scim, SCIMProviderConfiguration.self)
        ) {
        case (let file?, nil): self = .mailboxDatabase(path: file.path)
        case (nil, let scim?): self = .scim(scim)
        case (_?, _?): throw section.mistake(at: .scim, "there is a `mailbox-database` too: keep one of them.")
        case (nil, nil): throw section.missing(.mailboxDatabase, .scim)
        }
    }
}
