internal import DirectoryModel

extension ObservedState {
    /// Writes the accounts as JSON Lines in the order of their ids, and after them why there may be more: the same bytes
    /// for the same accounts in any order.
    ///
    /// Hashes of passwords are left out.
    ///
    /// - Parameter write: takes the next bytes.
    package func writeLines(to write: (Span<UInt8>) -> Void) {
        var writer = JSONWriter()
        for observed in accounts.sorted(by: { $0.id.rawValue.precedesInBytes($1.id.rawValue) }) {
            writer.object {
                $0.key("id")
                $0.string(observed.id.rawValue)
                $0.key("account")
                $0.write(observed.account)
            }
            writer.endLine()
            if writer.bytes.count < 1 << 16 { continue }
            write(writer.bytes.span)
            writer.removeAll()
        }
        writer.array(incomplete.map(\.description)) { $0.string($1) }
        writer.endLine()
        write(writer.bytes.span)
    }
}
