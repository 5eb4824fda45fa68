public import DirectoryModel

/// How an account is found that belongs to a user: the steps in their order, the first that finds one deciding.
///
/// The two first are bindings. The others find accounts that are bound to nobody, which are then adopted; what fits
/// several is a finding, and nothing is done.
public struct Matching: Sendable, Hashable {
    /// One way to find an account.
    public enum Step: Sendable, Hashable {
        /// By the account that this profile remembers to have made or adopted (``Memory/links``).
        case link
        /// By the directory object that the provider says the account belongs to.
        case externalID
        /// By the primary address, which both have.
        case address
        /// By the primary address of either, which the other has among its addresses.
        case alias
        /// By a field with the same text on both sides, letters' case aside.
        case field(AccountField)
    }

    /// The steps.
    public var steps: [Step]

    /// Makes the order, by default link, external id, primary address.
    public init(_ steps: [Step] = [.link, .externalID, .address]) { self.steps = steps }
}

/// Which accounts may be suspended or deleted because nobody in the directory should have them.
public enum Management: String, Sendable, Hashable, Codable, CaseIterable {
    /// Those that this profile made or adopted.
    case owned
    /// Those, and all that have their primary address in a claimed domain.
    case domains
    /// All that the provider has.
    case everything
}

/// An account that turned out to belong to a directory object without being remembered as such.
public struct RecognizedLink: Sendable, Hashable, Codable {
    /// The directory object.
    public let key: ObjectID
    /// The account.
    public let id: AccountID

    /// Makes a link.
    public init(key: ObjectID, id: AccountID) {
        self.key = key
        self.id = id
    }
}
