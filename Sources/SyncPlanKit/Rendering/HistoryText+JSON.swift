internal import DirectoryModel
public import PlanExecution
internal import ReconcileEngine

/// Past runs as JSON documents.
extension HistoryText {
    /// The runs, the latest first: `{"runs": […]}`.
    public func json(_ runs: [RunRecord]) throws -> String {
        struct Document: Encodable { let runs: [RunDocument] }
        return try OverviewText.json(Document(runs: runs.map(RunDocument.init)))
    }

    /// One run with its operations, each as in a plan: `{"run": {…}, "entries": […]}`.
    public func json(_ run: RunDetails) throws -> String {
        struct Document: Encodable {
            let run: RunDocument
            let entries: [EntryDocument]
        }
        return try OverviewText.json(
            Document(run: RunDocument(run.record), entries: run.entries.map(EntryDocument.init)))
    }
}

private struct RunDocument: Encodable {
    let run: Int64
    let began: String
    let ended, ending: String?
    let user, tool, configuration, plan: String
    let operations: Int
    let held: Int?
    let results: [String: Int]
    let undoes: Int64?
    let undoneBy: [Int64]

    init(_ record: RunRecord) {
        run = record.number
        began = record.began.iso8601
        ended = record.ended?.iso8601
        ending = record.ending
        user = record.user
        tool = record.tool
        configuration = record.configuration
        plan = record.plan
        operations = record.operations
        held = record.held
        results = Dictionary(uniqueKeysWithValues: record.counts.map { ($0.rawValue, $1) })
        undoes = record.undoes
        undoneBy = record.undoneBy
    }
}

private struct EntryDocument: Encodable {
    let position: Int
    let at, result, kind, address: String
    let account, message: String?
    let operation: ReconcileEngine.Operation?

    init(_ entry: JournalEntry) {
        position = entry.position
        at = entry.at.iso8601
        result = entry.state.rawValue
        kind = entry.kind.rawValue
        address = entry.address.text
        account = entry.account?.rawValue
        message = entry.message
        operation = entry.operation
    }
}
