public import DirectoryModel
public import LDAPSource

/// How somebody who signs in with a name is found in the directory, so that the password can be checked there
/// (requirement KO7).
public struct AuthenticationConfiguration: Sendable, Hashable, Decodable {
    /// The attribute that the name is a value of.
    public var userName: AttributeName
    /// How users are found; nil for the preset's people by ``userName``.
    public var filter: UserLookup?
    /// How long the answer may take.
    public var timeout: Duration

    private enum Keys: String, SectionKey {
        case filter, timeout
        case userName = "user-name"
    }

    init(userName: AttributeName, filter: UserLookup?, timeout: Duration) {
        self.userName = userName
        self.filter = filter
        self.timeout = timeout
    }

    /// Reads the section `authentication`.
    public init(from decoder: any Decoder) throws {
        let section = try Section(decoder, Keys.self)
        userName = AttributeName(try section.required(.userName))
        filter = try section.lookup(.filter, userName)
        timeout = try section.parsed(.timeout, as: "a time such as 5 s") { Duration(text: $0) } ?? .seconds(5)
    }

    /// How users of a directory are found.
    func lookup(in schema: DirectorySchema) -> UserLookup {
        filter ?? UserLookup(attribute: userName, schema: schema)
    }
}

extension Section {
    /// A filter with a place for the user's name.
    func lookup(_ key: Key, _ attribute: AttributeName) throws -> UserLookup? {
        guard let text = try optional(key, String.self) else { return nil }
        guard let lookup = UserLookup(filter: text) else {
            throw mistake(
                at: key, "%s stands where the user's name goes, exactly once, as in \"(\(attribute)=%s)\".")
        }
        return lookup
    }
}
