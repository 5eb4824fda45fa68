internal import DirectoryModel

extension LDAPDirectory {
    /// Does something with the first server that can be used, in their order.
    ///
    /// - Parameter preferred: the server to begin with, where it is one of them.
    ///
    /// `body` throws only where it has read nothing yet. Refused credentials are refused everywhere: another try would only
    /// bring the account nearer to being locked.
    func withServer<Value>(
        preferring preferred: String? = nil, _ body: (LDAPURL) throws(LDAPError) -> Value
    ) throws(LDAPError) -> Value {
        var urls = try configuration.urls()
        if let index = urls.firstIndex(where: { $0.description == preferred }) {
            urls.insert(urls.remove(at: index), at: 0)
        }
        var failures: [LDAPError] = []
        for url in urls {
            do throws(LDAPError) { return try body(url) } catch {
                if error.code == .cancelled || error.category != .unavailable { throw error }
                failures.append(error)
            }
        }
        if failures.count == 1 { throw failures[0] }
        throw LDAPError(
            failures.last?.code ?? .nameNotFound,
            "None of \(failures.count) servers can be used. \(failures.map(\.message).joined(separator: " "))")
    }
}
