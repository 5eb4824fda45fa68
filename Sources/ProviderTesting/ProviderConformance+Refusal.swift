import DirectoryModel
import ProviderClient
import ReconcileEngine

extension ProviderConformance {
    /// What should be refused, without a change.
    static var refusalChecks: [Check] {
        [
            Check("a second account for the same directory object is refused") { trial in
                try trial.need(.key)
                let empty = try await trial.observe()
                var person = try trial.person(1)
                let first = try trial.operation(.create, [person], from: empty)
                person.setAddresses(primary: try trial.address("elsewhere"), aliases: [])
                let second = try trial.operation(.create, [person], from: empty)
                try await trial.perform(first)
                try await trial.demandRefusal(second, .stale, .addressTaken, .refused)
            },
            Check("an account with an address that somebody has is refused") { trial in
                let empty = try await trial.observe()
                let owner = try trial.person(1)
                let aliases = trial.capabilities.fields.contains(.aliases)
                var rivals: [Operation] = []
                for (taken, number) in zip([owner.address] + (aliases ? owner.aliases : []), 2...) {
                    var rival = try trial.person(number)
                    rival.setAddresses(primary: taken, aliases: [])
                    rivals.append(try trial.operation(.create, [rival], from: empty))
                    if aliases {
                        rival.setAddresses(primary: try trial.address("rival"), aliases: [taken])
                        rivals.append(try trial.operation(.create, [rival], from: empty))
                    }
                }
                try await trial.perform(try trial.operation(.create, [owner], from: empty))
                for rival in rivals { try await trial.demandRefusal(rival, .stale, .addressTaken) }
            },
            Check("a change to an address that somebody has is refused") { trial in
                try trial.need(.update)
                try trial.need(.aliases)
                let person = try trial.person(1)
                let before = try await trial.converge([person])
                var claiming = person
                claiming.setAddresses(primary: person.address, aliases: [try trial.address("wanted")])
                let claim = try trial.operation(.update, [claiming], from: before)
                var other = try trial.person(2)
                other.setAddresses(primary: try trial.address("wanted"), aliases: [])
                try await trial.converge([person, other])
                try await trial.demandRefusal(claim, .addressTaken, .stale)
            },
            Check("an operation on an account that changed since is refused") { trial in
                try trial.need(.name)
                var person = try trial.person(1)
                let before = try await trial.converge([person])
                person.name = "Changed Name"
                var operations: [Operation] = []
                for kind in [Operation.Kind.update, .suspend, .delete, .rename]
                where trial.capabilities.operations.contains(kind) {
                    if let operation = try Self.operation(kind, on: try trial.person(1), trial, before) {
                        operations.append(operation)
                    }
                }
                try await trial.converge([person])
                for operation in operations { try await trial.demandRefusal(operation, .stale) }
            },
            Check("a change to an account that is gone is refused") { trial in
                try trial.need(.delete)
                try trial.need(.key)
                let person = try trial.person(1)
                let before = try await trial.converge([person, try trial.person(2)])
                var operations: [Operation] = []
                for kind in [Operation.Kind.update, .suspend, .rename]
                where trial.capabilities.operations.contains(kind) {
                    if let operation = try Self.operation(kind, on: person, trial, before) {
                        operations.append(operation)
                    }
                }
                try await trial.converge([try trial.person(2)], removal: .delete)
                for operation in operations { try await trial.demandRefusal(operation, .stale) }
            },
        ]
    }

    /// An operation of a kind on one account of a state; nil where the provider cannot hold what it changes.
    static func operation(
        _ kind: Operation.Kind, on person: Account, _ trial: Trial, _ state: ObservedState
    ) throws -> Operation? {
        var person = person
        var others = state.accounts.map(\.account).filter { $0.address != person.address }
        var removal = Lifecycle.Removal.leave
        switch kind {
        case .create, .adopt: return nil
        case .update:
            guard trial.capabilities.fields.contains(.familyName) else { return nil }
            person.familyName = "Other"
        case .rename:
            guard trial.capabilities.fields.contains(.key) else { return nil }
            person.setAddresses(primary: try trial.address("other"), aliases: [])
        case .suspend: person.isActive = false
        case .reactivate: person.isActive = true
        case .delete:
            guard trial.capabilities.fields.contains(.key) else { return nil }
            removal = .delete
        }
        if kind != .delete { others.append(person) }
        return try trial.operation(kind, others, from: state, removal: removal)
    }
}
