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
        var changes: [FieldChange] = []
        func note(_ field: AccountField, _ isSame: Bool) {
            if !isSame && fields.contains(field) {
                changes.append(FieldChange(field, from: old[field], to: new[field]))
            }
        }
        note(.key, old.key == new.key)
        note(.address, old.address == new.address)
        note(.aliases, old.aliases == new.aliases)
        note(.name, sameBytes(old.name, new.name))
        note(.givenName, sameBytes(old.givenName, new.givenName))
        note(.familyName, sameBytes(old.familyName, new.familyName))
        note(.mobile, sameBytes(old.mobile, new.mobile))
        note(.organizationalUnit, sameBytes(old.organizationalUnit, new.organizationalUnit))
        note(.quota, old.quota == new.quota)
        note(.active, old.isActive == new.isActive)
        return changes
    }

    private static func sameBytes(_ a: String?, _ b: String?) -> Bool {
        switch (a, b) {
        case (nil, nil): true
        case (let a?, let b?): a.hasSameBytes(as: b)
        default: false
        }
    }
}
