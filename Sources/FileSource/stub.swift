public import DirectoryModel
public struct LDIFFile: DirectoryReader { public let name: String; public init(path: String, schema: DirectorySchema) { name = path }
 public func read(_ request: ReadRequest, progress: @escaping @Sendable (ReadProgress) -> Void) async throws -> DirectorySnapshot { DirectorySnapshot(users: []) }
 public func check(_ request: ReadRequest) async -> [CheckStep] { [] } }
public struct LDIFWriter { public init() {}; public func write(_ s: DirectorySnapshot, to p: String) throws {} }
public struct LDIFError: Error {}
