import DirectoryModel
import Foundation
import ReconcileEngine
import TestSupport
import Testing

/// Which values of `userPassword` are forwarded, and how they are spelled then; Dovecot is the judge.
@Suite struct PasswordSchemeTests {
    /// Hashes of `secret` as directories write them, and as Dovecot reads them where that differs.
    static let hashes: [(value: String, spelled: String?)] = [
        ("{MD5}Xr4ilOzQ4PCOq3aQ0qbuaQ==", nil),
        ("{LDAP-MD5}Xr4ilOzQ4PCOq3aQ0qbuaQ==", "{MD5}Xr4ilOzQ4PCOq3aQ0qbuaQ=="),
        ("{SMD5}GaoNnSc6OIlI62eGhpXiHxDo6S8=", nil),
        ("{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=", nil),
        ("{sha}5en6G6MezRroT3XKqkdPOmY/BfQ=", "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ="),
        ("{SHA1}5en6G6MezRroT3XKqkdPOmY/BfQ=", "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ="),
        ("{SSHA}xbaSZ3T/2ech5bIeXeqI3lvotPWNXU/x", nil),
        ("{SHA256}K7gNU3sdo+OL0wNhqoVWhr3g6s1xYv72ol/pe/Unols=", nil),
        ("{SSHA256}w4y8th4sitOJxpXH8rfTvchioDe7KKR+ZmMYmDAIfNEQZfd8", nil),
        (
            "{SHA512}vSsar3708Jvp9Szi2NWZZ02Bqp1qRCFpbcTZPdBhnWgs5WtNZKnvCXdhztmeD2cmW192CF5bDufKRpayrW/isg==", nil
        ),
        (
            "{SSHA512}4NqI26eFlX/aa+o32DU80gkwlmaN1Qpa29TrpDn/bF7N3MZR8XWjm9JAGOSydRRBRDSbIvJIIAp6CrHlr4msL882+Cw=",
            nil
        ),
        (
            "{crypt}$6$saltsalt$TVLlQcbpFVof5W3Yz4DTP6gRstiNuHwwTt6GLc1E5n0U0aDehy0S5knV8wiOQSpT0Y77vwPZN.Pq.H91p5hVO1",
            "{CRYPT}$6$saltsalt$TVLlQcbpFVof5W3Yz4DTP6gRstiNuHwwTt6GLc1E5n0U0aDehy0S5knV8wiOQSpT0Y77vwPZN.Pq.H91p5hVO1"
        ),
        ("{CRYPT}$5$saltsalt$0IyaXrmV7.sGNS6tirgqHLqX/G.FBvgkYA.lpPdS5sA", nil),
        ("{CRYPT}$1$saltsalt$9xy1btjgzLYfb7hivXtC//", nil), ("{CRYPT}abNANd1rDfiNc", nil),
        ("{MD5}$1$saltsalt$9xy1btjgzLYfb7hivXtC//", "{MD5-CRYPT}$1$saltsalt$9xy1btjgzLYfb7hivXtC//"),
        (
            "{BCRYPT}$2y$05$AmQRYeR.78YdL8swQKODIe3IGKk.usSdCkiSblA.svT1hFFERkpp2",
            "{BLF-CRYPT}$2y$05$AmQRYeR.78YdL8swQKODIe3IGKk.usSdCkiSblA.svT1hFFERkpp2"
        ),
        (
            "{ARGON2}$argon2i$v=19$m=4096,t=3,p=1$35xD4uvJcnn4UGemYx9/MQ$fBi/HkGL1YdaSJwAUAcYJlo3pBXpU6BJeBJ8Fam0ALA",
            "{ARGON2I}$argon2i$v=19$m=4096,t=3,p=1$35xD4uvJcnn4UGemYx9/MQ$fBi/HkGL1YdaSJwAUAcYJlo3pBXpU6BJeBJ8Fam0ALA"
        ),
        (
            "{ARGON2}$argon2id$v=19$m=65536,t=3,p=1$nmnF56X7kHyve2lyLu6rjw$wKLeN9WD6Pzz52QiRMcAVFhM0KE523mhciqFF7VDTyw",
            "{ARGON2ID}$argon2id$v=19$m=65536,t=3,p=1$nmnF56X7kHyve2lyLu6rjw$wKLeN9WD6Pzz52QiRMcAVFhM0KE523mhciqFF7VDTyw"
        ),
        ("{PBKDF2}$1$2101u6R0RSlzzoh8$5000$f928869ddd8d7bb99e2527e7cc47a689fa59b73b", nil),
        ("{DES-CRYPT}fG4/3PLYkGRKk", nil),
        (
            "{SHA512-CRYPT}$6$TUf9DJi4wybovnOC$LYWrVL5c7eMjo7uCQjomz.NkaUF.npLn740zYd4vS2Vwg7pD4qug22Y1osPjj/4OkaIXhQP.0swV59bLPEK0..",
            nil
        ),
    ]

    @Test("SO6: hashes that the provider can check are forwarded", arguments: hashes)
    func forwarded(_ value: String, _ spelled: String?) throws {
        let hash = try PasswordHash(directoryValue: value)
        #expect(hash.secret.revealed == spelled ?? value)
        #expect("\(hash)" == "‹secret›")
    }

    @Test(
        "SO6: Dovecot finds the password right, and another one wrong", .enabled(if: hasPrograms(["doveadm"])),
        arguments: hashes)
    func dovecotTakesThem(_ value: String, _: String?) throws {
        let doveadm = try #require(findProgram("doveadm"))
        let hash = try PasswordHash(directoryValue: value).secret.revealed
        #expect(try run(doveadm, ["pw", "-t", hash, "-p", "secret"]).contains("(verified)"))
        #expect(throws: CommandFailure.self) { try run(doveadm, ["pw", "-t", hash, "-p", "Secret"]) }
    }

    @Test(
        "SO6: everything else stays where it is",
        arguments: [
            ("secret", .clearText), ("", .clearText), ("{secret", .clearText), ("$6$saltsalt$TVLlQcbp", .clearText),
            ("{CLEARTEXT}secret", .clearText), ("{plain}secret", .clearText), ("{CLEAR}secret", .clearText),
            // The name may be a part of the password, and is not kept.
            ("{my}secret", .unknownScheme), ("{}secret", .unknownScheme),
            ("{SASL}ana@CORP", .scheme("SASL")), ("{SSHA384}6WlB", .scheme("SSHA384")),
            ("{PBKDF2-SHA512}10000$YWJjZGVmZ2g$/oXxDldWSu", .scheme("PBKDF2-SHA512")),
            ("{PBKDF2}10000$YWJjZGVmZ2g$/oXxDldWSu/Slr1YXRB.UG0400A", .scheme("PBKDF2")),
            ("{ARGON2}$argon2d$v=19$m=4096,t=3,p=1$c2FsdA$aGFzaA", .scheme("ARGON2")),
            ("{SSHA}secret", .malformed(.saltedSHA1)), ("{SHA}Zmlyc3Q=", .malformed(.sha1)),
            ("{SSHA}5en6G6MezRroT3XKqkdPOmY/BfQ=", .malformed(.saltedSHA1)),
            ("{SHA}xbaSZ3T/2ech5bIeXeqI3lvotPWNXU/x", .malformed(.sha1)),
            ("{CRYPT}*", .malformed(.crypt)), ("{CRYPT}!$6$saltsalt$TVLlQcbpFVof5W3", .malformed(.crypt)),
            ("{CRYPT}x", .malformed(.crypt)), ("{CRYPT}abNANd1rDfi Nc", .malformed(.crypt)),
            ("{SHA512-CRYPT}$5$saltsalt$0IyaXrmV7.sGNS6tirgqHLqX", .malformed(.sha512Crypt)),
        ] as [(String, PasswordRefusal)])
    func leftOut(_ value: String, _ refusal: PasswordRefusal) {
        #expect(throws: refusal) { try PasswordHash(directoryValue: value) }
        #expect(!"\(refusal)".contains("secret") && !"\(refusal)".contains("my"))
    }

    @Test("any text is read or refused, and nothing of it is told", arguments: 0..<20 as Range<UInt64>)
    func anyText(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let parts = ["{", "}", "SSHA", "CRYPT", "$", "$6$", "=", "secretsecretsecretsecretsecret", "é", "\0", "!", "*"]
        for _ in 0..<500 {
            let text = (0..<Int.random(in: 0..<8, using: &random)).map { _ in parts.randomElement(using: &random)! }
                .joined()
            do {
                let hash = try PasswordHash(directoryValue: text)
                #expect(hash.secret.revealed.hasPrefix("{") && !hash.secret.revealed.contains("\0"))
            } catch {
                #expect(!"\(error)".contains("secretsecret"))
            }
        }
    }

    // MARK: In a plan

    private static func plan(
        _ passwords: [[String]], has hash: String? = nil,
        takes schemes: Set<PasswordScheme> = Set(PasswordScheme.allCases)
    ) -> Plan {
        var rules = Reconciler()
        rules.mapping.passwordHash = "userPassword"
        let users = passwords.enumerated().map { Made.person("p\($0)", more: ["userPassword": $1]) }
        var accounts: [ObservedAccount] = []
        if let hash {
            accounts = users.indices.map { index in
                let made = Made.account("p\(index)")
                var account = made.account
                account.passwordHash = PasswordHash(hash)
                return ObservedAccount(id: made.id, account: account)
            }
        }
        return rules.plan(
            directory: DirectorySnapshot(users: users),
            provider: ObservedState(
                accounts: accounts, capabilities: ProviderCapabilities(passwordSchemes: schemes)))
    }

    private static let ssha = "{SSHA}xbaSZ3T/2ech5bIeXeqI3lvotPWNXU/x"
    private static let sha = "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ="

    @Test func whatIsLeftOutIsCounted() {
        let plan = Self.plan([["secret"], ["hunter2"], ["{SASL}ana"], [Self.ssha]])
        #expect(
            plan.findings.filter { $0.code == .passwordLeftOut }.map(\.text) == [
                "1 person in scope has a password hashed with SASL, which the provider does not take. "
                    + "It is not forwarded, and an account that has one keeps it.",
                "2 people in scope have a password in clear text. "
                    + "It is not forwarded, and an account that has one keeps it.",
            ])
        #expect(plan.operations.map { $0.account?.passwordHash != nil } == [false, false, false, true])
    }

    @Test func aProviderThatKnowsFewerSchemesGetsFewer() {
        let plan = Self.plan([[Self.ssha], [Self.sha]], takes: [.saltedSHA1])
        #expect(plan.operations.compactMap { $0.account?.passwordHash } == [PasswordHash(Self.ssha)])
        #expect(plan.findings.map(\.code) == [.passwordLeftOut])
    }

    @Test("of several values one that can be forwarded counts, in whatever order they come")
    func severalValues() {
        let values = ["secret", Self.ssha, Self.sha]
        for order in [values, values.reversed()] {
            let plan = Self.plan([order])
            #expect(plan.operations.map(\.account?.passwordHash) == [PasswordHash(Self.sha)])
            #expect(plan.findings.isEmpty)
        }
    }

    @Test(
        "an account keeps its hash where the directory has none to forward", arguments: [[], ["secret"], ["{SASL}x"]])
    func nobodyIsLockedOut(_ values: [String]) {
        #expect(Self.plan([values], has: Self.ssha).operations.isEmpty)
    }

    @Test func anotherHashIsAChange() {
        let plan = Self.plan([[Self.sha]], has: Self.ssha)
        #expect(plan.operations.map { $0.changes.map(\.field) } == [[.passwordHash]])
        #expect(Self.plan([[Self.ssha]], has: Self.ssha).operations.isEmpty)
    }
}
