import Foundation
internal import Yams

/// A configuration as it counts: each value with where it comes from, defaults among them, secrets hidden.
///
/// What depends on the preset, such as the attribute of a name, is not among the defaults.
public struct EffectiveConfiguration: Sendable {
    /// Where a value comes from.
    public enum Origin: Sendable, Hashable {
        /// A line of the file, counted from 1.
        case file(line: Int)
        /// Variables of the environment, which a line of the file names.
        case environment([String], line: Int)
        /// Nobody has said otherwise.
        case standard
    }

    /// One value: a text, a number, a list; or a section with nothing in it.
    struct Entry: Sendable {
        /// The keys that lead to it; positions in lists are numbers.
        let path: [String]
        /// The value, or one line of it where it is the item of a list.
        let value: ConfigurationValue
        let origin: Origin
        /// Whether it is an item of a list that has lines of its own.
        let isItem: Bool
    }

    /// The file's path.
    public let path: String
    /// The values in the order of the file, those that are left out at the end of their section.
    let entries: [Entry]

    init(_ file: ConfigurationFile, _ configuration: Configuration, root: Node) throws(ConfigurationError) {
        path = file.path
        var collector = Collector(file: file)
        try collector.add(root, ConfigurationSchema().top, at: [])
        if configuration.state == nil {
            collector.entries.append(
                Entry(path: ["state"], value: .text("\(configuration.name).state"), origin: .standard, isItem: false))
        }
        // ad-connect deletes whoever is gone, and a file in its words without this section does.
        if root["backend"] != nil, root["lifecycle"] == nil {
            collector.entries = collector.entries.map {
                $0.path == ["lifecycle", "missing"]
                    ? Entry(path: $0.path, value: .text("delete"), origin: .standard, isItem: false) : $0
            }
        }
        entries = collector.entries
    }
}

extension ConfigurationFile {
    /// Reads the configuration and tells where each of its values comes from.
    ///
    /// - Throws: ``ConfigurationError`` with the line of the first mistake.
    public func effective() throws(ConfigurationError) -> EffectiveConfiguration {
        let data = try read()
        return try EffectiveConfiguration(self, configuration(from: data), root: root(of: data))
    }
}

/// Walks over a file and its schema side by side.
private struct Collector {
    let file: ConfigurationFile
    var entries: [EffectiveConfiguration.Entry] = []

    /// Adds what stands in the file, and what its sections leave out.
    mutating func add(
        _ node: Node, _ place: ConfigurationSchema.Place?, at path: [String]
    ) throws(ConfigurationError) {
        if let mapping = node.mapping {
            let properties = place?.properties ?? []
            for (key, value) in mapping {
                let name = key.string ?? ""
                try add(value, properties.first { $0.key == name }?.place, at: path + [name])
            }
            for (key, place) in properties where node[key] == nil { addStandard(of: place, at: path + [key]) }
            if mapping.isEmpty && properties.isEmpty { try append(node, at: path, isItem: false) }
        } else if let sequence = node.sequence, sequence.contains(where: { $0.scalar == nil }) {
            for (index, item) in sequence.enumerated() { try append(item, at: path + ["\(index)"], isItem: true) }
        } else {
            try append(node, at: path, isItem: false)
        }
    }

    private mutating func addStandard(of place: ConfigurationSchema.Place, at path: [String]) {
        guard let standard = place.standard else { return }
        if let mapping = standard.mapping, mapping.isEmpty {
            for (key, place) in place.properties { addStandard(of: place, at: path + [key]) }
        } else {
            entries.append(.init(path: path, value: ConfigurationValue(standard), origin: .standard, isItem: false))
        }
    }

    private mutating func append(_ node: Node, at path: [String], isItem: Bool) throws(ConfigurationError) {
        var variables: [String] = []
        let value = try expanded(node, at: path, &variables)
        let line = node.mark?.line ?? 1
        entries.append(
            .init(
                path: path, value: value,
                origin: variables.isEmpty ? .file(line: line) : .environment(variables, line: line), isItem: isItem))
    }

    /// A value with the environment in it, and with secrets hidden.
    private func expanded(
        _ node: Node, at path: [String], _ variables: inout [String]
    ) throws(ConfigurationError) -> ConfigurationValue {
        switch node {
        case .scalar(let scalar):
            let expansion = try file.expansion(of: scalar.string, line: scalar.mark?.line, path: path)
            variables += expansion.variables
            let isSecret = ConfigurationFile.isSecret(path.last ?? "", in: path.dropLast().last ?? "")
            if isSecret && !expansion.text.isEmpty { return .secret }
            return expansion.text == scalar.string ? ConfigurationValue(node) : .text(expansion.text)
        case .sequence(let sequence):
            var items: [ConfigurationValue] = []
            for (index, item) in sequence.enumerated() {
                items.append(try expanded(item, at: path + ["\(index)"], &variables))
            }
            return .list(items)
        case .mapping(let mapping):
            var pairs: [ConfigurationValue.Pair] = []
            for (key, value) in mapping {
                let name = key.string ?? ""
                pairs.append(.init(key: name, value: try expanded(value, at: path + [name], &variables)))
            }
            return .mapping(pairs)
        default: return ConfigurationValue(node)
        }
    }
}
