internal import DirectoryModel
internal import ProviderClient
internal import ReconcileEngine
internal import SCIMProvider

/// A SCIM 2.0 service, as the section `provider.scim` has it.
public struct SCIMProviderConfiguration: Sendable, Decodable {
    /// Somebody who asks for tokens.
    private struct OAuth: Sendable, Decodable {
        let tokenURL: String
        let id: String
        let secret: SecretPlace
        let scope: String?

        private enum Keys: String, SectionKey {
            case scope
            case tokenURL = "token-url"
            case id = "client-id"
            case secret = "client-secret"
            case secretFile = "client-secret-file"
        }

        init(from decoder: any Decoder) throws {
            let section = try Section(decoder, Keys.self)
            tokenURL = try section.required(.tokenURL)
            id = try section.required(.id)
            guard let secret = try section.secret(.secret, file: .secretFile) else {
                throw section.missing(.secretFile, .secret)
            }
            self.secret = secret
            scope = try section.optional(.scope)
        }
    }

    private let url: String
    private let profile: SCIMProfile
    private let token: SecretPlace?
    private let oauth: OAuth?
    private let without: AccountFields
    private let caFile: String?
    private let timeout: Duration
    private let allowsPlainText: Bool

    private enum Keys: String, SectionKey {
        case url, profile, groups, token, oauth, without, timeout
        case tokenFile = "token-file"
        case caFile = "ca-file"
        case allowPlainText = "allow-plain-text"
    }

    /// Reads the section.
    public init(from decoder: any Decoder) throws {
        let section = try Section(decoder, Keys.self)
        url = try section.required(.url)
        let names = SCIMProfile.all.map(\.name).joined(separator: ", ")
        let profile =
            try section.parsed(.profile, as: "one of \(names)") { name in SCIMProfile.all.first { $0.name == name } }
            ?? .rfc
        let groupKind = try section.parsed(.groups, as: "`functional` or `group`") {
            ["functional": AccountKind.functional, "group": .group][$0]
        }
        if groupKind != nil, profile.groups == nil {
            throw section.mistake(at: .groups, "the profile \(profile.name) has no groups.")
        }
        self.profile = groupKind.map { profile.with(groupKind: $0) } ?? profile
        token = try section.secret(.token, file: .tokenFile)
        oauth = try section.optional(.oauth)
        switch (token, oauth) {
        case (nil, nil): throw section.missing(.tokenFile, .token, .oauth)
        case (_?, _?): throw section.mistake(at: .oauth, "there is a token too: keep one of them.")
        default: break
        }
        let fields = try section.parsedList(.without, as: "a field such as aliases, name or mobile") { name in
            name == "attributes" ? .attribute("") : AccountField.allCases.first { $0.rawValue == name }
        }
        without = AccountFields(fields ?? [])
        caFile = try section.optional(.caFile)
        timeout = try section.parsed(.timeout, as: "a time such as 30 s") { Duration(text: $0) } ?? .seconds(30)
        allowsPlainText = try section.optional(.allowPlainText) ?? false
    }

    /// What the provider is made of, with the secrets read.
    ///
    /// - Parameter resolve: makes paths of the configuration absolute.
    func configuration(resolve: (String) -> String) throws(ConfigurationError) -> SCIMConfiguration {
        let credentials: SCIMCredentials
        if let oauth {
            credentials = .clientCredentials(
                OAuthClient(
                    tokenURL: oauth.tokenURL, id: oauth.id, secret: try oauth.secret.read(resolve), scope: oauth.scope))
        } else {
            credentials = .bearer(try token?.read(resolve) ?? Secret(""))
        }
        return SCIMConfiguration(
            url: url, credentials: credentials, profile: profile, without: without, caFile: caFile.map(resolve),
            timeout: timeout, allowsPlainText: allowsPlainText)
    }
}
