internal import DirectoryModel

/// Where in a user's values the fields of its account are found.
struct MappedAttributes {
    /// The texts of one user that the mapping asks for.
    struct Values {
        var key: String?
        var userName: String?
        var name: String?
        var givenName: String?
        var familyName: String?
        var mobile: String?
        var organizationalUnit: String?
        /// All values of the attribute with the password's hash.
        var passwords: [String] = []
        var attributes: [String: String] = [:]
        var inactivity: Reason?
        var addresses: ProxyAddressList
    }

    /// What one slot is good for: positions in the gathered texts.
    private let textIndexBySlot: [Int16]
    private let addressRankBySlot: [Int16]

    /// The gathered texts of the user at hand; the buffers are used again for the next.
    private var texts: [String?]
    private var addresses: [[String]]

    private let mapping: AccountMapping

    private let keyRule: CompiledText?
    private let userNameRule: CompiledText?
    private let nameRule: CompiledText?
    private let givenNameRule: CompiledText?
    private let familyNameRule: CompiledText?
    private let mobileRule: CompiledText?
    private let unitRule: CompiledText?
    private let passwordSlot: AttributeSlot?
    private let attributeRules: [(name: String, rule: CompiledText)]
    private let activity: CompiledActivity

    init(_ mapping: AccountMapping, _ activity: Activity, at now: Timestamp?, in snapshot: DirectorySnapshot) {
        self.mapping = mapping
        var indexByName: [AttributeName: Int] = [:]
        func index(_ name: AttributeName) -> Int {
            if let known = indexByName[name] { return known }
            indexByName[name] = indexByName.count
            return indexByName.count - 1
        }
        func compile(_ rule: TextRule?) -> CompiledText? { rule.map { CompiledText($0, index: index) } }
        keyRule = compile(mapping.key.map { TextRule.attribute($0) })
        userNameRule = compile(mapping.userName)
        nameRule = compile(mapping.name)
        givenNameRule = compile(mapping.givenName)
        familyNameRule = compile(mapping.familyName)
        mobileRule = compile(mapping.mobile)
        if case .text(let rule) = mapping.organizationalUnit { unitRule = compile(rule) } else { unitRule = nil }
        passwordSlot = mapping.passwordHash.flatMap { snapshot.attributes.slot(of: $0) }
        attributeRules = mapping.providerAttributes.sorted { $0.key.precedesInBytes($1.key) }
            .map { ($0.key, CompiledText($0.value, index: index)) }
        self.activity = CompiledActivity(activity, at: now, index: index)

        let names = snapshot.attributes.names
        textIndexBySlot = names.map { Int16(indexByName[$0] ?? -1) }
        texts = Array(repeating: nil, count: indexByName.count)
        let ranks = mapping.addresses.attributes
        addressRankBySlot = names.map { name in Int16(ranks.firstIndex(of: name) ?? -1) }
        addresses = Array(repeating: [], count: ranks.count)
    }

    mutating func values(of user: some DirectoryObject) -> Values {
        for index in texts.indices { texts[index] = nil }
        for index in addresses.indices { addresses[index].removeAll(keepingCapacity: true) }
        var passwords: [String] = []
        user.attributes.forEachValue { slot, value in
            // What is no text is no hash either.
            if slot == passwordSlot { passwords.append(String(validatingUTF8: value) ?? "") }
            let index = Int(slot.rawValue)
            guard index < textIndexBySlot.count else { return true }
            let text = Int(textIndexBySlot[index])
            if text >= 0, texts[text] == nil, value.count > 0 { texts[text] = String(validatingUTF8: value) }
            let rank = Int(addressRankBySlot[index])
            if rank >= 0, let address = String(validatingUTF8: value) { addresses[rank].append(address) }
            return true
        }
        var values = Values(addresses: mapping.addresses.list(addresses))
        values.key = keyRule?.text(from: texts, of: user)
        values.userName = userNameRule?.text(from: texts, of: user)
        values.name = nameRule?.text(from: texts, of: user)
        values.givenName = givenNameRule?.text(from: texts, of: user)
        values.familyName = familyNameRule?.text(from: texts, of: user)
        values.mobile = mobileRule?.text(from: texts, of: user)
        values.passwords = passwords
        for (name, rule) in attributeRules { values.attributes[name] = rule.text(from: texts, of: user) ?? "" }
        switch mapping.organizationalUnit {
        case nil, .mailDomain: break
        case .distinguishedName:
            let path = user.dn.organizationalUnits.joined(separator: "/")
            values.organizationalUnit = path.isEmpty ? nil : path
        case .text: values.organizationalUnit = unitRule?.text(from: texts, of: user)
        }
        values.inactivity = activity.inactivity(texts)
        return values
    }
}
