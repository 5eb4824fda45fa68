public import DirectoryModel

/// Finding what a person has in mind.
extension Explainer {
    /// The attributes, besides those that the rules read, by which people name objects.
    public static let nameAttributes: [AttributeName] = [
        "cn", "displayName", "name", "sAMAccountName", "uid", "userPrincipalName",
    ]

    /// What a text names, each once: the objects with this distinguished name, identity or primary address, else with
    /// this address, else the owners of accounts with this id or address, else the objects with this name.
    ///
    /// Letters' case does not matter. Empty where it names nothing; several where it is not clear what it names.
    public func subjects(named text: String) -> [ExplainedSubject] {
        if let dn = try? DistinguishedName(text), text.contains("=") {
            let found = objects { $0.dn == dn }
            if !found.isEmpty { return found }
        }
        if let id = ObjectID(text: text), place(of: id) != nil { return [.object(id)] }
        if let address = try? MailAddress(text) {
            var found = objects { rules.mapping.addresses.list(of: $0).primary == address }
            if found.isEmpty { found = objects { rules.mapping.addresses.list(of: $0).aliases.contains(address) } }
            if found.isEmpty { found = owners { $0.account.addresses.contains(address) } }
            if !found.isEmpty { return found }
        }
        let accounts = owners { $0.id.rawValue == text }
        if !accounts.isEmpty { return accounts }
        let name = text.lowercased()
        return objects { object in
            Self.nameAttributes.contains { object.attributes[$0].contains { $0.lowercased() == name } }
        }
    }

    private func objects(_ isMeant: (any DirectoryObject) -> Bool) -> [ExplainedSubject] {
        let all: [[any DirectoryObject]] = [directory.users, directory.groups, directory.contacts]
        return all.joined().filter(isMeant).map { .object($0.id) }
    }

    private func owners(_ isMeant: (ObservedAccount) -> Bool) -> [ExplainedSubject] {
        var seen: Set<ExplainedSubject> = []
        return provider.accounts.filter(isMeant).compactMap { subject(of: $0.id) }.filter { seen.insert($0).inserted }
    }
}
