public import DirectoryModel
import Foundation

/// A file with one secret in it.
public enum SecretFile {
    /// Reads the secret: the file's content without the line break at its end.
    ///
    /// - Throws: ``ConfigurationError`` where the file is missing, empty, or readable by others than its owner.
    public static func read(_ path: String) throws(ConfigurationError) -> Secret {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ConfigurationError(
                file: path, "The file with the secret cannot be read. Check the path and its rights.")
        }
        try requirePrivate(
            path, as: ConfigurationError(file: path, "Others can read this secret. Run `chmod 600 \(path)`."))
        var text = String(decoding: data, as: UTF8.self)
        while text.last?.isNewline == true { text.removeLast() }
        guard !text.isEmpty else { throw ConfigurationError(file: path, "The file with the secret is empty.") }
        return Secret(text)
    }

    /// Throws `error` where anybody but the owner can read the file.
    static func requirePrivate(_ path: String, as error: ConfigurationError) throws(ConfigurationError) {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        guard let mode = attributes?[.posixPermissions] as? NSNumber else { return }
        if mode.uint16Value & 0o077 != 0 { throw error }
    }
}
