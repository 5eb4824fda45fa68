import Foundation

/// A page that is open in a browser, used as somebody does who sits before it: with the keyboard and the mouse.
///
/// The browser is spoken to by the Chrome DevTools Protocol over two pipes, which are its descriptors 3 and 4: JSON, each
/// message ended by a zero byte. It ends when its end of the pipe is closed, so also when the test process dies, and is
/// killed after two minutes whatever happens.
public final class ChromiumPage {
    /// The addresses of everything that was loaded, the page itself among them.
    public private(set) var requests: [String] = []
    /// What was written to the console, by the browser or the page, and errors of scripts, as the protocol's JSON.
    public private(set) var complaints: [String] = []

    private let process = Process()
    private let end: ProcessEnd
    private let input = Pipe()
    private let output = Pipe()
    private let profile: URL
    private var buffer = Data()
    private var count = 0
    private var session: String?
    private var isLoaded = false

    /// Opens a page in a window of 1280 by 900 pixels and waits until it has been loaded.
    public init(_ page: URL) throws {
        profile = try temporaryFolder("chromium")
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        let script = "timeout -s KILL 120 \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>&1; rm -rf \"$0\""
        process.arguments =
            try ["-c", script, profile.path, program("chromium")] + Chromium.arguments(profile)
            + ["--remote-debugging-pipe"]
        process.standardInput = input
        process.standardOutput = output
        end = ProcessEnd(of: process)
        try withSignalsUnblocked { try process.run() }
        struct Target: Decodable { let targetId: String }
        struct Attached: Decodable { let sessionId: String }
        let target: Target = try send("Target.createTarget", ["url": "about:blank"])
        let attached: Attached = try send("Target.attachToTarget", ["targetId": target.targetId, "flatten": true])
        session = attached.sessionId
        for domain in ["Page", "Runtime", "Log", "Network", "Accessibility"] { try send("\(domain).enable") }
        try send("Emulation.setFocusEmulationEnabled", ["enabled": true])
        try resize(width: 1280, height: 900)
        try send("Page.navigate", ["url": page.absoluteString])
        while !isLoaded { try receive() }
    }

    deinit {
        try? input.fileHandleForWriting.close()
        end.wait()
    }

    /// Makes the window another size, in pixels.
    public func resize(width: Int, height: Int) throws {
        try send(
            "Emulation.setDeviceMetricsOverride",
            ["width": width, "height": height, "deviceScaleFactor": 1, "mobile": false])
    }

    /// Shows the page as on paper, or with what a reader prefers, such as `prefers-color-scheme`.
    public func show(on medium: String = "", _ features: KeyValuePairs<String, String> = [:]) throws {
        try send(
            "Emulation.setEmulatedMedia",
            ["media": medium, "features": features.map { ["name": $0.key, "value": $0.value] }])
    }

    // MARK: What is there

    /// The value of an expression of JavaScript, or what a promise comes to.
    public func value<T: Decodable>(_ expression: String, as type: T.Type = T.self) throws -> T {
        let script = "(async () => JSON.stringify([await (\(expression))]))()"
        let result: Evaluation = try send("Runtime.evaluate", ["expression": script, "awaitPromise": true])
        guard let json = result.result.value else {
            let thrown = result.exceptionDetails?.exception?.description ?? "no value"
            throw CommandFailure(command: expression, status: -1, output: thrown)
        }
        return try JSONDecoder().decode([T].self, from: Data(json.utf8))[0]
    }

    /// Waits until an expression is true, looked at before each frame; after five seconds it answers false.
    public func waits(for expression: String) throws -> Bool {
        try value(
            """
            new Promise(done => {
              const end = performance.now() + 5000;
              const look = () => (\(expression)) ? done(true)
                : performance.now() > end ? done(false) : requestAnimationFrame(look);
              look();
            })
            """)
    }

    /// A node of the tree that a screen reader reads.
    public struct Node: Decodable {
        /// A value of any type, as text.
        public struct Value: Decodable {
            /// The value, empty where it is nothing that is read out.
            public let text: String

            public init(from decoder: any Decoder) throws {
                enum Key: String, CodingKey { case value }
                let values = try decoder.container(keyedBy: Key.self)
                text =
                    (try? values.decode(String.self, forKey: .value))
                    ?? (try? values.decode(Bool.self, forKey: .value)).map { "\($0)" }
                    ?? (try? values.decode(Int.self, forKey: .value)).map { "\($0)" } ?? ""
            }
        }
        struct Property: Decodable {
            let name: String
            let value: Value
        }
        let ignored: Bool
        let role: Value?
        let name: Value?
        let properties: [Property]?

        /// What is said of it, such as its name.
        public var title: String { name?.text ?? "" }
        /// What it is, such as `button`.
        public var kind: String { role?.text ?? "" }
        /// A property, such as `level`; empty where it has none of that name.
        public subscript(property: String) -> String {
            properties?.first { $0.name == property }?.value.text ?? ""
        }
    }

    /// What a screen reader reads, in its order, without what is hidden from it.
    public func accessibilityTree() throws -> [Node] {
        struct Tree: Decodable { let nodes: [Node] }
        let tree: Tree = try send("Accessibility.getFullAXTree")
        return tree.nodes.filter { !$0.ignored }
    }

    // MARK: What somebody does

    /// A key that does something.
    public enum Key: String {
        case tab = "Tab"
        case enter = "Enter"
        case escape = "Escape"
        case space = " "
        case down = "ArrowDown"

        /// Its number on the keyboard of a PC.
        var code: Int {
            switch self {
            case .tab: 9
            case .enter: 13
            case .escape: 27
            case .space: 32
            case .down: 40
            }
        }
        /// The character that it writes.
        var text: String? {
            switch self {
            case .enter: "\r"
            case .space: " "
            case .tab, .escape, .down: nil
            }
        }
    }

    /// Presses a key and lets go of it.
    public func press(_ key: Key, shift: Bool = false) throws {
        try press(
            ["key": key.rawValue, "windowsVirtualKeyCode": key.code, "modifiers": shift ? 8 : 0], writing: key.text)
    }

    /// Types characters, each with a press of its key.
    public func type(_ text: String) throws {
        for character in text.map(String.init) { try press(["key": character], writing: character) }
    }

    private func press(_ key: [String: Any], writing text: String?) throws {
        var event = key
        event["type"] = "keyUp"
        let up = event
        event["type"] = "keyDown"
        event["text"] = text
        try send("Input.dispatchKeyEvent", event)
        try send("Input.dispatchKeyEvent", up)
    }

    /// Clicks on the middle of the first element that a selector of CSS finds.
    public func click(_ selector: String) throws {
        let place: [Double] = try value(
            """
            (() => {
              const element = document.querySelector(\(quoted(selector)));
              element.scrollIntoView({ block: 'center' });
              const box = element.getBoundingClientRect();
              return [box.x + box.width / 2, box.y + box.height / 2];
            })()
            """)
        for type in ["mouseMoved", "mousePressed", "mouseReleased"] {
            try send(
                "Input.dispatchMouseEvent",
                [
                    "type": type, "x": place[0], "y": place[1], "button": type == "mouseMoved" ? "none" : "left",
                    "clickCount": type == "mouseMoved" ? 0 : 1,
                ])
        }
    }

    // MARK: The protocol

    private struct Nothing: Decodable {}
    private struct Reply<Answer: Decodable>: Decodable { let result: Answer? }
    private struct Evaluation: Decodable {
        struct Value: Decodable { let value: String? }
        struct Exception: Decodable { let exception: Thrown? }
        struct Thrown: Decodable { let description: String? }
        let result: Value
        let exceptionDetails: Exception?
    }

    /// Does something and waits until it is done.
    private func send(_ method: String, _ parameters: [String: Any] = [:]) throws {
        let _: Nothing = try send(method, parameters)
    }

    /// Does something and waits for the answer.
    private func send<Answer: Decodable>(_ method: String, _ parameters: [String: Any] = [:]) throws -> Answer {
        count += 1
        var message: [String: Any] = ["id": count, "method": method, "params": parameters]
        message["sessionId"] = session
        let bytes = try JSONSerialization.data(withJSONObject: message) + [0]
        // To write to one that is no more would end the test process.
        guard process.isRunning else { throw CommandFailure(command: method, status: -1, output: "chromium has ended") }
        try input.fileHandleForWriting.write(contentsOf: bytes)
        while true {
            guard let reply = try receive(answering: count) else { continue }
            if let result = try JSONDecoder().decode(Reply<Answer>.self, from: reply).result { return result }
            throw CommandFailure(command: method, status: -1, output: String(decoding: reply, as: UTF8.self))
        }
    }

    /// Takes a message; answers it where it is the reply to a number, and otherwise notes the event that it is.
    @discardableResult
    private func receive(answering number: Int? = nil) throws -> Data? {
        struct Message: Decodable {
            struct Parameters: Decodable { let request: Request? }
            struct Request: Decodable { let url: String }
            let id: Int?
            let method: String?
            let params: Parameters?
        }
        let bytes = try message()
        let message = try JSONDecoder().decode(Message.self, from: bytes)
        switch message.method {
        case "Page.loadEventFired": isLoaded = true
        case "Network.requestWillBeSent": requests.append(message.params?.request?.url ?? "")
        case "Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown":
            complaints.append(String(decoding: bytes, as: UTF8.self))
        default: break
        }
        return message.id != nil && message.id == number ? bytes : nil
    }

    /// The next message; silence for 30 seconds is an error.
    private func message() throws -> Data {
        while true {
            if let end = buffer.firstIndex(of: 0) {
                let message = Data(buffer[..<end])
                buffer = Data(buffer[(end + 1)...])
                return message
            }
            var wait = pollfd(fd: output.fileHandleForReading.fileDescriptor, events: Int16(POLLIN), revents: 0)
            let chunk = poll(&wait, 1, 30_000) > 0 ? output.fileHandleForReading.availableData : Data()
            guard !chunk.isEmpty else {
                throw CommandFailure(command: "chromium", status: -1, output: "it does not answer")
            }
            buffer += chunk
        }
    }
}

/// Text as a string literal of JavaScript.
public func quoted(_ text: String) -> String {
    let json = try? JSONEncoder().encode(text)
    return String(decoding: json ?? Data("\"\"".utf8), as: UTF8.self)
}
