import Foundation
import Synchronization

/// A server that speaks just enough LDAP to answer searches with whatever a test wants, right or wrong.
///
/// It listens on a port of the loopback address, and ends with the value.
public final class FakeDirectory: Sendable {
    /// A search that a client asks for.
    public struct Search: Sendable {
        /// The message's number, which every answer must have.
        public let id: Int
        /// The base.
        public let base: String
        /// The attributes asked for.
        public let attributes: [String]
        /// The filter's octets as sent, in which texts can be looked for.
        public let filter: [UInt8]
        /// Which page is asked for (RFC 2696): empty for the first.
        public let cookie: [UInt8]
    }

    /// What a client did.
    public enum Event: Sendable, Hashable {
        case bind, search, abandon, unbind, hangUp, other
    }

    /// What a bind or a search is answered with; nothing at all is an answer that never comes.
    public enum Answer: Sendable {
        /// The end of a bind, with a result code.
        case bound(UInt8 = 0, message: String = "")
        /// An entry with its attributes.
        case entry(String, [(name: String, values: [[UInt8]])])
        /// A continuation reference (RFC 4511 §4.5.3).
        case reference([String])
        /// The end, with a result code, for code 10 where else to look, and where the next page begins.
        case done(UInt8 = 0, message: String = "", referral: [String] = [], cookie: [UInt8]? = nil)
        /// A message of any operation, given as its BER encoding.
        case operation([UInt8])
        /// Octets in place of a message.
        case octets([UInt8])
        /// Nothing for so many seconds.
        case pause(Double)
        /// The same again and again, until the client leaves.
        case endlessly([Answer])
        /// The connection ends.
        case hangUp

        /// Octets that come one at a time, with a pause before each.
        public static func drip(_ octets: [UInt8], every seconds: Double) -> [Answer] {
            octets.flatMap { [.pause(seconds), .octets([$0])] }
        }

        /// The message that answers a request.
        public func message(to id: Int) -> [UInt8] {
            BER.element(0x30, BER.integer(id) + operation)
        }
    }

    /// `ldap://127.0.0.1:PORT`.
    public let url: String
    private let listener: Int32
    private let log: Log

    /// Everything that clients have done, in the order seen.
    public var events: [Event] { log.events.withLock { $0 } }

    /// Starts a server.
    ///
    /// - Parameters:
    ///   - bind: what every bind is answered with.
    ///   - answer: called for each search, from any thread.
    public init(bind: [Answer] = [.bound()], _ answer: @escaping @Sendable (Search) -> [Answer]) throws {
        let (listener, port) = try listenOnLoopback()
        let log = Log()
        self.listener = listener
        self.log = log
        url = "ldap://127.0.0.1:\(port)"
        Thread.detachNewThread {
            while true {
                let client = accept(listener, nil, nil)
                if client < 0 { return }
                // Small messages would wait for the acknowledgement of the one before.
                var on: Int32 = 1
                setsockopt(client, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
                Thread.detachNewThread {
                    Client(descriptor: client, log: log).serve(bind: bind, answer)
                    log.events.withLock { $0.append(.hangUp) }
                    close(client)
                }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    fileprivate final class Log: Sendable {
        let events = Mutex<[Event]>([])
    }
}

/// One connection.
private struct Client {
    let descriptor: Int32
    let log: FakeDirectory.Log

    func serve(bind: [FakeDirectory.Answer], _ answer: (FakeDirectory.Search) -> [FakeDirectory.Answer]) {
        while let message = readMessage() {
            var fields = BER(message)
            guard let id = fields.next().map({ BER.number($0.contents) }), let operation = fields.next() else { return }
            let event: FakeDirectory.Event =
                switch operation.tag {
                case 0x60: .bind
                case 0x63: .search
                case 0x50: .abandon
                case 0x42: .unbind
                default: .other
                }
            log.events.withLock { $0.append(event) }
            switch event {
            case .bind: if !send(bind, to: id) { return }
            case .search:
                guard let search = search(id, operation.contents, controls: fields.next()?.contents ?? []),
                    send(answer(search), to: id)
                else { return }
            case .abandon: break
            default: return
            }
        }
    }

    private func search(_ id: Int, _ contents: [UInt8], controls: [UInt8]) -> FakeDirectory.Search? {
        var fields = BER(contents)
        let base = fields.next()?.contents ?? []
        for _ in 0..<5 { _ = fields.next() }
        guard let filter = fields.next(), let list = fields.next() else { return nil }
        var names = BER(list.contents)
        var attributes: [String] = []
        while let name = names.next() { attributes.append(String(decoding: name.contents, as: UTF8.self)) }
        return FakeDirectory.Search(
            id: id, base: String(decoding: base, as: UTF8.self), attributes: attributes, filter: filter.contents,
            cookie: cookie(controls))
    }

    /// The cookie of the only control that clients send here.
    private func cookie(_ controls: [UInt8]) -> [UInt8] {
        var list = BER(controls)
        var control = BER(list.next()?.contents ?? [])
        while let field = control.next() {
            var value = BER(field.contents)
            guard field.tag == 0x04, let inner = value.next(), inner.tag == 0x30 else { continue }
            var parts = BER(inner.contents)
            _ = parts.next()
            return parts.next()?.contents ?? []
        }
        return []
    }

    /// Answers whether the connection goes on.
    private func send(_ answers: [FakeDirectory.Answer], to id: Int) -> Bool {
        for answer in answers {
            let goesOn =
                switch answer {
                case .hangUp: false
                case .pause(let seconds): isStill(for: seconds)
                case .octets(let octets): send(octets)
                case .endlessly(let answers): sendEndlessly(answers, to: id)
                default: send(answer.message(to: id))
                }
            if !goesOn { return false }
        }
        return true
    }

    private func sendEndlessly(_ answers: [FakeDirectory.Answer], to id: Int) -> Bool {
        while send(answers, to: id) {}
        return false
    }

    private func isStill(for seconds: Double) -> Bool {
        Thread.sleep(forTimeInterval: seconds)
        return true
    }

    private func send(_ octets: [UInt8]) -> Bool {
        var sent = 0
        while sent < octets.count {
            let count = octets.withUnsafeBytes {
                Foundation.send(descriptor, $0.baseAddress! + sent, octets.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return false }
            sent += count
        }
        return true
    }

    /// The contents of the next message; nil at the connection's end.
    private func readMessage() -> [UInt8]? {
        guard let head = receive(2) else { return nil }
        if head[1] < 0x80 { return receive(Int(head[1])) }
        return receive(Int(head[1]) & 0x7F).flatMap { receive(BER.number($0)) }
    }

    private func receive(_ count: Int) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: count)
        return count == 0 || recv(descriptor, &buffer, count, Int32(MSG_WAITALL)) == count ? buffer : nil
    }
}

extension FakeDirectory.Answer {
    /// The protocol operation, with the controls that go with it.
    fileprivate var operation: [UInt8] {
        switch self {
        case .bound(let code, let message): BER.element(0x61, Self.result(code, message))
        case .entry(let dn, let attributes):
            BER.element(
                0x64,
                BER.octetString(dn)
                    + BER.element(
                        0x30,
                        attributes.flatMap { attribute in
                            let values = attribute.values.flatMap { BER.element(0x04, $0) }
                            return BER.element(0x30, BER.octetString(attribute.name) + BER.element(0x31, values))
                        }))
        case .reference(let urls): BER.element(0x73, urls.flatMap(BER.octetString))
        case .done(let code, let message, let referral, let cookie):
            BER.element(
                0x65,
                Self.result(code, message)
                    + (referral.isEmpty ? [] : BER.element(0xA3, referral.flatMap(BER.octetString))))
                + (cookie.map(Self.pageControl) ?? [])
        case .operation(let octets): octets
        case .octets, .pause, .endlessly, .hangUp: []
        }
    }

    private static func result(_ code: UInt8, _ message: String) -> [UInt8] {
        BER.element(0x0A, [code]) + BER.element(0x04, []) + BER.octetString(message)
    }

    private static func pageControl(_ cookie: [UInt8]) -> [UInt8] {
        let value = BER.element(0x30, BER.integer(0) + BER.element(0x04, cookie))
        return BER.element(
            0xA0,
            BER.element(0x30, BER.octetString("1.2.840.113556.1.4.319") + BER.element(0x04, value)))
    }
}
