import Foundation
internal import Yams

/// Reads a configuration file: YAML, with `${NAME}` for what comes from the environment, and `${NAME:-text}` for what
/// does unless it is not set or empty.
public struct ConfigurationFile: Sendable {
    /// The file's path.
    public let path: String
    private let environment: [String: String]

    /// Makes a reader for a file.
    ///
    /// - Parameter environment: what `${NAME}` stands for; nil for the environment of the process.
    public init(path: String, environment: [String: String]? = nil) {
        self.path = path
        self.environment = environment ?? ProcessInfo.processInfo.environment
    }

    /// Reads the configuration and checks every key and value of it.
    ///
    /// - Throws: ``ConfigurationError`` with the line of the first mistake.
    public func load() throws(ConfigurationError) -> Configuration {
        let data = try read()
        return try configuration(from: data)
    }

    /// Reads the configuration and notes its sections.
    package func sections() throws(ConfigurationError) -> [SectionLog.Entry] {
        let log = SectionLog()
        _ = try configuration(from: read(), noting: log)
        return log.entries
    }

    /// Reads a configuration from bytes as if they stood in the file.
    func configuration(from data: Data, noting log: SectionLog? = nil) throws(ConfigurationError) -> Configuration {
        var configuration = try decode(Configuration.self, from: data, noting: log)
        let url = URL(fileURLWithPath: path)
        configuration.folder = url.deletingLastPathComponent().path
        configuration.name = url.deletingPathExtension().lastPathComponent
        configuration.digest = PlanDigest(ofBytes: data).text
        return configuration
    }

    /// Whether the file names a source, and so is meant for a configuration, right or wrong; a file that is no YAML is
    /// none.
    var hasSource: Bool {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8), let root = try? Yams.compose(yaml: text),
            let mapping = root.mapping
        else { return false }
        return mapping.keys.contains { $0.string == "source" || $0.string == "backend" }
    }

    /// The file's bytes.
    ///
    /// - Parameter advice: what to do where there is none.
    func read(
        _ what: String = "The configuration", advice: String = "`sync-plan init` writes one to begin with."
    ) throws(ConfigurationError) -> Data {
        do { return try Data(contentsOf: URL(fileURLWithPath: path)) } catch {
            throw ConfigurationError(file: path, "\(what) cannot be read: \(Self.reason(error)). \(advice)")
        }
    }

    /// Reads a value from the file's bytes.
    ///
    /// - Parameter prepare: changes the YAML before it is read.
    func decode<Value: Decodable>(
        _ type: Value.Type, from data: Data, noting log: SectionLog? = nil, prepare: (Node) -> Node = { $0 }
    ) throws(ConfigurationError) -> Value {
        let root = try root(of: data)
        try refuseSecretsThatOthersCanRead(root)
        let node = try expand(root, path: [])
        var userInfo: [CodingUserInfoKey: Any] = [:]
        if let key = SectionLog.key { userInfo[key] = log }
        do { return try YAMLDecoder().decode(type, from: prepare(node), userInfo: userInfo) } catch {
            throw located(error, in: root)
        }
    }

    /// The YAML of the file, before anything in it is replaced.
    func root(of data: Data) throws(ConfigurationError) -> Node {
        guard let text = String(data: data, encoding: .utf8) else {
            throw ConfigurationError(file: path, "The configuration is not UTF-8 text.")
        }
        guard let root = try compose(text) else {
            throw ConfigurationError(file: path, "The file is empty. `sync-plan init` writes one to begin with.")
        }
        return root
    }

    private func compose(_ text: String) throws(ConfigurationError) -> Node? {
        do { return try Yams.compose(yaml: text) } catch let error as YamlError {
            throw located(error, in: text)
        } catch {
            throw ConfigurationError(file: path, "\(error)")
        }
    }

    // MARK: Environment

    /// Replaces every `${NAME}` in scalars.
    ///
    /// A `$` without a brace stays as it is.
    private func expand(_ node: Node, path keys: [String]) throws(ConfigurationError) -> Node {
        switch node {
        case .scalar(let scalar):
            guard scalar.string.contains("${") else { return node }
            let text = try expand(scalar.string, line: scalar.mark?.line, path: keys)
            // A quoted style keeps what came from the environment text, as `0` in a password.
            return .scalar(Node.Scalar(text, Tag(.str), .doubleQuoted, scalar.mark))
        case .mapping(let mapping):
            var pairs: [(Node, Node)] = []
            for (key, value) in mapping { pairs.append((key, try expand(value, path: keys + [key.string ?? "?"]))) }
            return .mapping(Node.Mapping(pairs, mapping.tag, mapping.style, mapping.mark))
        case .sequence(let sequence):
            var items: [Node] = []
            for (index, item) in sequence.enumerated() { items.append(try expand(item, path: keys + ["\(index)"])) }
            return .sequence(Node.Sequence(items, sequence.tag, sequence.style, sequence.mark))
        default: return node
        }
    }

    private func expand(_ text: String, line: Int?, path keys: [String]) throws(ConfigurationError) -> String {
        try expansion(of: text, line: line, path: keys).text
    }

    /// A text with the environment in it, and the variables that it comes from.
    func expansion(
        of text: String, line: Int?, path keys: [String]
    ) throws(ConfigurationError) -> (text: String, variables: [String]) {
        var result = ""
        var variables: [String] = []
        var rest = Substring(text)
        while let open = rest.range(of: "${") {
            result += rest[..<open.lowerBound]
            guard let close = rest[open.upperBound...].firstIndex(of: "}") else {
                throw ConfigurationError(
                    file: path, line: line, path: keys.joined(separator: "."), "there is a ${ without its }.")
            }
            let reference = rest[open.upperBound..<close]
            let fallback = reference.range(of: ":-").map { String(reference[$0.upperBound...]) }
            let name = String(reference[..<(reference.range(of: ":-")?.lowerBound ?? close)])
            var value = environment[name]
            // As in a shell, what is empty is not set where something else is said.
            if let fallback, value?.isEmpty ?? true { value = fallback } else { variables.append(name) }
            guard let value else {
                throw ConfigurationError(
                    file: path, line: line, path: keys.joined(separator: "."),
                    "the environment variable \(name) is not set.")
            }
            result += value
            rest = rest[rest.index(after: close)...]
        }
        return (result + rest, variables)
    }

    // MARK: Secrets

    /// The keys whose values are secrets.
    private static let secretKeys: Set<String> = [
        "password", "bind_password", "token", "secret", "client-secret",
        // Whoever has a webhook's address can write there.
        "webhook.url",
    ]

    /// Whether the value of a key is a secret.
    static func isSecret(_ key: String, in section: String) -> Bool {
        secretKeys.contains(key) || secretKeys.contains("\(section).\(key)")
    }

    /// A password written into the file itself is only accepted where nobody but its owner can read the file.
    private func refuseSecretsThatOthersCanRead(_ root: Node) throws(ConfigurationError) {
        guard let (line, keys) = Self.placeOfSecret(root) else { return }
        let elsewhere =
            keys.last == "bind_password"
            ? "`bind_password: ${NAME}`"
            : keys.last.map { "`\($0)-file: …` or `\($0): ${NAME}`" } ?? ""
        try SecretFile.requirePrivate(
            path,
            as: ConfigurationError(
                file: path, line: line, path: keys.joined(separator: "."),
                "there is a secret in this file, and others can read it. Run `chmod 600 \(path)`, "
                    + "or keep the secret elsewhere: \(elsewhere)."))
    }

    private static func placeOfSecret(_ node: Node, in section: String = "") -> (line: Int?, keys: [String])? {
        switch node {
        case .mapping(let mapping):
            for (key, value) in mapping {
                let name = key.string ?? "?"
                if isSecret(name, in: section),
                    let text = value.scalar?.string, !text.isEmpty,
                    !(text.hasPrefix("${") && text.hasSuffix("}"))
                {
                    return (value.mark?.line, [name])
                }
                if let (line, keys) = placeOfSecret(value, in: name) { return (line, [name] + keys) }
            }
            return nil
        case .sequence(let sequence):
            for (index, item) in sequence.enumerated() {
                if let (line, keys) = placeOfSecret(item) { return (line, ["\(index)"] + keys) }
            }
            return nil
        default: return nil
        }
    }

    // MARK: Errors

    private func located(_ error: any Error, in root: Node) -> ConfigurationError {
        if let error = error as? ConfigurationError {
            return ConfigurationError(file: error.file ?? path, line: error.line, path: error.path, error.message)
        }
        guard let (context, message) = Self.describe(error) else {
            return ConfigurationError(file: path, "\(error)")
        }
        var node = root
        var line = node.mark?.line
        var names: [String] = []
        for key in context.codingPath {
            names.append(key.intValue.map(String.init) ?? key.stringValue)
            if let mapping = node.mapping {
                guard let pair = mapping.first(where: { $0.key.string == key.stringValue }) else { break }
                line = pair.key.mark?.line ?? line
                node = pair.value
            } else if let sequence = node.sequence, let index = key.intValue, index < sequence.count {
                node = sequence[index]
                line = node.mark?.line ?? line
            } else {
                break
            }
        }
        return ConfigurationError(file: path, line: line, path: names.joined(separator: "."), message)
    }

    private static func describe(_ error: any Error) -> (context: DecodingError.Context, message: String)? {
        switch error {
        case DecodingError.dataCorrupted(let context): (context, context.debugDescription)
        case DecodingError.keyNotFound(let key, let context): (context, "\"\(key.stringValue)\" is missing.")
        case DecodingError.typeMismatch(let type, let context), DecodingError.valueNotFound(let type, let context):
            (context, "expected \(expectation(of: type)).")
        default: nil
        }
    }

    private static func expectation(of type: any Any.Type) -> String {
        switch type {
        case is String.Type: "text"
        case is Bool.Type: "true or false"
        case is Int.Type, is Int64.Type: "a whole number"
        case is Double.Type: "a number"
        case is Node.Mapping.Type: "keys with values (`key: value`)"
        case is Node.Scalar.Type: "a single value"
        default: "a list (lines that begin with `- `, or [a, b])"
        }
    }

    private func located(_ error: YamlError, in text: String) -> ConfigurationError {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            let isVariable = lines.indices.contains(mark.line - 1) && lines[mark.line - 1].contains("${")
            let advice = isVariable ? " Between { and }, write \"${NAME}\" with its quotation marks." : ""
            return ConfigurationError(file: path, line: mark.line, "this is not YAML: \(problem).\(advice)")
        case .duplicatedKeysInMapping(let keys, let context):
            return ConfigurationError(
                file: path, line: context.mark.line,
                "the key \"\(keys.first ?? "")\" is there more than once. Keep one of them.")
        default: return ConfigurationError(file: path, "this is not YAML: \(error).")
        }
    }

    /// Why a file cannot be read or written, to go on after a colon.
    static func reason(_ error: any Error) -> String {
        let error = error as NSError
        let cause = error.userInfo[NSUnderlyingErrorKey] as? NSError ?? error
        guard cause.domain == NSPOSIXErrorDomain else {
            return cause.code == CocoaError.fileReadNoSuchFile.rawValue
                ? "there is no such file" : cause.localizedDescription
        }
        return switch Int32(cause.code) {
        case ENOENT: "there is no such file"
        case EACCES: "this account may not"
        case EISDIR: "it is a folder"
        case let code: unsafe String(cString: strerror(code))
        }
    }
}
