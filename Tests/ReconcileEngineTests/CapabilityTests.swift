import DirectoryModel
import ReconcileEngine
import TestSupport
import Testing

/// What a provider cannot hold or do is no difference, and is told.
@Suite struct CapabilityTests {
    private static let mapping = AccountMapping(
        addresses: .proxyAddresses("proxyAddresses", fallback: nil), name: .attribute("displayName"))
    private static let directory = DirectorySnapshot(
        users: [Made.person("ana", groups: ["desk"])], groups: [Made.group("desk", proxy: ["SMTP:desk@corp.example"])])

    @Test func kindsThatTheProviderDoesNotHaveAreLeftOut() {
        let rules = Reconciler(mapping: Self.mapping, groups: [GroupRule()], rails: [])
        let state = ObservedState(accounts: [], capabilities: ProviderCapabilities(kinds: [.personal]))
        let plan = rules.plan(directory: Self.directory, provider: state)
        #expect(plan.operations.map(\.address.text) == ["ana@corp.example"])
        let texts = plan.findings.filter { $0.code == .unsupported }.map(\.text)
        #expect(
            texts == ["The provider has no functional accounts: 1 are left out, among them desk@corp.example."])
    }

    @Test func whatGroupsCannotHoldIsNoDifference() {
        let rules = Reconciler(mapping: Self.mapping, groups: [GroupRule(.group)], rails: [])
        let people = [Made.account("ana")]
        var desk = Account(kind: .group, key: Made.id("group desk"), address: Made.address("desk@corp.example"))
        desk.setDelegates([Made.address("ana@corp.example")])
        let accounts = people + [ObservedAccount(id: AccountID("desk"), account: desk)]
        func changes(_ groupFields: AccountFields?) -> [AccountField] {
            let state = ObservedState(accounts: accounts, capabilities: ProviderCapabilities(groupFields: groupFields))
            return rules.plan(directory: Self.directory, provider: state).operations.flatMap { $0.changes.map(\.field) }
        }
        #expect(changes([.kind, .key, .address, .delegates]) == [])
        // Where a group has a name, the missing one is put there.
        #expect(changes(nil) == [.name])
    }
}
