/// A password, key or token that is never printed by accident.
///
/// Descriptions, `dump`, string interpolation and reflection show `‹secret›`; it is not `Codable`. The value leaves only through
/// ``revealed`` and ``withBytes(_:)``, which are easy to search for. Memory is not wiped.
public struct Secret: Sendable {
    private let bytes: [UInt8]

    /// A secret of the UTF-8 bytes of `value`.
    public init(_ value: String) {
        bytes = Array(value.utf8)
    }

    /// A secret of any bytes.
    public init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Whether there is nothing in it.
    ///
    /// An empty password must never be sent: servers take it for an anonymous bind.
    public var isEmpty: Bool { bytes.isEmpty }

    /// The value as text; bytes that are not UTF-8 become U+FFFD, so a binary key is read with ``withBytes(_:)``.
    public var revealed: String { String(decoding: bytes, as: UTF8.self) }

    /// Calls `body` with the bytes and returns what it returns.
    public func withBytes<Value, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try body(bytes.span)
    }
}

extension Secret: Equatable {
    /// Whether both secrets are the same bytes, in a time that tells their lengths but not where they differ.
    public static func == (left: Secret, right: Secret) -> Bool {
        guard left.bytes.count == right.bytes.count else { return false }
        var difference: UInt8 = 0
        for index in left.bytes.indices { difference |= left.bytes[index] ^ right.bytes[index] }
        return difference == 0
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Always `‹secret›`.
    public var description: String { "‹secret›" }

    /// Always `‹secret›`.
    public var debugDescription: String { "‹secret›" }

    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
