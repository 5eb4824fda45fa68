/// The elements of a BER encoding (X.690), with lengths of up to four octets.
public struct BER {
    private var rest: ArraySlice<UInt8>

    public init(_ octets: [UInt8]) { rest = octets[...] }

    public mutating func next() -> (tag: UInt8, contents: [UInt8])? {
        guard let tag = rest.popFirst(), let first = rest.popFirst() else { return nil }
        var length = Int(first)
        if length >= 0x80 {
            let octets = rest.prefix(length & 0x7F)
            rest = rest.dropFirst(octets.count)
            length = Self.number(Array(octets))
        }
        defer { rest = rest.dropFirst(length) }
        return (tag, Array(rest.prefix(length)))
    }

    /// The unsigned number that octets are, most significant first.
    public static func number(_ octets: [UInt8]) -> Int { octets.reduce(0) { $0 << 8 | Int($1) } }

    public static func element(_ tag: UInt8, _ contents: [UInt8]) -> [UInt8] {
        let count = contents.count
        let length: [UInt8] = count < 0x80 ? [UInt8(count)] : [0x84] + fourOctets(count)
        return [tag] + length + contents
    }

    public static func octetString(_ text: String) -> [UInt8] { element(0x04, Array(text.utf8)) }

    public static func integer(_ number: Int) -> [UInt8] { element(0x02, fourOctets(number)) }

    private static func fourOctets(_ number: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }
}
