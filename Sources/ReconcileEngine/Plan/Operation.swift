public import DirectoryModel

/// One thing to do at the provider, with everything needed to review it, to do it, and to see that it still fits.
///
/// Operations come from ``Reconciler`` or from a plan file. Those that take an account away from somebody, by suspending
/// or deleting it, can be built only with the proof that the directory was read completely, or with that of the journal
/// that a run of this profile gave what is taken away.
public struct Operation: Sendable, Hashable, Codable {
    /// What is done to the account.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        /// A new account is made.
        case create
        /// An account that nobody made by these rules is bound to a directory object; other fields may change with it.
        case adopt
        /// Some fields change; the primary address and being active do not.
        case update
        /// The primary address changes, and other fields may change with it. Data and identity stay.
        case rename
        /// The account can no longer be used. Data and addresses stay.
        case suspend
        /// A suspended account can be used again; other fields may change with it.
        case reactivate
        /// The account and what it holds are removed for good.
        case delete
    }

    /// What is done.
    public let kind: Kind
    /// The provider's name for the account; nil for ``Kind/create``, and for a change of an account that an earlier
    /// operation of the same plan makes: whoever carries out the plan puts in what that one answered.
    public private(set) var id: AccountID?
    /// The account's primary address before the operation; for ``Kind/create`` the one it gets.
    public let address: MailAddress
    /// The account to make; nil for all but ``Kind/create``.
    public private(set) var account: Account?
    /// What a deletion takes away, as it was when the plan was made and without its password, so that it can be made
    /// again; nil for all but ``Kind/delete``.
    public let former: Account?
    /// What changes, in the order of ``AccountField``; empty for ``Kind/create`` and ``Kind/delete``.
    public let changes: [FieldChange]
    /// Why, most important first; never empty.
    public let reasons: [Reason]
    /// What must still be true.
    public let precondition: Precondition
    /// How many operations have to be done before it at least, one after the other: 0 where it waits for none.
    ///
    /// It is what the order of a plan goes by; what an operation really waits for is ``after``.
    public internal(set) var stage: Int
    /// The operations that must have ended before it begins, by their numbers in the plan (``Plan/Step/position``),
    /// ascending; nil where it waits for none.
    ///
    /// One releases an address that it claims, makes the account that it changes or names as a delegate, or is the first
    /// half of the same change. All of them have lower stages.
    public internal(set) var after: [Int]?

    init(
        kind: Kind, id: AccountID?, address: MailAddress, account: Account? = nil, former: Account? = nil,
        changes: [FieldChange] = [], reasons: [Reason], precondition: Precondition, stage: Int = 0
    ) {
        self.kind = kind
        self.id = id
        self.address = address
        self.account = account
        self.former = former
        self.changes = changes
        self.reasons = reasons
        self.precondition = precondition
        self.stage = stage
    }

    /// The same operation without its place in a plan.
    var unordered: Operation {
        var operation = self
        operation.stage = 0
        operation.after = nil
        return operation
    }

    /// The same operation in a plan in which the operations have other numbers; those without one are not waited for.
    package func renumbered(_ number: (Int) -> Int?) -> Operation {
        guard let after else { return self }
        var operation = self
        let numbers = after.compactMap(number).sorted()
        operation.after = numbers.isEmpty ? nil : numbers
        return operation
    }

    /// The same operation on an account that has been made by now.
    public func on(_ id: AccountID) -> Operation {
        var operation = self
        operation.id = id
        return operation
    }

    /// The same creation of an account that has a password; any other operation as it is.
    public func giving(_ hash: PasswordHash) -> Operation {
        var operation = self
        operation.account?.passwordHash = hash
        return operation
    }

    /// Whether somebody loses something by it: access, data, an address, or room.
    public var isDestructive: Bool {
        kind == .suspend || kind == .delete || changes.contains(where: \.takesAway)
    }

    /// The primary address after the operation.
    public var resultingAddress: MailAddress {
        guard let change = changes.first(where: { $0.field == .address }),
            case .text(let text) = change.new, let address = try? MailAddress(text)
        else { return address }
        return address
    }
}

extension Operation {
    package static func create(_ account: Account, because reasons: [Reason]) -> Operation {
        Operation(
            kind: .create, id: nil, address: account.address, account: account, reasons: reasons, precondition: .absent)
    }

    /// Changes other than taking the account away: an adoption, or an update, a rename or a reactivation, whichever the
    /// fields tell.
    package static func change(
        _ observed: ObservedAccount, _ changes: [FieldChange], isAdoption: Bool = false, because reasons: [Reason],
        fields: AccountFields
    ) -> Operation {
        let kind: Kind =
            isAdoption
            ? .adopt
            : changes.contains { $0.field == .active }
                ? .reactivate
                : changes.contains { $0.field == .address } ? .rename : .update
        return Operation(
            kind: kind, id: observed.id, address: observed.account.address, changes: changes, reasons: reasons,
            precondition: .unchanged(Fingerprint(of: observed.account, fields: fields)))
    }

    /// Changes an account that an earlier operation of the same plan makes.
    static func change(
        made account: Account, _ changes: [FieldChange], because reasons: [Reason], fields: AccountFields
    ) -> Operation {
        Operation(
            kind: .update, id: nil, address: account.address, changes: changes, reasons: reasons,
            precondition: .unchanged(Fingerprint(of: account, fields: fields)))
    }

    /// Suspends an account.
    ///
    /// The proof says why it may be taken away.
    ///
    /// - Parameter further: what changes with it.
    static func suspend(
        _ observed: ObservedAccount, with further: [FieldChange] = [], because reasons: [Reason], fields: AccountFields,
        proof: some RemovalProof
    ) -> Operation {
        Operation(
            kind: .suspend, id: observed.id, address: observed.account.address,
            changes: further + [FieldChange(.active, from: .flag(true), to: .flag(false))], reasons: reasons,
            precondition: .unchanged(Fingerprint(of: observed.account, fields: fields)))
    }

    /// Deletes an account.
    ///
    /// The proof says why it may be taken away.
    static func delete(
        _ observed: ObservedAccount, because reasons: [Reason], fields: AccountFields, proof: some RemovalProof
    ) -> Operation {
        var former = observed.account
        former.passwordHash = nil
        return Operation(
            kind: .delete, id: observed.id, address: observed.account.address, former: former, reasons: reasons,
            precondition: .unchanged(Fingerprint(of: observed.account, fields: fields)))
    }
}
