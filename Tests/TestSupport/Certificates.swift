import Foundation

/// A private certificate authority, made with openssl.
public enum Certificates {
    /// Makes an authority, `ca.pem`, and a certificate for a server of the domain that it signed: `server.pem` with
    /// `server.key`.
    ///
    /// - Parameters:
    ///   - folder: where the files go; it exists.
    ///   - names: what the certificate is for, as openssl writes it: `DNS:dc1.corp.example`, `IP:127.0.0.1`.
    ///   - isExpired: whether it ended yesterday.
    public static func write(in folder: URL, names: [String], isExpired: Bool = false) throws {
        let path = folder.path
        try run(
            program("openssl"),
            ["req", "-x509"] + newKey
                + ["-days", "30", "-subj", "/CN=Test Authority", "-keyout", "\(path)/ca.key", "-out", "\(path)/ca.pem"])
        try issue("server", "/CN=dc1.corp.example", names: names, days: isExpired ? -1 : 30, in: folder)
    }

    /// Makes a certificate of the authority in `folder`: `NAME.pem` with `NAME.key`.
    static func issue(_ name: String, _ subject: String, names: [String], days: Int, in folder: URL) throws {
        let path = folder.path
        let openssl = try program("openssl")
        try run(
            openssl,
            ["req"] + newKey + [
                "-subj", subject, "-keyout", "\(path)/\(name).key", "-out", "\(path)/\(name).csr",
            ])
        let extensions = names.isEmpty ? "" : "subjectAltName=\(names.joined(separator: ","))\n"
        try extensions.write(toFile: "\(path)/extensions", atomically: true, encoding: .utf8)
        try run(
            openssl,
            [
                "x509", "-req", "-in", "\(path)/\(name).csr", "-CA", "\(path)/ca.pem", "-CAkey", "\(path)/ca.key",
                "-CAcreateserial", "-days", "\(days)", "-extfile", "\(path)/extensions", "-out", "\(path)/\(name).pem",
            ])
    }

    private static let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
}
