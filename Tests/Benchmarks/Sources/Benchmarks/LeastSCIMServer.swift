import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// The least that is a SCIM service, and fast: users in memory, made, listed, shown and deleted.
enum LeastSCIMServer {
    static func serve(port: Int) throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let users = NIOLoopBoundBox.makeBoxSendingValue(Users(), eventLoop: group.next())
        let channel = try ServerBootstrap(group: group)
            .serverChannelOption(ChannelOptions.backlog, value: 64)
            .childChannelOption(ChannelOptions.socketOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(users.value))
                }
            }
            .bind(host: "127.0.0.1", port: port).wait()
        try channel.closeFuture.wait()
    }

    /// Everybody, by tenants, which are the first parts of paths.
    private final class Users {
        var byTenant: [Substring: [Int: String]] = [:]
        var last = 0

        /// Answers a request.
        func answer(_ method: HTTPMethod, _ uri: String, _ body: String) -> (HTTPResponseStatus, String) {
            let pieces = uri.split(separator: "?", maxSplits: 1)
            let parts = pieces[0].split(separator: "/")
            guard parts.count > 2 else { return (.notFound, "{}") }
            let tenant = parts[0]
            guard parts[2] == "Users" else {
                return parts[2] == "Groups" ? (.ok, list([:], pieces)) : (.notFound, "{}")
            }
            let id = parts.count > 3 ? Int(parts[3]) : nil
            switch method {
            case .POST:
                last += 1
                let user = "{\"id\":\"\(last)\"," + body.dropFirst()
                byTenant[tenant, default: [:]][last] = user
                return (.created, user)
            case .DELETE:
                return (id.flatMap { byTenant[tenant]?.removeValue(forKey: $0) } == nil ? .notFound : .noContent, "")
            default:
                guard let id else { return (.ok, list(byTenant[tenant] ?? [:], pieces)) }
                return byTenant[tenant]?[id].map { (.ok, $0) } ?? (.notFound, "{}")
            }
        }

        private func list(_ users: [Int: String], _ pieces: [Substring]) -> String {
            func option(_ name: String) -> Int? {
                let options = pieces.count > 1 ? pieces[1].split(separator: "&") : []
                return options.first { $0.hasPrefix(name + "=") }.flatMap { Int($0.dropFirst(name.count + 1)) }
            }
            let page = users.keys.sorted().dropFirst((option("startIndex") ?? 1) - 1).prefix(option("count") ?? 1000)
            return
                "{\"totalResults\":\(users.count),\"Resources\":[\(page.compactMap { users[$0] }.joined(separator: ","))]}"
        }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let users: Users
        private var head: HTTPRequestHead?
        private var body = ""

        init(_ users: Users) { self.users = users }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                self.head = head
                body = ""
            case .body(let part): body += String(buffer: part)
            case .end:
                guard let head else { return }
                let (status, text) = users.answer(head.method, head.uri, body)
                var answer = HTTPResponseHead(version: .http1_1, status: status)
                if status != .noContent {
                    answer.headers.add(name: "Content-Length", value: "\(text.utf8.count)")
                    answer.headers.add(name: "Content-Type", value: "application/scim+json")
                }
                context.write(wrapOutboundOut(.head(answer)), promise: nil)
                if !text.isEmpty {
                    context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
                }
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }
        }
    }
}
