import Foundation

let words = CommandLine.arguments.dropFirst()
let usage =
    "usage: Tests/Benchmarks/run [read|changes|plan|run|groups|scim|all] [N]   (N users or groups; 20000 unless given)\n"

func number(_ position: Int) -> Int? {
    guard position < CommandLine.arguments.count else { return nil }
    return Int(CommandLine.arguments[position]).flatMap { $0 < 0 ? nil : $0 }
}

let what = words.first ?? "all"
do {
    switch (what, number(2) ?? (words.count < 2 ? 20_000 : nil)) {
    case ("read", let users?): try ReadBenchmark.run(users: users, pairs: 7)
    case ("changes", let users?): try await ChangesBenchmark.run(users: users, rounds: 5)
    case ("plan", let users?): try PlanBenchmark.run(users: users, rounds: 5)
    case ("run", let users?): try RunBenchmark.run(users: users, pairs: 5)
    case ("groups", let groups?): try GroupBenchmark.run(groups: groups, rounds: 3)
    case ("scim", let users?): try SCIMBenchmark.run(users: users, pairs: 5)
    case ("all", let users?):
        try ReadBenchmark.run(users: users, pairs: 7)
        try await ChangesBenchmark.run(users: users, rounds: 5)
        try PlanBenchmark.run(users: users, rounds: 5)
        try RunBenchmark.run(users: users, pairs: 5)
        try GroupBenchmark.run(groups: users, rounds: 3)
        try SCIMBenchmark.run(users: users, pairs: 5)
    // What follows runs in processes of their own, one for each measurement.
    case ("serve", let users?): try Server.serve(users: users)
    case ("read-once", _):
        try await ReadBenchmark.once(url: CommandLine.arguments[2], users: number(3) ?? 0)
    case ("plan-once", let users?): try PlanBenchmark.plan(users: users, percent: number(3) ?? 0)
    case ("join-once", let users?):
        try PlanBenchmark.join(users: users, percent: number(3) ?? 0, rounds: number(4) ?? 5)
    case ("groups-once", let groups?):
        GroupBenchmark.once(groups: groups, GroupBenchmark.Graph(rawValue: CommandLine.arguments[3]) ?? .web)
    case ("scim-serve", let port?): try LeastSCIMServer.serve(port: port)
    case ("scim-post-once", _):
        try await SCIMBenchmark.post(url: CommandLine.arguments[2], users: number(3) ?? 0)
    case ("scim-apply-once", _):
        try await SCIMBenchmark.apply(url: CommandLine.arguments[2], users: number(3) ?? 0)
    case ("scim-memory-once", _): try await SCIMBenchmark.memory(url: CommandLine.arguments[2])
    default:
        FileHandle.standardError.write(Data(usage.utf8))
        exit(64)
    }
} catch {
    FileHandle.standardError.write(Data("benchmarks: \(error)\n".utf8))
    exit(1)
}
