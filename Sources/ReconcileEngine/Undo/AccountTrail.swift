internal import DirectoryModel

/// What a run did to one account altogether, in however many steps.
struct AccountTrail {
    /// What a field was and became.
    struct Values {
        let old: FieldValue
        var new: FieldValue
        /// What it was on the way, as between the two steps of an operation.
        var between: [FieldValue] = []

        /// Whether a value is one that the run gave.
        func contains(_ value: FieldValue) -> Bool { value == new || between.contains(value) }
    }

    /// The account's primary address before the run, for one that the run made the one it got.
    let address: MailAddress
    /// The account; nil for one that was made without its answer having come.
    private(set) var id: AccountID?
    /// The account as the run made and left it; nil for one that there was before.
    private(set) var made: Account?
    /// The account that the run deleted.
    private(set) var former: Account?
    /// Whether the run deleted it.
    private(set) var isDeleted = false
    /// The fields that the run changed.
    private(set) var values: [AccountField: Values] = [:]
    /// Delegates that it gave and took away, by the addresses that they had after the run.
    private(set) var added: Set<MailAddress> = []
    private(set) var removed: Set<MailAddress> = []
    /// That the run made the account, or let it be used again.
    private(set) var evidence: PastOperation?

    /// The primary address after the run.
    var lastAddress: MailAddress {
        guard case .text(let text) = values[.address]?.new, let address = try? MailAddress(text) else { return address }
        return address
    }

    /// The accounts that a run has changed, in the order in which it came to them.
    static func trails(of run: PastRun) -> [AccountTrail] {
        var trails: [AccountTrail] = []
        var byID: [AccountID: Int] = [:]
        var byAddress: [MailAddress: Int] = [:]
        for past in run.operations {
            let operation = past.operation
            let isNew = operation.kind == .create
            let known = isNew ? nil : past.account.flatMap { byID[$0] } ?? byAddress[operation.address]
            let index = known ?? trails.count
            if known == nil { trails.append(AccountTrail(address: operation.address, id: past.account)) }
            // Only what the run makes itself is spoken of by its address.
            if isNew { byAddress[operation.address] = index }
            if let id = past.account {
                byID[id] = index
                trails[index].id = id
            }
            trails[index].take(past)
        }
        return trails
    }

    private init(address: MailAddress, id: AccountID?) {
        self.address = address
        self.id = id
    }

    private mutating func take(_ past: PastOperation) {
        let operation = past.operation
        switch operation.kind {
        case .create:
            made = operation.account
            evidence = past
        case .delete:
            former = operation.former
            isDeleted = true
        case .reactivate, .adopt, .update, .rename, .suspend:
            if operation.kind == .reactivate { evidence = past }
            if let made { self.made = (try? made.applying(operation.changes)) ?? made }
            for change in operation.changes { take(change) }
        }
    }

    private mutating func take(_ change: FieldChange) {
        guard change.field == .delegates else {
            var values = self.values[change.field] ?? Values(old: change.old, new: change.old)
            if values.new != values.old { values.between.append(values.new) }
            values.new = change.new
            self.values[change.field] = values
            return
        }
        guard let (came, went) = try? change.members() else { return }
        for member in came where removed.remove(member) == nil { added.insert(member) }
        for member in went where added.remove(member) == nil { removed.insert(member) }
    }
}
