internal import DirectoryModel
internal import NIOHTTP1
public import ProviderClient
public import ReconcileEngine
import Synchronization

/// A provider that is a SCIM 2.0 service (RFC 7643, RFC 7644, RFC 9865).
///
/// What a service says of itself is where this begins, and what it does is what counts: a filter is used only after it
/// has found what was known to be there, a listing is believed only if it adds up, and every write is read back.
///
/// Nothing of HTTP makes looking and writing one step. So an operation looks at the account, writes under the version
/// that it saw where the service has versions, and is looked for first where it may have been carried out before.
public final class SCIMAccountProvider: AccountProvider {
    /// What was found out about the service by using it.
    private struct Behaviour {
        var description: ServiceDescription?
        var firstRequest: ResourceListing.Request?
        var refusesPatch = false
        var removesMembersInLists = false
        var hasBrokenVersions = false
        var filters: [SCIMPath: Bool] = [:]
    }

    let client: SCIMClient
    let profile: SCIMProfile
    let known = KnownAccounts()
    private let gate = WriteGate()
    private let without: AccountFields
    private let behaviour = Mutex(Behaviour())

    /// Makes a provider; nothing is sent yet.
    ///
    /// - Throws: where an address makes no sense or the file with the authorities cannot be read.
    public init(_ configuration: SCIMConfiguration) throws(ProviderError) {
        let address = try ServerAddress(configuration.url, allowsPlainText: configuration.allowsPlainText)
        if case .clientCredentials(let client) = configuration.credentials {
            _ = try ServerAddress(client.tokenURL, allowsPlainText: configuration.allowsPlainText)
        }
        let transport = try HTTPTransport(caFile: configuration.caFile, timeout: configuration.timeout)
        client = SCIMClient(
            address: address, transport: transport,
            authorization: Authorization(configuration.credentials, transport))
        profile = configuration.profile
        without = configuration.without
    }

    /// The address of the service.
    public var name: String { client.address.text }

    /// The fields that the profile knows where to put, less those that the service has no attribute for.
    public func capabilities() async throws(ProviderError) -> ProviderCapabilities {
        let description = try await description()
        func fields(_ map: SCIMResourceMap) -> AccountFields {
            map.fields { description.has($0, in: map) }.subtracting(without)
        }
        var capabilities = ProviderCapabilities(
            fields: fields(profile.users).union([.kind]), kinds: [.personal], passwordSchemes: [])
        if let groups = profile.groups, description.has(endpoint: groups.endpoint) {
            capabilities.groupFields = fields(groups).union([.kind])
            capabilities.kinds.insert(profile.groupKind)
        }
        return capabilities
    }

    /// Lists the users and the groups that have an address.
    ///
    /// - Throws: `ProviderError` where the service lists fewer resources than it says there are, or some
    ///   twice, or none without saying so consistently.
    public func accounts() -> AccountPages {
        let listing = AccountListing(self)
        return AccountPages { try await listing.nextPage() }
    }

    /// Carries out one operation.
    public func apply(
        _ operation: Operation, mayHaveBeenApplied: Bool
    ) async throws(ProviderError) -> AppliedOperation {
        try await loadKnownAccounts()
        return operation.kind == .create
            ? try await create(operation, mayHaveBeenApplied: mayHaveBeenApplied) : try await change(operation)
    }

    // MARK: What was found out

    /// What the service says of itself; it is asked once.
    func description() async throws(ProviderError) -> ServiceDescription {
        if let description = behaviour.withLock({ $0.description }) { return description }
        do {
            let description = try await ServiceDescription.load(client)
            behaviour.withLock { $0.description = description }
            return description
        } catch {
            throw self.error(error, "The service")
        }
    }

    func newListing(_ description: ServiceDescription) -> ResourceListing {
        let count = min(profile.pageSize, description.largestPage ?? .max)
        let usual =
            description.hasCursor
            ? ResourceListing.Request.cursor(nil, count: count) : .index(start: 1, count: count)
        return ResourceListing(beginning: behaviour.withLock { $0.firstRequest } ?? usual, count: count)
    }

    /// Notes how listings have to begin.
    func begin(listingsWith request: ResourceListing.Request) { behaviour.withLock { $0.firstRequest = request } }

    var refusesPatch: Bool {
        get { behaviour.withLock { $0.refusesPatch || $0.description?.patch == false } }
        set { behaviour.withLock { $0.refusesPatch = newValue } }
    }

    /// Whether the service has refused to remove a member by a filter, and did so in a list.
    var removesMembersInLists: Bool {
        get { behaviour.withLock { $0.removesMembersInLists } }
        set { behaviour.withLock { $0.removesMembersInLists = newValue } }
    }

    /// Whether the service has taken the version of a resource that nobody had changed for an old one.
    var hasBrokenVersions: Bool {
        get { behaviour.withLock { $0.hasBrokenVersions } }
        set { behaviour.withLock { $0.hasBrokenVersions = newValue } }
    }

    /// Whether a filter by an attribute finds what is there; nil where it has not been tried.
    func filterWorks(by path: SCIMPath) -> Bool? { behaviour.withLock { $0.filters[path] } }
    func note(filterBy path: SCIMPath, works: Bool) { behaviour.withLock { $0.filters[path] = works } }

    /// Sends a request that changes something, while nobody lists.
    func write(
        _ method: HTTPMethod, _ path: String, body: JSONValue? = nil, ifMatch version: String? = nil
    ) async throws(SCIMFailure) -> SCIMAnswer {
        await gate.enter()
        let result: Result<SCIMAnswer, SCIMFailure>
        do {
            result = .success(try await client.send(method, path, body: body, ifMatch: version))
        } catch {
            result = .failure(error)
        }
        await gate.leave()
        return try result.get()
    }

    /// Lists everybody where nobody has yet, because who has an address cannot be asked for in general.
    func loadKnownAccounts(again isFresh: Bool = false) async throws(ProviderError) {
        do {
            try await known.load(again: isFresh) { [gate, self] in
                await gate.close()
                defer { Task { await gate.open() } }
                for try await _ in accounts() {}
            }
        } catch let error as ProviderError {
            throw error
        } catch {
            throw ProviderError(.unavailable, "The listing of \(name) was broken off.")
        }
    }
}
