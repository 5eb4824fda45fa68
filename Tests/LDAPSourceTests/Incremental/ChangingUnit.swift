import DirectoryModel
import Foundation
import TestSupport

/// A small organization in a directory server, and random changes to it: what the tests of following changes are about.
///
/// It has people, groups and units under ``base``, and a unit besides it that they move to and from. Each change is one or
/// more LDIF change records, which the server is given at once.
struct ChangingUnit {
    /// Whose words the entries are written in.
    enum Style { case activeDirectory, openLDAP }

    let style: Style
    let suffix: String
    var random: SeededGenerator
    private(set) var people: [String] = []
    private(set) var groups: [String] = []
    private(set) var units: [String] = []
    private var members: [String: Set<String>] = [:]
    private var made = 0

    var base: String { "OU=Lab,\(suffix)" }
    private var outside: String { "OU=Elsewhere,\(suffix)" }

    init(style: Style, suffix: String, seed: UInt64) {
        self.style = style
        self.suffix = suffix
        random = SeededGenerator(seed: seed)
    }

    /// The records that make the organization.
    mutating func begin() -> String {
        units = [base, outside]
        var records = units.map { add($0, "objectClass: organizationalUnit") }
        for unit in ["North", "South", "West"] { records.append(addUnit("OU=\(unit),\(base)")) }
        for _ in 0..<12 { records.append(addPerson()) }
        for _ in 0..<4 { records.append(addGroup()) }
        for _ in 0..<10 { records.append(contentsOf: changeMember().records) }
        return records.joined(separator: "\n")
    }

    /// The next change: what it is, its records, and whether it wakes a deleted entry.
    struct Change {
        var title: String
        var records: [String]
        var wakesDeleted = false

        init(_ title: String, _ records: String...) {
            self.title = title
            self.records = records
        }
    }

    mutating func change() -> Change {
        switch Int.random(in: 0..<22, using: &random) {
        case 0...2: return Change("new person", addPerson())
        case 3...5: return edit()
        case 6, 7: return removePerson()
        case 8...10: return rename(\.people, "person")
        case 11: return Change("new group", addGroup())
        case 12: return removeGroup()
        case 13: return rename(\.groups, "group")
        case 14:
            return Change("new unit", addUnit("OU=Unit \(number()),\(units.randomElement(using: &random) ?? base)"))
        case 15, 16: return renameUnit()
        default: return changeMember()
        }
    }

    /// The records that bring a deleted person back under another name.
    mutating func restore(_ person: DirectoryUser) -> Change {
        let name = "CN=Back \(number()),\(base)"
        people.append(name)
        let deleted = "\(person.dn.text.prefix { $0 != "," })\\0ADEL:\(person.id),CN=Deleted Objects,\(suffix)"
        var change = Change(
            "restore \(name)",
            "dn: \(deleted)\nchangetype: modify\ndelete: isDeleted\n-\nreplace: distinguishedName\n"
                + "distinguishedName: \(name)\n-\n")
        change.wakesDeleted = true
        return change
    }

    // MARK: Changes

    private mutating func number() -> Int {
        made += 1
        return made
    }

    private func add(_ dn: String, _ lines: String...) -> String {
        (["dn: \(dn)", "changetype: add"] + lines).joined(separator: "\n") + "\n"
    }

    private mutating func addUnit(_ dn: String) -> String {
        units.append(dn)
        return add(dn, "objectClass: organizationalUnit")
    }

    private mutating func place() -> String { units.randomElement(using: &random) ?? base }

    private mutating func addPerson() -> String {
        let number = number()
        let dn = "CN=Person \(number),\(place())"
        people.append(dn)
        let common = ["displayName: Person \(number)", "mail: p\(number)@corp.example"]
        switch style {
        case .activeDirectory: return add(dn, "objectClass: user", "sAMAccountName: p\(number)", common[0], common[1])
        case .openLDAP:
            return add(
                dn, "objectClass: user", "objectClass: directoryObject", "sn: \(number)", common[0], common[1])
        }
    }

    private mutating func addGroup() -> String {
        let number = number()
        let dn = "CN=Group \(number),\(place())"
        groups.append(dn)
        return style == .activeDirectory
            ? add(dn, "objectClass: group", "sAMAccountName: g\(number)")
            : add(
                dn, "objectClass: group", "objectClass: directoryObject", "groupType: 2", "sAMAccountName: g\(number)")
    }

    private mutating func edit() -> Change {
        guard let person = people.randomElement(using: &random) else { return Change("nothing") }
        // A manager is a name in another entry; a changed group of attributes is what most changes are.
        let manager = people.randomElement(using: &random) ?? person
        return Change(
            "edit \(person)",
            "dn: \(person)\nchangetype: modify\nreplace: displayName\ndisplayName: Edited \(number())\n-\n"
                + "replace: manager\nmanager: \(manager)\n")
    }

    private mutating func removePerson() -> Change {
        guard people.count > 4, let index = people.indices.randomElement(using: &random) else {
            return Change("nothing")
        }
        let dn = people.remove(at: index)
        for group in groups { members[group]?.remove(dn) }
        return Change("delete \(dn)", "dn: \(dn)\nchangetype: delete\n")
    }

    private mutating func removeGroup() -> Change {
        guard groups.count > 2, let index = groups.indices.randomElement(using: &random) else {
            return Change("nothing")
        }
        let dn = groups.remove(at: index)
        members[dn] = nil
        for group in groups { members[group]?.remove(dn) }
        return Change("delete \(dn)", "dn: \(dn)\nchangetype: delete\n")
    }

    private mutating func rename(_ list: WritableKeyPath<ChangingUnit, [String]>, _ what: String) -> Change {
        guard let dn = self[keyPath: list].randomElement(using: &random) else { return Change("nothing") }
        let rdn = Bool.random(using: &random) ? "CN=Renamed \(number())" : String(dn.prefix { $0 != "," })
        return move(dn, rdn, to: place(), what)
    }

    private mutating func renameUnit() -> Change {
        let movable = units.filter { $0 != base && $0 != outside }
        guard let dn = movable.randomElement(using: &random) else { return Change("nothing") }
        let targets = units.filter { $0 != dn && !$0.hasSuffix("," + dn) }
        let rdn = Bool.random(using: &random) ? "OU=Renamed \(number())" : String(dn.prefix { $0 != "," })
        return move(dn, rdn, to: targets.randomElement(using: &random) ?? base, "unit")
    }

    private mutating func move(_ dn: String, _ rdn: String, to parent: String, _ what: String) -> Change {
        let new = "\(rdn),\(parent)"
        if (people + groups + units).contains(new) { return Change("nothing") }
        func renamed(_ name: String) -> String {
            name == dn ? new : name.hasSuffix("," + dn) ? String(name.dropLast(dn.count)) + new : name
        }
        people = people.map(renamed)
        groups = groups.map(renamed)
        units = units.map(renamed)
        members = Dictionary(uniqueKeysWithValues: members.map { (renamed($0), Set($1.map(renamed))) })
        return Change(
            "\(what) \(dn) becomes \(new)",
            "dn: \(dn)\nchangetype: moddn\nnewrdn: \(rdn)\ndeleteoldrdn: 1\nnewsuperior: \(parent)\n")
    }

    private mutating func changeMember() -> Change {
        guard let group = groups.randomElement(using: &random),
            let member = (people + groups.filter { $0 != group }).randomElement(using: &random)
        else { return Change("nothing") }
        let isThere = members[group]?.contains(member) ?? false
        if isThere { members[group]?.remove(member) } else { members[group, default: []].insert(member) }
        return Change(
            "\(isThere ? "remove" : "add") \(member) \(isThere ? "from" : "to") \(group)",
            "dn: \(group)\nchangetype: modify\n\(isThere ? "delete" : "add"): member\nmember: \(member)\n")
    }
}
