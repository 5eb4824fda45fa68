import DirectoryModel
import Foundation
import ReconcileEngine
import TestSupport

/// Groups in groups: random graphs with ten memberships a group and circles everywhere, closed by planning.
enum GroupBenchmark {
    /// How the groups hang together.
    enum Graph: String, CaseIterable {
        /// Every group may be a member of every other one: nearly all of them are in one circle.
        case web
        /// A group is a member of ten others of its hundred.
        case clusters
    }

    static func run(groups: Int, rounds: Int) throws {
        print("groups: \(groups) groups with \(groups * 10) memberships in groups, \(rounds) rounds")
        var table = Table("rules", "graph", "users", "plan", "peak", "operations")
        for graph in Graph.allCases {
            let runs = try (0..<rounds).map { _ in try measureOneself(["groups-once", "\(groups)", graph.rawValue]) }
            let values = runs.map { numbers(in: $0.output) }
            table.add(
                graph == .web ? "five nested groups as scope" : "each group a functional account", graph.rawValue,
                "\(Int(values[0][1]))", seconds(median(values.map { $0[0] })), mebibytes(median(runs.map(\.peak))),
                "\(Int(values[0][2]))")
        }
        table.show()
    }

    /// One plan in a process of its own; prints its seconds, how many users there are, and how many operations.
    static func once(groups: Int, _ graph: Graph) {
        let rules: Reconciler =
            switch graph {
            case .web:
                Reconciler(
                    scope: Scope(include: (0..<5).map { ScopeRule(MemberOf(GroupSelector("g\($0)"), nested: true)) }),
                    rails: [])
            case .clusters: Reconciler(groups: [GroupRule(nested: true)], rails: [])
            }
        let users = graph == .web ? groups : groups / 10
        let directory = directory(groups, users, graph, reading: rules.readRequest)
        let (time, plan) = PlanBenchmark.timed {
            rules.plan(directory: directory, provider: ObservedState(accounts: []))
        }
        print(time, users, plan.operations.count)
        exit(0)
    }

    private static func directory(
        _ groups: Int, _ users: Int, _ graph: Graph, reading request: ReadRequest
    ) -> DirectorySnapshot {
        var random = SeededGenerator(seed: 3)
        var builder = SnapshotBuilder(source: "made", schema: .activeDirectory, attributes: request.attributes)
        builder.beginSearch("made")
        func add(_ name: AttributeName, _ value: some Collection<UInt8>) {
            guard let slot = builder.attributes.slot(of: name) else { return }
            builder.append(Array(value).span, to: slot)
        }
        func addEntry(_ name: String, _ kind: ObjectKind, memberOf parents: [Int]) {
            builder.beginEntry(dn: dn(name), kind: kind)
            add("objectGUID", (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) })
            add("cn", name.utf8)
            add("displayName", name.utf8)
            add("proxyAddresses", "SMTP:\(name)@corp.example".utf8)
            for parent in parents { add("memberOf", dn("g\(parent)").utf8) }
            builder.endEntry()
        }
        func parents(of group: Int, _ count: Int) -> [Int] {
            let range = graph == .web ? 0..<groups : (group / 100 * 100)..<min(groups, group / 100 * 100 + 100)
            return (0..<count).map { _ in Int.random(in: range, using: &random) }
        }
        for group in 0..<groups { addEntry("g\(group)", .group, memberOf: parents(of: group, 10)) }
        for user in 0..<users {
            addEntry("u\(user)", .user, memberOf: parents(of: Int.random(in: 0..<groups, using: &random), 1))
        }
        builder.endSearch(pages: 1)
        return builder.finish()
    }

    private static func dn(_ name: String) -> String { "CN=\(name),OU=Groups,DC=corp,DC=example" }
}
