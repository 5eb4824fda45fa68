public import DirectoryModel
internal import ProviderClient
internal import ReconcileEngine

extension SCIMAccountProvider {
    /// Tries the address, TLS, the credentials and the rights to read; says what the service can do, what it only claims,
    /// and what it cannot hold.
    ///
    /// Whether it may be written to cannot be tried without writing.
    public func check() async -> [CheckStep] {
        let description: ServiceDescription
        do {
            description = try await self.description()
        } catch {
            return [CheckStep("connect", failed: error)]
        }
        var steps = [CheckStep("connect", passed: true, detail: "\(name) answers.")]
        let counts: [AccountKind: Int]
        do {
            counts = try await count()
        } catch {
            return steps + [CheckStep("list", failed: error)]
        }
        let numbers = profile.maps.map { "\(counts[$0.kind] ?? 0) \($0.map.endpoint.lowercased())" }
        steps.append(
            CheckStep(
                "list", passed: true, detail: "\(numbers.joined(separator: " and ")) with an address, all of them"))
        steps.append(CheckStep("does", passed: true, detail: await abilities(description)))
        steps.append(CheckStep("holds", passed: true, detail: await fields(description)))
        return steps
    }

    /// Lists everybody, which is the only way to know that a listing can be believed.
    private func count() async throws -> [AccountKind: Int] {
        let state = try await observe()
        if let reason = state.incomplete.first { throw ProviderError(.malformed, reason.detail) }
        return state.accounts.reduce(into: [:]) { $0[$1.account.kind, default: 0] += 1 }
    }

    /// What the service does, where it says something else in brackets.
    private func abilities(_ description: ServiceDescription) async -> String {
        var lines: [String] = []
        for (field, path) in profile.users.unique {
            let works = (try? await hasWorkingFilter(by: path, field, profile.users, "A filter")) ?? false
            let isTried = filterWorks(by: path) != nil
            let claim = works == description.filter || !isTried ? "" : ", though it says the opposite"
            let result = !isTried ? "not tried, for want of an account" : works ? "works" : "does not work"
            lines.append("filter by \(path) \(result)\(claim)")
        }
        let begun = newListing(description).next
        let pages: String
        switch begun {
        case .cursor: pages = "pages by cursor"
        case .index(_, let count): pages = "pages of \(count.map { "\($0)" } ?? "its own size") by index"
        case .everything, nil: pages = "pages that cannot be asked for, though everything comes"
        }
        lines.append(pages)
        let patch = description.patch.map { $0 ? "PATCH" : "no PATCH, so that PUT is used" }
        lines.append(profile.users.update == .patch ? patch ?? "nothing about PATCH" : "PUT by the profile")
        lines.append(description.versions == true ? "versions" : "no versions")
        if description.bulk == true { lines.append("Bulk, which is not used") }
        if !description.silent.isEmpty {
            lines.append("nothing to say of its " + description.silent.map(\.endpoint).joined(separator: ", "))
        }
        return lines.joined(separator: "; ")
    }

    /// The fields that are left out of every comparison.
    private func fields(_ description: ServiceDescription) async -> String {
        guard let capabilities = try? await capabilities() else { return "unknown" }
        let missing = AccountFields.all.subtracting(capabilities.fields).fields.map(\.rawValue)
        let held = capabilities.fields.fields.map(\.rawValue).joined(separator: ", ")
        return missing.isEmpty ? "every field" : "\(held); not \(missing.joined(separator: ", "))"
    }
}
