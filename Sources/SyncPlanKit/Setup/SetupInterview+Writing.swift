internal import DirectoryModel
public import FileSource

extension SetupInterview {
    /// Where the secrets are kept that the configuration names.
    public var secretPlaces: [ConfigurationTemplate.SecretPlace] {
        var places: [ConfigurationTemplate.SecretPlace] = []
        if template.directory != .ldif, template.account != nil { places.append(template.password) }
        if case .scim = template.provider { places.append(template.token) }
        return places
    }

    /// Writes the files, which only their owner can read; the configuration last, so that what it names is there.
    ///
    /// - Throws: `FileError` where one of them cannot be written.
    public func write(in folder: String) throws(FileError) {
        for file in files {
            let written = try FileReplacement(of: file.name.hasPrefix("/") ? file.name : "\(folder)/\(file.name)")
            try file.contents.withBytes { bytes throws(FileError) in try written.write(bytes) }
            try written.finish()
        }
    }
}

extension SetupInterview.Question {
    /// What stands above the answer: advice and choices.
    public func text(_ style: Style) -> String {
        var lines = [""] + advice.map(style.faint)
        let width = "\(choices.count)".count
        for (index, choice) in choices.enumerated() {
            let number = "\(index + 1)"
            let space = String(repeating: " ", count: 2 + width - number.count)
            lines.append("\(space)\(style.bold(number))  \(choice.printable)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// What the answer is typed after.
    public func prompt(_ style: Style) -> String {
        style.bold("\(text)?") + (suggestion.map { " [\($0)]" } ?? "") + " "
    }
}
