internal import Crypto
public import DirectoryModel
public import ReconcileEngine

/// What identifies a plan, or what it was made from: a SHA-256.
public struct PlanDigest: Sendable, Hashable, CustomStringConvertible {
    /// Sixty-four hexadecimal digits.
    public let text: String

    /// The first twelve digits: enough to name a plan among those of one profile.
    public var short: String { String(text.prefix(12)) }

    /// All digits.
    public var description: String { text }

    init(text: String) { self.text = text }

    /// The digest of a plan under a header.
    public init(of plan: Plan, under header: PlanHeader) {
        var hash = SHA256()
        PlanFile.writeBody(plan, header) { (bytes) throws(Never) in hash.update(bytes) }
        self.init(hash)
    }

    /// The digest of what a directory says, whatever the order in which it was read.
    public init(of snapshot: DirectorySnapshot) {
        var hash = SHA256()
        snapshot.writeCanonical { hash.update($0) }
        self.init(hash)
    }

    /// The digest of the accounts that a provider has, in whatever order.
    public init(of state: ObservedState) {
        var hash = SHA256()
        state.writeLines { hash.update($0) }
        self.init(hash)
    }

    /// The digest of any bytes.
    init(ofBytes bytes: some Sequence<UInt8>) {
        var hash = SHA256()
        hash.update(data: Array(bytes))
        self.init(hash)
    }

    init(_ hash: SHA256) { text = hash.finalize().map { Self.hex($0) }.joined() }

    private static func hex(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return byte < 16 ? "0" + digits : digits
    }
}

extension SHA256 {
    mutating func update(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe update(bufferPointer: UnsafeRawBufferPointer($0)) }
    }
}
