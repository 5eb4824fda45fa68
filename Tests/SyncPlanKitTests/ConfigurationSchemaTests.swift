import Foundation
import SyncPlanKit
import TestSupport
import Testing
import Yams

/// The JSON Schema of configurations says what is read, no more and no less.
@Suite struct ConfigurationSchemaTests {
    // MARK: Configurations

    private static let root = testsFolder.deletingLastPathComponent()

    /// Configurations that have every section there is between them.
    private static let complete: [String: String] = {
        let folder = testsFolder.appendingPathComponent("Fixtures/configurations")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".yaml") }.reduce(into: [:]) { texts, name in
            texts[name] = try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
        }
    }()

    /// The configurations of the documentation and the examples: whole ones, and parts after a source and a provider.
    private static func documented() throws -> [String: String] {
        var texts: [String: String] = [:]
        let files = FileManager.default.enumerator(atPath: root.path)
        while let path = files?.nextObject() as? String {
            if path.hasPrefix(".") || path.contains("/.") || path.hasPrefix("Tests") { continue }
            let isExample = path.hasPrefix("Examples/") && path.hasSuffix(".yaml") && !path.contains("rule-tests")
            guard isExample || path.hasSuffix(".md") else { continue }
            let text = try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
            // Other files of YAML belong to those who call the command.
            if isExample, text.contains(#/(?m)^(source|backend):/#) { texts[path] = text }
            for (index, block) in text.components(separatedBy: "\n```yaml\n").enumerated().dropFirst() where !isExample
            {
                texts["\(path) \(index)"] = block.components(separatedBy: "\n```").first
            }
        }
        return texts
    }

    private static let environment = ["NAME": "a", "SECRET": "x", "LDAP_PASSWORD": "x", "SCIM_TOKEN": "x"]

    private static func file(_ text: String, in folder: ConfigurationFolder) throws -> ConfigurationFile {
        ConfigurationFile(path: try folder.write(text, mode: 0o600), environment: environment)
    }

    // MARK: Keys

    @Test func everySectionIsInTheSchemaWithItsKeys() throws {
        let folder = try ConfigurationFolder()
        let schema = try #require(
            try JSONSerialization.jsonObject(with: Data(ConfigurationSchema.bytes)) as? [String: Any])
        let places = SchemaPlaces(schema)
        var visited: Set<String> = []
        var types: Set<String> = []
        for (name, text) in Self.complete {
            for section in try Self.file(text, in: folder).sections() {
                types.insert(section.type)
                let candidates = places.objects(at: section.path)
                let place = candidates.first { $0.keys == section.keys }
                #expect(
                    place != nil,
                    """
                    \(name): \(section.path.joined(separator: ".")) reads \(section.keys.sorted()), and the schema has \
                    \(candidates.map { $0.keys.sorted() }) there.
                    """)
                if let place { visited.insert(place.pointer) }
            }
        }
        // Whatever the schema has besides is read by nobody.
        #expect(places.allObjects.subtracting(visited).sorted() == [], "not read, or in no fixture")
        // A type of keys that was not met is in no file of Fixtures/configurations.
        #expect(try types.count == Self.declaredTypes(), "\(types.sorted())")
    }

    /// The page that says what each key means has all of them.
    @Test func everyKeyIsDescribed() throws {
        func keys(of node: Any) -> Set<String> {
            if let list = node as? [Any] { return list.reduce(into: []) { $0.formUnion(keys(of: $1)) } }
            guard let node = node as? [String: Any] else { return [] }
            let properties = node["type"] as? String == "object" ? node["properties"] as? [String: Any] : nil
            return node.values.reduce(into: Set(properties?.keys.map(\.self) ?? [])) { $0.formUnion(keys(of: $1)) }
        }
        let all = keys(of: try JSONSerialization.jsonObject(with: Data(ConfigurationSchema.bytes)))
        let page = try String(
            contentsOf: Self.root.appendingPathComponent("Documentation/Configuration.md"), encoding: .utf8)
        let words = Set(page.matches(of: #/[A-Za-z0-9_-]+/#).map { String($0.output) })
        #expect(all.count > 100)
        #expect(all.subtracting(words).sorted() == [])
    }

    /// How many types of keys the sources of configurations declare.
    private static func declaredTypes() throws -> Int {
        let folder = root.appendingPathComponent("Sources/SyncPlanKit")
        var count = 0
        let files = FileManager.default.enumerator(atPath: folder.path)
        while let path = files?.nextObject() as? String {
            guard path.hasPrefix("Configuration/"), path.hasSuffix(".swift") else { continue }
            let text = try String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8)
            count += text.matches(of: #/(?:enum|struct) \w+: (?:String, )?SectionKey\b/#).count
        }
        return count
    }

    // MARK: Values

    @Test(.enabled(if: hasPrograms(["jsonschema"]))) func theSchemaTellsRightFromWrong() throws {
        let folder = try ConfigurationFolder()
        try Self.metaschemaAccepts(folder)
        var right = Self.complete
        for (name, text) in try Self.documented() where !text.contains("\ncases:") {
            right[name] = try Self.whole(text, name)
        }
        for kind in ConfigurationTemplate.Directory.allCases {
            right["template \(kind)"] = ConfigurationTemplate(kind).text
        }
        try #require(right.count > 12)
        for (name, text) in right {
            // What the documents show is right, and the program says so too.
            #expect(throws: Never.self, "\(name)") { try Self.file(text, in: folder).load() }
        }
        let wrong = ConfigurationMistakeTests.cases.filter { mistake in
            mistake.text.contains(":") && (try? Yams.compose(yaml: mistake.text)) != nil
                && !Self.beyondSchemas.contains(mistake.testDescription)
        }
        try #require(wrong.count > 60)
        let all = right.map { ($0.key, $0.value) } + wrong.map { ($0.testDescription, $0.text) }
        let verdicts = try Self.verdicts(all, folder)
        for name in right.keys { #expect(verdicts[name] == "", "\(name): \(verdicts[name] ?? "no verdict")") }
        for mistake in wrong { #expect(verdicts[mistake.testDescription]?.isEmpty == false, "\(mistake)") }
        let known = Set(ConfigurationMistakeTests.cases.map(\.testDescription))
        #expect(Self.beyondSchemas.subtracting(known) == [], "no such mistake any more")
    }

    /// Mistakes that only reading can find.
    private static let beyondSchemas: Set<String> = [
        "variable not set", "variable not closed",
    ]

    /// A part of a configuration with a source and a provider before it.
    private static func whole(_ part: String, _ name: String) throws -> String {
        var text = part
        for key in ["account", "password-hash"] where part.hasPrefix("\(key):") {
            text = "people:\n" + part.split(separator: "\n").map { "  \($0)\n" }.joined()
        }
        func has(_ key: String) -> Bool { "\n\(text)".contains("\n\(key):") }
        if !has("source") && !has("backend") { text += "\nsource: { ldif: { path: a.ldif } }\n" }
        if !has("provider") { text += "\nprovider: { mailbox-database: { path: m.db } }\n" }
        return text
    }

    private static func metaschemaAccepts(_ folder: ConfigurationFolder) throws {
        let script = """
            import json, jsonschema, sys
            jsonschema.Draft7Validator.check_schema(json.load(open(sys.argv[1])))
            """
        let schema = try folder.write(String(decoding: ConfigurationSchema.bytes, as: UTF8.self), named: "schema.json")
        try run(python(), ["-c", script, schema])
    }

    /// The first mistake that the schema finds in each configuration; empty for none.
    private static func verdicts(
        _ configurations: [(name: String, text: String)], _ folder: ConfigurationFolder
    ) throws -> [String: String] {
        let instances = try configurations.map { name, text in
            ["name": name, "value": json(try #require(try Yams.compose(yaml: text)))]
        }
        let data = try JSONSerialization.data(withJSONObject: instances)
        let path = try folder.write(String(decoding: data, as: UTF8.self), named: "instances.json")
        let schema = try folder.write(String(decoding: ConfigurationSchema.bytes, as: UTF8.self), named: "schema.json")
        let script = """
            import json, jsonschema, sys
            validator = jsonschema.Draft7Validator(json.load(open(sys.argv[1])))
            for instance in json.load(open(sys.argv[2])):
                error = jsonschema.exceptions.best_match(validator.iter_errors(instance["value"]))
                print(json.dumps([instance["name"], error.message if error else ""]))
            """
        let output = try run(python(), ["-c", script, schema, path])
        var verdicts: [String: String] = [:]
        for line in output.split(separator: "\n") {
            let pair = try JSONDecoder().decode([String].self, from: Data(line.utf8))
            verdicts[pair[0]] = pair[1]
        }
        return verdicts
    }

    private static func python() throws -> String { try #require(findProgram("python3")) }

    /// YAML as JSON: what is no number and no truth value is text.
    private static func json(_ node: Node) -> Any {
        switch node {
        case .mapping(let mapping):
            return Dictionary(mapping.map { ($0.key.string ?? "", json($0.value)) }) { first, _ in first }
        case .sequence(let sequence): return sequence.map(json)
        case .scalar(let scalar) where scalar.style == .plain:
            if let int = node.int { return int }
            if let bool = node.bool { return bool }
            if let float = node.float, float.isFinite { return float }
            return node.null != nil ? NSNull() : scalar.string
        default: return node.string ?? ""
        }
    }

    // MARK: Defaults

    /// What `config show` adds to a file means nothing else than leaving it out.
    @Test func defaultsAreWhatIsMeantWithoutThem() throws {
        let folder = try ConfigurationFolder()
        var seen = 0
        let examples = try Self.documented().filter { $0.key.hasSuffix(".yaml") }
        for (name, text) in Self.complete.merging(examples, uniquingKeysWith: { $1 }) {
            let file = try Self.file(text, in: folder)
            let usual = try file.load()
            let shown = ConfigurationText().render(try file.effective())
            seen += shown.components(separatedBy: "# default").count - 1
            let secrets = shown.replacing("‹secret›", with: "x")
            #expect(!shown.contains(": x "), "\(name) shows a secret")
            var spelled = try Self.file(secrets, in: folder).load()
            spelled.digest = usual.digest
            #expect(spelled.state == "sync-plan.state" || usual.state != nil)
            spelled.state = usual.state
            #expect(Self.dumped(spelled) == Self.dumped(usual), "\(name):\n\(shown)")
        }
        #expect(seen > 100)
    }

    @Test func whatCountsIsShownWithItsOrigin() throws {
        let folder = try ConfigurationFolder()
        for name in ["service", "ad-connect", "directory-server"] {
            let file = try Self.file(try #require(Self.complete["\(name).yaml"]), in: folder)
            try expectGolden(ConfigurationText().render(try file.effective()), "effective-\(name).yaml")
        }
    }

    private static func dumped(_ configuration: Configuration) -> [String] {
        var text = ""
        dump(configuration, to: &text)
        // Sets are in no order.
        return text.split(separator: "\n").map(String.init).sorted()
    }
}

/// The places of a JSON Schema where something is an object with named properties.
private struct SchemaPlaces {
    private let root: [String: Any]

    init(_ root: [String: Any]) { self.root = root }

    /// An object with named properties, and where it stands in the schema.
    struct Object {
        let pointer: String
        let keys: Set<String>
    }

    private typealias Place = (pointer: String, node: [String: Any])

    /// All of them, by where they stand.
    var allObjects: Set<String> {
        var found: Set<String> = []
        func walk(_ node: Any, _ pointer: String) {
            if let list = node as? [Any] {
                for (index, item) in list.enumerated() { walk(item, "\(pointer)/\(index)") }
            }
            guard let node = node as? [String: Any] else { return }
            // Conditions have properties too, and no kind of their own.
            if node["properties"] != nil, node["type"] as? String == "object" { found.insert(pointer) }
            for (key, value) in node where !["if", "then", "else", "dependencies"].contains(key) {
                walk(value, "\(pointer)/\(key)")
            }
        }
        walk(root, "#")
        return found
    }

    /// Those that may stand at the end of a path of keys and positions.
    func objects(at path: [String]) -> [Object] {
        var places = alternatives(("#", root))
        for key in path { places = places.flatMap { step($0, key) }.flatMap { alternatives($0) } }
        return places.compactMap { place in
            (place.node["properties"] as? [String: Any]).map { Object(pointer: place.pointer, keys: Set($0.keys)) }
        }
    }

    /// The place itself, what it refers to, and each of those that it may be.
    private func alternatives(_ place: Place) -> [Place] {
        var places = [place]
        if let reference = place.node["$ref"] as? String,
            let definitions = root["definitions"] as? [String: Any],
            let target = definitions[String(reference.dropFirst("#/definitions/".count))] as? [String: Any]
        {
            places += alternatives((reference, target))
        }
        for (index, item) in (place.node["anyOf"] as? [[String: Any]] ?? []).enumerated() {
            places += alternatives(("\(place.pointer)/anyOf/\(index)", item))
        }
        return places
    }

    private func step(_ place: Place, _ key: String) -> [Place] {
        var places: [Place] = []
        if let next = (place.node["properties"] as? [String: Any])?[key] as? [String: Any] {
            places.append(("\(place.pointer)/properties/\(key)", next))
        } else if let next = place.node["additionalProperties"] as? [String: Any] {
            places.append(("\(place.pointer)/additionalProperties", next))
        }
        if Int(key) != nil, let next = place.node["items"] as? [String: Any] {
            places.append(("\(place.pointer)/items", next))
        }
        return places
    }
}
