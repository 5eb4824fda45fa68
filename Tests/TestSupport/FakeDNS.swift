import Foundation
import Synchronization

/// A DNS server on a port of the loopback address that knows a few service records (RFC 2782) and nothing else.
public final class FakeDNS: Sendable {
    /// Priority, weight, port and target of a record.
    public typealias Record = (priority: UInt16, weight: UInt16, port: UInt16, target: String)

    /// Where it listens.
    public let port: UInt16
    private let asked = Mutex<[String]>([])
    private let descriptor: Int32

    /// The names that were asked for, in order.
    public var names: [String] { asked.withLock { $0 } }

    /// Starts a server.
    public init(_ records: [String: [Record]]) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard let port = bindSocket(descriptor, to: "127.0.0.1", port: 0) else {
            throw CommandFailure(command: "bind", status: errno, output: "no free port")
        }
        self.descriptor = descriptor
        self.port = port
        Thread.detachNewThread { [weak self] in
            var buffer = [UInt8](repeating: 0, count: 4096)
            while true {
                var peer = sockaddr_storage()
                var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
                let count = withUnsafeMutablePointer(to: &peer) { pointer in
                    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        recvfrom(descriptor, &buffer, buffer.count, 0, $0, &length)
                    }
                }
                // Closed here and not by the one who ends it: the number could belong to another socket by the next call.
                if count <= 0 {
                    close(descriptor)
                    return
                }
                let question = Array(buffer.prefix(count))
                let name = Self.name(in: question)
                self?.asked.withLock { $0.append(name) }
                let answer = Self.answer(to: question, records[name] ?? [])
                withUnsafePointer(to: &peer) { pointer in
                    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        _ = sendto(descriptor, answer, answer.count, 0, $0, length)
                    }
                }
            }
        }
    }

    deinit {
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    /// A question for the service records of a name.
    public static func question(_ name: String) -> [UInt8] {
        [0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0] + labels(name) + [0, 33, 0, 1]
    }

    /// An answer; without records it says that there is no such name.
    public static func answer(to question: [UInt8], _ records: [Record]) -> [UInt8] {
        let end = 12 + labels(name(in: question)).count + 4
        var answer = Array(question.prefix(end))
        answer[2] = 0x84
        answer[3] = records.isEmpty ? 3 : 0
        answer.replaceSubrange(6..<12, with: [0, UInt8(records.count), 0, 0, 0, 0])
        for record in records {
            // The name is that of the question, by reference to it.
            answer += [0xC0, 12, 0, 33, 0, 1, 0, 0, 0, 60]
            let target = labels(record.target)
            answer += bytes(UInt16(6 + target.count)) + bytes(record.priority) + bytes(record.weight)
            answer += bytes(record.port) + target
        }
        return answer
    }

    private static func bytes(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 0xFF)] }

    private static func labels(_ name: String) -> [UInt8] {
        name.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
    }

    private static func name(in question: [UInt8]) -> String {
        var labels: [String] = []
        var index = 12
        while index < question.count, question[index] > 0 {
            let length = Int(question[index])
            labels.append(String(decoding: question[(index + 1)...].prefix(length), as: UTF8.self))
            index += 1 + length
        }
        return labels.joined(separator: ".").lowercased()
    }
}
