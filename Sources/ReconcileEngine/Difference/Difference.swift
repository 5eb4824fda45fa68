internal import DirectoryModel

/// Comparing what an account is with what it should be.
public enum Difference {
    /// The fields in which two accounts differ, in the order of ``AccountField``; empty where they agree.
    ///
    /// Texts are compared byte by byte, as providers do, so that two spellings of one letter are a difference.
    ///
    /// - Parameter fields: the fields to look at: those that the provider can hold.
    public static func changes(
        from old: Account, to new: Account, fields: AccountFields
    ) -> [FieldChange] {
        var differing = Self.fields(between: old, and: new)
        let hasAttributes = fields.containsAttributes && differing.containsAttributes
        differing = differing.intersection(fields)
        if differing.isEmpty { return [] }
        var changes = differing.fields.map { FieldChange($0, from: old[$0], to: new[$0]) }
        if hasAttributes { changes += Self.attributes(between: old, and: new) }
        return changes
    }

    /// The fields in which two accounts differ.
    static func fields(between old: Account, and new: Account) -> AccountFields {
        var differing: AccountFields = []
        if old.kind != new.kind { differing.insert(.kind) }
        if old.key != new.key { differing.insert(.key) }
        if !sameBytes(old.userName, new.userName) { differing.insert(.userName) }
        if old.address != new.address { differing.insert(.address) }
        if !sameElements(old.aliases, new.aliases) { differing.insert(.aliases) }
        if !sameBytes(old.name, new.name) { differing.insert(.name) }
        if !sameBytes(old.givenName, new.givenName) { differing.insert(.givenName) }
        if !sameBytes(old.familyName, new.familyName) { differing.insert(.familyName) }
        if !sameBytes(old.mobile, new.mobile) { differing.insert(.mobile) }
        if !sameBytes(old.organizationalUnit, new.organizationalUnit) { differing.insert(.organizationalUnit) }
        if old.quota != new.quota { differing.insert(.quota) }
        if !sameElements(old.delegates, new.delegates) { differing.insert(.delegates) }
        if old.passwordHash != new.passwordHash { differing.insert(.passwordHash) }
        if old.isActive != new.isActive { differing.insert(.active) }
        // The names that rules set are the only ones looked at: see attributes(between:and:).
        if !new.attributes.isEmpty, !attributes(between: old, and: new).isEmpty { differing.insert(.attribute("")) }
        return differing
    }

    /// The free attributes that the new account speaks of and that the old one has otherwise.
    private static func attributes(between old: Account, and new: Account) -> [FieldChange] {
        new.attributes.keys.sorted { $0.precedesInBytes($1) }.compactMap { name in
            let field = AccountField.attribute(name)
            let value = FieldValue(new.attributes[name].flatMap { $0.isEmpty ? nil : $0 })
            return old[field] == value ? nil : FieldChange(field, from: old[field], to: value)
        }
    }

    private static func sameElements(_ a: [MailAddress], _ b: [MailAddress]) -> Bool {
        let (a, b) = (a.span, b.span)
        guard a.count == b.count else { return false }
        for index in a.indices where a[index] != b[index] { return false }
        return true
    }

    private static func sameBytes(_ a: String?, _ b: String?) -> Bool {
        switch (a, b) {
        case (nil, nil): true
        case (let a?, let b?): a.hasSameBytes(as: b)
        default: false
        }
    }
}
