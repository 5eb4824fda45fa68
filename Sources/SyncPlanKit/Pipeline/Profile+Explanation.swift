internal import DirectoryModel
internal import ProviderClient
public import ReconcileEngine

extension Profile {
    /// Reads the directory and the provider, plans, and tells why the plan does what it does about one object or account.
    ///
    /// Nothing is changed anywhere.
    ///
    /// - Parameter text: an address, a distinguished name, an identity or a name; see `Explainer.subjects(named:)`.
    /// - Throws: ``SubjectError`` where nothing or several things are called so, and whatever ``plan(progress:)`` throws.
    public func explain(
        _ text: String, progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
    ) async throws -> Explanation {
        var request = reconciler.readRequest
        if case .only(let names) = request.attributes { request.attributes = .only(names + Explainer.nameAttributes) }
        let states = try await read(request, progress: progress)
        let explainer = reconciler.explainer(
            directory: states.directory, provider: states.provider, remembering: states.memory, at: states.now)
        let explanations = explainer.subjects(named: text).compactMap(explainer.explanation)
        guard let explanation = explanations.first, explanations.count == 1 else {
            throw SubjectError(text: text, found: explanations.map(SubjectError.name))
        }
        return explanation
    }

    /// Reads the directory and the provider, and compares what the rules of this profile and of a new one lead to
    /// (requirement BE5).
    ///
    /// Both are read once, and what earlier runs left behind is what this profile remembers; only where the new
    /// configuration has another source is that one read too. Nothing is changed anywhere.
    ///
    /// - Throws: ``ConfigurationError`` where the profiles do not have the same provider, and whatever ``plan(progress:)``
    ///   throws.
    public func review(
        _ new: Profile, progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
    ) async throws -> PlanComparison {
        guard provider.name == new.provider.name else {
            throw ConfigurationError(
                path: "provider",
                "the configurations are for different providers, \(provider.name) and \(new.provider.name): "
                    + "there is nothing to compare.")
        }
        let isOneSource = readsTheSame(as: new)
        let request = reconciler.readRequest
        let states = try await read(
            isOneSource ? request.union(new.reconciler.readRequest) : request, progress: progress)
        let newDirectory =
            isOneSource
            ? states.directory
            : try await new.reader.read(new.reconciler.readRequest) { progress(.reading(entries: $0.entries)) }
        func plan(_ rules: Reconciler, _ directory: DirectorySnapshot) -> Plan {
            rules.plan(directory: directory, provider: states.provider, remembering: states.memory, at: states.now)
        }
        return PlanComparison(from: plan(reconciler, states.directory), to: plan(new.reconciler, newDirectory))
    }

    private func readsTheSame(as other: Profile) -> Bool {
        guard reader.name == other.reader.name else { return false }
        let (one, other) = (configuration.source, other.configuration.source)
        // A recorded snapshot takes the place of any source.
        return isRecorded ? one.schema == other.schema : one.readsTheSame(as: other)
    }
}

/// A text that names nothing that could be explained, or several things.
public struct SubjectError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The text.
    public let text: String
    /// The things that it names, for people; empty where there are none.
    public let found: [String]

    static func name(_ explanation: Explanation) -> String {
        explanation.object.map { "\($0.name) (\($0.dn.text))" } ?? explanation.accounts.first.map { "\($0.id)" } ?? ""
    }

    /// What is wrong, and what to do.
    public var description: String {
        if found.isEmpty {
            return "Neither the directory nor the provider has \"\(text.printable)\". "
                + "Give an address, a distinguished name, an identity or a full name."
        }
        return "\"\(text.printable)\" is the name of \(found.count), give a distinguished name:\n"
            + found.sorted().map { "  \($0.printable)" }.joined(separator: "\n")
    }
}
