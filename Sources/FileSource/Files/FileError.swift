/// Why a file cannot be read or written.
public struct FileError: Error, Sendable, Hashable {
    /// The kind of failure, for programs; new kinds may appear.
    public struct Code: RawRepresentable, Sendable, Hashable {
        /// The code's text.
        public let rawValue: String
        /// Makes a code from its text.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// There is no such file or folder.
        public static let missing = Code(rawValue: "missing")
        /// The user that runs the program may not do this.
        public static let denied = Code(rawValue: "denied")
        /// The path names a folder.
        public static let isFolder = Code(rawValue: "is-folder")
        /// The disk or the quota is full.
        public static let noSpace = Code(rawValue: "no-space")
        /// The system refused for another reason; see ``FileError/systemCode``.
        public static let system = Code(rawValue: "system")
        /// The object's attribute has a name that the file's format cannot hold.
        public static let unwritableName = Code(rawValue: "unwritable-name")
    }

    /// What was to be done with the file.
    public enum Operation: String, Sendable, Hashable {
        /// It was to be read.
        case reading
        /// It was to be made or replaced.
        case writing
    }

    /// The kind of failure.
    public let code: Code
    /// What was to be done with the file.
    public let operation: Operation
    /// The file.
    public let path: String
    /// The system's `errno`; 0 where the failure is not the system's.
    public let systemCode: Int32
    /// What happened and what to do, in a sentence, without the path.
    public let problem: String

    /// Makes an error.
    public init(_ code: Code, _ operation: Operation, path: String, systemCode: Int32 = 0, problem: String) {
        self.code = code
        self.operation = operation
        self.path = path
        self.systemCode = systemCode
        self.problem = problem
    }
}

extension FileError: CustomStringConvertible {
    /// `PATH: PROBLEM`.
    public var description: String { "\(path): \(problem)" }
}
