public import LDAPSource

/// How a directory is read by its changes.
public struct IncrementalConfiguration: Sendable, Decodable {
    /// How changes are followed.
    public var method = ChangeTracking.automatic
    /// The file that what was read is kept in, as written; nil for the usual one, beside the state.
    public var record: String?
    /// After how many runs everything is read, to see that nothing was missed; at least 1.
    public var fullReadEvery = 24

    private enum Keys: String, SectionKey {
        case method, record
        case fullReadEvery = "full-read-every"
    }

    /// Reads the section.
    public init(from decoder: any Decoder) throws {
        let section = try Section(decoder, Keys.self)
        let methods = ChangeTracking.allCases.map(\.rawValue).joined(separator: ", ")
        method = try section.parsed(.method, as: "one of \(methods)") { ChangeTracking(rawValue: $0) } ?? method
        record = try section.optional(.record)
        if let runs = try section.optional(.fullReadEvery, Int.self) {
            guard (1...10_000).contains(runs) else {
                throw section.mistake(at: .fullReadEvery, "a number of runs from 1 to 10000.")
            }
            fullReadEvery = runs
        }
    }
}
