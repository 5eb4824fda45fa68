public import DirectoryModel

extension Account {
    /// The value of a field.
    public subscript(field: AccountField) -> FieldValue {
        switch field {
        case .kind: .text(kind.rawValue)
        case .key: key.map { .text($0.text) } ?? .unset
        case .userName: FieldValue(userName)
        case .address: .text(address.text)
        case .aliases: FieldValue(aliases)
        case .name: FieldValue(name)
        case .givenName: FieldValue(givenName)
        case .familyName: FieldValue(familyName)
        case .mobile: FieldValue(mobile)
        case .organizationalUnit: FieldValue(organizationalUnit)
        case .quota: quota.map { .bytes($0) } ?? .unset
        case .delegates: FieldValue(delegates)
        case .passwordHash: passwordHash.map { .secret($0) } ?? .unset
        case .requiresMFA: requiresMFA.map { .flag($0) } ?? .unset
        case .active: .flag(isActive)
        case .attribute(let name): FieldValue(attributes[name].flatMap { $0.isEmpty ? nil : $0 })
        }
    }

    /// Sets a field to a value of its type.
    ///
    /// - Throws: ``FieldTypeError`` where the value is of another type, no mail address where one is needed, or a secret
    ///   that a plan file does not have.
    public mutating func set(_ field: AccountField, to value: FieldValue) throws(FieldTypeError) {
        let wrong = FieldTypeError(field: field, value: value)
        switch field {
        case .kind:
            guard case .text(let text) = value, let kind = AccountKind(rawValue: text) else { throw wrong }
            self.kind = kind
        case .key: key = try value.text(or: wrong).flatMap { ObjectID(text: $0) }
        case .userName: userName = try value.text(or: wrong)
        case .address:
            guard case .text(let text) = value, let address = try? MailAddress(text) else { throw wrong }
            setAddresses(primary: address, aliases: aliases)
        case .aliases: setAddresses(primary: address, aliases: try value.addresses(or: wrong))
        case .name: name = try value.text(or: wrong)
        case .givenName: givenName = try value.text(or: wrong)
        case .familyName: familyName = try value.text(or: wrong)
        case .mobile: mobile = try value.text(or: wrong)
        case .organizationalUnit: organizationalUnit = try value.text(or: wrong)
        case .quota:
            switch value {
            case .unset: quota = nil
            case .bytes(let amount): quota = amount
            default: throw wrong
            }
        case .delegates: setDelegates(try value.addresses(or: wrong))
        case .passwordHash:
            switch value {
            case .unset: passwordHash = nil
            case .secret(let hash?): passwordHash = hash
            default: throw wrong
            }
        case .requiresMFA: requiresMFA = try value.flag(or: wrong)
        case .active:
            guard let flag = try value.flag(or: wrong) else { throw wrong }
            isActive = flag
        case .attribute(let name): attributes[name] = try value.text(or: wrong)
        }
    }

    /// The account with changes made to it, in their order.
    ///
    /// Delegates are added and removed one by one, so that others that came or went since the plan was made stay as
    /// they are.
    public func applying(_ changes: [FieldChange]) throws(FieldTypeError) -> Account {
        var result = self
        for change in changes {
            if change.field == .delegates {
                let (added, removed) = try change.members()
                result.setDelegates(result.delegates.filter { !removed.contains($0) } + added)
            } else {
                try result.set(change.field, to: change.new)
            }
        }
        return result
    }

    /// The account as somebody has it who holds no other fields; what an account cannot do without is kept.
    public func keeping(only fields: AccountFields) -> Account {
        if fields == .all { return self }
        return Account(
            kind: kind, key: fields.contains(.key) ? key : nil, userName: fields.contains(.userName) ? userName : nil,
            address: address, aliases: fields.contains(.aliases) ? aliases : [],
            name: fields.contains(.name) ? name : nil, givenName: fields.contains(.givenName) ? givenName : nil,
            familyName: fields.contains(.familyName) ? familyName : nil,
            mobile: fields.contains(.mobile) ? mobile : nil,
            organizationalUnit: fields.contains(.organizationalUnit) ? organizationalUnit : nil,
            quota: fields.contains(.quota) ? quota : nil, delegates: fields.contains(.delegates) ? delegates : [],
            passwordHash: fields.contains(.passwordHash) ? passwordHash : nil,
            requiresMFA: fields.contains(.requiresMFA) ? requiresMFA : nil,
            isActive: fields.contains(.active) ? isActive : true,
            attributes: fields.containsAttributes ? attributes : [:])
    }

    /// Whether a change has come about already.
    func has(_ change: FieldChange) -> Bool {
        guard change.field == .delegates, let (added, removed) = try? change.members() else {
            return self[change.field] == change.new
        }
        return added.allSatisfy(delegates.contains) && !delegates.contains(where: removed.contains)
    }
}

extension FieldChange {
    /// Which addresses a change of a list adds and removes.
    ///
    /// - Throws: ``FieldTypeError`` where the values are no lists of addresses.
    public func members() throws(FieldTypeError) -> (added: Set<MailAddress>, removed: Set<MailAddress>) {
        let before = Set(try old.addresses(or: FieldTypeError(field: field, value: old)))
        let after = Set(try new.addresses(or: FieldTypeError(field: field, value: new)))
        return (after.subtracting(before), before.subtracting(after))
    }
}

extension FieldValue {
    fileprivate func text(or error: FieldTypeError) throws(FieldTypeError) -> String? {
        switch self {
        case .unset: return nil
        case .text(let text): return text
        default: throw error
        }
    }

    fileprivate func flag(or error: FieldTypeError) throws(FieldTypeError) -> Bool? {
        switch self {
        case .unset: return nil
        case .flag(let flag): return flag
        default: throw error
        }
    }

    fileprivate func addresses(or error: FieldTypeError) throws(FieldTypeError) -> [MailAddress] {
        switch self {
        case .unset: return []
        case .list(let texts):
            var list: [MailAddress] = []
            for text in texts {
                guard let address = try? MailAddress(text) else { throw error }
                list.append(address)
            }
            return list
        default: throw error
        }
    }

    fileprivate init(_ addresses: [MailAddress]) {
        self = addresses.isEmpty ? .unset : .list(addresses.map(\.text))
    }
}

/// A value of the wrong type for a field; it can only come from a plan file.
public struct FieldTypeError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The field.
    public let field: AccountField
    /// The value that it cannot take.
    public let value: FieldValue

    /// What is wrong.
    public var description: String {
        if case .secret = value {
            return "The field \(field) is a secret, which a saved plan does not have: apply without saving the plan."
        }
        return "The field \(field) cannot take the value \(value)."
    }
}
