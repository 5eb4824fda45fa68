import NIOCore
import NIOHTTP1
import SyncPlanKit

/// Makes plans, one after the other: an actor, so that many requests do not read the directory many times at once.
actor Plans {
    private let path: String

    init(path: String) { self.path = path }

    struct Answer {
        var status = HTTPResponseStatus.ok
        var type = "text/plain; charset=utf-8"
        var body: [UInt8] = []
    }

    func answer(_ request: HTTPRequestHead) async -> Answer {
        switch (request.method, request.uri) {
        case (.GET, "/plan"): await plan(as: .html, "text/html; charset=utf-8")
        case (.GET, "/plan.json"): await plan(as: .json, "application/json")
        default: Answer(status: .notFound, body: [UInt8]("There is /plan and /plan.json.\n".utf8))
        }
    }

    private func plan(as format: PlanReport.Format, _ type: String) async -> Answer {
        do {
            let profile = try Profile(configuration: ConfigurationFile(path: path).load())
            var body: [UInt8] = []
            let report = PlanReport(try await profile.plan(), savedAs: nil)
            report.write(as: format) { bytes in
                unsafe bytes.withUnsafeBufferPointer { unsafe body.append(contentsOf: $0) }
            }
            return Answer(type: type, body: body)
        } catch {
            // The errors of the library say what happened and what to do, and never a secret.
            return Answer(status: .serviceUnavailable, body: [UInt8]("\(error)\n".utf8))
        }
    }
}

/// Writes what the server sends in the way NIO's HTTP encoder takes it.
final class ResponseParts: ChannelOutboundHandler {
    typealias OutboundIn = HTTPPart<HTTPResponseHead, ByteBuffer>
    typealias OutboundOut = HTTPServerResponsePart

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let part: HTTPServerResponsePart =
            switch unwrapOutboundIn(data) {
            case .head(let head): .head(head)
            case .body(let buffer): .body(.byteBuffer(buffer))
            case .end(let trailers): .end(trailers)
            }
        context.write(wrapOutboundOut(part), promise: promise)
    }
}
