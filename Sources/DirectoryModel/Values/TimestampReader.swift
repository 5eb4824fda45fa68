/// Reads the fields of a time from bytes, from the left.
struct TimestampReader {
    enum Failure: Error {
        case malformed, outOfRange
    }

    private var position = 0
    private let end: Int

    init(end: Int) {
        self.end = end
    }

    mutating func iso8601(_ bytes: Span<UInt8>) -> Result<Timestamp, Failure> {
        guard let year = number(4, bytes), skip("-", bytes), let month = number(2, bytes), skip("-", bytes),
            let day = number(2, bytes), skip("T", bytes) || skip("t", bytes) || skip(" ", bytes),
            let hour = number(2, bytes), skip(":", bytes), let minute = number(2, bytes), skip(":", bytes),
            let second = number(2, bytes)
        else { return .failure(.malformed) }
        if skip(".", bytes), fraction(of: 1, bytes) == nil { return .failure(.malformed) }
        guard let offset = zone(bytes, colon: true), position == end else { return .failure(.malformed) }
        let fields = CalendarFields(
            year: year, month: month, day: day, hour: hour, minute: minute, second: second, offset: offset)
        guard let time = Timestamp(fields) else { return .failure(.outOfRange) }
        return .success(time)
    }

    mutating func generalizedTime(_ bytes: Span<UInt8>) -> Result<Timestamp, Failure> {
        guard let year = number(4, bytes), let month = number(2, bytes), let day = number(2, bytes),
            let hour = number(2, bytes)
        else { return .failure(.malformed) }
        let minute = number(2, bytes)
        let second = minute == nil ? nil : number(2, bytes)
        var secondsOfFraction = 0
        if skip(".", bytes) || skip(",", bytes) {
            let unit = minute == nil ? 3_600 : second == nil ? 60 : 1
            guard let seconds = fraction(of: unit, bytes) else { return .failure(.malformed) }
            secondsOfFraction = seconds
        }
        guard let offset = zone(bytes, colon: false), position == end else { return .failure(.malformed) }
        let fields = CalendarFields(
            year: year, month: month, day: day, hour: hour, minute: minute ?? secondsOfFraction / 60,
            second: second ?? secondsOfFraction % 60, offset: offset)
        guard let time = Timestamp(fields) else { return .failure(.outOfRange) }
        return .success(time)
    }

    /// Exactly this many digits; nil, and nothing read, if they are not there.
    private mutating func number(_ digits: Int, _ bytes: Span<UInt8>) -> Int? {
        guard end - position >= digits else { return nil }
        var value = 0
        for index in position..<position + digits {
            guard bytes[index].isASCIIDigit else { return nil }
            value = value * 10 + Int(bytes[index] - UInt8(ascii: "0"))
        }
        position += digits
        return value
    }

    private mutating func skip(_ character: Unicode.Scalar, _ bytes: Span<UInt8>) -> Bool {
        guard position < end, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    /// The whole seconds in a fraction of a unit; digits after the ninth do not count.
    private mutating func fraction(of seconds: Int, _ bytes: Span<UInt8>) -> Int? {
        var numerator = 0
        var denominator = 1
        let start = position
        while position < end, bytes[position].isASCIIDigit {
            if position - start < 9 {
                numerator = numerator * 10 + Int(bytes[position] - UInt8(ascii: "0"))
                denominator *= 10
            }
            position += 1
        }
        return position == start ? nil : seconds * numerator / denominator
    }

    /// The minutes ahead of UTC: `Z`, or a sign with hours and minutes.
    private mutating func zone(_ bytes: Span<UInt8>, colon: Bool) -> Int? {
        if skip("Z", bytes) || (colon && skip("z", bytes)) { return 0 }
        let sign: Int
        if skip("+", bytes) { sign = 1 } else if skip("-", bytes) { sign = -1 } else { return nil }
        guard let hours = number(2, bytes), hours < 24 else { return nil }
        if colon, !skip(":", bytes) { return nil }
        guard let minutes = number(2, bytes) ?? (colon ? nil : 0), minutes < 60 else { return nil }
        return sign * (hours * 60 + minutes)
    }
}
