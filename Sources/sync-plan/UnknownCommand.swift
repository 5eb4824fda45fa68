import ArgumentParser
import DirectoryModel

/// A word where only the name of a command makes sense, and that is none.
struct UnknownCommand: CustomStringConvertible {
    let description: String

    /// Looks for the first such word; nil where there is none, or nothing better can be said than the parser does.
    init?(in arguments: [String]) {
        var path: [any ParsableCommand.Type] = [SyncPlanCommand.self]
        for word in arguments {
            guard !word.hasPrefix("-"), let command = path.last else { return nil }
            let commands = command.configuration.subcommands
            let name = path.map { $0.name }.joined(separator: " ")
            if let next = commands.first(where: { $0.name == word }) {
                path.append(next)
                continue
            }
            if commands.isEmpty || word == "help" { return nil }
            let visible = commands.filter { $0.configuration.shouldDisplay }.map { $0.name }
            let nearest = nearestName(to: word, among: visible)
            // The command that a word belongs to may take the words after it, but none that takes one has others below it.
            if nearest == nil && path.count > 1 { return nil }
            description =
                "\(name) has no command \"\(word)\". "
                + (nearest.map { "Did you mean \"\(name) \($0)\"?" } ?? "`\(name) --help` lists those that it has.")
            return
        }
        return nil
    }
}

extension ParsableCommand {
    /// The name that the command is called by.
    fileprivate static var name: String { configuration.commandName ?? "" }
}
