internal import COpenLDAP
internal import DirectoryModel

extension LDAPConnection {
    /// Reads a search to its end, page by page (RFC 2696), filing each entry in `builder`; answers the number of pages.
    ///
    /// The next page is asked for as soon as one has come whole, before it is decoded, so that the server works meanwhile.
    /// Pages that came whole before a failure are filed all the same; then the failure is thrown.
    func readAll(
        _ search: Search, into builder: inout SnapshotBuilder, progress: (ReadProgress) -> Void
    ) throws(LDAPError) -> Int {
        let attributes = CStrings(search.attributes)
        var pages = 0
        var marks: Set<Int> = []
        var id = try send(search, attributes, after: [])
        while true {
            var page = SearchPage()
            while unsafe !page.take(try receive(id, "searching \(search.plural) on \(url)"), handle: handle) {
                // A server that knows no pages sends one of any size, which need not be held in memory.
                if page.count <= configuration.pageSize { continue }
                try file(page, of: search, in: &builder, progress: progress)
                page = SearchPage()
            }
            pages += 1
            let next: Result<Int32?, LDAPError>
            do throws(LDAPError) {
                let cookie = try following(page, search, isFirst: pages == 1)
                next = .success(
                    try cookie.map { cookie throws(LDAPError) in try send(search, attributes, after: cookie) })
            } catch {
                next = .failure(error)
            }
            try file(page, of: search, in: &builder, progress: progress)
            guard let nextID = try next.get() else { return pages }
            id = nextID
            // A cookie may be the same for every page, and the same page may come with ever new ones.
            let mark = unsafe page.entries.first.map { unsafe dn(of: $0) } ?? page.cookie ?? []
            if !marks.insert(mark.hashValue).inserted {
                throw LDAPError(.protocolError, "\(url) sends the same page of \(search.plural) again and again.")
            }
        }
    }

    /// The cookie to ask for the next page with; nil where this one was the last.
    private func following(
        _ page: borrowing SearchPage, _ search: Search, isFirst: Bool
    ) throws(LDAPError) -> [UInt8]? {
        if page.outcome.code != .success {
            throw LDAPError.search(page.outcome, for: search.plural, base: search.base, on: url)
        }
        if hasUnread {
            throw LDAPError(
                .protocolError, "\(url) sent more after it had ended a page of \(search.plural): that was not all.")
        }
        if let cookie = page.cookie { return cookie.isEmpty ? nil : cookie }
        // A server that passed over the control gave everything at once; one that forgets it later proves nothing.
        if isFirst { return nil }
        throw LDAPError(
            .protocolError,
            "\(url) ended the pages of \(search.plural) without saying that there are no more (RFC 2696).")
    }

    private func send(
        _ search: Search, _ attributes: borrowing CStrings, after cookie: [UInt8], size: Int? = nil
    ) throws(LDAPError) -> Int32 {
        var cookie = cookie
        var control: UnsafeMutablePointer<LDAPControl>?
        defer { unsafe ldap_control_free(control) }
        let size = Int32(clamping: size ?? configuration.pageSize)
        let made = unsafe cookie.withUnsafeMutableBytes { bytes in
            var value = unsafe berval(
                bv_len: ber_len_t(bytes.count), bv_val: bytes.baseAddress?.assumingMemoryBound(to: CChar.self))
            return unsafe ldap_create_page_control(handle, size, &value, 1, &control)
        }
        guard made == LDAP_SUCCESS else { throw failure(made, search) }
        var controls = unsafe [control, nil]
        var names = unsafe attributes.pointers
        var id: Int32 = 0
        let status = unsafe ldap_search_ext(
            handle, search.base, configuration.scope.code, search.filter, &names, 0, &controls, nil, nil, 0, &id)
        guard status == LDAP_SUCCESS else { throw failure(status, search) }
        return id
    }

    private func failure(_ status: Int32, _ search: Search) -> LDAPError {
        LDAPError.search(localOutcome(status), for: search.plural, base: search.base, on: url)
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

    /// The name of a search's first entry, asked for as a page of one and without attributes; nil where there is none.
    func firstEntry(of search: Search) throws(LDAPError) -> String? {
        var one = search
        one.attributes = ["1.1"]
        let id = try send(one, CStrings(one.attributes), after: [], size: 1)
        var page = SearchPage()
        while unsafe !page.take(try receive(id, "searching \(search.plural) on \(url)"), handle: handle) {}
        if let entry = unsafe page.entries.first { return unsafe String(decoding: dn(of: entry), as: UTF8.self) }
        if page.outcome.code == .success { return nil }
        throw LDAPError.search(page.outcome, for: search.plural, base: search.base, on: url)
    }

    private func dn(of entry: OpaquePointer) -> [UInt8] {
        var ber: OpaquePointer?
        var dn = unsafe berval()
        let status = unsafe ldap_get_dn_ber(handle, entry, &ber, &dn)
        defer { unsafe ber_free(ber, 0) }
        return status == LDAP_SUCCESS ? unsafe Array(dn.octets) : []
    }
}

extension SearchScope {
    /// What libldap calls the scope.
    fileprivate var code: Int32 {
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
