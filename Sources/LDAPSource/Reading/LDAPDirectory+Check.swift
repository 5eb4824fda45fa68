public import DirectoryModel

extension LDAPDirectory {
    /// Connects, binds, and looks for the first entry of each search; stops at the first step that fails.
    public func check(_ request: ReadRequest) async -> [CheckStep] {
        let watch = Watch(allowing: configuration.timeouts.read)
        do {
            return try await onDedicatedThread(watch: watch) { checkHere(request, watch: watch) }
        } catch {
            return [CheckStep("start", failed: error)]
        }
    }

    private func checkHere(_ request: ReadRequest, watch: Watch) -> [CheckStep] {
        var steps: [CheckStep] = []
        var title = "settings"
        do throws(LDAPError) {
            try configuration.validate()
            title = "connect"
            let connection = try LDAPConnection.open(configuration, watch: watch)
            steps.append(CheckStep(title, passed: true, detail: "\(configuration.url) answers; \(encryption)"))
            title = "bind"
            try connection.bind()
            steps.append(CheckStep(title, passed: true, detail: identity))
            for search in Search.all(for: request, configuration) {
                title = "search \(search.plural)"
                let first = try connection.firstEntry(of: search)
                steps.append(
                    CheckStep(
                        title, passed: first != nil || search.kind != .user,
                        detail: first.map { "finds \($0)" } ?? "finds nothing by \(search.subject)"))
            }
        } catch {
            steps.append(CheckStep(title, failed: error))
        }
        return steps
    }

    private var encryption: String {
        switch (configuration.usesTLS, configuration.tlsVerification) {
        case (true, .full): "the connection is encrypted and the certificate verified"
        case (true, .never): "the connection is encrypted, but the certificate is NOT verified"
        case (false, _): configuration.url.scheme == .ldapi ? "over a local socket" : "the connection is NOT encrypted"
        }
    }

    private var identity: String {
        switch configuration.bind {
        case .anonymous: "anonymously"
        case .simple(let name, _): "as \(name)"
        }
    }
}
