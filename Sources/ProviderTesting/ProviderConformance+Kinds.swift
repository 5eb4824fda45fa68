import DirectoryModel
import ProviderClient
import ReconcileEngine

extension ProviderConformance {
    /// What is asked of accounts that are more than a person's mailbox: kinds, delegates, signing in, adoption.
    static var kindChecks: [Check] { accountChecks + delegateChecks + adoptionChecks }

    private static let accountChecks = [
        Check("functional accounts and groups can be made") { trial in
            let kinds = [AccountKind.functional, .group].filter(trial.capabilities.kinds.contains)
            if kinds.isEmpty { throw NotApplicable(reason: "has personal accounts only") }
            for kind in kinds {
                var account = try trial.person(kind == .group ? 1 : 2)
                account.kind = kind
                try await trial.bring(account)
            }
        },
        Check("whether a second factor is asked for can be said when an account is made") { trial in
            try trial.need(.requiresMFA)
            for (number, flag) in [true, false, nil].enumerated() {
                var person = try trial.person(number)
                person.requiresMFA = flag
                let id = try await trial.bring(person).id
                let listed = try await trial.observe().accounts.first { $0.id == id }?.account
                // Nil leaves it to the provider.
                guard flag == nil || listed?.requiresMFA == flag else {
                    throw Disagreement("The second factor should be \(flag == true ? "on" : "off"), and is not.")
                }
            }
        },
        Check("a free attribute that is not spoken of stays as it is") { trial in
            try trial.need(.attribute(""))
            try trial.need(.update)
            var person = try trial.person(1)
            let names = (0..<3).map(trial.attribute)
            person.attributes = [names[0]: "1", names[1]: "2"]
            try await trial.bring(person)
            person.attributes = [names[1]: "two", names[2]: "3"]
            try await trial.bring(person)
            person.attributes = [names[0]: "1", names[1]: "two", names[2]: "3"]
            try trial.demand(try await trial.observe(), has: [person])
        },
    ]

    private static let delegateChecks = [
        Check("delegates are given one by one, and those that others gave stay") { trial in
            try trial.needDelegates()
            try trial.need(.update)
            let (people, account) = try await trial.accountWithDelegates([0, 1])
            // Planned from what is there now; meanwhile somebody adds one and removes another.
            let before = try await trial.observe()
            let current = before.accounts.first { $0.account.address == account.address }
            var planned = account
            planned.setDelegates([people[1], people[2]].map(\.address))
            let operation = try trial.operation(toBring: current, to: planned)
            var meanwhile = account
            meanwhile.setDelegates([people[0], people[3]].map(\.address))
            try await trial.bring(meanwhile)
            try await trial.perform(operation)
            planned.setDelegates([people[2], people[3]].map(\.address))
            try trial.demand(try await trial.observe(), has: people + [planned])
            guard try await trial.provider.apply(operation).wasAlreadyApplied else {
                throw Disagreement("The second time should be called done already, and was carried out.")
            }
        },
        Check("a delegate that is renamed shows under its new address") { trial in
            try trial.needDelegates()
            try trial.need(.key)
            try trial.need(.rename)
            var (people, account) = try await trial.accountWithDelegates([0, 1])
            people[0].setAddresses(primary: try trial.address("renamed"), aliases: people[0].aliases)
            try await trial.bring(people[0])
            account.setDelegates([people[0], people[1]].map(\.address))
            try trial.demand(try await trial.observe(), has: people + [account])
        },
        Check("an account that is deleted is nobody's delegate any more") { trial in
            try trial.needDelegates()
            try trial.need(.key)
            try trial.need(.delete)
            var (people, account) = try await trial.accountWithDelegates([0, 1])
            // As it is planned where nobody in the directory has that account.
            let its = try await trial.observe().accounts.filter { $0.account.address == people[0].address }
            let state = ObservedState(accounts: its, capabilities: trial.capabilities)
            try await trial.perform(try trial.operation(.delete, [], from: state, removal: .delete))
            people.removeFirst()
            account.setDelegates([people[0].address])
            try trial.demand(try await trial.observe(), has: people + [account])
        },
        Check("a delegate that does not exist is refused") { trial in
            try trial.needDelegates()
            try trial.need(.update)
            let (_, account) = try await trial.accountWithDelegates([0])
            let current = try await trial.observe().accounts.first { $0.account.address == account.address }
            var wanted = account
            wanted.setDelegates(account.delegates + [try trial.address("nobody")])
            try await trial.demandRefusal(try trial.operation(toBring: current, to: wanted), .refused, .stale)
            var other = try trial.person(9)
            other.kind = trial.delegatingKind
            other.setDelegates([try trial.address("nobody")])
            try await trial.demandRefusal(try trial.operation(toBring: nil, to: other), .refused, .stale)
        },
    ]

    private static let adoptionChecks = [
        Check("an account that belongs to nobody can be adopted") { trial in
            try trial.need(.adopt)
            try trial.need(.key, .name)
            var person = try trial.person(1)
            let key = person.key
            person.key = nil
            let id = try await trial.bring(person).id
            let current = try await trial.observe().accounts.first
            person.key = key
            person.name = "Adopted"
            let adoption = try trial.operation(toBring: current, to: person, isAdoption: true)
            let applied = try await trial.perform(adoption)
            guard applied.id == id else { throw Disagreement("The account should keep its id, and has another.") }
            try trial.demand(try await trial.observe(), has: [person])
            guard try await trial.provider.apply(adoption).wasAlreadyApplied else {
                throw Disagreement("The second time should be called done already, and was carried out.")
            }
        },
        Check("adopting an account that changed since, or that somebody else adopted, is refused") { trial in
            try trial.need(.adopt, .update)
            try trial.need(.key, .name)
            var person = try trial.person(1)
            let key = person.key
            person.key = nil
            try await trial.bring(person)
            func adoption(by key: ObjectID?) async throws -> Operation {
                person.key = key
                let current = try await trial.observe().accounts.first
                return try trial.operation(toBring: current, to: person, isAdoption: true)
            }
            let early = try await adoption(by: key)
            person.key = nil
            person.name = "Changed Name"
            try await trial.bring(person)
            try await trial.demandRefusal(early, .stale)
            let late = try await adoption(by: key)
            try await trial.perform(try await adoption(by: try trial.person(2).key))
            try await trial.demandRefusal(late, .stale)
        },
    ]
}

extension Trial {
    /// Makes four people and a functional account with some of them for delegates.
    fileprivate func accountWithDelegates(_ numbers: [Int]) async throws -> (people: [Account], account: Account) {
        let people = try (0..<4).map(person)
        for person in people { try await bring(person) }
        var account = try person(5)
        account.kind = delegatingKind
        account.setDelegates(numbers.map { people[$0].address })
        try await bring(account)
        return (people, account)
    }
}
