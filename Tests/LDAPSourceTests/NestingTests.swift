import DirectoryModel
import LDAPSource
import ReconcileEngine
import TestSupport
import Testing

/// Members of member groups: the closure of what was read finds whom Active Directory's own rule finds.
@Suite(.enabled(if: SambaDomain.isInstalled)) struct NestingTests {
    @Test(arguments: [("Finance", 3), ("Payroll", 4), ("Ring A", 2), ("Ring B", 2), ("Everyone", 1)])
    func theClosureFindsWhomTheServerFinds(_ group: String, people: Int) async throws {
        let configuration = try Company.domain().configuration()
        let reconciler = Reconciler(scope: Scope(include: [ScopeRule(MemberOf(GroupSelector(group), nested: true))]))
        let snapshot = try await LDAPDirectory(configuration).read(reconciler.readRequest)
        let own = Set(reconciler.desiredState(directory: snapshot).accounts.compactMap(\.account.key))

        var asking = configuration
        let name = "CN=\(group),OU=Groups,OU=Corp,\(SambaDomain.base)"
        asking.peopleFilter = "(memberOf:1.2.840.113556.1.4.1941:=\(name))"
        let found = try await LDAPDirectory(asking).read(ReadRequest(attributes: .only(["cn"]), kinds: [.user]))
        #expect(own == Set(found.users.map(\.id)))
        #expect(own.count == people)
    }
}
