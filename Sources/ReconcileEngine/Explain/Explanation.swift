public import DirectoryModel

/// What an explanation is about: an object of the directory, or an account that belongs to none.
public enum ExplainedSubject: Sendable, Hashable {
    /// A user, a group or a contact, by its identity.
    case object(ObjectID)
    /// An account that belongs to no object of the directory.
    case account(AccountID)
}

/// Why the plan does what it does about one object, or one account that belongs to none: every step on the way (requirement
/// BE10).
///
/// Values of secrets are not in it.
public struct Explanation: Sendable, Hashable, Encodable {
    /// The object; nil for an account that belongs to none, and then all is empty that comes from the directory.
    public let object: ExplainedObject?
    /// The attributes that the rules read, in the order in which they name them, each once.
    public let attributes: [ReadAttribute]
    /// The groups that the rules name, in their order, and how the object is a member of each; those that are not in the
    /// directory are left out.
    public let memberships: [ExplainedMembership]
    /// Each rule of scope, in the order include, exclude, functional; empty for groups and contacts.
    public let rules: [RuleOutcome]
    /// Whether an account is made of the object, and which rule decided it.
    public let verdict: ScopeVerdict?
    /// Why the user counts as disabled; nil where the user is active or not in scope.
    public let inactivity: Reason?
    /// The account that the object should have, field by field; empty where it should have none or none can be derived.
    ///
    /// Delegates are not in it: whom an account can name depends on who else has one.
    public let fields: [MappedField]
    /// How the account was looked for; nil where none was.
    public let match: ExplainedMatch?
    /// The fields in which the account is to change, delegates aside, once it is settled who gets which address.
    public let differences: [FieldChange]
    /// The accounts that belong to the object, in the order of their ids, or the one account that belongs to none.
    public let accounts: [ExplainedAccount]
    /// What the plan has for it, in the plan's order, what is held last.
    public let operations: [PlannedOperation]
    /// The accounts that will be deleted one day.
    public let pending: [PendingDeletion]
    /// What somebody should know that names the object, its addresses or an account in question.
    public let findings: [Finding]
    /// Why the directory was not read completely, so that nothing is taken away from anybody; empty where it was.
    public let directoryIncomplete: [String]
}

/// An object of the directory that is explained.
public struct ExplainedObject: Sendable, Hashable, Encodable {
    /// The identity.
    public let id: ObjectID
    /// The place in the tree.
    public let dn: DistinguishedName
    /// What kind of object it is.
    public let kind: ObjectKind
    /// The name, for people.
    public let name: String
}

/// An attribute with what it held.
public struct ReadAttribute: Sendable, Hashable, Encodable {
    /// The attribute.
    public let name: AttributeName
    /// The values that are text, in the order read; empty for one without values, and for a secret.
    public let values: [String]
    /// Whether there is a value that is shown to nobody.
    public let isSecret: Bool
}

/// How an object is a member of a group that a rule names.
public struct ExplainedMembership: Sendable, Hashable, Encodable {
    /// The way.
    public enum Way: String, Sendable, Hashable, Encodable, CaseIterable {
        /// It is no member.
        case none
        /// The group, or the object itself, says so.
        case direct
        /// The group is the object's primary group.
        case primary
        /// By way of a group that is a member, which counts only where the rule says so.
        case nested
    }

    /// The group as the rule names it.
    public let group: GroupSelector
    /// Whether the rule counts members of member groups.
    public let countsNested: Bool
    /// The way in which the object is a member, as far as it counts.
    public let way: Way
    /// For a nested membership the groups that the object is a direct member of, in ascending order.
    public let via: [String]
}

/// A rule of scope with what came of asking it.
public struct RuleOutcome: Sendable, Hashable, Encodable {
    /// Which list the rule is in.
    public enum List: String, Sendable, Hashable, Encodable, CaseIterable {
        /// ``Scope/include``
        case include
        /// ``Scope/exclude``
        case exclude
        /// ``Reconciler/functionalUsers``
        case functional
    }

    /// One condition with whether it is met.
    public struct Condition: Sendable, Hashable, Encodable {
        /// The condition as a phrase.
        public let text: String
        /// Whether it is met.
        public let holds: Bool
    }

    /// Which list it is in.
    public let list: List
    /// Its place in the list, counted from 1.
    public let number: Int
    /// The rule's conditions, each asked whatever the others say.
    public let conditions: [Condition]
    /// Whether all are met.
    public let holds: Bool
}

/// A field of the account that an object should have, and where its value comes from.
public struct MappedField: Sendable, Hashable, Encodable {
    /// The field.
    public let field: AccountField
    /// The value; of a secret only that there is one.
    public let value: FieldValue
    /// Where it comes from, as a phrase: `givenName and sn, then lower`.
    public let origin: String
    /// The attributes that it comes from.
    public let attributes: [AttributeName]
    /// Why, where a membership grants it, or its owner counts as disabled.
    public let reason: Reason?
}

/// How the account of an object was looked for.
public struct ExplainedMatch: Sendable, Hashable, Encodable {
    /// What came of it.
    public enum Outcome: String, Sendable, Hashable, Encodable, CaseIterable {
        /// An account is bound to the object.
        case bound
        /// An account that was bound to nobody is the object's.
        case adopted
        /// There is none.
        case notFound = "not-found"
        /// It cannot be told which account is the object's: none is touched.
        case unclear
    }

    /// What came of it.
    public let outcome: Outcome
    /// The steps that found an account; empty where none did.
    public let steps: [Matching.Step]
    /// The accounts found: one, or for ``Outcome/unclear`` those in question.
    public let accounts: [AccountID]
}

/// An account that belongs to an object, or to none.
public struct ExplainedAccount: Sendable, Hashable, Encodable {
    /// What is to become of an account that nobody should have.
    public struct Removal: Sendable, Hashable, Encodable {
        /// What the rules say.
        public let removal: Lifecycle.Removal
        /// Why nobody should have it.
        public let reason: Reason
    }

    /// The provider's name for it.
    public let id: AccountID
    /// What it is like.
    public let account: Account
    /// What is to become of it; nil where somebody should have it, where it is not managed, and where the directory was
    /// read in part.
    public let removal: Removal?
    /// Whether nobody should have it and it is left alone all the same, because this profile neither made nor adopted it.
    public let isUnmanaged: Bool
}

/// An operation of a plan with what holds it back.
public struct PlannedOperation: Sendable, Hashable, Encodable {
    /// The operation.
    public let operation: Operation
    /// The violations that hold it back; empty where it is to be done.
    public let heldBy: [Violation]

    /// Makes an operation of a plan.
    public init(_ operation: Operation, heldBy: [Violation] = []) {
        self.operation = operation
        self.heldBy = heldBy
    }
}

extension Plan {
    /// All operations, those to be done before those that are held, each with what holds it.
    public var allOperations: [PlannedOperation] {
        operations.map { PlannedOperation($0) }
            + held.map { held in PlannedOperation(held.operation, heldBy: held.violations.map { violations[$0] }) }
    }
}
