internal import DirectoryModel

/// Collects who works with which account, while users go by: members of groups, and the delegates that users name.
///
/// Nobody without an account of their own is a delegate (requirement ZI11): such members are left out and listed.
struct Delegations {
    /// Somebody who is to be a delegate.
    enum Person: Hashable {
        /// Who has an account, by its key.
        case account(ObjectID)
        /// Who has none, and why, for people.
        case leftOut(name: String, why: String)
    }

    private let snapshot: DirectorySnapshot
    /// The first position in memberships that is a selected group's.
    private let firstTarget: Int
    /// For each selected group its members.
    private(set) var members: [[Person]]
    /// Members that the groups list and that no user has been seen for, with the groups that list them.
    private var unseen: [String: (text: String, targets: [Int])] = [:]
    /// Whom users name as delegates: for each user's identity the canonical names.
    private var named: [ObjectID: [String]] = [:]
    /// Those who are named, once they have gone by.
    private var people: [String: Person?] = [:]
    /// The addresses that the accounts of members and delegates are to have.
    private(set) var addresses: [ObjectID: MailAddress] = [:]

    init(_ snapshot: DirectorySnapshot, _ groups: GroupProjector, delegates: AttributeName?, firstTarget: Int) {
        self.snapshot = snapshot
        self.firstTarget = firstTarget
        members = [[Person]](repeating: [], count: groups.selected.count)
        if let delegates, let slot = snapshot.attributes.slot(of: delegates) {
            for user in snapshot.users {
                var names: [String] = []
                user.attributes.forEachValue(at: slot) { value in
                    if let text = String(validatingUTF8: value), let dn = try? DistinguishedName(text) {
                        names.append(dn.canonicalKey)
                        people[dn.canonicalKey] = .some(nil)
                    }
                    return true
                }
                if !names.isEmpty { named[user.id] = names }
            }
        }
        if !groups.selected.isEmpty { listMembers(groups) }
    }

    /// Notes whom the selected groups list, so that it can be told who of them is no user.
    private mutating func listMembers(_ groups: GroupProjector) {
        let keysOfGroups = Set(snapshot.groups.map(\.dn.canonicalKey))
        var hierarchy = GroupHierarchy(snapshot)
        var targetsByGroup: [Int: [Int]] = [:]
        for (index, target) in groups.targets.enumerated() {
            if !target.isNested {
                members[index] += Set(hierarchy.children(of: target.group)).map {
                    .leftOut(name: snapshot.groups[$0].displayName, why: "a group")
                }
            }
            for group in target.isNested ? hierarchy.closure(of: target.group) : [target.group] {
                targetsByGroup[group, default: []].append(index)
            }
        }
        for member in snapshot.schema.members where member.reference == .distinguishedName {
            for (group, targets) in targetsByGroup.sorted(by: { $0.key < $1.key }) {
                for text in snapshot.groups[group].attributes[member.attribute] {
                    guard let key = (try? DistinguishedName(text))?.canonicalKey, !keysOfGroups.contains(key)
                    else { continue }
                    unseen[key, default: (text, [])].targets += targets
                }
            }
        }
    }

    /// Whether anybody has to be kept in mind at all.
    var isNeeded: Bool { !members.isEmpty || !named.isEmpty }

    /// Whether a user names delegates.
    func names(_ user: DirectoryUser) -> Bool { named[user.id] != nil }

    /// Takes the next user.
    ///
    /// - Parameter memberships: what the user is a member of, as ``Projector/memberships`` has it.
    mutating func note(_ user: DirectoryUser, _ projection: Projection, memberships: [Int]) {
        let key = unseen.isEmpty && people.isEmpty ? nil : user.dn.canonicalKey
        if let key { unseen[key] = nil }
        let isNamed = key.map { people[$0] != nil } ?? false
        let first = memberships.firstIndex { $0 >= firstTarget } ?? memberships.endIndex
        if first == memberships.endIndex && !isNamed { return }
        let person = person(user, projection)
        for target in memberships[first...] { members[target - firstTarget].append(person) }
        if isNamed, let key { people[key] = person }
    }

    private mutating func person(_ user: DirectoryUser, _ projection: Projection) -> Person {
        switch projection {
        case .outOfScope: return .leftOut(name: user.displayName, why: "not in scope")
        case .blocked: return .leftOut(name: user.displayName, why: "no account")
        case .account(let desired):
            if let inactivity = desired.inactivity {
                return .leftOut(name: user.displayName, why: inactivity.description)
            }
            guard let key = desired.account.key else { return .leftOut(name: user.displayName, why: "no key") }
            addresses[key] = desired.account.address
            return .account(key)
        }
    }

    /// Takes the next contact, who never has an account.
    mutating func note(_ contact: DirectoryContact, memberships: [Int]) {
        let person = Person.leftOut(name: contact.displayName, why: "a contact")
        if !unseen.isEmpty { unseen[contact.dn.canonicalKey] = nil }
        for target in memberships where target >= firstTarget { members[target - firstTarget].append(person) }
    }

    /// Adds the members that neither a user nor a contact was seen for; called when all have gone by.
    mutating func finish() {
        for entry in unseen.values {
            let person = Person.leftOut(name: entry.text, why: "no user of this directory")
            for target in entry.targets where !members[target].contains(person) { members[target].append(person) }
        }
    }

    /// Whom a user names as delegates.
    func delegates(of user: ObjectID) -> [Person] {
        (named[user] ?? []).map { key in
            people[key].flatMap { $0 } ?? .leftOut(name: key, why: "no user of this directory")
        }
    }
}
