import DirectoryModel
import ReconcileEngine

/// A condition of scope of one's own: hired after a year, as `whenCreated` tells.
struct HiredAfter: ScopeCondition {
    let year: String
    var description: String { "hired after \(year)" }
    var attributes: [AttributeName] { ["whenCreated"] }

    func holds(for candidate: Candidate) -> Bool {
        candidate.values("whenCreated").contains { $0.prefix(4) > year }
    }
}
