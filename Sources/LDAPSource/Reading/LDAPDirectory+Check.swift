public import DirectoryModel

extension LDAPDirectory {
    /// Connects, asks the server what it is, binds, and runs each search without attributes; stops at the first step that
    /// fails, but for servers that cannot be reached, where the next one is tried.
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
        let urls: [LDAPURL]
        do throws(LDAPError) {
            try configuration.validate()
            urls = try configuration.urls()
        } catch {
            return [CheckStep("settings", failed: error)]
        }
        for url in urls {
            let connection: LDAPConnection
            do throws(LDAPError) { connection = try LDAPConnection.open(url, configuration, watch: watch) } catch {
                steps.append(CheckStep("connect", failed: error))
                if error.category == .unavailable { continue }
                return steps
            }
            steps.append(CheckStep("connect", passed: true, detail: "\(url) answers; \(encryption(to: url))"))
            return steps + check(Search.all(for: request, configuration), over: connection)
        }
        return steps
    }

    /// The steps that follow once there is a connection.
    private func check(_ searches: [Search], over connection: borrowing LDAPConnection) -> [CheckStep] {
        var steps: [CheckStep] = []
        var title = "server"
        var command = searches.first?.command(on: connection.url, configuration)
        do throws(LDAPError) {
            steps.append(CheckStep(title, passed: true, detail: "\(try connection.describeServer())"))
            title = "bind"
            try connection.bind()
            steps.append(CheckStep(title, passed: true, detail: identity))
            for search in searches {
                title = "search \(search.plural)"
                command = search.command(on: connection.url, configuration)
                let found = try connection.count(search)
                steps.append(
                    CheckStep(
                        title, passed: found.entries > 0 || search.kind != .user,
                        detail: Self.text(found.entries, found.first, found.end.referrals, search), command: command))
            }
        } catch {
            steps.append(CheckStep(title, failed: error, command: command))
        }
        return steps
    }

    private static func text(_ entries: Int, _ first: String?, _ referrals: [String], _ search: Search) -> String {
        var text = first.map { "finds \(entries), the first being \($0)" } ?? "finds nothing by \(search.subject)"
        if first == nil, search.kind == .user {
            text += ". Nobody matches, or the account may not see them: check the filter, the base and its rights"
        }
        if !referrals.isEmpty {
            text += "; parts that other servers have are not read: \(referrals.joined(separator: ", "))"
        }
        return text
    }

    private func encryption(to url: LDAPURL) -> String {
        switch (configuration.usesTLS(to: url), configuration.tlsVerification) {
        case (true, .full): "the connection is encrypted and the certificate verified"
        case (true, .never): "the connection is encrypted, but the certificate is NOT verified"
        case (false, _): url.scheme == .ldapi ? "over a local socket" : "the connection is NOT encrypted"
        }
    }

    private var identity: String {
        switch configuration.bind {
        case .anonymous: "anonymously"
        case .simple(let name, _): "as \(name)"
        case .external: "as whoever the connection shows (EXTERNAL)"
        case .gssapi: "as the principal of the Kerberos ticket"
        }
    }
}
