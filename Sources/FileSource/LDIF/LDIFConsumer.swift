/// What an ``LDIFParser`` hands its records to, piece by piece, so that no record is ever built twice.
///
/// The calls for a record are ``beginEntry(dn:line:)``, ``append(_:to:)`` once a value, and ``endEntry()``. Spans are valid
/// only during the call.
public protocol LDIFConsumer {
    /// A record begins.
    ///
    /// - Parameters:
    ///   - dn: the entry's name as it is spelled, not checked against RFC 4514; empty for the root.
    ///   - line: the line of its `dn:`, from 1.
    mutating func beginEntry(dn: String, line: Int)

    /// A value of the record, decoded where it was base64, and as it is where it was text, which need not be UTF-8.
    ///
    /// - Parameter name: the attribute's name with its options, as spelled: ASCII, never empty.
    mutating func append(_ value: Span<UInt8>, to name: Span<UInt8>)

    /// The record has ended.
    mutating func endEntry()

    /// A comment, between records or inside one: the text after the `#`, unfolded. By default it is passed over.
    ///
    /// - Parameter line: the comment's line, from 1.
    mutating func comment(_ text: Span<UInt8>, line: Int) throws(LDIFError)
}

extension LDIFConsumer {
    /// Passes the comment over.
    public mutating func comment(_ text: Span<UInt8>, line: Int) throws(LDIFError) {}
}
