internal import DirectoryModel
internal import Foundation
internal import ReconcileEngine

extension OverviewText {
    /// The accounts by address, and how many of each sort there are.
    public func render(_ accounts: Overview<[AccountSummary]>) -> String {
        let shown = accounts.content.prefix(limit ?? accounts.content.count)
        let table = TextTable(
            heads: ["account", "kind", "state", "quota", "aliases", "owner"],
            rows: shown.map { summary in
                let account = summary.observed.account
                return [
                    account.address.text, account.kind.rawValue, summary.state, account.quota?.description ?? "",
                    account.aliases.isEmpty ? "" : account.aliases.count.grouped, summary.owner,
                ]
            })
        var lines = [header(accounts, accounts.content.count.of("account")), ""]
        if !shown.isEmpty { lines += table.lines(style) }
        if accounts.content.count > shown.count {
            lines.append("  … and \((accounts.content.count - shown.count).of("more account")); --all shows them.")
        }
        if !shown.isEmpty { lines.append("") }
        lines += notes(accounts)
        lines.append(style.bold(Self.counts(accounts.content)))
        return lines.joined(separator: "\n") + "\n"
    }

    /// The accounts as comma-separated values (RFC 4180) by address, with a head.
    public func csv(_ accounts: Overview<[AccountSummary]>) -> String {
        var values = CommaSeparatedValues()
        values.append([
            "address", "account", "kind", "active", "suspended-since", "quota", "aliases", "name", "ownership",
            "object",
            "protected",
        ])
        for summary in accounts.content {
            let account = summary.observed.account
            values.append(
                [
                    account.address.text, summary.observed.id.rawValue, account.kind.rawValue,
                    account.isActive ? "yes" : "no", summary.suspendedSince?.iso8601 ?? "",
                    account.quota.map { "\($0.bytes)" } ?? "", account.aliases.map(\.text).joined(separator: " "),
                    account.name ?? "", summary.ownership.rawValue, summary.object?.text ?? "",
                    summary.isProtected ? "yes" : "no",
                ].map(\.printable))
        }
        return values.text
    }

    /// The accounts as a JSON document: `provider`, `incomplete` and `accounts`, without secrets.
    public func json(_ accounts: Overview<[AccountSummary]>) throws -> String {
        struct Document: Encodable {
            let provider: String
            let incomplete: [String]
            let accounts: [AccountSummary]
        }
        return try Self.json(
            Document(
                provider: accounts.source, incomplete: accounts.incomplete.map(\.description),
                accounts: accounts.content))
    }

    static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
    }

    private static func counts(_ accounts: [AccountSummary]) -> String {
        var parts = AccountSummary.Ownership.allCases.compactMap { ownership in
            let count = accounts.count { $0.ownership == ownership }
            return count == 0 ? nil : "\(count.grouped) \(ownership.rawValue)"
        }
        if parts.isEmpty { parts = ["No account"] }
        let suspended = accounts.count { !$0.observed.account.isActive }
        let protected = accounts.count(where: \.isProtected)
        let states = [(suspended, "suspended"), (protected, "protected")].filter { $0.0 > 0 }
        return ([parts.joined(separator: ", ")] + states.map { "\($0.0.grouped) \($0.1)" }).joined(separator: "; ")
            + "."
    }
}

extension AccountSummary {
    /// Whether it can be used, and since when not.
    fileprivate var state: String {
        if observed.account.isActive { return "active" }
        return suspendedSince.map { "suspended since \($0.iso8601.prefix(10))" } ?? "suspended"
    }

    /// Whose it is, for people.
    fileprivate var owner: String {
        let whose =
            switch ownership {
            case .managed: object.map { "managed, \($0.text)" } ?? "managed"
            case .bound: object.map { "bound, not by this profile: \($0.text)" } ?? "bound"
            case .unmanaged: "unmanaged"
            }
        return isProtected ? "\(whose); protected" : whose
    }
}
