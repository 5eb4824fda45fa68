public import DirectoryModel
internal import FileSource
public import LDAPSource
public import ReconcileEngine

/// Looking around in the directory; the provider is not asked for anything.
extension Profile {
    /// Who is in scope, and which rule decided it, for every object of the directory (requirement ZI8).
    public func preview(
        progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
    ) async throws -> Overview<[ObjectVerdict]> {
        let snapshot = try await read(reconciler.overviewRequest, progress)
        let unknown = reconciler.unknownAttributes(in: snapshot).map(\.text)
        return Overview(
            of: snapshot, notes: reconciler.unresolvedGroups(in: snapshot) + unknown,
            reconciler.verdicts(directory: snapshot, at: header().madeAt))
    }

    /// The attributes that users, or groups, really have values for (requirement ZI4).
    ///
    /// - Parameter search: a text that an attribute's name or one of its values must contain, letters' case aside; nil for
    ///   all attributes. Secret values are not searched.
    public func attributes(
        of kind: ObjectKind = .user, search: String? = nil,
        progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
    ) async throws -> Overview<AttributeSurvey> {
        let snapshot = try await read(ReadRequest(kinds: [kind]), progress)
        var used = Set(snapshot.schema.neededAttributes)
        if case .only(let names) = reconciler.readRequest.attributes { used.formUnion(names) }
        let secrets = LDIFWriter.secretAttributes.union(reconciler.mapping.passwordHash.map { [$0] } ?? [])
        return Overview(
            of: snapshot, AttributeSurvey(of: kind, in: snapshot, used: used, secrets: secrets, search: search))
    }

    /// The groups of the directory, with their members and the rules that name them.
    ///
    /// - Parameters:
    ///   - search: a text that a group's name, distinguished name or address must contain, letters' case aside; nil for
    ///     all groups.
    ///   - nested: whether members of member groups are counted, to any depth.
    public func groups(
        search: String? = nil, nested: Bool = false, progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
    ) async throws -> Overview<[GroupSummary]> {
        let snapshot = try await read(reconciler.overviewRequest, progress)
        let groups = reconciler.groupSummaries(in: snapshot, nested: nested).filter { group in
            guard let search else { return true }
            return [group.name, group.dn.text, group.address?.text ?? ""].contains { $0.contains(ignoringCase: search) }
        }
        return Overview(of: snapshot, notes: reconciler.unresolvedGroups(in: snapshot), groups)
    }

    /// Checks a name and a password by the directory (requirement KO7).
    ///
    /// - Throws: ``ConfigurationError`` where the configuration does not say how users are found, or its source is no
    ///   server; `LDAPError` where the server cannot be asked.
    public func authenticate(user: String, password: Secret) async throws -> Authentication {
        let (directory, authentication) = try authenticator()
        return try await directory.authenticate(
            user: user, password: password, by: authentication.lookup(in: directory.configuration.schema),
            timeout: authentication.timeout)
    }

    /// Checks that names and passwords can be checked, before somebody is asked for one.
    ///
    /// - Throws: ``ConfigurationError`` where they cannot.
    public func requireAuthentication() throws(ConfigurationError) { _ = try authenticator() }

    private func authenticator() throws(ConfigurationError) -> (LDAPDirectory, AuthenticationConfiguration) {
        guard let authentication = configuration.authentication else {
            throw ConfigurationError(
                path: "authentication",
                "the configuration does not say how a user is found. Add `authentication: { user-name: mail }`.")
        }
        guard let directory = reader as? LDAPDirectory else {
            throw ConfigurationError(
                path: "authentication", "only a directory server can check a password, and the source is a file.")
        }
        return (directory, authentication)
    }

    private func read(
        _ request: ReadRequest, _ progress: @escaping @Sendable (RunProgress) -> Void
    ) async throws -> DirectorySnapshot {
        try await reader.read(request) { progress(.reading(entries: $0.entries)) }
    }
}

extension String {
    /// Whether the other text is a part of this one, letters' case aside.
    func contains(ignoringCase other: String) -> Bool { other.isEmpty || lowercased().contains(other.lowercased()) }
}
