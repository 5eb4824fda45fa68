// A small server that embeds the library: it answers GET /plan with the plan as a page, /plan.json with it as JSON.
//
//     plan-server sync-plan.yaml 8080
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import SyncPlanKit

let arguments = CommandLine.arguments
guard arguments.count == 3, let port = Int(arguments[2]) else {
    print("Name a configuration and a port.")
    exit(64)
}
let plans = Plans(path: arguments[1])

// Only this machine is answered: a plan tells what is going to happen to whom.
let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
    .bind(host: "127.0.0.1", port: port) { channel in
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.configureHTTPServerPipeline()
            try channel.pipeline.syncOperations.addHandler(ResponseParts())
            return try NIOAsyncChannel<HTTPServerRequestPart, HTTPPart<HTTPResponseHead, ByteBuffer>>(
                wrappingChannelSynchronously: channel)
        }
    }
print("http://127.0.0.1:\(port)/plan")

try await withThrowingDiscardingTaskGroup { group in
    try await server.executeThenClose { connections in
        for try await connection in connections {
            // One connection that breaks is no reason to end the others.
            group.addTask { try? await serve(connection) }
        }
    }
}

@Sendable func serve(
    _ connection: NIOAsyncChannel<HTTPServerRequestPart, HTTPPart<HTTPResponseHead, ByteBuffer>>
) async throws {
    try await connection.executeThenClose { requests, responses in
        for try await part in requests {
            guard case .head(let request) = part else { continue }
            let answer = await plans.answer(request)
            let headers: HTTPHeaders = [
                "Content-Type": answer.type, "Content-Length": "\(answer.body.count)", "Connection": "close",
            ]
            try await responses.write(
                .head(HTTPResponseHead(version: .http1_1, status: answer.status, headers: headers)))
            try await responses.write(.body(ByteBuffer(bytes: answer.body)))
            try await responses.write(.end(nil))
            return
        }
    }
}
