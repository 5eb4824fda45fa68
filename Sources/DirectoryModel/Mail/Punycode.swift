/// Punycode (RFC 3492): any text in the letters, digits and hyphens of a domain label.
package enum Punycode {
    private static let base = 36
    private static let smallestThreshold = 1
    private static let largestThreshold = 26
    private static let skew = 38
    private static let damping = 700
    private static let initialBias = 72
    private static let initialCodePoint = 0x80
    // A label has at most 63 octets. Longer input is refused, which keeps every number here far from overflow: a code point is
    // below 2^21, so a delta is below 2^21 times the length.
    private static let maximumLength = 256
    private static let maximumDelta = 1 << 30

    /// The Punycode of a text, ASCII characters kept as they are; nil for more than 256 characters.
    package static func encode(_ input: [Unicode.Scalar]) -> String? {
        guard input.count <= maximumLength else { return nil }
        var output = input.filter(\.isASCII).map { UInt8(truncatingIfNeeded: $0.value) }
        let basicCount = output.count
        if basicCount > 0 { output.append(UInt8(ascii: "-")) }
        var codePoint = initialCodePoint
        var delta = 0
        var bias = initialBias
        var handled = basicCount
        while handled < input.count {
            // All characters below `codePoint` are written; the smallest of the others comes next.
            guard let next = input.lazy.map({ Int($0.value) }).filter({ $0 >= codePoint }).min() else { return nil }
            delta += (next - codePoint) * (handled + 1)
            codePoint = next
            for scalar in input {
                if scalar.value < codePoint { delta += 1 }
                guard scalar.value == codePoint else { continue }
                append(delta, bias: bias, to: &output)
                bias = adapt(delta, count: handled + 1, isFirst: handled == basicCount)
                delta = 0
                handled += 1
            }
            delta += 1
            codePoint += 1
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// The text that a Punycode stands for; nil if it is malformed, names no character or has more than 256 octets.
    package static func decode(_ text: String) -> [Unicode.Scalar]? {
        let input = Array(text.utf8)
        guard input.count <= maximumLength, input.allSatisfy(\.isASCII) else { return nil }
        let hyphen = input.lastIndex(of: UInt8(ascii: "-"))
        var output = input[..<(hyphen ?? 0)].map { Unicode.Scalar($0) }
        var rest = input[(hyphen.map { $0 + 1 } ?? 0)...]
        var codePoint = initialCodePoint
        var position = 0
        var bias = initialBias
        while !rest.isEmpty {
            guard let delta = readDelta(from: &rest, bias: bias) else { return nil }
            let count = output.count + 1
            bias = adapt(delta, count: count, isFirst: position == 0 && codePoint == initialCodePoint)
            position += delta
            codePoint += position / count
            position %= count
            guard let value = UInt32(exactly: codePoint), let scalar = Unicode.Scalar(value) else { return nil }
            output.insert(scalar, at: position)
            position += 1
        }
        return output
    }

    /// One number of variable length, least significant digit first: a digit below its threshold is the last one.
    private static func readDelta(from rest: inout ArraySlice<UInt8>, bias: Int) -> Int? {
        var delta = 0
        var weight = 1
        var step = base
        while let digit = rest.popFirst().flatMap(value(ofDigit:)) {
            delta += digit * weight
            // Every digit but the last is at least 1, so that the weight is bounded with the sum.
            guard delta <= maximumDelta else { return nil }
            let threshold = threshold(step, bias: bias)
            if digit < threshold { return delta }
            weight *= base - threshold
            step += base
        }
        return nil
    }

    private static func append(_ delta: Int, bias: Int, to output: inout [UInt8]) {
        var rest = delta
        var step = base
        while true {
            let threshold = threshold(step, bias: bias)
            guard rest >= threshold else { break }
            output.append(digit(threshold + (rest - threshold) % (base - threshold)))
            rest = (rest - threshold) / (base - threshold)
            step += base
        }
        output.append(digit(rest))
    }

    private static func threshold(_ step: Int, bias: Int) -> Int {
        min(max(step - bias, smallestThreshold), largestThreshold)
    }

    /// The bias for the next number, from how large this one was (RFC 3492 section 6.1).
    private static func adapt(_ delta: Int, count: Int, isFirst: Bool) -> Int {
        var rest = isFirst ? delta / damping : delta / 2
        rest += rest / count
        var steps = 0
        while rest > (base - smallestThreshold) * largestThreshold / 2 {
            rest /= base - smallestThreshold
            steps += base
        }
        return steps + (base - smallestThreshold + 1) * rest / (rest + skew)
    }

    private static func digit(_ value: Int) -> UInt8 {
        UInt8(truncatingIfNeeded: value < 26 ? value + 0x61 : value - 26 + 0x30)
    }

    private static func value(ofDigit byte: UInt8) -> Int? {
        if byte.isASCIILetter { return Int(byte.asciiLowercased) - 0x61 }
        return byte.isASCIIDigit ? Int(byte) - 0x30 + 26 : nil
    }
}
