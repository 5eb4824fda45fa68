public import ArgumentParser
public import ReconcileEngine
public import SyncPlanKit

/// `plan show`: a plan that was saved, in any of the forms of `plan`.
struct PlanShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows a saved plan. Changes nothing.",
        discussion: """
            EXAMPLES
              sync-plan plan show staff.plan
              sync-plan plan show staff.plan --report staff.html
              sync-plan plan show staff.plan --format markdown
              sync-plan plan show staff.plan --only kind:delete --only domain:corp.example
            """)

    @Argument(help: "A plan saved by `sync-plan plan --out`.", completion: .file())
    var file: String

    @OptionGroup var forms: PlanForms
    @OptionGroup var selection: SelectionOptions

    @OptionGroup var colors: ColorOptions

    @OptionGroup var exit: ExitOptions

    func run() async throws {
        let options = self
        try await Terminal.run {
            let saved = try PlanFile(path: options.file)
            let selected = try saved.selecting(options.selection.value)
            // Of a part nothing can be approved by itself: tokens belong to the plan as it was saved.
            var report = PlanReport(selected, savedAs: selected.digest == saved.digest ? options.file : nil)
            report.style = options.colors.style
            try options.forms.write(report)
            return ExitStatus(of: selected.plan, detailed: options.exit.isDetailed)
        }
    }
}

/// In what forms a plan is shown, and where.
struct PlanForms: ParsableArguments {
    @Option(
        help: "text for people, markdown for a ticket, html for a page, json, jsonl (one object a line), or csv.")
    var format: PlanReport.Format = .text

    @Option(
        name: .customLong("report"),
        help: ArgumentHelp(
            "Write it to this file as well, in the form that its name ends in (\(PlanReport.Format.extensions)); repeatable.",
            valueName: "file"), completion: .file())
    var reports: [String] = []

    @Flag(help: "Show every operation and note, however many there are.")
    var all = false

    func validate() throws {
        for path in reports where PlanReport.Format(path: path) == nil {
            throw ValidationError("--report \(path): the name should end in \(PlanReport.Format.extensions).")
        }
    }

    /// Saves a new plan where that is wanted, and writes it to standard output and to files.
    func write(_ file: PlanFile, savingTo path: String?, _ style: Style) throws {
        if let path { try file.write(to: path) }
        var report = PlanReport(file, savedAs: path)
        report.style = style
        try write(report)
        if let path, format == .text {
            Terminal.write("Saved as \(path); apply it with `sync-plan apply \(path)`.\n")
        }
    }

    /// Writes a plan to standard output and to files.
    func write(_ report: PlanReport) throws {
        var report = report
        if all { report.limit = nil }
        for path in reports { try report.write(to: path) }
        report.write(as: format) { bytes in
            if format == .text { Terminal.write(text(bytes)) } else { Terminal.write(bytes) }
        }
    }

    private func text(_ bytes: Span<UInt8>) -> String {
        String(decoding: unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }, as: UTF8.self)
    }
}

extension PlanReport.Format: ExpressibleByArgument {}

/// Which part of a plan is wanted.
struct SelectionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Only what is this: kind:KIND, domain:DOMAIN, address:ADDRESS or group:GROUP; repeatable. Of one sort any, \
            of several sorts each must be met.
            """,
            valueName: "what"))
    var only: [PlanSelection.Criterion] = []

    @Option(help: ArgumentHelp("Leave out what is this; repeatable, and written like --only.", valueName: "what"))
    var except: [PlanSelection.Criterion] = []

    var value: PlanSelection { PlanSelection(only: only, except: except) }
}

extension PlanSelection.Criterion: ExpressibleByArgument {
    /// Reads a criterion as it is written.
    public init?(argument: String) { self.init(argument) }
}
