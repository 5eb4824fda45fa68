public import PlanExecution

/// How plans are carried out.
public struct ApplyConfiguration: Sendable, Decodable {
    /// How fast, how long, and how many failures are too many.
    public var options = PlanExecutor.Options()
    /// How old a saved plan may be.
    public var maximumAge = Duration.seconds(24 * 3600)

    private enum Keys: String, SectionKey {
        case concurrency
        case timeLimit = "time-limit"
        case maximumFailures = "max-failures"
        case maximumAge = "max-age"
        case history
    }

    /// Makes the default.
    public init() {}

    /// Reads the section.
    public init(from decoder: any Decoder) throws {
        let section = try Section(decoder, Keys.self)
        if let number = try section.optional(.concurrency, Int.self) {
            guard (1...256).contains(number) else {
                throw section.mistake(at: .concurrency, "1 to 256 operations are under way at once.")
            }
            options.concurrency = number
        }
        options.timeLimit = try section.parsed(.timeLimit, as: "a time such as 30 min") { Duration(text: $0) }
        if let number = try section.optional(.maximumFailures, Int.self) {
            if number < 0 { throw section.mistake(at: .maximumFailures, "a number of operations is 0 or more.") }
            options.maximumFailures = number
        }
        if let age = try section.parsed(.history, as: "a time such as 400 d", { Duration(text: $0) }) {
            options.historyAge = age
        }
        maximumAge = try section.parsed(.maximumAge, as: "a time such as 24 h") { Duration(text: $0) } ?? maximumAge
    }
}
