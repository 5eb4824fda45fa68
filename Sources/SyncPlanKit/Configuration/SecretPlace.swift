internal import DirectoryModel

/// Where a secret is: in the configuration or the environment, or in a file.
enum SecretPlace: Sendable {
    case value(Secret)
    case file(String)

    /// Reads the secret.
    ///
    /// - Parameter resolve: makes paths of the configuration absolute.
    func read(_ resolve: (String) -> String) throws(ConfigurationError) -> Secret {
        switch self {
        case .value(let secret): return secret
        case .file(let path): return try SecretFile.read(resolve(path))
        }
    }
}

extension Section {
    /// A secret that stands in one key, or in the file that another one names.
    func secret(_ key: Key, file: Key) throws -> SecretPlace? {
        switch (try optional(key, String.self), try optional(file, String.self)) {
        case (nil, nil): return nil
        case (let text?, nil):
            if text.isEmpty { throw mistake(at: key, "it is empty.") }
            return .value(Secret(text))
        case (nil, let path?): return .file(path)
        case (_?, _?): throw mistake(at: key, "there is a `\(file.rawValue)` too: keep one of them.")
        }
    }
}
