import DirectoryModel
import Foundation
import Testing

@Suite struct FlagTests {
    @Test(
        arguments: [
            ("512", UserAccountControl.normalAccount, "NORMAL_ACCOUNT"),
            ("514", [.normalAccount, .accountDisabled], "ACCOUNTDISABLE | NORMAL_ACCOUNT"),
            ("66048", [.normalAccount, .dontExpirePassword], "NORMAL_ACCOUNT | DONT_EXPIRE_PASSWORD"),
            ("4096", .workstationTrust, "WORKSTATION_TRUST_ACCOUNT"),
            ("532480", [.serverTrust, .trustedForDelegation], "SERVER_TRUST_ACCOUNT | TRUSTED_FOR_DELEGATION"),
            ("8388608", .passwordExpired, "PASSWORD_EXPIRED"),
            ("0", [], "0"),
            ("-2147483136", UserAccountControl(rawValue: 0x8000_0200), "NORMAL_ACCOUNT | 0x80000000"),
            ("134218240", UserAccountControl(rawValue: 0x0800_0200), "NORMAL_ACCOUNT | 0x8000000"),
        ] as [(String, UserAccountControl, String)])
    func readsUserAccountControl(text: String, flags: UserAccountControl, description: String) throws {
        let read = try #require(UserAccountControl(decimal: text))
        #expect(read == flags)
        #expect(read.description == description)
        #expect(read.decimalText == text)
        #expect(try JSONDecoder().decode(UserAccountControl.self, from: JSONEncoder().encode(read)) == flags)
    }

    /// The bits of MS-ADTS 2.2.16: each has a name, and it is the only one of its bit.
    @Test func namesEveryBit() {
        let named: [(UserAccountControl, UInt32)] = [
            (.script, 0x1), (.accountDisabled, 0x2), (.homeDirectoryRequired, 0x8), (.lockout, 0x10),
            (.passwordNotRequired, 0x20), (.passwordCannotChange, 0x40), (.encryptedTextPasswordAllowed, 0x80),
            (.temporaryDuplicateAccount, 0x100), (.normalAccount, 0x200), (.interdomainTrust, 0x800),
            (.workstationTrust, 0x1000), (.serverTrust, 0x2000), (.dontExpirePassword, 0x10000), (.mnsLogon, 0x20000),
            (.smartcardRequired, 0x40000), (.trustedForDelegation, 0x80000), (.notDelegated, 0x100000),
            (.useDESKeyOnly, 0x200000), (.dontRequirePreauth, 0x400000), (.passwordExpired, 0x800000),
            (.trustedToAuthForDelegation, 0x1000000), (.noAuthDataRequired, 0x2000000), (.partialSecrets, 0x4000000),
        ]
        for (flag, bit) in named {
            #expect(flag.rawValue == bit)
            #expect(!flag.description.hasPrefix("0x"), "\(bit)")
        }
        #expect(Set(named.map(\.0.description)).count == named.count)
        let all = UserAccountControl(named.map(\.0))
        #expect(!all.description.contains("0x"))
        #expect(UserAccountControl(rawValue: ~all.rawValue).description == "0xF800C404")
    }

    @Test(
        arguments: [
            ("-2147483646", GroupType([.security, .global]), true, "GLOBAL | SECURITY"),
            ("2147483650", [.security, .global], true, "GLOBAL | SECURITY"),
            ("-2147483640", [.security, .universal], true, "UNIVERSAL | SECURITY"),
            ("-2147483643", [.security, .domainLocal, .system], true, "SYSTEM | DOMAIN_LOCAL | SECURITY"),
            ("2", .global, false, "GLOBAL"),
            ("8", .universal, false, "UNIVERSAL"),
            ("48", [.appBasic, .appQuery], false, "APP_BASIC | APP_QUERY"),
            ("66", GroupType(rawValue: 0x42), false, "GLOBAL | 0x40"),
        ] as [(String, GroupType, Bool, String)])
    func readsGroupType(text: String, type: GroupType, isSecurity: Bool, description: String) throws {
        let read = try #require(GroupType(decimal: text))
        #expect(read == type)
        #expect(read.isSecurity == isSecurity)
        #expect(read.isDistribution == !isSecurity)
        #expect(read.description == description)
        #expect(GroupType(decimal: read.decimalText) == read)
    }

    @Test(arguments: [
        "", " ", "abc", "1 ", " 1", "0x200", "1.0", "4294967296", "-2147483649", "9999999999999999999999", "½",
    ])
    func refuses(text: String) {
        #expect(UserAccountControl(decimal: text) == nil)
        #expect(GroupType(decimal: text) == nil)
    }
}
