public import DirectoryModel

/// Whom to tell when a run that nobody watches does not end well, and how.
public struct NotifyConfiguration: Sendable, Decodable {
    /// Mail, handed to a command that takes what sendmail takes.
    public struct Mail: Sendable, Decodable {
        /// Who gets it; never empty, and ASCII only.
        public var to: [MailAddress]
        /// Who it is from; ASCII only.
        public var from: MailAddress
        /// The command's path.
        public var command: String

        private enum Keys: String, SectionKey { case to, from, command }

        /// Reads the section.
        public init(from decoder: any Decoder) throws {
            let section = try Section(decoder, Keys.self)
            func address(_ text: String) throws -> MailAddress? {
                text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } ? try MailAddress(text) : nil
            }
            let expected = "a mail address in ASCII"
            guard let to = try section.parsedOneOrMore(.to, as: expected, address), !to.isEmpty else {
                throw section.missing(.to)
            }
            guard let from = try section.parsed(.from, as: expected, address) else { throw section.missing(.from) }
            self.to = to
            self.from = from
            command = try section.optional(.command) ?? "/usr/sbin/sendmail"
        }
    }

    /// A JSON object that is posted to an address.
    public struct Webhook: Sendable, Decodable {
        let url: SecretPlace
        let caFile: String?
        let timeout: Duration

        private enum Keys: String, SectionKey {
            case url, timeout
            case urlFile = "url-file"
            case caFile = "ca-file"
        }

        /// Reads the section.
        public init(from decoder: any Decoder) throws {
            let section = try Section(decoder, Keys.self)
            guard let url = try section.secret(.url, file: .urlFile) else { throw section.missing(.urlFile, .url) }
            self.url = url
            caFile = try section.optional(.caFile)
            timeout = try section.parsed(.timeout, as: "a time such as 10 s") { Duration(text: $0) } ?? .seconds(10)
        }
    }

    /// Mail; nil for none.
    public var mail: Mail?
    /// A webhook; nil for none.
    public var webhook: Webhook?
    /// After how long people are told again of what goes on.
    public var remindAfter = Duration.seconds(24 * 3600)

    private enum Keys: String, SectionKey {
        case mail, webhook
        case remindAfter = "remind-after"
    }

    /// Makes the default, which tells nobody.
    public init() {}

    /// Reads the section.
    public init(from decoder: any Decoder) throws {
        let section = try Section(decoder, Keys.self)
        mail = try section.optional(.mail)
        webhook = try section.optional(.webhook)
        remindAfter = try section.parsed(.remindAfter, as: "a time such as 24 h") { Duration(text: $0) } ?? remindAfter
    }
}
