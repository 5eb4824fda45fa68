/// Goes through a listing of resources page by page, and believes it only if it adds up.
///
/// It makes the requests and judges the answers, and sends nothing itself. By index the pages follow RFC 7644 section
/// 3.4.2.4, by cursor RFC 9865.
struct ResourceListing {
    /// What to ask for.
    enum Request: Equatable {
        /// Everything, with no word about pages: for servers that do not know them.
        case everything
        /// From a resource on, counted from 1; as many as the server likes where no count is given.
        case index(start: Int, count: Int?)
        /// After a cursor, or from the beginning where there is none yet.
        case cursor(String?, count: Int)

        var query: [(name: String, value: String)] {
            switch self {
            case .everything: []
            case .index(let start, let count):
                [("startIndex", "\(start)")] + (count.map { [("count", "\($0)")] } ?? [])
            case .cursor(let cursor, let count): [("cursor", cursor ?? ""), ("count", "\(count)")]
            }
        }
    }

    /// The next request; nil where the listing has come to its end.
    private(set) var next: Request?
    private var seen: Set<String> = []
    private var cursors: Set<String> = []
    private var total: Int?
    private var isConfirming = false
    private let count: Int

    init(beginning request: Request, count: Int) {
        next = request
        self.count = count
    }

    /// Asks for the first page in a plainer way, where the server did not understand the one before.
    ///
    /// - Returns: whether there is one.
    mutating func askPlainly() -> Bool {
        guard seen.isEmpty, total == nil else { return false }
        switch next {
        case .cursor: next = .index(start: 1, count: count)
        case .index: next = .everything
        case .everything, nil: return false
        }
        return true
    }

    /// Takes a page in.
    ///
    /// - Returns: its resources.
    /// - Throws: where the listing cannot be the whole.
    mutating func take(_ answer: JSONObject) throws(SCIMFailure) -> [JSONObject] {
        guard let request = next else { return [] }
        next = nil
        let said = answer["totalResults"]?.integer
        if let said, let total, said != total {
            throw SCIMFailure(malformed: "a listing of \(total) resources that had \(said) on a later page")
        }
        total = total ?? said
        if let total, total < 0 { throw SCIMFailure(malformed: "a listing of \(total) resources") }
        let page = try read(answer["Resources"])
        if let total, seen.count > total {
            throw SCIMFailure(malformed: "more resources than the \(total) that it says there are")
        }
        if let cursor = answer["nextCursor"]?.identifier {
            guard !page.isEmpty, cursors.insert(cursor).inserted else {
                throw SCIMFailure(malformed: "a listing whose cursor leads nowhere, after \(seen.count) resources")
            }
            next = .cursor(cursor, count: count)
            return page
        }
        if case .cursor = request {
            // RFC 9865 section 2.1 lets the total be left out.
            if let total, total != seen.count { throw short(of: total) }
            return page
        }
        guard let total else { throw SCIMFailure(malformed: "a listing without a number of resources") }
        if seen.count < total {
            if page.isEmpty { throw short(of: total) }
            var size: Int?
            if case .index(_, let count) = request { size = count }
            next = .index(start: seen.count + 1, count: size)
        } else if total == 0, !isConfirming, request != .everything {
            // That there is nobody is worth asking twice.
            isConfirming = true
            next = .everything
        }
        return page
    }

    private mutating func read(_ resources: JSONValue?) throws(SCIMFailure) -> [JSONObject] {
        if resources ?? .null == .null { return [] }
        guard let elements = resources?.elements else {
            throw SCIMFailure(malformed: "a listing whose resources are no list")
        }
        var page: [JSONObject] = []
        page.reserveCapacity(elements.count)
        for element in elements {
            guard let resource = element.object, let id = resource["id"]?.identifier else {
                throw SCIMFailure(malformed: "a resource without an id")
            }
            guard seen.insert(id).inserted else {
                throw SCIMFailure(malformed: "the resource \(id) twice in one listing")
            }
            page.append(resource)
        }
        return page
    }

    private func short(of total: Int) -> SCIMFailure {
        SCIMFailure(malformed: "\(seen.count) of the \(total) resources that it says there are")
    }
}
