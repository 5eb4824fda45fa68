internal import DirectoryModel
internal import FoundationEssentials

/// One line of a plan written as JSON Lines: exactly one of the properties is set.
public struct PlanLine: Sendable, Hashable, Decodable {
    /// What was compared: the first line.
    public var overview: Plan.Overview?
    /// A violated safety rule.
    public var violation: Violation?
    /// Something to know.
    public var finding: Finding?
    /// Something to do.
    public var operation: Operation?
    /// Something held back.
    public var held: HeldOperation?
    /// An account that will be deleted one day.
    public var pending: PendingDeletion?
    /// An account that should be remembered.
    public var recognized: RecognizedLink?
}

extension Plan {
    /// Writes the plan as JSON Lines: the overview, then violations, findings, operations, held operations, pending
    /// deletions and recognized links, each on a line of its own.
    ///
    /// The same plan gives the same bytes.
    ///
    /// - Parameter write: takes the next bytes, always whole lines.
    public func writeLines<Failure>(to write: (Span<UInt8>) throws(Failure) -> Void) throws(Failure) {
        var writer = JSONWriter()
        func flush(atLeast size: Int) throws(Failure) {
            guard writer.bytes.count >= size, !writer.bytes.isEmpty else { return }
            try write(writer.bytes.span)
            writer.removeAll()
        }
        writer.line("overview") { $0.write(overview) }
        for violation in violations { writer.line("violation") { $0.write(violation) } }
        for finding in findings {
            writer.line("finding") { $0.write(finding) }
            try flush(atLeast: 1 << 16)
        }
        for operation in operations {
            writer.line("operation") { $0.write(operation) }
            try flush(atLeast: 1 << 16)
        }
        for operation in held {
            writer.line("held") { $0.write(operation) }
            try flush(atLeast: 1 << 16)
        }
        for deletion in pending {
            writer.line("pending") { $0.write(deletion) }
            try flush(atLeast: 1 << 16)
        }
        for link in recognized {
            writer.line("recognized") { $0.write(link) }
            try flush(atLeast: 1 << 16)
        }
        try flush(atLeast: 0)
    }

    /// Writes everything in the plan as members of a JSON object: `overview`, and an array for each of the other properties.
    package func writeMembers(to writer: inout JSONWriter) {
        writer.key("overview")
        writer.write(overview)
        writer.key("violations")
        writer.array(violations) { $0.write($1) }
        writer.key("findings")
        writer.array(findings) { $0.write($1) }
        writer.key("operations")
        writer.array(operations) { $0.write($1) }
        writer.key("held")
        writer.array(held) { $0.write($1) }
        writer.key("pending")
        writer.array(pending) { $0.write($1) }
        writer.key("recognized")
        writer.array(recognized) { $0.write($1) }
    }

    /// Puts a plan together from its lines.
    ///
    /// - Throws: ``PlanLineError`` with the number of the line, counted from 1, that makes no sense.
    public init(lines: some Sequence<some Sequence<UInt8>>) throws(PlanLineError) {
        var overview: Overview?
        var operations: [Operation] = []
        var held: [HeldOperation] = []
        var pending: [PendingDeletion] = []
        var recognized: [RecognizedLink] = []
        var violations: [Violation] = []
        var findings: [Finding] = []
        var waiting: [(line: Int, operation: Operation)] = []
        let decoder = JSONDecoder()
        var number = 0
        for bytes in lines {
            number += 1
            let line: PlanLine
            do { line = try decoder.decode(PlanLine.self, from: Data(bytes)) } catch {
                throw PlanLineError(line: number, problem: "it is no line of a plan: \(PlanLineError.text(error))")
            }
            if let value = line.overview { overview = value }
            if let value = line.violation { violations.append(value) }
            if let value = line.finding { findings.append(value) }
            if let value = line.operation { operations.append(value) }
            if let value = line.operation ?? line.held?.operation, value.after != nil {
                waiting.append((number, value))
            }
            if let value = line.pending { pending.append(value) }
            if let value = line.recognized { recognized.append(value) }
            if let value = line.held {
                guard value.violations.allSatisfy(violations.indices.contains), !value.violations.isEmpty else {
                    throw PlanLineError(line: number, problem: "it is held by a violation that the plan does not have")
                }
                held.append(value)
            }
        }
        guard let overview else { throw PlanLineError(line: 1, problem: "the overview is missing") }
        let stages = operations.map(\.stage) + held.map(\.operation.stage)
        for (line, operation) in waiting {
            let isOrdered = (operation.after ?? []).allSatisfy {
                stages.indices.contains($0) && stages[$0] < operation.stage
            }
            guard isOrdered else {
                throw PlanLineError(line: line, problem: "it waits for an operation that is not before it")
            }
        }
        self.init(
            overview: overview, operations: operations, held: held, pending: pending, recognized: recognized,
            violations: violations, findings: findings)
    }
}

/// A line of a plan that makes no sense.
public struct PlanLineError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The line's number, counted from 1.
    public let line: Int
    /// What is wrong with it.
    public let problem: String

    /// What is wrong, and where.
    public var description: String { "Line \(line) of the plan: \(problem)." }

    static func text(_ error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, _): "\"\(key.stringValue)\" is missing"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
            DecodingError.dataCorrupted(let context):
            context.debugDescription
        default: "\(error)"
        }
    }
}
