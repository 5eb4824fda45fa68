import DirectoryModel
import ProviderClient
import ReconcileEngine

extension ProviderConformance {
    /// What becomes of accounts over time.
    static var lifecycleChecks: [Check] {
        [
            Check("a renamed account keeps its identity") { trial in
                try trial.need(.rename)
                try trial.need(.key)
                var person = try trial.person(1)
                let before = try await trial.converge([person])
                person.setAddresses(primary: try trial.address("renamed"), aliases: [person.address])
                let after = try await trial.converge([person])
                guard before.accounts.map(\.id) == after.accounts.map(\.id) else {
                    throw Disagreement("The account should keep its id, and has another.")
                }
            },
            Check("the primary address and an alias can change places") { trial in
                try trial.need(.rename)
                try trial.need(.key, .aliases)
                var person = try trial.person(1)
                try await trial.converge([person])
                let others = person.aliases.dropFirst()
                person.setAddresses(primary: person.aliases[0], aliases: [person.address] + others)
                try await trial.converge([person])
            },
            Check("an address that a rename released can be given to another") { trial in
                try trial.need(.rename)
                try trial.need(.key)
                var person = try trial.person(1)
                let released = person.address
                try await trial.converge([person])
                person.setAddresses(primary: try trial.address("renamed"), aliases: [])
                var other = try trial.person(2)
                other.setAddresses(primary: released, aliases: [])
                try await trial.converge([person, other])
            },
            Check("a suspended account keeps everything, and can be reactivated") { trial in
                try trial.need(.suspend, .reactivate)
                try trial.need(.active)
                let person = try trial.person(1)
                var suspended = person
                suspended.isActive = false
                let before = try await trial.converge([person])
                let between = try await trial.converge([suspended])
                let after = try await trial.converge([person])
                try trial.demand(after, is: before)
                guard before.accounts.map(\.id) == between.accounts.map(\.id) else {
                    throw Disagreement("The account should keep its id, and has another.")
                }
            },
            Check("a deleted account is gone, and its addresses can be given to another") { trial in
                try trial.need(.delete)
                try trial.need(.key)
                let (person, stays) = (try trial.person(1), try trial.person(2))
                let before = try await trial.converge([person, stays])
                try await trial.converge([stays], removal: .delete)
                var heir = try trial.person(3)
                heir.setAddresses(primary: person.address, aliases: person.aliases)
                let after = try await trial.converge([heir, stays], removal: .delete)
                guard Set(before.accounts.map(\.id)) != Set(after.accounts.map(\.id)) else {
                    throw Disagreement("The new account should have an id of its own, and has that of the deleted one.")
                }
            },
            Check("an alias moves to another account in one plan") { trial in
                try trial.need(.update)
                try trial.need(.aliases)
                var (from, to) = (try trial.person(1), try trial.person(2))
                try await trial.converge([from, to])
                let moving = from.aliases[0]
                from.setAddresses(primary: from.address, aliases: Array(from.aliases.dropFirst()))
                to.setAddresses(primary: to.address, aliases: to.aliases + [moving])
                try await trial.converge([from, to])
            },
            Check("operations on different accounts can run side by side") { trial in
                let people = try (0..<50).map(trial.person)
                let plan = try trial.plan(people, from: try await trial.observe())
                try await withThrowingTaskGroup { group in
                    for operation in plan.operations { group.addTask { try await trial.perform(operation) } }
                    try await group.waitForAll()
                }
                try trial.demand(try await trial.observe(), has: people)
            },
        ]
    }
}
