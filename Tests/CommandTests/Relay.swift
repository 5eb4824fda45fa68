import Foundation
import Synchronization
import TestSupport

/// A way to a server on this machine that does something, once, when the server has sent so many bytes: in the middle of
/// the pages of a read, and at the same place every time.
final class Relay: Sendable {
    /// Where to connect to.
    let port: UInt16
    private let listener: Int32

    /// Opens the way to `url`, which is an `ldap://127.0.0.1:PORT`.
    ///
    /// - Parameter interrupt: called after the given number of bytes, before they are passed on.
    init(to url: String, after bytes: Int, interrupt: @escaping @Sendable () -> Void) throws {
        guard let target = url.split(separator: ":").last.flatMap({ UInt16($0) }) else {
            throw CommandFailure("no port in \(url)")
        }
        port = try freePort()
        listener = try Self.socket()
        let descriptor = listener
        guard Self.withAddress(port, { bind(descriptor, $0, $1) }) == 0, listen(descriptor, 8) == 0 else {
            throw CommandFailure("cannot listen on \(port)")
        }
        let count = Counter(limit: bytes, interrupt)
        Thread.detachNewThread {
            while true {
                let client = accept(descriptor, nil, nil)
                if client < 0 { return }
                guard let server = try? Self.socket(), Self.withAddress(target, { connect(server, $0, $1) }) == 0 else {
                    close(client)
                    continue
                }
                Thread.detachNewThread { Self.copy(from: client, to: server) { _ in } }
                Thread.detachNewThread { Self.copy(from: server, to: client) { count.add($0) } }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    /// Counts bytes up to a limit.
    private final class Counter: Sendable {
        private let rest: Mutex<Int>
        private let interrupt: @Sendable () -> Void

        init(limit: Int, _ interrupt: @escaping @Sendable () -> Void) {
            rest = Mutex(limit)
            self.interrupt = interrupt
        }

        func add(_ count: Int) {
            let isReached = rest.withLock { rest in
                guard rest > 0 else { return false }
                rest -= count
                return rest <= 0
            }
            if isReached { interrupt() }
        }
    }

    private static func copy(from source: Int32, to destination: Int32, _ passing: (Int) -> Void) {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(source, &buffer, buffer.count, 0)
            if count <= 0 { break }
            passing(count)
            if send(destination, buffer, count, Int32(MSG_NOSIGNAL)) != count { break }
        }
        // The other direction ends with this one. Descriptors are left to the end of the test process: closing one that the
        // other thread still uses could close somebody else's.
        shutdown(source, Int32(SHUT_RDWR))
        shutdown(destination, Int32(SHUT_RDWR))
    }

    private static func socket() throws -> Int32 {
        #if canImport(Glibc)
            let descriptor = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        #else
            let descriptor = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #endif
        guard descriptor >= 0 else { throw CommandFailure("no socket: \(errno)") }
        return descriptor
    }

    private static func withAddress(_ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = port.bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}

/// Something that a test needs does not work.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
