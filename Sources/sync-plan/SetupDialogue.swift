import SyncPlanKit

/// The interview of `sync-plan init` on a terminal.
struct SetupDialogue {
    let folder: String
    let style: Style

    /// Asks and tries until there is nothing left to ask.
    ///
    /// - Returns: whether somebody wants the files to be written.
    /// - Throws: `CancellationError` where somebody ended it.
    func hold(_ interview: inout SetupInterview) async throws -> Bool {
        Terminal.write(
            "A few questions; each answer is tried at once. Nothing is written before the last one. Ctrl-C ends it.\n")
        if let file = interview.replacements.last {
            Terminal.write("\(file) is there already: you will be asked before it is replaced.\n")
        }
        while true {
            switch interview.state {
            case .asking:
                if let question = interview.question { try ask(question, &interview) }
            case .trying(let trial):
                Terminal.write("\n")
                let progress = ProgressLine()
                let outcome = try await interview.run(trial, in: folder, progress: progress.show)
                progress.clear()
                Terminal.write(ReportText(style: style).render(outcome.steps))
                interview.conclude(outcome)
            case .finished: return true
            case .declined: return false
            }
        }
    }

    private func ask(_ question: SetupInterview.Question, _ interview: inout SetupInterview) throws {
        Terminal.write(question.text(style))
        while true {
            guard let answer = Terminal.ask(question.prompt(style), hidingAnswer: question.isSecret) else {
                Terminal.note("")
                throw CancellationError()
            }
            do { return try interview.answer(answer) } catch { Terminal.write("\(error)\n") }
        }
    }
}
