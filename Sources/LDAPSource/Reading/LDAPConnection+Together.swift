/// A search whose first page has been asked for, and by which number its messages are told.
struct BegunSearch {
    let id: Int32
}

extension LDAPConnection {
    /// How many searches are under way at once: fewer than any server allows on a connection, and little enough to write that
    /// both sides never wait for each other to read.
    private static let together = 4

    /// Reads searches one after the other, with the next ones sent already, so that the server works on them meanwhile.
    ///
    /// - Parameters:
    ///   - meanwhile: what there is to do while the server begins.
    ///   - read: reads one search to its end. Where that fails, those that were sent are still received, so that the
    ///     connection can be used for something else.
    func readTogether(
        _ searches: [Search], meanwhile: () -> Void = {}, _ read: (Search, BegunSearch) throws(LDAPError) -> Void
    ) throws(LDAPError) {
        var begun: [BegunSearch] = []
        for (index, search) in searches.enumerated() {
            while begun.count < min(index + Self.together, searches.count) {
                let next = searches[begun.count]
                begun.append(BegunSearch(id: try send(next, CStrings(next.attributes), after: [])))
            }
            if index == 0 { meanwhile() }
            do throws(LDAPError) { try read(search, begun[index]) } catch {
                // Nothing else goes on after any other failure.
                if error.code == .unfollowable {
                    for rest in begun[(index + 1)...] { try drain(rest) }
                }
                throw error
            }
        }
        if let last = searches.last { try requireAllRead(last.plural) }
    }

    /// Receives what a search has been answered with, and forgets it.
    private func drain(_ search: BegunSearch) throws(LDAPError) {
        while try receive(search.id, "leaving a search on \(url)").type != .searchResult {}
    }
}
