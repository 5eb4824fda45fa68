public import DirectoryModel

/// One thing to do at the provider, with everything needed to review it, to do it, and to see that it still fits.
///
/// Operations come from ``Reconciler`` or from a plan file. Those that take an account away from somebody, by suspending
/// or deleting it, can be built only with the proof that the directory was read completely.
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
    public let id: AccountID?
    /// The account's primary address before the operation; for ``Kind/create`` the one it gets.
    public let address: MailAddress
    /// The account to make; nil for all but ``Kind/create``.
    public let account: Account?
    /// What changes, in the order of ``AccountField``; empty for ``Kind/create`` and ``Kind/delete``.
    public let changes: [FieldChange]
    /// Why, most important first; never empty.
    public let reasons: [Reason]
    /// What must still be true.
    public let precondition: Precondition
    /// When it may run: an operation runs after all those of lower stages, because it claims an address that one of
    /// them releases.
    ///
    /// Operations of one stage do not depend on each other.
    public let stage: Int

    init(
        kind: Kind, id: AccountID?, address: MailAddress, account: Account? = nil, changes: [FieldChange] = [],
        reasons: [Reason], precondition: Precondition, stage: Int = 0
    ) {
        self.kind = kind
        self.id = id
        self.address = address
        self.account = account
        self.changes = changes
        self.reasons = reasons
        self.precondition = precondition
        self.stage = stage
    }

    /// The same operation at another stage.
    func at(stage: Int) -> Operation {
        Operation(
            kind: kind, id: id, address: address, account: account, changes: changes, reasons: reasons,
            precondition: precondition, stage: stage)
    }

    /// The same operation on an account that has been made by now.
    public func on(_ id: AccountID) -> Operation {
        Operation(
            kind: kind, id: id, address: address, account: account, changes: changes, reasons: reasons,
            precondition: precondition, stage: stage)
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
    /// The proof says that the directory was read completely.
    static func suspend(
        _ observed: ObservedAccount, because reasons: [Reason], fields: AccountFields, proof: CompletenessProof
    ) -> Operation {
        Operation(
            kind: .suspend, id: observed.id, address: observed.account.address,
            changes: [FieldChange(.active, from: .flag(true), to: .flag(false))], reasons: reasons,
            precondition: .unchanged(Fingerprint(of: observed.account, fields: fields)))
    }

    /// Deletes an account.
    ///
    /// The proof says that the directory was read completely.
    static func delete(
        _ observed: ObservedAccount, because reasons: [Reason], fields: AccountFields, proof: CompletenessProof
    ) -> Operation {
        Operation(
            kind: .delete, id: observed.id, address: observed.account.address, reasons: reasons,
            precondition: .unchanged(Fingerprint(of: observed.account, fields: fields)))
    }
}
