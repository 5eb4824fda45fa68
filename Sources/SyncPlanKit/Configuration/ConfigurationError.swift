/// A mistake in a configuration: what, where, and what to do.
public struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file's path; nil for a value that comes from somewhere else.
    public let file: String?
    /// The line, counted from 1; nil where the mistake is about the whole file.
    public let line: Int?
    /// The keys that lead to the value, such as `source.ldap.url`; empty for the whole file.
    public let path: String
    /// What is wrong and what to do, as a sentence.
    public let message: String

    /// Makes an error.
    public init(file: String? = nil, line: Int? = nil, path: String = "", _ message: String) {
        self.file = file
        self.line = line
        self.path = path
        self.message = message
    }

    /// `file:line: path: message`, as compilers print it.
    public var description: String {
        var parts: [String] = []
        if let file { parts.append(line.map { "\(file):\($0)" } ?? file) }
        if !path.isEmpty { parts.append(path) }
        parts.append(message)
        return parts.joined(separator: ": ")
    }
}
