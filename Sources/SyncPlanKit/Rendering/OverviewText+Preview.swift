internal import DirectoryModel
public import ReconcileEngine

extension OverviewText {
    /// Who is in scope and why, then who is not; people before groups and contacts, by name.
    public func render(_ preview: Overview<[ObjectVerdict]>) -> String {
        let (included, others) = (preview.content.filter(\.isIncluded), preview.content.filter { !$0.isIncluded })
        let users = preview.content.filter { $0.kind == .user }
        let inScope = users.filter(\.isIncluded)
        var lines = [header(preview, "\(inScope.count.grouped) of \(users.count.of("user")) in scope"), ""]
        lines += verdicts(included, mark: style.green("in ")) + verdicts(others, mark: style.faint("out"))
        lines += notes(preview)
        lines.append(style.bold("\(counts(included)) in scope, \(counts(others)) not."))
        return lines.joined(separator: "\n") + "\n"
    }

    /// All objects as comma-separated values (RFC 4180) in the order read, with a head.
    public func csv(_ preview: Overview<[ObjectVerdict]>) -> String {
        var values = CommaSeparatedValues()
        values.append(["dn", "kind", "name", "address", "verdict", "rule"])
        for object in preview.content {
            let (verdict, rule) = object.verdict.words
            values.append([
                object.dn.text, object.kind.rawValue, object.name, object.address?.text ?? "", verdict, rule,
            ])
        }
        return values.text
    }

    private func verdicts(_ objects: [ObjectVerdict], mark: String) -> [String] {
        var lines: [String] = []
        let width = { (texts: [String]) in texts.reduce(0) { max($0, min($1.count, 40)) } }
        for kind in Self.kinds {
            let all = objects.filter { $0.kind == kind }.sorted { ($0.name, $0.dn.text) < ($1.name, $1.dn.text) }
            let shown = all.prefix(limit ?? all.count)
            let rows = shown.map { [$0.name.printable, ($0.address?.text ?? "").printable, $0.phrase.printable] }
            let (names, addresses) = (width(rows.map { $0[0] }), width(rows.map { $0[1] }))
            for row in rows {
                lines.append("  \(mark)  \(row[0].padded(names))  \(row[1].padded(addresses))  \(row[2])")
            }
            if all.count > shown.count {
                let more = all.count - shown.count
                lines.append("       … and \(more.of("more \(kind.rawValue)")); --all shows them.")
            }
        }
        return lines.isEmpty ? [] : lines + [""]
    }

    private static let kinds: [ObjectKind] = [.user, .group, .contact]

    private func counts(_ objects: [ObjectVerdict]) -> String {
        let parts = Self.kinds.compactMap { kind in
            let count = objects.count { $0.kind == kind }
            return count == 0 ? nil : count.of(kind.rawValue)
        }
        return parts.isEmpty ? "nobody" : parts.joined(separator: ", ")
    }
}

extension ObjectVerdict {
    fileprivate var isIncluded: Bool { if case .included = verdict { true } else { false } }

    /// Why, as a phrase for people.
    fileprivate var phrase: String {
        switch verdict {
        case .included(let reason): reason.description
        case .excluded(let rule): "kept out: \(rule)"
        case .unmatched: "no rule brings in"
        case .notAPerson(let what): kind == .user ? "not a person, but \(what)" : what
        }
    }
}

extension ScopeVerdict {
    /// The verdict in a word, and the rule that decided it, for programs.
    fileprivate var words: (verdict: String, rule: String) {
        switch self {
        case .included(let reason): ("included", reason.description)
        case .excluded(let rule): ("excluded", rule)
        case .unmatched: ("unmatched", "")
        case .notAPerson(let what): ("not-a-person", what)
        }
    }
}
