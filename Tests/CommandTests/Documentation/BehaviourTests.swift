import SyncPlanKit
import Testing

/// The decision tables of `Documentation/Behaviour.md` are what the engine decides.
@Suite struct BehaviourTests {
    static let tables = Result { try PlayedTable.all(in: "Documentation/Behaviour.md") }

    @Test func theTablesAreThere() throws {
        let tables = try Self.tables.get()
        #expect(tables.count >= 10)
        #expect(tables.map(\.cells).reduce(0, +) >= 180)
        print("documentation: \(tables.count) decision tables with \(tables.map(\.cells).reduce(0, +)) cells")
    }

    @Test(arguments: try tables.get()) func everyCellIsTrue(_ table: PlayedTable) throws {
        let site = try Site(files: ["rules.yaml": table.text])
        let report = try RuleTestFile(path: site.path("rules.yaml")).run()
        #expect(report.hasPassed, "\(report.text())")
    }
}
