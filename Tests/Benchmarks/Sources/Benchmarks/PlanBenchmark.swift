import DirectoryModel
import Foundation
import JoinFloor
@_spi(Benchmarks) import ReconcileEngine

/// Planning in memory, and its middle part, the join, against the same join written by hand in C++.
enum PlanBenchmark {
    static func run(users: Int, rounds: Int) throws {
        print("plan: \(users) users and \(users) accounts in memory, \(rounds) rounds")
        var table = Table(
            "changed", "plan", "peak", "of it the states", "join", "to C++ arena", "to C++ strings", "operations")
        for percent in [0, 1, 100] {
            let plans = try (0..<rounds).map { _ in try measureOneself(["plan-once", "\(users)", "\(percent)"]) }
            let values = plans.map { numbers(in: $0.output) }
            let joins = numbers(in: try measureOneself(["join-once", "\(users)", "\(percent)", "\(rounds)"]).output)
            table.add(
                "\(percent)%", seconds(median(values.map { $0[0] })), mebibytes(median(plans.map(\.peak))),
                mebibytes(median(values.map { $0[1] })), seconds(joins[0]), ratio(joins[1]), ratio(joins[2]),
                "\(Int(values[0][2]))")
        }
        table.show()
    }

    /// One plan in a process of its own; prints its seconds, the memory that the two states took, and how many
    /// operations there are.
    static func plan(users: Int, percent: Int) throws {
        let states = MadeStates(users: users)
        let provider = try states.provider(changing: percent)
        let before = residentMemory()
        let (time, plan) = timed { states.reconciler.plan(directory: states.directory, provider: provider) }
        print(time, before, plan.operations.count)
        exit(0)
    }

    /// The three joins of the same accounts, in turns; prints the seconds of the engine's and its ratios to the others.
    static func join(users: Int, percent: Int, rounds: Int) throws {
        let states = MadeStates(users: users)
        let provider = try states.provider(changing: percent)
        let desired = states.reconciler.desiredState(directory: states.directory)
        let (wanted, there) = (floor_arena_make(), floor_arena_make())
        let (wantedStrings, thereStrings) = (floor_strings_make(), floor_strings_make())
        for desired in desired.accounts {
            withRow(desired.account) {
                floor_arena_add(wanted, $0)
                floor_strings_add(wantedStrings, $0)
            }
        }
        for observed in provider.accounts {
            withRow(observed.account) {
                floor_arena_add(there, $0)
                floor_strings_add(thereStrings, $0)
            }
        }
        var own: [Double] = []
        var toArena: [Double] = []
        var toStrings: [Double] = []
        for _ in 0..<rounds {
            let (arena, arenaCount) = timed { floor_arena_join(wanted, there) }
            let (time, count) = timed { states.reconciler.countDifferences(between: desired, and: provider) }
            let (strings, stringsCount) = timed { floor_strings_join(wantedStrings, thereStrings) }
            guard count == arenaCount, count == stringsCount else {
                throw ProgramFailure(description: "the joins differ: \(count), \(arenaCount), \(stringsCount)")
            }
            own.append(time)
            toArena.append(time / arena)
            toStrings.append(time / strings)
        }
        print(median(own), median(toArena), median(toStrings))
        exit(0)
    }

    /// The account as the row of a floor: the key and six fields.
    private static func withRow(_ account: Account, _ body: (UnsafePointer<floor_text>) -> Void) {
        let texts = [
            account.key?.text ?? "", account.address.text, account.aliases.map(\.text).joined(separator: " "),
            account.name ?? "", account.givenName ?? "", account.familyName ?? "", account.mobile ?? "",
        ]
        var bytes = texts.flatMap { $0.utf8 }
        bytes.withUnsafeMutableBufferPointer { buffer in
            var start = 0
            let row = texts.map { text in
                defer { start += text.utf8.count }
                return floor_text(bytes: buffer.baseAddress.map { UnsafePointer($0 + start) }, count: text.utf8.count)
            }
            row.withUnsafeBufferPointer { row in if let row = row.baseAddress { body(row) } }
        }
    }

    /// Processor time.
    ///
    /// Planning and joining have one thread and wait for nothing, so on a quiet machine it is the time on the clock.
    static func timed<Value>(_ body: () -> Value) -> (seconds: Double, value: Value) {
        let start = clock()
        let value = body()
        return (Double(clock() - start) / Double(CLOCKS_PER_SEC), value)
    }

    /// The memory that the process has just now, in MiB; 0 where the system does not say.
    private static func residentMemory() -> Double {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
        let kibibytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Double($0) }
        return (kibibytes ?? 0) / 1024
    }
}
