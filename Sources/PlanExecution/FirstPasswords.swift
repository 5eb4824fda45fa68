internal import Crypto
internal import DirectoryModel
import Foundation
internal import ReconcileEngine

/// The first passwords of people whose accounts a run makes, written to a file to be handed over once (requirement ZI15).
///
/// Each line is a primary address, a tab and a password; where an address has several lines, the last one counts. The
/// file can be read by its owner only, and is on the disk before an account is made. Providers get hashes; passwords are
/// nowhere else. Whoever has handed them over deletes the file.
public struct FirstPasswords: Sendable {
    /// The file's path.
    public let path: String

    /// Names the file, which the first password makes.
    public init(path: String) { self.path = path }

    /// Letters and digits that nobody takes for another.
    private static let alphabet = Array("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789")

    /// Gives passwords to those creations of a plan that should have one: people's accounts without a hash.
    ///
    /// - Parameter isRetry: whether the creation has been tried before, so that the account may be there with the password
    ///   that it got then.
    /// - Returns: the operations in the same order, with hashes.
    func equip(
        _ operations: [(operation: ReconcileEngine.Operation, isRetry: Bool)]
    ) throws(FirstPasswordsError) -> [ReconcileEngine.Operation] {
        func needsOne(_ operation: ReconcileEngine.Operation) -> Bool {
            operation.account?.kind == .personal && operation.account?.passwordHash == nil
        }
        guard operations.contains(where: { needsOne($0.operation) }) else { return operations.map(\.operation) }
        let earlier = operations.contains(where: \.isRetry) ? try written() : [:]
        var lines = ""
        let equipped = operations.map { operation, isRetry in
            guard needsOne(operation) else { return operation }
            if isRetry, let password = earlier[operation.address.text] {
                return operation.giving(Self.hash(of: password))
            }
            let password = String((0..<20).map { _ in Self.alphabet.randomElement() ?? "x" })
            lines += "\(operation.address)\t\(password)\n"
            return operation.giving(Self.hash(of: password))
        }
        if !lines.isEmpty { try append(lines) }
        return equipped
    }

    /// The hash as Dovecot and others take it: `{SSHA512}` with the digest and the salt in base 64.
    ///
    /// The salt comes from the password, so that a creation that is tried again is seen to have happened. Passwords of 116
    /// random bits need none.
    static func hash(of password: String) -> PasswordHash {
        let salt = Array(SHA256.hash(data: Data("salt of \(password)".utf8)).prefix(8))
        let digest = Array(SHA512.hash(data: Data(password.utf8) + salt))
        return PasswordHash("{SSHA512}" + Data(digest + salt).base64EncodedString())
    }

    private func append(_ lines: String) throws(FirstPasswordsError) {
        let file = unsafe open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw systemError() }
        defer { close(file) }
        var status = stat()
        guard unsafe fstat(file, &status) == 0 else { throw systemError() }
        guard status.st_mode & 0o077 == 0 else {
            throw FirstPasswordsError(path: path, detail: "others may read it; change that with chmod 600")
        }
        var bytes = Array(lines.utf8)[...]
        while !bytes.isEmpty {
            let count = unsafe bytes.withUnsafeBytes { unsafe write(file, $0.baseAddress, $0.count) }
            guard count > 0 else { throw systemError() }
            bytes = bytes.dropFirst(count)
        }
        guard fsync(file) == 0 else { throw systemError() }
    }

    private func written() throws(FirstPasswordsError) -> [String: String] {
        if !FileManager.default.fileExists(atPath: path) { return [:] }
        let text: String
        do { text = try String(contentsOfFile: path, encoding: .utf8) } catch {
            throw FirstPasswordsError(path: path, detail: error.localizedDescription)
        }
        let pairs = text.split(separator: "\n").compactMap { line -> (String, String)? in
            let parts = line.split(separator: "\t")
            return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
        }
        return Dictionary(pairs) { _, last in last }
    }

    private func systemError() -> FirstPasswordsError {
        FirstPasswordsError(path: path, detail: unsafe String(cString: strerror(errno)))
    }
}

/// First passwords cannot be written.
public struct FirstPasswordsError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file's path.
    public let path: String
    /// What is wrong, without a full stop.
    public let detail: String

    /// What happened, to which file, and what to do.
    public var description: String {
        "The file of first passwords \(path) cannot be used: \(detail). No further account is made. "
            + "Make it possible to write it, or remove `people.account.first-password`."
    }
}
