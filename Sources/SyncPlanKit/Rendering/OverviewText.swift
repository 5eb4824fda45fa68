internal import DirectoryModel
public import ReconcileEngine

/// What is seen when looking around in a directory, as text for people.
public struct OverviewText: Sendable {
    /// How text is marked.
    public var style: Style
    /// How many objects of a kind are shown before the rest is only counted; nil for all.
    public var limit: Int?

    /// Makes a renderer.
    public init(style: Style = Style(), limit: Int? = 20) {
        self.style = style
        self.limit = limit
    }

    // MARK: Attributes and groups

    /// The attributes, the most frequent first; those that the configuration uses have a `*`.
    public func render(_ survey: Overview<AttributeSurvey>) -> String {
        let objects = survey.content.objects
        let table = TextTable(
            heads: ["", "attribute", survey.content.kind.rawValue + "s", "values", "samples"],
            rows: survey.content.entries.map { entry in
                [
                    entry.isUsed ? "*" : "", entry.name.text, entry.objects.grouped,
                    entry.mostValues > 1 ? "up to \(entry.mostValues.grouped)" : "1",
                    entry.samples.joined(separator: "; "),
                ]
            })
        var lines = [header(survey, objects.of(survey.content.kind.rawValue)), ""] + table.lines(style) + [""]
        lines += notes(survey)
        lines.append(
            style.bold("\(survey.content.entries.count.of("attribute")) with values.")
                + "   * is used by the configuration.")
        return lines.joined(separator: "\n") + "\n"
    }

    /// The groups by name, with the rules that name them.
    public func render(_ groups: Overview<[GroupSummary]>) -> String {
        let table = TextTable(
            heads: ["group", "members", "purpose", "address", "used by", "distinguished name"],
            rows: groups.content.map { group in
                [
                    group.name, group.members.grouped, group.purpose?.rawValue ?? "", group.address?.text ?? "",
                    group.rules.joined(separator: "; "), group.dn.text,
                ]
            })
        var lines = [header(groups, groups.content.count.of("group")), ""]
        if !groups.content.isEmpty { lines += table.lines(style) + [""] }
        lines += notes(groups)
        if lines.last == "" { lines.removeLast() }
        return lines.joined(separator: "\n") + "\n"
    }

    // MARK: Profiles

    /// The profiles by name, then what is wrong with others.
    public func render(_ listing: ProfileListing) -> String {
        let table = TextTable(
            heads: ["profile", "type", "source", "provider", "deletes", "last run"],
            rows: listing.entries.map { entry in
                let kinds = [(entry.deletesUsers, "users"), (entry.deletesGroups, "groups")].filter(\.0).map(\.1)
                return [
                    entry.name, entry.type, entry.source, entry.provider,
                    kinds.isEmpty ? "nobody" : kinds.joined(separator: ", "),
                    entry.lastRun?.description ?? "never",
                ]
            })
        var lines = listing.entries.isEmpty ? ["There is no profile that can be used."] : table.lines(style)
        lines += listing.mistakes.map { "\(style.red("FAIL"))  \("\($0)".printable)" }
        return lines.joined(separator: "\n") + "\n"
    }

    // MARK: Parts

    func header(_ overview: Overview<some Sendable>, _ counts: String) -> String {
        let completeness = overview.incomplete.isEmpty ? "complete" : style.red("INCOMPLETE")
        return "\(style.bold(overview.source.printable)) (\(completeness): \(counts))"
    }

    func notes(_ overview: Overview<some Sendable>) -> [String] {
        let all = overview.incomplete.map(\.description) + overview.notes
        let lines = all.map { "\(style.yellow("note"))   \($0.printable)" }
        return lines.isEmpty ? [] : lines + [""]
    }
}
