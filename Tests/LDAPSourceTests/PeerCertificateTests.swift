import DirectoryModel
import Foundation
import TestSupport
import Testing

@testable import LDAPSource

@Suite(.enabled(if: hasPrograms(["openssl"]))) struct PeerCertificateTests {
    /// A self-signed certificate made on the spot.
    private static func make(subject: String, names: String?) throws -> [UInt8] {
        let folder = try temporaryFolder("certificate")
        defer { try? FileManager.default.removeItem(at: folder) }
        let openssl = try #require(findProgram("openssl"))
        let file = folder.appendingPathComponent("c.der")
        let extensions = names.map { ["-addext", "subjectAltName=\($0)"] } ?? []
        try run(
            openssl,
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "3",
                "-subj",
                subject, "-keyout", "/dev/null", "-outform", "DER", "-out", file.path,
            ] + extensions)
        return [UInt8](try Data(contentsOf: file))
    }

    @Test func saysWhoItIsFor() throws {
        let der = try Self.make(
            subject: "/O=Corp/CN=Corp CA", names: "DNS:dc1.corp.example,DNS:*.eu.example,IP:127.0.0.1,IP:::1")
        let certificate = try #require(PeerCertificate(der: der))
        #expect(certificate.issuer == "Corp CA")
        #expect(certificate.names == "dc1.corp.example, *.eu.example, 127.0.0.1, an IPv6 address")
        #expect(certificate.ends.secondsSince1970 - certificate.begins.secondsSince1970 == 3 * 86_400)
        #expect(abs(Double(certificate.begins.secondsSince1970) - Date().timeIntervalSince1970) < 3600)
        #expect(certificate.covers("DC1.corp.example", address: nil))
        #expect(certificate.covers("a.eu.example", address: nil))
        #expect(!certificate.covers("a.b.eu.example", address: nil))
        #expect(!certificate.covers("eu.example", address: nil))
        #expect(!certificate.covers("Corp CA", address: nil))
        #expect(certificate.covers("127.0.0.1", address: [127, 0, 0, 1]))
        #expect(!certificate.covers("127.0.0.2", address: [127, 0, 0, 2]))
    }

    @Test func commonNameWhereThereIsNothingElse() throws {
        let certificate = try #require(PeerCertificate(der: try Self.make(subject: "/CN=dc1.corp.example", names: nil)))
        #expect(certificate.covers("dc1.corp.example", address: nil))
        let organisation = try #require(PeerCertificate(der: try Self.make(subject: "/O=Corp", names: nil)))
        #expect(organisation.issuer == "Corp")
    }

    @Test func anyOctetsAreSurvived() throws {
        let der = try Self.make(subject: "/CN=x", names: "DNS:dc1.corp.example")
        for count in der.indices { #expect(PeerCertificate(der: Array(der.prefix(count))) == nil) }
        // Each octet wrong in turn: whatever comes of it, it comes to an end.
        var read = 0
        for index in der.indices {
            for value in [0x00, 0x7F, 0x80, 0x84, 0xFF] as [UInt8] {
                var broken = der
                broken[index] = value
                if PeerCertificate(der: broken) != nil { read += 1 }
            }
        }
        #expect(read > 0 && read < der.count * 5)
    }
}
