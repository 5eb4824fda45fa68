internal import DirectoryModel

/// Where the fields of an account come from.
extension Explainer {
    /// The account that an object should have, field by field.
    func fields(of desired: DesiredAccount, by mapping: AccountMapping) -> [MappedField] {
        var fields = mapping.fields.union(AccountFields(desired.entitlements.keys)).subtracting([.delegates]).fields
        fields += desired.account.attributes.keys.sorted { $0.precedesInBytes($1) }.map { .attribute($0) }
        return fields.map { field in
            let origin =
                desired.entitlements[field] == nil ? origin(of: field, by: mapping) : Origin(text: "entitlement")
            return MappedField(
                field: field, value: desired.account[field], origin: origin.text, attributes: origin.attributes,
                reason: desired.entitlements[field] ?? (field == .active ? desired.inactivity : nil))
        }
    }

    /// Where a value comes from.
    private struct Origin {
        var text: String
        var attributes: [AttributeName] = []

        init(text: String, attributes: [AttributeName] = []) {
            self.text = text
            self.attributes = attributes
        }

        init(_ names: [AttributeName], _ link: String = ", else ") {
            self.init(text: names.map(\.text).joined(separator: link), attributes: names)
        }

        init(_ rule: TextRule) {
            let functions = rule.functions.map { ", then \(name(of: $0))" }.joined()
            self.init(text: rule.source.phrase + functions, attributes: rule.attributes)
        }
    }

    private func origin(of field: AccountField, by mapping: AccountMapping) -> Origin {
        func text(_ rule: TextRule?) -> Origin { rule.map { Origin($0) } ?? Origin(text: "not set") }
        switch field {
        case .kind: return Origin(text: "the rules")
        case .key: return mapping.key.map { Origin([$0]) } ?? Origin([directory.schema.objectID.attribute])
        case .userName: return text(mapping.userName)
        case .address, .aliases: return Origin(mapping.addresses.attributes)
        case .name: return text(mapping.name)
        case .givenName: return text(mapping.givenName)
        case .familyName: return text(mapping.familyName)
        case .mobile: return text(mapping.mobile)
        case .organizationalUnit:
            switch mapping.organizationalUnit {
            case .text(let rule): return Origin(rule)
            case .mailDomain: return Origin(text: "the domain of the primary address")
            case .distinguishedName, nil: return Origin(text: "the place in the tree")
            }
        case .passwordHash: return Origin(mapping.passwordHash.map { [$0] } ?? [])
        case .active: return Origin(rules.activity.attributes, ", ")
        case .attribute(let name): return text(mapping.providerAttributes[name])
        case .quota, .delegates, .requiresMFA: return Origin(text: "the rules")
        }
    }
}

extension TextRule.Source {
    /// The source as a phrase.
    fileprivate var phrase: String {
        switch self {
        case .first(let names): names.map(\.text).joined(separator: ", else ")
        case .template(let pieces):
            pieces.map { piece in
                switch piece {
                case .text(let text): text
                case .attribute(let name): "{\(name)}"
                }
            }.joined()
        case .joined(let name, let separator): "all of \(name) with \"\(separator)\" between them"
        }
    }
}

/// A function in the words of a configuration; of one's own, the name of its type.
private func name(of function: any TextFunction) -> String {
    switch function {
    case let letters as LetterCase: "\(letters.rawValue) case"
    case is Trim: "trimmed"
    case let part as AddressPart: "its \(part.rawValue)"
    case let other as Default: "\"\(other.text)\" where there is none"
    case let capture as Capture: "what \(capture.pattern.text) matches"
    case let replace as Replace: "\"\(replace.text)\" replaced by \"\(replace.replacement)\""
    case is TelephoneNumber: "as a telephone number"
    default: "\(type(of: function))"
    }
}
