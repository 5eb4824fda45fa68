/// Active Directory's time: units of 100 nanoseconds since 1601-01-01T00:00:00Z (MS-DTYP 2.3.3, FILETIME).
///
/// `accountExpires`, `pwdLastSet`, `lastLogonTimestamp` and the like hold it. Negative values, which attributes such as
/// `maxPwdAge` use for durations, are kept.
public struct FileTime: RawRepresentable, Hashable, Comparable, Sendable, Codable {
    /// Units of 100 nanoseconds since 1601.
    public let rawValue: Int64

    /// A file time of this many units.
    public init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// The file time of an attribute value; nil if it is not a decimal number of 64 bits.
    public init?(decimal text: String) {
        guard let units = Int64(text) else { return nil }
        self.init(rawValue: units)
    }

    /// The file time of a second.
    public init(_ time: Timestamp) {
        self.init(rawValue: (time.secondsSince1970 + Self.secondsFrom1601To1970) * Self.unitsPerSecond)
    }

    /// What `accountExpires` holds for an account that never expires; 0 means the same.
    public static let never = FileTime(rawValue: .max)

    /// Whether this says "never": 0 or the largest number.
    ///
    /// That is how `accountExpires` is read; a `pwdLastSet` of 0 means that the password must be changed.
    public var isNever: Bool { rawValue == 0 || rawValue == .max }

    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down; every file time has them.
    public var secondsSince1970: Int64 {
        let seconds = rawValue / Self.unitsPerSecond
        let roundedDown = rawValue % Self.unitsPerSecond < 0 ? seconds - 1 : seconds
        return roundedDown - Self.secondsFrom1601To1970
    }

    /// The time, rounded down to the second; nil if this says "never" or lies after the year 9999.
    public var timestamp: Timestamp? {
        let time = Timestamp(secondsSince1970: secondsSince1970)
        return isNever || time.secondsSince1970 != secondsSince1970 ? nil : time
    }

    /// Whether the left time is before the right one.
    public static func < (left: FileTime, right: FileTime) -> Bool {
        left.rawValue < right.rawValue
    }

    private static let unitsPerSecond: Int64 = 10_000_000
    private static let secondsFrom1601To1970: Int64 = 11_644_473_600
}

extension FileTime: CustomStringConvertible {
    /// The number, as the directory writes it.
    public var description: String { String(rawValue) }
}
