import Foundation

/// The manual page in mdoc(7), made of what the argument parser knows of the commands.
struct ManualPage {
    /// A command as the argument parser tells it (`--experimental-dump-help`).
    fileprivate struct Command: Decodable {
        struct Argument: Decodable {
            struct Name: Decodable {
                let kind: String
                let name: String
            }

            let kind: String
            let names: [Name]?
            let valueName: String?
            let abstract: String?
            let defaultValue: String?
            let isOptional: Bool
            let isRepeating: Bool
            let shouldDisplay: Bool
        }

        let commandName: String
        let abstract: String?
        let discussion: String?
        let shouldDisplay: Bool
        let arguments: [Argument]?
        let subcommands: [Command]?
    }

    private struct Dump: Decodable { let command: Command }

    /// The page.
    private(set) var text: String

    init(dump: Data) throws {
        let command = try JSONDecoder().decode(Dump.self, from: dump).command
        let day = Date().formatted(
            Date.FormatStyle(locale: Locale(identifier: "en_US")).month(.wide).day().year())
        text = """
            .Dd \(day)
            .Dt SYNC-PLAN 1
            .Os
            .Sh NAME
            .Nm sync-plan
            .Nd \(Self.escaped(Self.phrase(command.abstract)))
            .Sh SYNOPSIS
            .Nm
            .Ar command
            .Op Ar options
            .Sh DESCRIPTION

            """
        let (prose, lists) = Self.parts(of: command.discussion)
        add(prose, isFirst: true)
        text += ".Sh COMMANDS\n"
        for subcommand in command.subcommands ?? [] { add(subcommand, path: "") }
        text += """
            .Sh ENVIRONMENT
            .Bl -tag -width indent
            .It Ev SYNC_PLAN_CONFIG
            The configuration file, where no option names one.
            .It Ev NO_COLOR
            No colours, if it is set and not empty.
            .It Ev LC_ALL , LC_CTYPE , LANG
            Without UTF-8 in the first that is set, signs are written in ASCII.
            .El
            .Pp
            A configuration can name any other variable.
            .Sh FILES
            .Bl -tag -width indent
            .It Pa sync-plan.yaml
            The configuration.
            .It Pa sync-plan.state
            The journal of runs, and what the next one has to know.
            .El

            """
        // The usual order of a manual page is the other way round than that of help.
        for list in lists.reversed() { add(list, below: ".Sh") }
    }

    private mutating func add(_ command: Command, path: String) {
        if !command.shouldDisplay || command.commandName == "help" { return }
        let name = path + command.commandName
        text += ".Ss \(name)\n\(Self.sentences(command.abstract ?? ""))"
        let (prose, lists) = Self.parts(of: command.discussion)
        add(prose, isFirst: false)
        for list in lists { add(list, below: ".Pp\n.Sy") }
        let arguments = (command.arguments ?? []).filter { $0.shouldDisplay && !Self.everywhere.contains($0.title) }
        if !arguments.isEmpty {
            text += ".Bl -tag -width indent\n"
            for argument in arguments {
                var abstract = argument.abstract ?? ""
                if let value = argument.defaultValue { abstract += " The default is \(value)." }
                text += ".It \(argument.title)\n\(Self.sentences(abstract))"
            }
            text += ".El\n"
        }
        for subcommand in command.subcommands ?? [] { add(subcommand, path: name + " ") }
    }

    /// What each command has, and says nothing about it.
    private static let everywhere: Set<String> = ["Fl Fl version", "Fl h , Fl Fl help"]

    /// Lines below a heading in capitals, such as examples.
    private struct List {
        let heading: String
        let lines: [String]
    }

    /// The paragraphs of a discussion, and the lists after them.
    private static func parts(of discussion: String?) -> (prose: [String], lists: [List]) {
        var prose: [String] = []
        var lists: [List] = []
        for paragraph in (discussion ?? "").components(separatedBy: "\n\n") where !paragraph.isEmpty {
            let lines = paragraph.components(separatedBy: "\n")
            if lines.count > 1, lines[0] == lines[0].uppercased() {
                lists.append(
                    List(heading: lines[0].replacing("CODES", with: "STATUS"), lines: Array(lines.dropFirst())))
            } else {
                prose.append(paragraph)
            }
        }
        return (prose, lists)
    }

    private mutating func add(_ paragraphs: [String], isFirst: Bool) {
        for (index, paragraph) in paragraphs.enumerated() {
            text += (isFirst && index == 0 ? "" : ".Pp\n") + Self.sentences(paragraph)
        }
    }

    private mutating func add(_ list: List, below macro: String) {
        text += "\(macro) \(list.heading)\n.Bd -literal\n"
        text += list.lines.map { Self.escaped($0) + "\n" }.joined() + ".Ed\n"
    }

    /// Each sentence on a line of its own, as mdoc has it.
    private static func sentences(_ text: String) -> String {
        text.replacing("\n", with: " ").replacing(". ", with: ".\n").components(separatedBy: "\n")
            .map { escaped($0) + "\n" }.joined()
    }

    /// The text without the capital and the full stop of a sentence.
    private static func phrase(_ sentence: String?) -> String {
        let text = sentence ?? ""
        return text.prefix(1).lowercased() + text.dropFirst().prefix { $0 != "." }
    }

    /// Text in which nothing is a request or an escape.
    static func escaped(_ text: String) -> String {
        let escaped = text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
        return escaped.hasPrefix(".") || escaped.hasPrefix("'") ? "\\&\(escaped)" : escaped
    }
}

extension ManualPage.Command.Argument {
    /// How it is written on a command line, in mdoc.
    fileprivate var title: String {
        let value = (valueName ?? "value") + (isRepeating && kind == "positional" ? " ..." : "")
        if kind == "positional" { return isOptional ? "Op Ar \(value)" : "Ar \(value)" }
        let names = (names ?? []).map { $0.kind == "long" ? "Fl Fl \($0.name)" : "Fl \($0.name)" }
        return names.joined(separator: " , ") + (kind == "option" ? " Ar \(value)" : "")
    }
}
