internal import DirectoryModel
internal import ProviderClient

extension SCIMAccountProvider {
    /// The error for a request that failed: what it means, the service's own words, and what to do.
    ///
    /// - Parameters:
    ///   - subject: the account that it was about, or what was asked for.
    ///   - known: what it means, where that is known better than by the failure alone.
    func error(
        _ failure: SCIMFailure, _ subject: String, as known: ProviderError.Code? = nil
    ) -> ProviderError {
        let code = known ?? code(of: failure)
        var (meaning, advice) = Self.texts[code] ?? ("refuses this", "")
        if failure.status == 0, failure.outcome == .notApplied {
            advice = "Check `url` in `provider.scim`, or try again later."
        }
        var said = failure.status > 0 && !(200..<300).contains(failure.status) ? "HTTP \(failure.status)" : ""
        if let type = failure.scimType { said += " \(type.printable)" }
        if !failure.words.isEmpty { said += (said.isEmpty ? "" : ": ") + failure.words }
        var text = "\(subject): \(name) \(meaning)\(failure.purpose) (\(said))."
        if let wait = failure.retryAfter, code == .throttled || code == .unavailable {
            text += " It asks to wait \(wait.components.seconds) s."
        }
        if !advice.isEmpty { text += " " + advice }
        return ProviderError(code, text, outcome: failure.outcome, retryAfter: failure.retryAfter)
    }

    private func code(of failure: SCIMFailure) -> ProviderError.Code {
        if (400..<500).contains(failure.status), ![401, 404, 412, 429].contains(failure.status) {
            let words = failure.words.lowercased()
            if failure.scimType == "uniqueness" { return .addressTaken }
            let phrases = profile.phrases.merging(Self.phrases) { own, _ in own }
            // The longest phrase says most.
            let fitting = phrases.filter { words.contains($0.key) }.max { $0.key.count < $1.key.count }
            if let fitting { return fitting.value }
        }
        switch failure.status {
        case 0: return .unavailable
        case 200..<300: return .malformed
        case 300..<400: return .redirected
        case 401: return .unauthorized
        case 402: return .limitReached
        case 403: return .forbidden
        case 404, 410, 412: return .stale
        case 408, 425, 429: return failure.status == 408 ? .unavailable : .throttled
        case 409: return .addressTaken
        case 405, 501: return .unsupported
        case 500...: return .unavailable
        default: return .refused
        }
    }

    /// What services say in their own words, in lower case.
    private static let phrases: [String: ProviderError.Code] = [
        "already exist": .addressTaken, "already in use": .addressTaken, "already taken": .addressTaken,
        "must be unique": .addressTaken, "not unique": .addressTaken,
        "no license": .limitReached, "no licence": .limitReached, "license limit": .limitReached,
        "licence limit": .limitReached, "out of licenses": .limitReached, "seat limit": .limitReached,
        "no seats": .limitReached, "seats available": .limitReached, "licenses available": .limitReached,
        "domain not claimed": .domainNotClaimed, "domain is not claimed": .domainNotClaimed,
        "domain not verified": .domainNotClaimed, "domain is not verified": .domainNotClaimed,
    ]

    /// What a failure means, as part of a sentence, and what to do about it.
    private static let texts: [ProviderError.Code: (meaning: String, advice: String)] = [
        .unauthorized: (
            "refuses the credentials",
            "Correct them in `provider.scim`. The run ends here, since further tries could lock the account out."
        ),
        .forbidden: ("does not allow this", "Give whoever the token is for the right to do it."),
        .limitReached: ("has no licence or seat left", "Free one or buy one, and apply again."),
        .domainNotClaimed: (
            "does not serve the domain of an address", "Claim the domain there, or leave it out of `domains`."
        ),
        .addressTaken: ("has this address or name already", "Free it there, or change it in the directory."),
        .refused: ("refuses this", "Correct the value, or do not map the attribute."),
        .unsupported: ("cannot do this", "Try another profile in `provider.scim`."),
        .throttled: ("gets too many calls", "Try again later."),
        .unavailable: ("cannot be used at the moment", "Try again later."),
        .stale: ("has changed or lost the account a moment ago", "Make a new plan."),
        .malformed: ("answers what makes no sense", "Is the address that of a SCIM 2.0 service?"),
        .absent: (
            "has nothing there", "Correct `url` in `provider.scim`: `/Users` is below it."
        ),
        .redirected: (
            "is somewhere else", "Correct `url` in `provider.scim`: a token is not sent where it was not meant for."
        ),
    ]
}

extension ProviderError.Code {
    /// There is no service at the address.
    static let absent = ProviderError.Code(rawValue: "absent")
    /// The service is at another address.
    fileprivate static let redirected = ProviderError.Code(rawValue: "redirected")
}
