public import DirectoryModel

/// How somebody who signs in with a name is found in the directory, so that the password can be checked there
/// (requirement KO7).
public struct AuthenticationConfiguration: Sendable, Hashable, Decodable {
    /// The attribute that the name is a value of.
    public var usernameAttribute: AttributeName
    /// A filter (RFC 4515) with `%s` where the name goes, escaped.
    public var filterTemplate: String
    /// How long the answer may take, from a second to an hour.
    public var timeout: Duration

    private enum Keys: String, SectionKey {
        case timeout
        case usernameAttribute = "username_attribute"
        case filterTemplate = "username_filter_template"
    }

    /// Reads the section `authentication` of ad-connect's file.
    public init(from decoder: any Decoder) throws {
        let section = try Section(decoder, Keys.self)
        usernameAttribute = AttributeName(try section.required(.usernameAttribute))
        filterTemplate = try section.required(.filterTemplate)
        let places = filterTemplate.split(separator: "%s", omittingEmptySubsequences: false).count - 1
        if places != 1 {
            throw section.mistake(
                at: .filterTemplate,
                "%s stands where the user's name goes, exactly once, as in \"(\(usernameAttribute)=%s)\".")
        }
        let seconds = try section.optional(.timeout, Int.self) ?? 5
        guard (1...3600).contains(seconds) else {
            throw section.mistake(at: .timeout, "the time is 1 to 3600 seconds, without a unit.")
        }
        timeout = .seconds(seconds)
    }
}
