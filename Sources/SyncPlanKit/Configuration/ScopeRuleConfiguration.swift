internal import DirectoryModel
internal import ReconcileEngine

/// One rule of `people.include` or `people.exclude`: its keys are conditions that must all be met.
struct ScopeRuleConfiguration: Decodable {
    let rule: ScopeRule

    private enum Keys: String, SectionKey {
        case group, nested, ou, enabled, addresses
        case conditions = "where"
        case hasMailbox = "has-mailbox"
    }

    init(from decoder: any Decoder) throws {
        let section = try Section(decoder, Keys.self)
        var conditions: [any ScopeCondition] = []
        let isNested = try section.optional(.nested, Bool.self)
        if let group = try section.optional(.group, String.self) {
            conditions.append(MemberOf(GroupSelector(group), nested: isNested ?? false))
        } else if isNested != nil {
            throw section.mistake(at: .nested, "this says how `group` is meant, which is missing.")
        }
        if let unit = try section.parsed(.ou, as: "a distinguished name", { try DistinguishedName($0) }) {
            conditions.append(Below(unit))
        }
        for (key, condition) in [(Keys.enabled, Enabled() as any ScopeCondition), (.hasMailbox, HasMailbox())] {
            guard let isMeant = try section.optional(key, Bool.self) else { continue }
            if !isMeant {
                throw section.mistake(at: key, "only `true` makes sense here; use `exclude` for the opposite.")
            }
            conditions.append(condition)
        }
        if let addresses = try section.optional(.addresses, [String].self) { conditions.append(HasAddress(addresses)) }
        if let tests = try section.optional(.conditions, [String: AttributeTest].self) {
            // The order of the keys in the file is not kept; a rule's description should not change from run to run.
            for (name, test) in tests.sorted(by: { $0.key < $1.key }) {
                conditions.append(AttributeCondition(AttributeName(name), test.test))
            }
        }
        if conditions.isEmpty { throw section.missing(.group, .ou, .conditions) }
        rule = ScopeRule(conditions)
    }

    /// What `where` asks of one attribute: a value, a list of values, or one of the keys below.
    private struct AttributeTest: Decodable {
        let test: AttributeCondition.Test

        private enum Keys: String, SectionKey {
            case matches, present
            case beginsWith = "begins-with"
        }

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if let text = try? value.decode(String.self) {
                test = .isOne(of: [text])
            } else if let texts = try? value.decode([String].self) {
                test = .isOne(of: texts)
            } else {
                test = try Self.test(Section(decoder, Keys.self))
            }
        }

        private static func test(_ section: Section<Keys>) throws -> AttributeCondition.Test {
            let pattern = try section.parsed(.matches, as: "a regular expression") { try Pattern($0) }
            let beginning = try section.optional(.beginsWith, String.self)
            let isPresent = try section.optional(.present, Bool.self)
            switch (pattern, beginning, isPresent) {
            case (let pattern?, nil, nil): return .matches(pattern)
            case (nil, let beginning?, nil): return .begins(with: [beginning])
            case (nil, nil, let isPresent?): return isPresent ? .isPresent : .isAbsent
            case (nil, nil, nil): throw section.missing(.matches, .beginsWith, .present)
            default:
                throw section.mistake(
                    at: isPresent == nil ? .beginsWith : .present, "there is another test beside it: keep one of them.")
            }
        }
    }
}
