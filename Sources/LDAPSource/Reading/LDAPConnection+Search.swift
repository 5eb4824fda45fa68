internal import COpenLDAP
internal import DirectoryModel

extension LDAPConnection {
    /// Reads a search to its end, filing each entry in `builder`.
    ///
    /// Pages that came whole before a failure are filed all the same; then the failure is thrown.
    ///
    /// - Parameter begun: the search where it has been sent already.
    func readAll(
        _ search: Search, begun: BegunSearch? = nil, into builder: inout SnapshotBuilder,
        progress: (ReadProgress) -> Void
    ) throws(LDAPError) -> SearchEnd {
        try readPages(search, begun: begun) { page throws(LDAPError) in
            try file(page, of: search, in: &builder, progress: progress)
        }
    }

    /// Finds out how many entries a search finds, and the name of the first; attributes are not asked for.
    func count(_ search: Search) throws(LDAPError) -> (entries: Int, first: String?, end: SearchEnd) {
        var search = search
        search.attributes = ["1.1"]
        var entries = 0
        var first: String?
        let end = try readPages(search) { page throws(LDAPError) in
            if let entry = unsafe page.entries.first, first == nil {
                first = unsafe String(decoding: dn(of: entry), as: UTF8.self)
            }
            entries += page.count
            try checkTime()
        }
        return (entries, first, end)
    }

    /// Reads a search to its end, page by page (RFC 2696).
    ///
    /// The next page is asked for as soon as one has come whole, before `take` has it, so that the server works meanwhile.
    ///
    /// - Parameter begun: the search where it has been sent already.
    func readPages(
        _ search: Search, begun: BegunSearch? = nil, _ take: (borrowing SearchPage) throws(LDAPError) -> Void
    ) throws(LDAPError) -> SearchEnd {
        let attributes = CStrings(search.attributes)
        var end = SearchEnd()
        var marks: Set<Int> = []
        var id: Int32
        if let begun { id = begun.id } else { id = try send(search, attributes, after: []) }
        while true {
            var page = SearchPage()
            while unsafe !page.take(try receive(id, "searching \(search.plural) on \(url)"), handle: handle) {
                // A server that knows no pages sends one of any size, which need not be held in memory.
                if page.count <= configuration.pageSize { continue }
                end.note(page.references)
                try take(page)
                page = SearchPage()
            }
            end.pages += 1
            end.note(page.references)
            let next: Result<Int32?, LDAPError>
            do throws(LDAPError) {
                let cookie = try following(page, search, isFirst: end.pages == 1, isAlone: begun == nil)
                next = .success(
                    try cookie.map { cookie throws(LDAPError) in try send(search, attributes, after: cookie) })
            } catch {
                next = .failure(error)
            }
            try take(page)
            guard let nextID = try next.get() else { return end }
            id = nextID
            // A cookie may be the same for every page, and the same page may come with ever new ones.
            let mark = unsafe page.entries.first.map { unsafe dn(of: $0) } ?? page.cookie ?? []
            if !marks.insert(mark.hashValue).inserted {
                throw LDAPError(.protocolError, "\(url) sends the same page of \(search.plural) again and again.")
            }
        }
    }

    /// The answer to a search of one entry, which a server may have or not; `action` completes "… failed".
    func receiveOne(_ id: Int32, _ action: @autoclosure () -> String) throws(LDAPError) -> SearchPage {
        var page = SearchPage()
        while unsafe !page.take(try receive(id, action()), handle: handle) {
            if page.count > 1 {
                throw LDAPError(.protocolError, "\(url) sent several entries, where there is one, while \(action()).")
            }
        }
        return page
    }

    /// The cookie to ask for the next page with; nil where this one was the last.
    private func following(
        _ page: borrowing SearchPage, _ search: Search, isFirst: Bool, isAlone: Bool
    ) throws(LDAPError) -> [UInt8]? {
        if page.outcome.code != .success {
            throw try failure(page.outcome, search)
        }
        // What is unread may belong to the searches after this one.
        if isAlone { try requireAllRead(search.plural) }
        if let cookie = page.cookie { return cookie.isEmpty ? nil : cookie }
        // A server that passed over the control gave everything at once; one that forgets it later proves nothing.
        if isFirst { return nil }
        throw LDAPError(
            .protocolError,
            "\(url) ended the pages of \(search.plural) without saying that there are no more (RFC 2696).")
    }

    /// Throws where the server has sent more after the end of what it was asked for.
    func requireAllRead(_ plural: String) throws(LDAPError) {
        if !hasUnread { return }
        throw LDAPError(.protocolError, "\(url) sent more after it had ended a page of \(plural): that was not all.")
    }

    func send(
        _ search: Search, _ attributes: borrowing CStrings, after cookie: [UInt8]
    ) throws(LDAPError) -> Int32 {
        let page = Control.page(of: configuration.pageSize, after: cookie)
        return try send(search, attributes, [page] + search.controls)
    }

    /// Sends a search with nothing but the given controls; answers the number of the operation.
    func send(
        _ search: Search, _ attributes: borrowing CStrings, _ controls: [Control]
    ) throws(LDAPError) -> Int32 {
        let controls = try RequestControls(controls)
        var pointers = unsafe controls.pointers
        var names = unsafe attributes.pointers
        var id: Int32 = 0
        let status = unsafe ldap_search_ext(
            handle, search.base.text, search.scope.code, search.filter, &names, 0, &pointers, nil, nil, 0, &id)
        guard status == LDAP_SUCCESS else { throw failure(status, search) }
        return id
    }

    private func failure(_ status: Int32, _ search: Search) -> LDAPError {
        LDAPError.search(localOutcome(status), for: search.plural, base: search.base.text, on: url)
    }

    /// Why a search failed; where its base is not there, with those that are.
    private func failure(_ outcome: Outcome, _ search: Search) throws(LDAPError) -> LDAPError {
        let isBaseMissing = outcome.code == .noSuchObject || outcome.code == .referral
        var server: ServerDescription?
        do throws(LDAPError) {
            if isBaseMissing { server = try describeServer() }
        } catch {
            // Whatever else goes wrong now, the search failed before.
            if error.code == .cancelled { throw error }
        }
        return LDAPError.search(
            outcome, for: search.plural, base: search.base.text, on: url, contexts: server?.namingContexts ?? [])
    }

    // MARK: Entries

    private func file(
        _ page: borrowing SearchPage, of search: Search, in builder: inout SnapshotBuilder,
        progress: (ReadProgress) -> Void
    ) throws(LDAPError) {
        for index in 0..<page.count {
            try unsafe file(page.entries[index], kind: search.kind, in: &builder)
            if builder.entryCount.isMultiple(of: 1000) {
                progress(ReadProgress(entries: builder.entryCount, subject: search.plural))
            }
        }
        try checkTime()
    }

    /// Files one entry; its values are copied once, from the message to the snapshot.
    private func file(
        _ entry: OpaquePointer, kind: ObjectKind, in builder: inout SnapshotBuilder
    ) throws(LDAPError) {
        var ber: OpaquePointer?
        var dn = unsafe berval()
        let status = unsafe ldap_get_dn_ber(handle, entry, &ber, &dn)
        defer { unsafe ber_free(ber, 0) }
        guard status == LDAP_SUCCESS else {
            builder.beginEntry(dn: "an entry of \(url)", kind: kind)
            return builder.discardEntry("its message is malformed")
        }
        guard let name = unsafe String(validatingUTF8: dn.octets.span) else {
            builder.beginEntry(dn: "an entry of \(url)", kind: kind)
            return builder.discardEntry("its name is not UTF-8 text")
        }
        builder.beginEntry(dn: name, kind: kind)
        var rests: [ValueRest] = []
        var last: AttributeSlot?
        while true {
            var attribute = unsafe berval()
            var values: UnsafeMutablePointer<berval>?
            guard unsafe ldap_get_attribute_ber(handle, entry, ber, &attribute, &values) == LDAP_SUCCESS else {
                return builder.discardEntry("its message is malformed")
            }
            guard unsafe attribute.bv_val != nil else { break }
            defer { unsafe ber_memfree(values) }
            let octets = unsafe attribute.octets
            var bytes = unsafe octets.span
            let range = AttributeRange(of: bytes)
            if case .part(let length, _, _) = range { bytes = bytes.extracting(0..<length) }
            guard let slot = builder.slot(forUTF8: bytes, after: last) else { continue }
            last = slot
            switch range {
            case .whole, .part(_, 0, nil): break
            case .part(_, 0, let end?): rests.append(ValueRest(slot: slot, next: end + 1, size: end + 1))
            case .part, .malformed: return builder.discardEntry("the server gave only a part of an attribute's values")
            }
            unsafe append(values, to: slot, in: &builder)
        }
        for rest in rests where try !readRest(rest, of: name, into: &builder) {
            let attribute = builder.attributes.name(at: rest.slot)
            guard kind == .group, configuration.schema.members.contains(where: { $0.attribute == attribute }) else {
                return builder.discardEntry("the server gave only a part of the values of \(attribute?.text ?? "")")
            }
            builder.markPartial()
        }
        builder.endEntry()
    }

    /// Appends values as libldap gives them, ended by one without octets.
    func append(_ values: UnsafeMutablePointer<berval>?, to slot: AttributeSlot, in builder: inout SnapshotBuilder) {
        guard var value = unsafe values else { return }
        while unsafe value.pointee.bv_val != nil {
            let octets = unsafe value.pointee.octets
            unsafe builder.append(octets.span, to: slot)
            unsafe value += 1
        }
    }

    func dn(of entry: OpaquePointer) -> [UInt8] {
        var ber: OpaquePointer?
        var dn = unsafe berval()
        let status = unsafe ldap_get_dn_ber(handle, entry, &ber, &dn)
        defer { unsafe ber_free(ber, 0) }
        return status == LDAP_SUCCESS ? unsafe Array(dn.octets) : []
    }
}

/// How a search ended that came to its end.
struct SearchEnd {
    var pages = 0
    /// The continuation references, each once: the first URL of each.
    private(set) var referrals: [String] = []

    /// As many as anybody wants to read.
    private static let limit = 100

    mutating func note(_ references: [[String]]) {
        for url in references.compactMap(\.first) where referrals.count < Self.limit && !referrals.contains(url) {
            referrals.append(url)
        }
    }
}

extension SearchScope {
    /// What libldap calls the scope.
    var code: Int32 {
        switch self {
        case .subtree: LDAP_SCOPE_SUBTREE
        case .oneLevel: LDAP_SCOPE_ONELEVEL
        case .base: LDAP_SCOPE_BASE
        }
    }
}

extension berval {
    /// The octets, which belong to the message.
    var octets: UnsafeBufferPointer<UInt8> {
        let start = unsafe UnsafeRawPointer(bv_val)?.assumingMemoryBound(to: UInt8.self)
        return unsafe UnsafeBufferPointer(start: start, count: start == nil ? 0 : Int(clamping: bv_len))
    }
}
