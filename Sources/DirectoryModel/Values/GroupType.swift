/// The flags of `groupType` (MS-ADTS 2.2.12).
///
/// Bits that have no name here are kept.
public struct GroupType: OptionSet, Hashable, Sendable, Codable {
    /// The 32 bits.
    public let rawValue: UInt32

    /// The flags of these bits.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// The flags of an attribute value: decimal, signed or not (`-2147483646`), within 32 bits; nil for any other text.
    public init?(decimal text: String) {
        guard let bits = DirectoryFlags.bits(ofDecimal: text) else { return nil }
        self.init(rawValue: bits)
    }

    /// The value as the directory writes it: a signed decimal number.
    public var decimalText: String { DirectoryFlags.decimalText(of: rawValue) }

    /// Made by the system (`GROUP_TYPE_BUILTIN_LOCAL_GROUP`).
    public static let system = GroupType(rawValue: 0x1)
    /// A global group (`GROUP_TYPE_ACCOUNT_GROUP`).
    public static let global = GroupType(rawValue: 0x2)
    /// A domain-local group (`GROUP_TYPE_RESOURCE_GROUP`).
    public static let domainLocal = GroupType(rawValue: 0x4)
    /// A universal group (`GROUP_TYPE_UNIVERSAL_GROUP`).
    public static let universal = GroupType(rawValue: 0x8)
    /// A basic application group (`GROUP_TYPE_APP_BASIC_GROUP`).
    public static let appBasic = GroupType(rawValue: 0x10)
    /// A query application group (`GROUP_TYPE_APP_QUERY_GROUP`).
    public static let appQuery = GroupType(rawValue: 0x20)
    /// A security group (`GROUP_TYPE_SECURITY_ENABLED`); without it a distribution group.
    public static let security = GroupType(rawValue: 0x8000_0000)

    /// Whether rights can be given to it.
    public var isSecurity: Bool { contains(.security) }

    /// Whether it serves for mail only.
    public var isDistribution: Bool { !isSecurity }
}

extension GroupType: CustomStringConvertible {
    /// The names of the flags, then the unnamed bits in hexadecimal, joined by ` | `; `0` if no bit is set.
    public var description: String {
        DirectoryFlags.describe(
            rawValue,
            names: [
                (0x1, "SYSTEM"), (0x2, "GLOBAL"), (0x4, "DOMAIN_LOCAL"), (0x8, "UNIVERSAL"), (0x10, "APP_BASIC"),
                (0x20, "APP_QUERY"), (0x8000_0000, "SECURITY"),
            ])
    }
}
