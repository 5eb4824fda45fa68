/// Walks the elements of a DER encoding (X.690), one level at a time.
///
/// Whatever the octets are, it ends: an element that is cut off, or whose length has more than four octets, is not there.
struct DERReader {
    private var rest: ArraySlice<UInt8>

    init(_ octets: ArraySlice<UInt8>) { rest = octets }

    /// The next element's tag and contents; nil at the end.
    mutating func next() -> (tag: UInt8, contents: ArraySlice<UInt8>)? {
        guard let tag = rest.popFirst(), let first = rest.popFirst() else { return nil }
        var length = Int(first)
        if first >= 0x80 {
            guard first <= 0x84, rest.count >= Int(first & 0x7F) else { return nil }
            length = 0
            for _ in 0..<Int(first & 0x7F) { length = length << 8 | Int(rest.popFirst() ?? 0) }
        }
        guard length <= rest.count else { return nil }
        let contents = rest.prefix(length)
        rest = rest.dropFirst(length)
        return (tag, contents)
    }

    /// The next element's contents, walked in turn; nil at the end.
    mutating func enter() -> DERReader? { next().map { DERReader($0.contents) } }

    /// All elements that are left.
    mutating func all() -> [(tag: UInt8, contents: ArraySlice<UInt8>)] {
        var result: [(tag: UInt8, contents: ArraySlice<UInt8>)] = []
        while let element = next() { result.append(element) }
        return result
    }
}
