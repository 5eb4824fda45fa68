internal import DirectoryModel

/// Which of an attribute's values an entry has: the option `range` of its description (MS-ADTS §3.1.1.3.1.3.3).
///
/// A server that gives so many values at a time says `member;range=0-1499`, and of the last ones `member;range=1500-*`.
enum AttributeRange: Equatable {
    /// No such option: these are all values.
    case whole
    /// Those from `first` to `last`, nil for the last one there is; the name is so many octets long without the option.
    case part(nameLength: Int, first: Int, last: Int?)
    /// An option that makes no sense.
    case malformed

    /// Reads the option of an attribute description.
    init(of description: Span<UInt8>) {
        guard let start = Self.start(in: description) else {
            self = .whole
            return
        }
        var index = start + Self.option.count
        guard let first = Self.number(description, &index), index < description.count,
            description[index] == UInt8(ascii: "-")
        else {
            self = .malformed
            return
        }
        index += 1
        if index == description.count - 1, description[index] == UInt8(ascii: "*") {
            self = .part(nameLength: start, first: first, last: nil)
        } else if let last = Self.number(description, &index), index == description.count, last >= first {
            self = .part(nameLength: start, first: first, last: last)
        } else {
            self = .malformed
        }
    }

    private static let option = Array(";range=".utf8)

    private static func start(in description: Span<UInt8>) -> Int? {
        guard description.count >= option.count else { return nil }
        for start in 0...(description.count - option.count) where description[start] == option[0] {
            if option.indices.allSatisfy({ description[start + $0].asciiLowercased == option[$0] }) { return start }
        }
        return nil
    }

    /// The decimal number at `index`, which goes past it; nil where there is none, or one of more than nine digits.
    private static func number(_ text: Span<UInt8>, _ index: inout Int) -> Int? {
        let start = index
        var number = 0
        while index < text.count, (48...57).contains(text[index]) {
            number = number * 10 + Int(text[index] - 48)
            index += 1
            if index - start > 9 { return nil }
        }
        return index > start ? number : nil
    }
}
