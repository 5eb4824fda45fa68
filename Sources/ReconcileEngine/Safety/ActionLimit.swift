internal import DirectoryModel

/// Holds back all operations of one kind where there are more than a number or a share of the accounts.
///
/// With ``Operation/Kind/create`` it is a cap on new accounts, which no rail has by default: a company that begins makes
/// all of them at once.
public struct ActionLimit: Rail, Hashable {
    /// What a limit is counted over: each part by itself, and only the part that passes it is held.
    public enum Partition: String, Sendable, Hashable, CaseIterable {
        /// The whole plan.
        case plan
        /// The accounts of one mail domain, by their primary addresses before the operation.
        case domain
        /// The accounts with one quota: the one they have, for creations the one they get.
        case quota
    }

    /// The kind of operation.
    public var kind: Operation.Kind
    /// The most operations; nil for no such limit.
    public var count: Int?
    /// The most operations as a percentage of the managed accounts of the part; nil for no such limit.
    public var percent: Double?
    /// What is counted by itself.
    public var per: Partition
    /// From how many managed accounts on ``percent`` counts: of three accounts, one is always a third.
    public var minimumBase: Int

    /// Makes a limit.
    public init(
        _ kind: Operation.Kind, count: Int? = nil, percent: Double? = nil, per: Partition = .plan, minimumBase: Int = 20
    ) {
        self.kind = kind
        self.count = count
        self.percent = percent
        self.per = per
        self.minimumBase = minimumBase
    }

    /// Tells which limit is passed, where, and by how much.
    public func violations(in draft: PlanDraft) -> [Violation] {
        switch per {
        case .plan:
            let number = draft.count(of: kind)
            return violation(number, of: draft.overview.managedAccounts, in: "", hold: .kind(kind)).map { [$0] } ?? []
        case .domain:
            return violations(in: draft, by: \.address.domain) { domain, _ in
                (" in \(domain)", .kindInDomain(kind, domain))
            }
        case .quota:
            return violations(in: draft, by: \.quota) { quota, operations in
                let name = quota.map { " with \($0)" } ?? " without a quota"
                return (" on accounts\(name)", .operations(kind, of: Set(operations.map(\.address))))
            }
        }
    }

    /// Counts each part by itself, in the order of their names.
    private func violations<Part: Hashable>(
        in draft: PlanDraft, by part: (Account) -> Part,
        describe: (Part, [Operation]) -> (name: String, hold: Hold)
    ) -> [Violation] {
        var planned: [Part: [Operation]] = [:]
        for (operation, account) in draft.subjects(of: draft.operations.filter { $0.kind == kind }) {
            planned[part(account), default: []].append(operation)
        }
        if planned.isEmpty { return [] }
        var bases: [Part: Int] = [:]
        for observed in draft.provider.accounts where observed.account.key != nil {
            bases[part(observed.account), default: 0] += 1
        }
        return planned.compactMap { part, operations in
            let (name, hold) = describe(part, operations)
            return violation(operations.count, of: bases[part] ?? 0, in: name, hold: hold)
        }.sorted { $0.text < $1.text }
    }

    private func violation(_ number: Int, of base: Int, in part: String, hold: Hold) -> Violation? {
        let rail = "limits.\(kind.rawValue)"
        return Threshold(count: count, percent: percent, minimumBase: minimumBase)
            .excess(number, of: base, "accounts", allowedBy: rail)
            .map {
                Violation(rail: rail, "\(number) operations of the kind \(kind.rawValue)\(part): \($0).", hold: hold)
            }
    }
}
