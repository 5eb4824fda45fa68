import DirectoryModel
import ReconcileEngine
import TestSupport

/// A directory and a provider's accounts, both in memory and as big as one likes; the same number gives the same values.
struct MadeStates {
    let reconciler = Reconciler(
        scope: .members(of: "Quota_5GB", "Quota_50GB"),
        entitlements: [.quota(.gigabytes(5), group: "Quota_5GB"), .quota(.gigabytes(50), group: "Quota_50GB")],
        rails: [CompleteDirectory(), CompleteProvider(), NonEmptyScope(), ResolvedGroups()])
    let directory: DirectorySnapshot

    private static let base = "DC=corp,DC=example"
    private static let groups = ["Quota_5GB", "Quota_50GB", "Sales", "Research", "Operations", "Finance"]
    private static let cities = ["Berlin", "Zürich", "São Paulo", "東京"]
    private static let given = [
        "Anna", "Jürgen", "Zoë", "Łukasz", "Siobhán", "Олег", "太郎", "María José", "Peter", "Wei",
    ]
    private static let family = [
        "Müller", "Smith", "O'Brien", "Nguyễn", "Иванов", "山田", "Novák", "Kim", "Weber", "Garcia",
    ]

    init(users: Int) {
        var random = SeededGenerator(seed: 1)
        var builder = SnapshotBuilder(
            source: "made", schema: .activeDirectory, attributes: reconciler.readRequest.attributes)
        builder.beginSearch("made")
        func add(_ name: AttributeName, _ value: some Collection<UInt8>) {
            guard let slot = builder.attributes.slot(of: name) else { return }
            builder.append(Array(value).span, to: slot)
        }
        func id() -> [UInt8] { (0..<16).map { _ in .random(in: 0...255, using: &random) } }
        for number in 0..<users {
            let given = Self.given.randomElement(using: &random) ?? ""
            let family = Self.family.randomElement(using: &random) ?? ""
            let login = "user.\(number)"
            let city = Self.cities[number % Self.cities.count]
            builder.beginEntry(dn: "CN=\(given) \(family) \(number),OU=\(city),OU=Staff,\(Self.base)", kind: .user)
            add("objectGUID", id())
            add("displayName", "\(given) \(family)".utf8)
            add("givenName", given.utf8)
            add("sn", family.utf8)
            if number % 5 < 3 { add("mobile", "+49 171 \(1_000_000 + number)".utf8) }
            add("mail", "\(login)@corp.example".utf8)
            add("userAccountControl", "512".utf8)
            add("proxyAddresses", "SMTP:\(login)@corp.example".utf8)
            for alias in 0..<Int.random(in: 0..<4, using: &random) {
                add("proxyAddresses", "smtp:\(login).\(alias)@brand.example".utf8)
            }
            for group in [number.isMultiple(of: 10) ? 1 : 0, 2 + number % 4] {
                add("memberOf", "CN=\(Self.groups[group]),OU=Groups,\(Self.base)".utf8)
            }
            builder.endEntry()
        }
        for name in Self.groups {
            builder.beginEntry(dn: "CN=\(name),OU=Groups,\(Self.base)", kind: .group)
            add("objectGUID", id())
            add("cn", name.utf8)
            builder.endEntry()
        }
        builder.endSearch(pages: 1)
        directory = builder.finish()
    }

    /// The accounts that the directory calls for, in another order and in memory of their own, so many percent of them
    /// with another name.
    func provider(changing percent: Int) throws -> ObservedState {
        var random = SeededGenerator(seed: 2)
        let desired = reconciler.desiredState(directory: directory).accounts.shuffled(using: &random)
        return ObservedState(
            provider: "made",
            accounts: try desired.enumerated().map { number, desired in
                let wanted = desired.account
                var account = Account(
                    key: wanted.key, address: try copy(wanted.address), aliases: try wanted.aliases.map(copy),
                    name: wanted.name.map(copy), givenName: wanted.givenName.map(copy),
                    familyName: wanted.familyName.map(copy), mobile: wanted.mobile.map(copy), quota: wanted.quota)
                if number % 100 < percent { account.name = "Former \(wanted.name ?? "")" }
                return ObservedAccount(id: AccountID("\(number + 1)"), account: account)
            })
    }

    private func copy(_ address: MailAddress) throws -> MailAddress { try MailAddress(copy(address.text)) }
    private func copy(_ text: String) -> String { String(decoding: Array(text.utf8), as: UTF8.self) }
}
