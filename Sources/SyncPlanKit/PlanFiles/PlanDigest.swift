internal import Crypto
public import ReconcileEngine

/// What identifies a plan: the SHA-256 of its header and its lines.
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
