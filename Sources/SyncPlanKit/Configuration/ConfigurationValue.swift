import Foundation
internal import ReconcileEngine
internal import Yams

/// A value of a configuration as YAML knows it, to be shown.
enum ConfigurationValue: Sendable, Hashable {
    /// A key and its value.
    struct Pair: Sendable, Hashable {
        let key: String
        let value: ConfigurationValue
    }

    /// A text, whatever it looks like.
    case text(String)
    /// A word that may be a number, or true or false.
    case word(String)
    /// A secret that there is.
    case secret
    case list([ConfigurationValue])
    case mapping([Pair])

    init(_ node: Node) {
        switch node {
        case .scalar(let scalar):
            let isQuoted = scalar.style == .singleQuoted || scalar.style == .doubleQuoted
            self = isQuoted ? .text(scalar.string) : .word(scalar.string)
        case .sequence(let sequence): self = .list(sequence.map { ConfigurationValue($0) })
        case .mapping(let mapping):
            self = .mapping(mapping.map { Pair(key: $0.key.string ?? "", value: ConfigurationValue($0.value)) })
        default: self = .word("")
        }
    }

    /// The value on one line of YAML.
    var flow: String {
        switch self {
        case .text(let text): Node(text).isNoText ? Self.quoted(text) : Self.scalar(text)
        case .word(let word): Self.scalar(word)
        case .secret: "‹secret›"
        case .list(let items): "[\(items.map(\.flow).joined(separator: ", "))]"
        case .mapping(let pairs):
            pairs.isEmpty
                ? "{}" : "{ \(pairs.map { "\(Self.scalar($0.key)): \($0.value.flow)" }.joined(separator: ", ")) }"
        }
    }

    /// The value on a line of its own, where a comma parts nothing.
    var block: String {
        switch self {
        case .text(let text): Node(text).isNoText ? Self.quoted(text) : Self.scalar(text, inFlow: false)
        case .word(let word): Self.scalar(word, inFlow: false)
        default: flow
        }
    }

    /// A text as YAML: by itself where that means the same, else in quotation marks.
    ///
    /// - Parameter inFlow: whether it stands between brackets.
    static func scalar(_ text: String, inFlow: Bool = true) -> String {
        let word = #/[\p{L}\p{N}_.\/+(](?:[\p{L}\p{N}_.\/@+*=()<>;& -]*[\p{L}\p{N}_.\/@+*=()<>;&-])?/#
        // A colon is harmless in addresses, where no space comes after it.
        let address = #/[a-z]+:\/\/[^ ,#\[\]{}"']+/#
        let isPlain =
            (inFlow ? text : text.filter { $0 != "," }).wholeMatch(of: word) != nil
            || text.wholeMatch(of: address) != nil
        return isPlain ? text : quoted(text)
    }

    private static func quoted(_ text: String) -> String {
        var writer = JSONWriter()
        writer.string(text)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension JSONWriter {
    mutating func value(_ value: ConfigurationValue) {
        switch value {
        case .text(let text): string(text)
        case .secret: string(value.flow)
        case .word(let word): self.word(word)
        case .list(let items): array(items) { $0.value($1) }
        case .mapping(let pairs):
            object { writer in
                for pair in pairs {
                    writer.key(pair.key)
                    writer.value(pair.value)
                }
            }
        }
    }

    private mutating func word(_ word: String) {
        let node = Node(word)
        if let value = node.bool {
            bool(value)
        } else if let value = node.int {
            number("\(value)")
        } else if let value = node.float, value.isFinite {
            number("\(value)")
        } else if node.null != nil {
            null()
        } else {
            string(word)
        }
    }
}

extension Node {
    /// Whether the text by itself would be something else than a text.
    fileprivate var isNoText: Bool { bool != nil || int != nil || float != nil || null != nil }
}
