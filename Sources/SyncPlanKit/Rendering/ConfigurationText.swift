import Foundation
internal import ReconcileEngine

/// A configuration as it counts, as YAML with the origin of each value beside it, or as JSON.
public struct ConfigurationText: Sendable {
    /// How text is marked.
    public var style: Style

    /// Makes a renderer.
    public init(style: Style = Style()) { self.style = style }

    /// The column that origins do not pass for the sake of a few long values.
    private static let widest = 60

    /// YAML that means the same as the file, but for secrets.
    public func render(_ configuration: EffectiveConfiguration) -> String {
        var lines: [(text: String, origin: String)] = []
        var open: [String] = []
        for entry in configuration.entries {
            let sections = Array(entry.path.dropLast())
            let shared = zip(open, sections).prefix { $0 == $1 }.count
            for (depth, key) in sections.enumerated().dropFirst(shared) {
                lines.append((indent(depth) + "\(ConfigurationValue.scalar(key)):", ""))
            }
            open = sections
            let head = entry.isItem ? "- " : ConfigurationValue.scalar(entry.path.last ?? "") + ": "
            lines.append(
                (
                    indent(sections.count) + head + (entry.isItem ? entry.value.flow : entry.value.block),
                    entry.origin.text(file: configuration.path)
                ))
        }
        let width = lines.filter { !$0.origin.isEmpty }.map(\.text.count).filter { $0 <= Self.widest }.max() ?? 0
        return lines.map { line in
            line.origin.isEmpty ? line.text : "\(line.text.padded(width))  \(style.faint("# \(line.origin)"))"
        }.joined(separator: "\n") + "\n"
    }

    private func indent(_ depth: Int) -> String { String(repeating: "  ", count: depth) }

    /// One JSON document: `values` is a list of `path`, `value` and `origin`.
    public func json(_ configuration: EffectiveConfiguration) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("file")
            writer.string(configuration.path)
            writer.key("values")
            writer.array(configuration.entries) { writer, entry in
                writer.object { writer in
                    writer.key("path")
                    writer.string(entry.path.joined(separator: "."))
                    writer.key("value")
                    writer.value(entry.value)
                    writer.key("origin")
                    writer.object { $0.origin(entry.origin) }
                }
            }
        }
        return writer.bytes + [0x0A]
    }
}

extension EffectiveConfiguration.Origin {
    fileprivate func text(file: String) -> String {
        let name = URL(fileURLWithPath: file).lastPathComponent.printable
        return switch self {
        case .file(let line): "\(name):\(line)"
        case .environment(let variables, let line): "\(variables.joined(separator: ", ")) (\(name):\(line))"
        case .standard: "default"
        }
    }
}

extension JSONWriter {
    fileprivate mutating func origin(_ origin: EffectiveConfiguration.Origin) {
        key("kind")
        switch origin {
        case .file(let line):
            string("file")
            key("line")
            number("\(line)")
        case .environment(let variables, let line):
            string("environment")
            key("line")
            number("\(line)")
            key("variables")
            array(variables) { $0.string($1) }
        case .standard: string("default")
        }
    }
}
