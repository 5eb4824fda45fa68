/// A second of UTC in the years 1 to 9999 of the Gregorian calendar, which is taken to have applied always.
///
/// Leap seconds do not exist in it, as in POSIX time: a text that says `23:59:60` is the second after `23:59:59`.
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Seconds since 1970-01-01T00:00:00Z, negative before.
    public let secondsSince1970: Int64

    /// 0001-01-01T00:00:00Z.
    public static let earliest = Timestamp(clamping: -62_135_596_800)

    /// 9999-12-31T23:59:59Z.
    public static let latest = Timestamp(clamping: 253_402_300_799)

    /// A time from seconds since 1970; what lies outside the years 1 to 9999 becomes the nearest second inside.
    public init(secondsSince1970: Int64) {
        self.init(clamping: min(max(secondsSince1970, Self.earliest.secondsSince1970), Self.latest.secondsSince1970))
    }

    private init(clamping seconds: Int64) {
        secondsSince1970 = seconds
    }

    /// Whether the left time is before the right one.
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.secondsSince1970 < right.secondsSince1970
    }

    /// The time this many times 24 hours later, or earlier if negative; at most ``latest``, at least ``earliest``.
    public func adding(days: Int) -> Timestamp {
        // The calendar holds fewer than four million days, so that the product cannot overflow.
        let bounded = min(max(days, -4_000_000), 4_000_000)
        return Timestamp(secondsSince1970: secondsSince1970 + Int64(bounded) * 86_400)
    }
}

// MARK: - Calendar

/// The fields of a time; the day of the month and the year are checked where they are turned into seconds.
struct CalendarFields {
    var year: Int
    var month = 1
    var day = 1
    var hour = 0
    var minute = 0
    var second = 0
    /// Minutes that the local time is ahead of UTC.
    var offset = 0
}

extension Timestamp {
    /// The time of these fields; nil if one is out of its range or the result is outside the years 1 to 9999.
    init?(_ fields: CalendarFields) {
        guard 1...9999 ~= fields.year, 1...12 ~= fields.month,
            1...Self.daysInMonth(fields.month, year: fields.year) ~= fields.day, 0...23 ~= fields.hour,
            0...59 ~= fields.minute, 0...60 ~= fields.second, -1439...1439 ~= fields.offset
        else { return nil }
        var days = Self.daysBeforeYear(fields.year) + fields.day - 1
        for month in 1..<fields.month { days += Self.daysInMonth(month, year: fields.year) }
        let minutes = (fields.hour * 60) + fields.minute - fields.offset
        let seconds = Int64(days - Self.daysBefore1970) * 86_400 + Int64(minutes * 60 + fields.second)
        guard Self.earliest.secondsSince1970...Self.latest.secondsSince1970 ~= seconds else { return nil }
        self.init(clamping: seconds)
    }

    /// The UTC fields of this time.
    var fields: CalendarFields {
        let sinceStart = Int(secondsSince1970 - Self.earliest.secondsSince1970)
        let secondOfDay = sinceStart % 86_400
        // The last day of a cycle of 4 or 400 years would start a fifth year or century: it belongs to the fourth.
        var day = sinceStart / 86_400
        let eras = day / 146_097
        day %= 146_097
        let centuries = min(day / 36_524, 3)
        day -= centuries * 36_524
        let leaps = day / 1_461
        day %= 1_461
        let years = min(day / 365, 3)
        day -= years * 365
        let year = eras * 400 + centuries * 100 + leaps * 4 + years + 1
        var month = 1
        while month < 12, day >= Self.daysInMonth(month, year: year) {
            day -= Self.daysInMonth(month, year: year)
            month += 1
        }
        return CalendarFields(
            year: year, month: month, day: day + 1, hour: secondOfDay / 3_600, minute: secondOfDay / 60 % 60,
            second: secondOfDay % 60)
    }

    private static let daysBefore1970 = 719_162

    /// Days from the first of January of year 1 to that of `year`.
    private static func daysBeforeYear(_ year: Int) -> Int {
        let past = year - 1
        return past * 365 + past / 4 - past / 100 + past / 400
    }

    private static func daysInMonth(_ month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
