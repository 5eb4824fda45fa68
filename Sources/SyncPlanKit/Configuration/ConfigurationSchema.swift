internal import Yams

/// The JSON Schema of configurations (draft 7), which editors check them by and which knows the defaults.
///
/// `Documentation/sync-plan.schema.json` is a part of the program.
public struct ConfigurationSchema {
    /// The schema's bytes.
    public static var bytes: [UInt8] { PackageResources.sync_plan_schema_json }

    private let root: Node

    init() {
        // JSON is YAML, and Yams keeps the order of keys.
        root = (try? Yams.compose(yaml: String(decoding: Self.bytes, as: UTF8.self))).flatMap { $0 } ?? Node("")
    }

    /// What the schema says of a value.
    struct Place {
        fileprivate let node: Node
        private let root: Node

        fileprivate init(_ node: Node, in root: Node) {
            self.node = node
            self.root = root
        }

        /// What stands there itself, and what it refers to.
        private var layers: [Node] {
            guard let reference = node["$ref"]?.string,
                let target = root["definitions"]?[String(reference.dropFirst("#/definitions/".count))]
            else { return [node] }
            return [node, target]
        }

        /// The keys that may stand in a section, in the schema's order; empty where it is no section.
        var properties: [(key: String, place: Place)] {
            for layer in layers {
                guard let properties = layer["properties"]?.mapping else { continue }
                return properties.map { ($0.key.string ?? "", Place($0.value, in: root)) }
            }
            return []
        }

        /// What is as good as leaving the value out; nil for nothing.
        var standard: Node? { layers.lazy.compactMap { $0["default"] }.first }
    }

    /// The whole configuration.
    var top: Place { Place(root, in: root) }
}
