internal import DirectoryModel

/// Holds back the change of an account that would lose more than a number or a share of its delegates or members at once.
public struct MemberLimit: Rail, Hashable {
    /// The most that one account may lose; nil for no such limit.
    public var count: Int?
    /// The most that one account may lose as a percentage of those it has; nil for no such limit.
    public var percent: Double?
    /// From how many delegates or members on ``percent`` counts.
    public var minimumBase: Int

    /// Makes a limit.
    public init(count: Int? = nil, percent: Double? = nil, minimumBase: Int = 20) {
        self.count = count
        self.percent = percent
        self.minimumBase = minimumBase
    }

    /// Tells which accounts would lose too many, and how many.
    public func violations(in draft: PlanDraft) -> [Violation] {
        let threshold = Threshold(count: count, percent: percent, minimumBase: minimumBase)
        return draft.operations.compactMap { operation in
            guard let change = operation.changes.first(where: { $0.field == .delegates }),
                let (_, removed) = try? change.members(), !removed.isEmpty, case .list(let members) = change.old,
                let excess = threshold.excess(removed.count, of: members.count, "members", allowedBy: "limits.members")
            else { return nil }
            return Violation(
                rail: "limits.members", "\(operation.address) would lose \(removed.count) members: \(excess).",
                hold: .operations(operation.kind, of: [operation.address]))
        }
    }
}
