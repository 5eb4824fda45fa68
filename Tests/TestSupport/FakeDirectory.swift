import Foundation
import Synchronization

/// A server that speaks just enough LDAP to answer searches with whatever a test wants, right or wrong.
///
/// It listens on a port of the loopback address and accepts every bind. It ends with the value.
public final class FakeDirectory: Sendable {
    /// A search that a client asks for.
    public struct Search: Sendable {
        /// The base.
        public let base: String
        /// The attributes asked for.
        public let attributes: [String]
        /// The filter's octets as sent, in which texts can be looked for.
        public let filter: [UInt8]
    }

    /// A message that answers a search.
    public enum Answer: Sendable {
        /// An entry with its attributes.
        case entry(String, [(name: String, values: [[UInt8]])])
        /// A continuation reference (RFC 4511 §4.5.3).
        case reference([String])
        /// The end, with a result code and, for code 10, where else to look.
        case done(UInt8 = 0, message: String = "", referral: [String] = [])
        /// The connection ends.
        case hangUp
    }

    /// `ldap://127.0.0.1:PORT`.
    public let url: String
    private let listener: Int32

    /// Starts a server.
    ///
    /// - Parameter answer: called for each search, from any thread.
    public init(_ answer: @escaping @Sendable (Search) -> [Answer]) throws {
        let (listener, port) = try listenOnLoopback()
        self.listener = listener
        url = "ldap://127.0.0.1:\(port)"
        Thread.detachNewThread {
            while true {
                let client = accept(listener, nil, nil)
                if client < 0 { return }
                Thread.detachNewThread {
                    Self.serve(client, answer)
                    close(client)
                }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    private static func serve(_ client: Int32, _ answer: (Search) -> [Answer]) {
        while let message = readElement(client) {
            var fields = BER(message)
            guard let id = fields.next(), let operation = fields.next() else { return }
            switch operation.tag {
            case 0x60: send([BER.element(0x61, result(0, ""))], to: id.contents, client)
            case 0x63:
                guard let search = search(operation.contents) else { return }
                for message in answer(search) {
                    if case .hangUp = message { return }
                    send([encoded(message)], to: id.contents, client)
                }
            default: return
            }
        }
    }

    private static func search(_ contents: [UInt8]) -> Search? {
        var fields = BER(contents)
        let base = fields.next()?.contents ?? []
        for _ in 0..<5 { _ = fields.next() }
        guard let filter = fields.next(), let list = fields.next() else { return nil }
        var names = BER(list.contents)
        var attributes: [String] = []
        while let name = names.next() { attributes.append(String(decoding: name.contents, as: UTF8.self)) }
        return Search(base: String(decoding: base, as: UTF8.self), attributes: attributes, filter: filter.contents)
    }

    private static func result(_ code: UInt8, _ message: String) -> [UInt8] {
        BER.element(0x0A, [code]) + BER.element(0x04, []) + BER.element(0x04, Array(message.utf8))
    }

    private static func encoded(_ answer: Answer) -> [UInt8] {
        func texts(_ texts: [String]) -> [UInt8] { texts.flatMap { BER.element(0x04, Array($0.utf8)) } }
        switch answer {
        case .entry(let dn, let attributes):
            let list = attributes.flatMap { attribute in
                BER.element(
                    0x30,
                    texts([attribute.name]) + BER.element(0x31, attribute.values.flatMap { BER.element(0x04, $0) }))
            }
            return BER.element(0x64, texts([dn]) + BER.element(0x30, list))
        case .reference(let urls): return BER.element(0x73, texts(urls))
        case .done(let code, let message, let referral):
            let urls = referral.isEmpty ? [] : BER.element(0xA3, texts(referral))
            return BER.element(0x65, result(code, message) + urls)
        case .hangUp: return []
        }
    }

    private static func send(_ operations: [[UInt8]], to id: [UInt8], _ client: Int32) {
        for operation in operations {
            let message = BER.element(0x30, BER.element(0x02, id) + operation)
            _ = Foundation.send(client, message, message.count, Int32(MSG_NOSIGNAL))
        }
    }

    /// The contents of the next message; nil at the connection's end.
    private static func readElement(_ client: Int32) -> [UInt8]? {
        guard let head = receive(2, client) else { return nil }
        var length = Int(head[1])
        if length >= 0x80 {
            guard let octets = receive(length & 0x7F, client) else { return nil }
            length = octets.reduce(0) { $0 << 8 | Int($1) }
        }
        return receive(length, client)
    }

    private static func receive(_ count: Int, _ client: Int32) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: count)
        return count == 0 || recv(client, &buffer, count, Int32(MSG_WAITALL)) == count ? buffer : nil
    }
}

/// The elements of a BER encoding (X.690), with lengths of up to four octets.
private struct BER {
    private var rest: ArraySlice<UInt8>

    init(_ octets: [UInt8]) { rest = octets[...] }

    mutating func next() -> (tag: UInt8, contents: [UInt8])? {
        guard let tag = rest.popFirst(), let first = rest.popFirst() else { return nil }
        var length = Int(first)
        if length >= 0x80 {
            let octets = rest.prefix(length & 0x7F)
            rest = rest.dropFirst(octets.count)
            length = octets.reduce(0) { $0 << 8 | Int($1) }
        }
        defer { rest = rest.dropFirst(length) }
        return (tag, Array(rest.prefix(length)))
    }

    static func element(_ tag: UInt8, _ contents: [UInt8]) -> [UInt8] {
        let count = contents.count
        let length: [UInt8] =
            count < 0x80
            ? [UInt8(count)] : [0x84] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) }
        return [tag] + length + contents
    }
}
