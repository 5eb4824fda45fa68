internal import DirectoryModel
internal import ProviderClient
internal import ReconcileEngine

/// One listing of everybody: users first, because groups name them by their ids.
actor AccountListing {
    private let provider: SCIMAccountProvider
    private var maps: [(kind: AccountKind, map: SCIMResourceMap)]?
    private var listing: ResourceListing?
    private var people = ListedPeople()
    private var accounts: [ObservedAccount] = []

    init(_ provider: SCIMAccountProvider) { self.provider = provider }

    /// The next page; nil after the last.
    ///
    /// A listing that came to its end is remembered.
    func nextPage() async throws(ProviderError) -> [ObservedAccount]? {
        do throws(ProviderError) {
            return try await page()
        } catch {
            if maps != nil { provider.known.end() }
            throw error
        }
    }

    private func page() async throws(ProviderError) -> [ObservedAccount]? {
        let description = try await provider.description()
        var rest = maps ?? provider.profile.maps.filter { description.has(endpoint: $0.map.endpoint) }
        if listing?.next == nil {
            if maps != nil { rest.removeFirst() } else { provider.known.begin() }
            maps = rest
            guard !rest.isEmpty else {
                provider.known.replace(with: accounts)
                provider.known.end()
                return nil
            }
            listing = provider.newListing(description)
        }
        let (kind, map) = rest[0]
        let resources = try await ask(map, for: "The listing of \(map.endpoint)")
        var page: [ObservedAccount] = []
        for resource in resources {
            guard let id = resource["id"]?.identifier else { continue }
            guard let account = map.account(of: resource, kind: kind, among: people) else {
                try requireNobodys(resource, map)
                continue
            }
            page.append(ObservedAccount(id: AccountID(endpoint: map.endpoint, id), account: account))
            if kind == .personal { people.addresses[id] = account.address }
        }
        accounts += page
        return page
    }

    /// The next page, asked for more plainly where the first one is not understood.
    private func ask(_ map: SCIMResourceMap, for subject: String) async throws(ProviderError) -> [JSONObject] {
        var isPlainer = false
        while let request = listing?.next {
            let answer: SCIMAnswer
            do {
                answer = try await provider.client.read("/" + map.endpoint, query: request.query)
            } catch {
                if [400, 404, 500, 501].contains(error.status), listing?.askPlainly() == true {
                    isPlainer = true
                    continue
                }
                throw provider.error(error, subject, as: [404, 410].contains(error.status) ? .absent : nil)
            }
            if isPlainer { provider.begin(listingsWith: request) }
            return try take(answer, subject)
        }
        return []
    }

    private func take(_ answer: SCIMAnswer, _ subject: String) throws(ProviderError) -> [JSONObject] {
        do {
            return try listing?.take(answer.body ?? JSONObject()) ?? []
        } catch {
            throw provider.error(error, subject)
        }
    }

    /// Passes over what has no address, unless it is bound to a directory object: that may be somebody's account.
    private func requireNobodys(_ resource: JSONObject, _ map: SCIMResourceMap) throws(ProviderError) {
        let isUser = map.endpoint == provider.profile.users.endpoint
        let isBound = map.bindings.contains { binding in
            if case .text(.key, let path, _) = binding { resource[path]?.identifier != nil } else { false }
        }
        guard isUser, isBound else { return }
        let name = resource["userName"]?.text ?? resource["id"]?.identifier ?? ""
        throw ProviderError(
            .malformed,
            "The user \"\(name.printable)\" of \(provider.name) is bound to a directory object and has no mail address. "
                + "Give it one there, or remove its external id.")
    }
}

/// The users of a listing that is under way.
private struct ListedPeople: People {
    var addresses: [String: MailAddress] = [:]

    func address(of id: String) -> MailAddress? { addresses[id] }
    func id(of address: MailAddress) -> String? { nil }
}
