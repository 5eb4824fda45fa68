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
        let differing = Self.fields(between: old, and: new).intersection(fields)
        if differing.isEmpty { return [] }
        return differing.fields.map { FieldChange($0, from: old[$0], to: new[$0]) }
    }

    /// The fields in which two accounts differ.
    static func fields(between old: Account, and new: Account) -> AccountFields {
        var differing: AccountFields = []
        if old.key != new.key { differing.insert(.key) }
        if old.address != new.address { differing.insert(.address) }
        if !sameElements(old.aliases, new.aliases) { differing.insert(.aliases) }
        if !sameBytes(old.name, new.name) { differing.insert(.name) }
        if !sameBytes(old.givenName, new.givenName) { differing.insert(.givenName) }
        if !sameBytes(old.familyName, new.familyName) { differing.insert(.familyName) }
        if !sameBytes(old.mobile, new.mobile) { differing.insert(.mobile) }
        if !sameBytes(old.organizationalUnit, new.organizationalUnit) { differing.insert(.organizationalUnit) }
        if old.quota != new.quota { differing.insert(.quota) }
        if old.isActive != new.isActive { differing.insert(.active) }
        return differing
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
