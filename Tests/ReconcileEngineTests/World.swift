import DirectoryModel
import ReconcileEngine
import TestSupport

/// A random directory and a random provider that share people, addresses and trouble.
struct World: Sendable {
    let seed: UInt64
    var users: [DirectoryUser] = []
    var groups: [DirectoryGroup] = PlanningTests.groups
    var contacts: [DirectoryContact] = []
    var accounts: [ObservedAccount] = []
    var rules: Reconciler
    var memory: Memory?
    let now = Timestamp(secondsSince1970: 1_800_000_000)

    static let removals: [Lifecycle.Removal] = [.suspend, .delete, .leave, .suspendThenDelete(days: 10)]

    static let groupRules = [
        GroupRule(.group, of: .groups(["g0", "g1"]), ownership: .own, missing: .delete),
        GroupRule(.functional, missing: .suspendThenDelete(days: 5)),
    ]

    init(seed: UInt64) {
        self.seed = seed
        var random = SeededGenerator(seed: seed)
        let names = (0..<30).map { "p\($0)" }
        let addresses = names.map { "\($0)@corp.example" } + (0..<10).map { "shared\($0)@corp.example" }
        rules = PlanningTests.rules {
            $0.lifecycle = Lifecycle(
                disabled: World.removals.randomElement(using: &random)!,
                outOfScope: World.removals.randomElement(using: &random)!,
                missing: World.removals.randomElement(using: &random)!)
            $0.management = Management.allCases.randomElement(using: &random)!
            $0.groups = World.groupRules.filter { _ in Bool.random(using: &random) }
            $0.matching = Bool.random(using: &random) ? Matching() : Matching([.externalID, .address, .alias, .link])
            $0.convertsKinds = Bool.random(using: &random)
            if Int.random(in: 0..<4, using: &random) == 0 { $0.switches = [.createAsDisabled, .deleteDisables] }
            $0.rails = []
            $0.mapping.organizationalUnit = Bool.random(using: &random) ? .distinguishedName : nil
        }
        var taken: Set<String> = []
        for name in names {
            if Int.random(in: 0..<10, using: &random) < 8 {
                var proxy = [
                    "SMTP:\(Int.random(in: 0..<6, using: &random) == 0 ? addresses.randomElement(using: &random)! : name + "@corp.example")"
                ]
                for _ in 0..<Int.random(in: 0..<3, using: &random) {
                    proxy.append("smtp:\(addresses.randomElement(using: &random)!)")
                }
                if Int.random(in: 0..<15, using: &random) == 0 { proxy[0] = "SMTP:not an address" }
                users.append(
                    Made.person(
                        name, proxy: proxy,
                        groups: ["Sooma_5GB", "Sooma_50GB", "Other", "g0", "g1", "g2", "g3"].filter { _ in
                            Bool.random(using: &random)
                        },
                        control: Int.random(in: 0..<6, using: &random) == 0 ? "514" : "512",
                        in: ["Staff", "Berlin,OU=Staff"].randomElement(using: &random)!,
                        more: [
                            "msExchDelegateListLink": names.filter { _ in Int.random(in: 0..<12, using: &random) == 0 }
                                .map { Made.dn($0).text }
                        ]))
            }
            if Int.random(in: 0..<10, using: &random) < 7 {
                let wanted =
                    ([name + "@corp.example"]
                    + (0..<Int.random(in: 0..<3, using: &random)).map { _ in
                        addresses.randomElement(using: &random)!
                    }).filter { taken.insert($0).inserted }
                if let first = wanted.first {
                    accounts.append(
                        Made.account(
                            name, address: first, aliases: Array(wanted.dropFirst()),
                            quota: [nil, .gigabytes(5), .gigabytes(50)].randomElement(using: &random)!,
                            isActive: Int.random(in: 0..<4, using: &random) > 0,
                            isBound: Int.random(in: 0..<5, using: &random) > 0))
                }
            }
        }
        rotateAddresses(using: &random)
        addGroups(addresses, &taken, using: &random)
        remember(using: &random)
    }

    /// Groups with mail addresses, some of them wanted by others too, and accounts for some of them.
    private mutating func addGroups(
        _ addresses: [String], _ taken: inout Set<String>, using random: inout SeededGenerator
    ) {
        groups.append(Made.group("Other"))
        for index in 0..<4 {
            let name = "g\(index)"
            let primary =
                Int.random(in: 0..<5, using: &random) == 0
                ? addresses.randomElement(using: &random)! : "\(name)@corp.example"
            if Int.random(in: 0..<5, using: &random) > 0 {
                groups.append(
                    Made.group(name, proxy: ["SMTP:\(primary)"], groups: index == 0 ? [] : ["g\(index - 1)"]))
            }
            guard Bool.random(using: &random), taken.insert("\(name)@corp.example").inserted else { continue }
            let delegates = accounts.filter { _ in Int.random(in: 0..<4, using: &random) == 0 }.map(\.account.address)
            accounts.append(
                ObservedAccount(
                    id: AccountID("id-\(name)"),
                    account: Account(
                        kind: [.functional, .group, .personal].randomElement(using: &random)!,
                        key: Bool.random(using: &random) ? Made.id("group \(name)") : nil,
                        address: Made.address("\(name)@corp.example"), name: name, delegates: delegates)))
        }
        contacts.append(
            DirectoryContact(
                id: Made.id("contact"), dn: Made.dn("contact"),
                attributes: AttributeValues(["memberOf": [Made.dn("g1", in: "Groups").text]])))
    }

    /// What an earlier run could have left behind, not all of it true any more.
    private mutating func remember(using random: inout SeededGenerator) {
        guard Bool.random(using: &random) else { return }
        var memory = Memory()
        for observed in accounts {
            if let key = observed.account.key, Int.random(in: 0..<4, using: &random) > 0 {
                memory.links[key] = observed.id
            } else if let user = users.randomElement(using: &random), Int.random(in: 0..<4, using: &random) == 0 {
                memory.links[user.id] = observed.id
            }
            if !observed.account.isActive {
                memory.suspensions[observed.id] = now.adding(days: -Int.random(in: 0..<20, using: &random))
            }
            if let some = observed.account.delegates.first { memory.delegations[observed.id] = [some] }
        }
        self.memory = memory
    }

    /// Lets some people swap their addresses, or pass them on in a circle of three.
    private mutating func rotateAddresses(using random: inout SeededGenerator) {
        let bound = accounts.filter { observed in
            observed.account.key != nil && users.contains { $0.id == observed.account.key }
        }
        guard bound.count >= 3 else { return }
        let circle = bound.shuffled(using: &random).prefix(Bool.random(using: &random) ? 2 : 3)
        for (one, next) in zip(circle, circle.dropFirst() + circle.prefix(1)) {
            guard let index = users.firstIndex(where: { $0.id == one.account.key }) else { continue }
            let name = String(one.id.rawValue.dropFirst(3))
            let addresses = next.account.addresses.map(\.text)
            users[index] = Made.person(
                name, proxy: ["SMTP:\(addresses[0])"] + addresses.dropFirst().map { "smtp:\($0)" },
                groups: ["Sooma_5GB"])
        }
    }

    func directory(incomplete: [Incompleteness] = []) -> DirectorySnapshot {
        DirectorySnapshot(users: users, groups: groups, contacts: contacts, incomplete: incomplete)
    }

    func plan(incomplete: [Incompleteness] = []) -> Plan {
        rules.plan(
            directory: directory(incomplete: incomplete), provider: ObservedState(accounts: accounts),
            remembering: memory, at: now)
    }

    /// The world after a plan has been carried out, with what is remembered of it.
    func after(_ plan: Plan) throws -> World {
        var world = self
        world.accounts = try ObservedState(accounts: accounts).applying(plan.operations).accounts
        guard var memory else { return world }
        for link in plan.recognized { memory.links[link.key] = link.id }
        for operation in plan.operations {
            let id = operation.id ?? AccountID("made-\(operation.address)")
            if let key = operation.account?.key { memory.links[key] = id }
            for change in operation.changes where operation.kind == .adopt && change.field == .key {
                if case .text(let key) = change.new, let key = ObjectID(text: key) { memory.links[key] = id }
            }
            if operation.kind == .delete { memory.links = memory.links.filter { $0.value != id } }
            try memory.follow(operation, on: id)
        }
        memory.suspensions = Dictionary(uniqueKeysWithValues: plan.pending.map { ($0.id, $0.since) })
        world.memory = memory
        return world
    }
}

extension World: Shrinkable, CustomStringConvertible {
    /// Half of the users or accounts is tried first.
    var smaller: [World] {
        func without<Element>(_ part: WritableKeyPath<World, [Element]>, _ range: Range<Int>) -> World {
            var world = self
            world[keyPath: part].removeSubrange(range)
            world.forgetDelegates()
            return world
        }
        func ones<Element>(_ part: WritableKeyPath<World, [Element]>) -> [World] {
            self[keyPath: part].indices.map { without(part, $0..<$0 + 1) }
        }
        func halves<Element>(_ part: WritableKeyPath<World, [Element]>) -> [World] {
            let count = self[keyPath: part].count
            return count < 4 ? [] : [without(part, 0..<count / 2), without(part, count / 2..<count)]
        }
        var worlds = halves(\.users) + halves(\.accounts)
        if memory != nil {
            var world = self
            world.memory = nil
            worlds.append(world)
        }
        return worlds + ones(\.users) + ones(\.accounts) + ones(\.groups) + ones(\.contacts)
    }

    /// Takes those out of delegates whose accounts are gone, as every provider does.
    private mutating func forgetDelegates() {
        let present = Set(accounts.flatMap(\.account.addresses))
        accounts = accounts.map { observed in
            var account = observed.account
            account.setDelegates(account.delegates.filter(present.contains))
            return ObservedAccount(id: observed.id, account: account)
        }
    }

    /// How many objects and accounts there are.
    var count: Int { users.count + groups.count + contacts.count + accounts.count }

    var description: String {
        let people = users.map { user in
            let names: [AttributeName] = ["proxyAddresses", "memberOf", "userAccountControl", "msExchDelegateListLink"]
            return "user \(user.dn) " + names.map { "\($0)=\(user.attributes[$0])" }.joined(separator: " ")
        }
        let mailboxes = accounts.map { "account \($0.id) \($0.account)" }
        return
            (["rules \(rules)"] + people + groups.map { "group \($0.dn)" } + mailboxes
            + [memory.map { "\($0)" } ?? "no memory"]).joined(separator: "\n")
    }
}

extension Memory {
    /// Takes note of delegates that an operation gives, takes and renames, as the state database does.
    fileprivate mutating func follow(_ operation: ReconcileEngine.Operation, on id: AccountID) throws {
        for delegate in operation.account?.delegates ?? [] { delegations[id, default: []].insert(delegate) }
        for change in operation.changes where change.field == .delegates {
            let (added, removed) = try change.members()
            delegations[id, default: []].formUnion(added)
            delegations[id, default: []].subtract(removed)
        }
        let new = operation.resultingAddress
        if operation.kind == .delete { delegations[id] = nil }
        guard operation.kind == .delete || operation.kind != .create && new != operation.address else { return }
        for (account, given) in delegations where given.contains(operation.address) {
            delegations[account]?.remove(operation.address)
            if operation.kind != .delete { delegations[account]?.insert(new) }
        }
    }
}
