public import DirectoryModel

extension LDAPDirectory {
    /// Where the server's trees begin (RFC 4512 §5.1), those left out that lie below another: what a search base can be.
    ///
    /// - Returns: the names in the server's order; empty where it does not tell.
    /// - Throws: ``LDAPError`` where no server can be asked; `CancellationError` where the task was cancelled.
    public func namingContexts() async throws -> [DistinguishedName] {
        let watch = Watch(allowing: configuration.timeouts.read)
        do {
            return try await onDedicatedThread(watch: watch) {
                try configuration.validate()
                return try withServer { url throws(LDAPError) in
                    let connection = try open(url, watch: watch)
                    return try connection.describeServer().namingContexts.compactMap { try? DistinguishedName($0) }
                }
            }
        } catch let error as LDAPError where error.code == .cancelled {
            throw CancellationError()
        }
    }
}
