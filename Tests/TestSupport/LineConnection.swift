import Foundation

/// A connection to a server of this machine that speaks in lines, such as IMAP's or SMTP's.
public final class LineConnection {
    private let descriptor: Int32
    private var buffer: [UInt8] = []

    /// Connects; no answer within 20 seconds is an error from then on.
    public init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var timeout = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = port.bigEndian
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if status != 0 {
            let reason = String(cString: strerror(errno))
            throw CommandFailure(command: "connect to port \(port)", status: -1, output: reason)
        }
    }

    deinit { close(descriptor) }

    /// Sends a line.
    public func send(_ line: String) {
        let bytes = Array("\(line)\r\n".utf8)
        _ = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }

    /// The next line, without its end.
    public func line() throws -> String {
        while true {
            if let end = buffer.firstIndex(of: 10) {
                let line = String(decoding: buffer[..<end], as: UTF8.self)
                buffer.removeSubrange(...end)
                return line.trimmingCharacters(in: .newlines)
            }
            var chunk = [UInt8](repeating: 0, count: 4096)
            let count = recv(descriptor, &chunk, chunk.count, 0)
            guard count > 0 else {
                throw CommandFailure(command: "read a line", status: Int32(count), output: "no answer")
            }
            buffer += chunk[..<count]
        }
    }

    /// Waits until a server answers on a port.
    static func waitForGreeting(port: UInt16) throws {
        let deadline = Date(timeIntervalSinceNow: 30)
        while true {
            do {
                _ = try LineConnection(port: port).line()
                return
            } catch {
                if Date() > deadline { throw error }
                usleep(50_000)
            }
        }
    }
}

/// A session of IMAP4 (RFC 3501), as far as tests need it.
public final class IMAPSession {
    private let connection: LineConnection
    private var count = 0

    /// Connects, without signing in.
    public init(port: UInt16) throws {
        connection = try LineConnection(port: port)
        _ = try connection.line()
    }

    /// Sends a command, and answers every line that came back, the tagged one last.
    public func command(_ text: String) throws -> [String] {
        count += 1
        connection.send("a\(count) \(text)")
        var lines: [String] = []
        repeat { lines.append(try connection.line()) } while !lines[lines.count - 1].hasPrefix("a\(count) ")
        return lines
    }
}

/// A session of SMTP (RFC 5321), as far as tests need it.
public final class SMTPSession {
    private let connection: LineConnection

    /// Connects and says hello.
    public init(port: UInt16) throws {
        connection = try LineConnection(port: port)
        _ = try reply()
        _ = try command("EHLO client.test.example")
    }

    /// Sends a command, and answers the last line of the reply.
    public func command(_ text: String) throws -> String {
        connection.send(text)
        return try reply()
    }

    /// Sends a message to one recipient, and answers the reply that decided: to the recipient, or to the message.
    public func send(to recipient: String, subject: String, body: String = "Hello.") throws -> String {
        _ = try command("RSET")
        _ = try command("MAIL FROM:<sender@elsewhere.example>")
        let reply = try command("RCPT TO:<\(recipient)>")
        guard reply.hasPrefix("250") else { return reply }
        _ = try command("DATA")
        return try command("From: <sender@elsewhere.example>\r\nSubject: \(subject)\r\n\r\n\(body)\r\n.")
    }

    private func reply() throws -> String {
        while true {
            let line = try connection.line()
            if line.dropFirst(3).first != "-" { return line }
        }
    }
}
