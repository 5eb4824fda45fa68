public import DirectoryModel

/// Never suspends, deletes or renames the account of a user who administers the directory.
///
/// Whoever can lock an administrator out by moving an object in the tree should not be able to do it unseen.
public struct PrivilegedAccounts: Rail, Hashable {
    /// Whether users count whom Active Directory marks with `adminCount` = 1 (MS-ADTS section 3.1.1.6.1.2): those who are
    /// in a protected group of the directory, or once were.
    public var byAdminCount: Bool
    /// Groups whose members count too.
    public var groups: [MemberOf]

    /// Makes the rail; by default for users whom the directory marks.
    public init(byAdminCount: Bool = true, groups: [MemberOf] = []) {
        self.byAdminCount = byAdminCount
        self.groups = groups
    }

    /// The mark.
    public var attributes: [AttributeName] { byAdminCount ? ["adminCount"] : [] }

    /// Tells which privileged accounts the plan would take away or rename.
    public func violations(in draft: PlanDraft) -> [Violation] {
        if !byAdminCount && groups.isEmpty { return [] }
        let threatening = draft.operations.filter { operation in
            operation.kind == .suspend || operation.kind == .delete
                || operation.kind != .create && operation.resultingAddress != operation.address
        }
        let users = draft.users(of: threatening)
        if users.isEmpty { return [] }
        var membership = membership(in: draft.directory)
        var found: [Int] = []
        return threatening.compactMap { operation in
            guard let user = operation.id.flatMap({ users[$0] }) else { return nil }
            membership.collect(user, into: &found)
            let reason: String
            if byAdminCount, user.attributes.first("adminCount") == "1" {
                reason = "adminCount is 1"
            } else if !found.isEmpty {
                reason = "a member of \(groups.map(\.group.text).joined(separator: " or "))"
            } else {
                return nil
            }
            return Violation(
                rail: "limits.privileged",
                "\(operation.address) belongs to an administrator (\(reason)): its \(operation.kind.rawValue) is held back.",
                hold: .operations(operation.kind, of: [operation.address]))
        }
    }

    private func membership(in directory: DirectorySnapshot) -> Membership {
        let resolution = GroupResolution(groups.map(\.group), in: directory)
        return Membership(
            of: groups.compactMap { wanted in resolution.positions[wanted.group].map { ($0, wanted.isNested) } },
            in: directory)
    }
}
