import DirectoryModel
import Testing

@Suite struct SecretTests {
    private let secret = Secret("hunter2")

    @Test func showsItselfNowhere() {
        struct Settings {
            var name = "svc"
            var password = Secret("hunter2")
        }
        var dumped = ""
        dump(Settings(), to: &dumped)
        let shown = [
            "\(secret)", String(describing: secret), String(reflecting: secret), "\(Settings())", "\([secret])",
            "\(Optional(secret) as Any)", dumped,
        ]
        for text in shown {
            #expect(!text.contains("hunter2"))
            #expect(text.contains("‹secret›"))
        }
        #expect(Mirror(reflecting: secret).children.isEmpty)
    }

    @Test func revealsOnRequest() {
        #expect(secret.revealed == "hunter2")
        #expect(secret.withBytes { $0.count } == 7)
        #expect(Secret(bytes: [0xFF, 0x00]).withBytes { [$0[0], $0[1]] } == [0xFF, 0x00])
        #expect(Secret(bytes: [0xFF]).revealed == "\u{FFFD}")
    }

    @Test func comparesBytes() {
        #expect(secret == Secret("hunter2"))
        #expect(secret != Secret("hunter3"))
        #expect(secret != Secret("hunter"))
        #expect(Secret("é") != Secret("e\u{301}"))
        #expect(Secret("").isEmpty)
        #expect(!secret.isEmpty)
    }
}
