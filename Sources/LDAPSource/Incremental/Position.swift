internal import DirectoryModel

/// Where the changes of a directory go on after a read, kept with the record as text.
struct Position: Equatable {
    /// How changes are followed.
    var method: ChangeTracking
    /// What was asked for; a record of something else cannot be brought up to date.
    var request: UInt64
    /// The address of the server, which is the one to ask again.
    var url: String
    /// The server, or its copy of the directory: numbers of one mean nothing to another.
    var server: String
    /// The server's time before the read, as the fourteen digits of a generalized time (RFC 4517 §3.3.13).
    var time: String
    /// For each naming context its own mark, in the words of the method.
    var marks: [String: String]
    /// The entries whose names matter besides those of the recorded objects.
    var landmarks = Landmarks()
    /// The objects that may be changed once more without a word, and since when, in seconds of this machine's clock.
    ///
    /// OpenLDAP takes names of deleted entries out of other entries some time later (slapo-refint).
    var unsettled: [ObjectID: Int] = [:]

    /// How many seconds that may take: a group of ten thousand is changed slowly.
    static let settlingTime = 900

    /// The naming contexts.
    var contexts: [DistinguishedName] { marks.keys.sorted().compactMap { try? DistinguishedName($0) } }

    /// Whether the record is young enough at a time of the server's.
    ///
    /// Active Directory keeps what was deleted for two days at the least (MS-ADTS §3.1.1.1.15); OpenLDAP says itself what it
    /// has forgotten.
    func isFresh(at now: String) -> Bool {
        if method == .syncrepl { return true }
        guard let then = try? Timestamp(generalizedTime: time + "Z"),
            let now = try? Timestamp(generalizedTime: now + "Z")
        else {
            return false
        }
        return now.secondsSince1970 - then.secondsSince1970 < 2 * 86_400
    }

    /// The position as lines of a keyword and its argument.
    var text: String {
        var lines = [
            "method \(method.rawValue)", "request \(String(request, radix: 16))", "url \(url)", "server \(server)",
            "time \(time)",
        ]
        for (context, mark) in marks.sorted(by: { $0.key < $1.key }) { lines.append("mark \(mark) \(context)") }
        for (id, dn) in landmarks.places.sorted(by: { $0.key < $1.key }) {
            lines.append("place \(id) \(Self.line(dn))")
        }
        for (id, dn) in landmarks.named.sorted(by: { $0.key < $1.key }) {
            lines.append("named \(id) \(Self.line(dn))")
        }
        for (id, time) in unsettled.sorted(by: { $0.key < $1.key }) { lines.append("unsettled \(id) \(time)") }
        return lines.joined(separator: "\n")
    }

    init(
        method: ChangeTracking, request: UInt64, url: String, server: String, time: String, marks: [String: String]
    ) {
        self.method = method
        self.request = request
        self.url = url
        self.server = server
        self.time = time
        self.marks = marks
    }

    /// Reads the lines; nil where they make no sense.
    init?(text: String) {
        self.init(method: .automatic, request: 0, url: "", server: "", time: "", marks: [:])
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
            switch (words.first, words.count) {
            case ("method", 2):
                guard let method = ChangeTracking(rawValue: words[1]) else { return nil }
                self.method = method
            case ("request", 2):
                guard let request = UInt64(words[1], radix: 16) else { return nil }
                self.request = request
            case ("url", 2): url = words[1]
            case ("server", 2): server = words[1]
            case ("time", 2): time = words[1]
            case ("mark", 3): marks[words[2]] = words[1]
            case ("unsettled", 3):
                guard let id = ObjectID(text: words[1]), let time = Int(words[2]) else { return nil }
                unsettled[id] = time
            case ("place", 3), ("named", 3):
                guard let id = ObjectID(text: words[1]), let dn = try? DistinguishedName(words[2]) else { return nil }
                if words[0] == "place" { landmarks.places[id] = dn } else { landmarks.named[id] = dn }
            default: return nil
            }
        }
        if method == .automatic || marks.isEmpty { return nil }
    }

    /// A name in one line: a line feed has another spelling (RFC 4514 §2.4).
    private static func line(_ name: DistinguishedName) -> String {
        name.text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\\0A")
    }
}

extension [UInt8] {
    /// The octets in hexadecimal digits.
    var hex: String {
        var text = ""
        for octet in self { text += (octet < 16 ? "0" : "") + String(octet, radix: 16) }
        return text
    }

    /// The octets that hexadecimal digits spell; nil where they spell none.
    init?(hex: String) {
        let digits = hex.utf8.map { $0.hexDigitValue }
        guard digits.count.isMultiple(of: 2) else { return nil }
        self = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = digits[index], let low = digits[index + 1] else { return nil }
            append(high << 4 | low)
        }
    }
}
