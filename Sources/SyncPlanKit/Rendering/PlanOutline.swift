internal import DirectoryModel
internal import ReconcileEngine

/// A plan as people read it: its parts in sections, what weighs most first.
///
/// Text, Markdown and HTML are written from it, so that all of them say the same in the same order.
struct PlanOutline: Sendable {
    /// One thing of a plan.
    enum Entry: Sendable {
        /// Something to do; and the violations that hold it, as positions in ``Plan/violations``.
        case operation(Operation, heldBy: [Int])
        /// An account that will be deleted one day.
        case deletion(PendingDeletion)
        /// Something to know.
        case finding(Finding)
    }

    /// What the entries of a section have in common.
    enum Subject: Sendable, Hashable {
        /// They take something away from somebody.
        case losses
        /// A violation holds them, at this position in ``Plan/violations``.
        case held(Int)
        /// They are of a kind, and take nothing away from anybody.
        case kind(Operation.Kind)
        /// They will be deleted one day.
        case later
        /// They are notes of one kind.
        case notes(Finding.Code)
    }

    /// Entries that belong together.
    struct Section: Sendable {
        let subject: Subject
        /// Operations by kind, domain and address; the others as the plan has them.
        let entries: [Entry]
    }

    let plan: Plan
    let sections: [Section]
    /// How many operations of each kind there are in each mail domain, held ones left out, in the order of the domains.
    let domains: [(domain: String, counts: [Operation.Kind: Int])]

    /// How wide the addresses of operations are, those left aside that are far wider than usual.
    let width: Int

    /// The order of kinds: what takes away comes first.
    static let kinds: [Operation.Kind] = [.delete, .suspend, .rename, .update, .reactivate, .adopt, .create]

    init(_ plan: Plan) {
        self.plan = plan
        var byKind: [Operation.Kind: [Operation]] = [:]
        var losses: [Operation] = []
        var domains: [String: [Operation.Kind: Int]] = [:]
        for operation in plan.operations {
            if operation.isDestructive {
                losses.append(operation)
            } else {
                byKind[operation.kind, default: []].append(operation)
            }
            domains[operation.address.domain.text, default: [:]][operation.kind, default: 0] += 1
        }
        width = (plan.operations + plan.held.map(\.operation)).reduce(0) {
            max($0, min($1.address.text.utf8.count, 40))
        }
        self.domains = domains.sorted { $0.key.precedesInBytes($1.key) }.map { ($0.key, $0.value) }
        var heldBy = [[HeldOperation]](repeating: [], count: plan.violations.count)
        for held in plan.held {
            for index in held.violations { heldBy[index].append(held) }
        }

        var sections: [Section] = []
        func add(_ subject: Subject, _ entries: [Entry]) {
            if !entries.isEmpty { sections.append(Section(subject: subject, entries: entries)) }
        }
        func free(_ operations: [Operation]) -> [Entry] { Self.inOrder(operations.map { HeldOperation($0, by: []) }) }
        add(.losses, free(losses))
        for (index, held) in heldBy.enumerated() {
            // A violation is told also where it holds nothing.
            sections.append(Section(subject: .held(index), entries: Self.inOrder(held)))
        }
        for kind in Self.kinds { add(.kind(kind), free(byKind[kind] ?? [])) }
        add(.later, plan.pending.map { .deletion($0) })
        let findings = Dictionary(grouping: plan.findings, by: \.code)
        for (code, findings) in findings.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            add(.notes(code), findings.map { .finding($0) })
        }
        self.sections = sections
    }

    /// Operations by kind, domain, address and time.
    private static func inOrder(_ operations: [HeldOperation]) -> [Entry] {
        let ranks = Dictionary(uniqueKeysWithValues: kinds.enumerated().map { ($1, $0) })
        typealias Key = (kind: Int, domain: String, address: String, stage: Int)
        let keyed = operations.map { held -> (key: Key, held: HeldOperation) in
            let operation = held.operation
            let address = operation.address
            return ((ranks[operation.kind] ?? 0, address.domain.text, address.text, operation.stage), held)
        }
        return keyed.sorted { first, second in
            let (a, b) = (first.key, second.key)
            if a.kind != b.kind { return a.kind < b.kind }
            if !a.domain.hasSameBytes(as: b.domain) { return a.domain.precedesInBytes(b.domain) }
            if !a.address.hasSameBytes(as: b.address) { return a.address.precedesInBytes(b.address) }
            return a.stage < b.stage
        }.map { .operation($0.held.operation, heldBy: $0.held.violations) }
    }

    /// The command that approves a section of what is held; nil where there is none, or where approving it does nothing.
    ///
    /// - Parameter commands: for each violation the command, nil where nobody can approve it; empty for a plan that is not
    ///   saved.
    func approval(of section: Section, _ commands: [String?]) -> String? {
        guard case .held(let index) = section.subject, index < commands.count,
            section.entries.contains(where: { $0.canBeApproved(in: plan) })
        else { return nil }
        return commands[index]
    }

    // MARK: Words

    /// What the plan was made from, in a few words.
    var origin: String {
        plan.overview.undoneRun == nil
            ? "\(plan.overview.usersInScope.grouped) of \(plan.overview.users.of("user")) in scope"
            : "what it did, undone"
    }

    /// The counts in one line.
    ///
    /// They read like `2 creates, 1 update; 3 held; 1 note.`
    var summary: String {
        let counts = plan.counts
        var parts = [Self.text(counts)]
        if parts[0].isEmpty { parts[0] = plan.held.isEmpty ? "Nothing to do" : "Nothing to do but what is held" }
        if !plan.pending.isEmpty { parts.append("\(plan.pending.count.grouped) to be deleted later") }
        if !plan.held.isEmpty { parts.append("\(plan.held.count.grouped) held") }
        if !plan.findings.isEmpty { parts.append(plan.findings.count.of("note")) }
        return parts.joined(separator: "; ") + "."
    }

    /// Counts by kind: `2 creates, 1 update`.
    static func text(_ counts: [Operation.Kind: Int]) -> String {
        kinds.compactMap { kind in counts[kind].map { $0.of(kind.rawValue) } }.joined(separator: ", ")
    }

    /// What a section says above its entries: what they have in common, in one line.
    func title(of section: Section) -> String {
        let count = section.entries.count
        return switch section.subject {
        case .losses: "\(count.of("operation")) \(count == 1 ? "takes" : "take") something away from somebody"
        case .held(let index): "\(count.of("operation")) held by \(plan.violations[index].rail)"
        case .kind(let kind): count.of(kind.rawValue)
        case .later: "\(count.of("account")) to be deleted later"
        case .notes(let code): "\(count.of("note")): \(code.rawValue)"
        }
    }

    /// How many entries of a section are beyond those shown, as a phrase: `10 more creates`, by domain where there are
    /// several.
    func remainder(_ entries: some Sequence<Entry>, _ what: String) -> String {
        var count = 0
        var byDomain: [String: Int] = [:]
        for case .operation(let operation, _) in entries {
            count += 1
            byDomain[operation.address.domain.text, default: 0] += 1
        }
        let domains = byDomain.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        let named = domains.prefix(4).map { "\($0.value.grouped) in \($0.key)" }.joined(separator: ", ")
        let others = domains.count > 4 ? " and \((domains.count - 4).of("other domain"))" : ""
        if let only = domains.first, domains.count == 1, self.domains.count > 1 {
            return "\(count.of("more \(what)")) in \(only.key)"
        }
        return count.of("more \(what)") + (self.domains.count > 1 ? " (\(named)\(others))" : "")
    }
}
