internal import DirectoryModel
internal import ReconcileEngine

/// One thing that a case expects of the plan.
struct Expectation: Decodable {
    /// What kind of thing it is.
    enum Subject: Equatable {
        /// An operation on an account, to be done or held.
        case operation(Operation.Kind, address: String, isHeld: Bool)
        /// A finding, by its code.
        case finding(String)
        /// A violated rail, by its name.
        case rail(String)
        /// An account that will be deleted one day, by its address.
        case pending(String)
    }

    let subject: Subject
    /// The values that fields must have afterwards, as the plan shows them; others do not matter.
    let fields: [(name: String, value: String)]
    /// A part of the reason, or of a finding's text; nil for any.
    let reason: String?

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: AnyKey.self)
        func wrong(_ key: AnyKey?, _ message: String) -> any Error {
            DecodingError.dataCorrupted(
                DecodingError.Context(
                    codingPath: decoder.codingPath + (key.map { [$0] } ?? []), debugDescription: message))
        }
        var subject: Subject?
        var fields: [(name: String, value: String)] = []
        var reason: String?
        for key in container.allKeys.sorted(by: { $0.stringValue < $1.stringValue }) {
            let value = try container.decode(OneOrMoreTexts.self, forKey: key).texts.joined(separator: ", ")
            switch key.stringValue {
            case "finding": subject = .finding(value)
            case "rail": subject = .rail(value)
            case "pending": subject = .pending(value)
            case "reason": reason = value
            case "held":
                let words = value.split(separator: " ").map(String.init)
                guard words.count == 2, let kind = Operation.Kind(rawValue: words[0]) else {
                    throw wrong(key, "after `held` come a kind and an address, such as `suspend ana@corp.example`.")
                }
                subject = .operation(kind, address: words[1], isHeld: true)
            default:
                if let kind = Operation.Kind(rawValue: key.stringValue) {
                    subject = .operation(kind, address: value, isHeld: false)
                } else if AccountField(rawValue: key.stringValue) != nil {
                    fields.append((key.stringValue, value))
                } else {
                    let known = Operation.Kind.allCases.map(\.rawValue) + AccountField.allCases.map(\.rawValue)
                    let nearest = nearestName(
                        to: key.stringValue, among: known + ["held", "finding", "rail", "pending", "reason"])
                    throw wrong(key, "there is no such key.\(nearest.map { " Did you mean \"\($0)\"?" } ?? "")")
                }
            }
        }
        guard let subject else {
            throw wrong(
                nil,
                "an expectation is an operation such as `create: ana@corp.example`, `held`, `pending`, `finding` or `rail`."
            )
        }
        (self.subject, self.fields, self.reason) = (subject, fields, reason)
    }

    /// The expectation in one line.
    var description: String {
        var parts: [String]
        switch subject {
        case .operation(let kind, let address, let isHeld): parts = [isHeld ? "held" : "", kind.rawValue, address]
        case .finding(let code): parts = ["finding", code]
        case .rail(let name): parts = ["rail", name]
        case .pending(let address): parts = ["pending", address]
        }
        parts += fields.map { "\($0.name)=\($0.value)" }
        if let reason { parts.append("because \"\(reason)\"") }
        return parts.filter { !$0.isEmpty }.joined(separator: " ")
    }
}
