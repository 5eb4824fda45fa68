internal import DirectoryModel
public import ReconcileEngine

extension OverviewText {
    /// Who is in scope and why, then who is not; people before groups and contacts, by name.
    public func render(_ preview: Overview<[ObjectVerdict]>) -> String {
        let (included, others) = (preview.content.filter(\.isIncluded), preview.content.filter { !$0.isIncluded })
        let users = preview.content.filter { $0.kind == .user }
        let inScope = users.filter(\.isIncluded)
        var lines = [header(preview, "\(inScope.count.grouped) of \(users.count.of("user")) in scope"), ""]
        lines += verdicts([(style.green("in "), included), (style.faint("out"), others)])
        lines += notes(preview)
        lines.append(style.bold("\(counts(included)) in scope; \(counts(others)) not."))
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

    private func verdicts(_ parts: [(mark: String, objects: [ObjectVerdict])]) -> [String] {
        let pages = parts.map { part in
            (mark: part.mark, kinds: Self.kinds.map { kind in page(part.objects.filter { $0.kind == kind }) })
        }
        let shown = pages.flatMap { $0.kinds.flatMap(\.shown) }
        func width(_ text: (ObjectVerdict) -> String) -> Int {
            shown.reduce(0) { max($0, min(text($1).count, TextTable.widest)) }
        }
        let (names, addresses) = (width(\.name.printable), width(\.addressText))
        var lines: [String] = []
        for (mark, kinds) in pages {
            for (index, page) in kinds.enumerated() {
                for object in page.shown {
                    let (name, address) = (object.name.printable.padded(names), object.addressText.padded(addresses))
                    lines.append("  \(mark)  \(name)  \(address)  \(object.phrase.printable)")
                }
                if page.more > 0 {
                    lines.append(
                        "       … and \(page.more.of("more \(Self.kinds[index].rawValue)")); --all shows them.")
                }
            }
            if lines.last?.isEmpty == false { lines.append("") }
        }
        return lines
    }

    /// The first objects by name, and how many more there are.
    private func page(_ objects: [ObjectVerdict]) -> (shown: ArraySlice<ObjectVerdict>, more: Int) {
        let sorted = objects.sorted { ($0.name, $0.dn.text) < ($1.name, $1.dn.text) }
        let shown = sorted.prefix(limit ?? sorted.count)
        return (shown, sorted.count - shown.count)
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

    fileprivate var addressText: String { (address?.text ?? "").printable }

    /// Why, as a phrase for people.
    fileprivate var phrase: String {
        switch verdict {
        case .included(let reason): reason.description
        case .excluded(let rule): "kept out: \(rule)"
        case .unmatched: "meets no rule of include"
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
