internal import DirectoryModel
internal import ReconcileEngine
internal import SCIMProvider

/// Tells people, by every way that the configuration names.
struct Notifier: Sendable {
    let configuration: NotifyConfiguration
    /// Makes paths of the configuration absolute.
    let resolve: @Sendable (String) -> String

    /// Whether anybody is told anything.
    var isEmpty: Bool { configuration.mail == nil && configuration.webhook == nil }

    /// Tells people.
    ///
    /// - Returns: what did not work, and whether anybody was reached.
    func tell(_ notice: Notice) async -> (failures: [NotificationError], isTold: Bool) {
        var failures: [NotificationError] = []
        var isTold = false
        func attempt(_ way: () async throws(NotificationError) -> Void) async {
            do throws(NotificationError) {
                try await way()
                isTold = true
            } catch { failures.append(error) }
        }
        if let mail = configuration.mail {
            await attempt { () throws(NotificationError) in try await send(notice, by: mail) }
        }
        if let webhook = configuration.webhook {
            await attempt { () throws(NotificationError) in try await post(notice, to: webhook) }
        }
        return (failures, isTold)
    }

    private func send(_ notice: Notice, by mail: NotifyConfiguration.Mail) async throws(NotificationError) {
        try await MailCommand(path: resolve(mail.command)).send(
            MailMessage(from: mail.from, to: mail.to, subject: notice.headline, body: notice.text, date: notice.at))
    }

    private func post(_ notice: Notice, to webhook: NotifyConfiguration.Webhook) async throws(NotificationError) {
        do {
            let target = try JSONTarget(
                url: try webhook.url.read(resolve), caFile: webhook.caFile.map(resolve), timeout: webhook.timeout)
            try await target.post(notice.json)
        } catch {
            throw NotificationError("The webhook: \(error)")
        }
    }
}

extension Notice {
    /// The body that a webhook gets: `text` is what chats show, the rest is for programs.
    package var json: [UInt8] {
        var writer = JSONWriter()
        writer.object {
            $0.key("text")
            $0.string(chat)
            $0.key("event")
            $0.string(event.rawValue)
            $0.key("profile")
            $0.string(profile)
            $0.key("host")
            $0.string(host)
            $0.key("at")
            $0.string(at.description)
            $0.key("since")
            $0.string(since.description)
            $0.key("status")
            $0.number("\(status.rawValue)")
            $0.key("summary")
            $0.string(summary)
            $0.key("problems")
            $0.array(problems) { $0.string($1) }
        }
        return writer.bytes
    }

    /// The message for a chat, in which what comes from elsewhere mentions nobody and links to nothing.
    private var chat: String {
        func harmless(_ text: String) -> String {
            text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
                .replacing("`", with: "'")
        }
        let lines = event == .recovery ? ["It did not work from \(since) on."] : problems
        return "\(harmless(headline))\n```\n\(harmless(lines.joined(separator: "\n")))\n```"
    }
}
