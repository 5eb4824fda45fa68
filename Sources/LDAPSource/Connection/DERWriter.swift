/// Makes DER encodings (X.690) of the few types that controls are made of.
enum DERWriter {
    static func sequence(_ parts: [UInt8]...) -> [UInt8] { element(0x30, Array(parts.joined())) }
    static func octetString(_ octets: [UInt8]) -> [UInt8] { element(0x04, octets) }
    static func integer(_ number: Int32) -> [UInt8] { element(0x02, shortest(number)) }
    static func enumerated(_ number: Int32) -> [UInt8] { element(0x0A, shortest(number)) }

    /// The number in two's complement, as short as it can be.
    private static func shortest(_ number: Int32) -> [UInt8] {
        var octets = stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> $0) }
        while octets.count > 1, octets[0] == (octets[1] < 0x80 ? 0x00 : 0xFF) { octets.removeFirst() }
        return octets
    }

    private static func element(_ tag: UInt8, _ contents: [UInt8]) -> [UInt8] {
        var length: [UInt8] = []
        if contents.count < 0x80 {
            length = [UInt8(contents.count)]
        } else {
            var rest = contents.count
            while rest > 0 {
                length.insert(UInt8(truncatingIfNeeded: rest), at: 0)
                rest >>= 8
            }
            length.insert(0x80 | UInt8(length.count), at: 0)
        }
        return [tag] + length + contents
    }
}

extension DERReader {
    /// The next element as a number of at most eight octets; nil where it is none.
    mutating func integer() -> Int? {
        guard let contents = next()?.contents, let first = contents.first, contents.count <= 8 else { return nil }
        return contents.dropFirst().reduce(Int(Int8(bitPattern: first))) { $0 << 8 | Int($1) }
    }
}
