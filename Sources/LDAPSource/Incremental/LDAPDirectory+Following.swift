public import DirectoryModel

extension LDAPDirectory {
    /// Follows the directory: gives the record as it is, and anew whenever something in it has changed.
    ///
    /// A server with content synchronization (RFC 4533) tells at once that something has changed; others are asked every
    /// `interval`, and so is that one, lest its word be lost. What has changed is read as by ``read(_:since:progress:)``.
    ///
    /// It ends with the task that goes through it, or with the error of a read that failed; the last record is where another
    /// call goes on. Who is slower than the directory gets the newest record only.
    public func updates(
        _ request: ReadRequest, since record: DirectoryRecord?, every interval: Duration = .seconds(60)
    ) -> AsyncThrowingStream<RecordedRead, any Error> {
        AsyncThrowingStream(bufferingPolicy: .bufferingNewest(1)) { output in
            let task = Task {
                do {
                    var record = record
                    var isFirst = true
                    let (rings, bell) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
                    let ringing = Task { await ring(bell, every: interval) }
                    let listening = Task { await listen(bell, every: interval) }
                    defer {
                        ringing.cancel()
                        listening.cancel()
                    }
                    bell.yield()
                    for await _ in rings {
                        let read = try await read(request, since: record) { _ in }
                        if isFirst || read.objectsRead != 0 { output.yield(read) }
                        isFirst = false
                        record = read.record
                    }
                    output.finish()
                } catch {
                    output.finish(throwing: error)
                }
            }
            output.onTermination = { _ in task.cancel() }
        }
    }

    private func ring(_ bell: AsyncStream<Void>.Continuation, every interval: Duration) async {
        while !Task.isCancelled {
            do { try await Task.sleep(for: interval) } catch { break }
            bell.yield()
        }
        bell.finish()
    }

    /// Rings whenever a server that tells of changes does, and goes back to it where the connection is lost.
    private func listen(_ bell: AsyncStream<Void>.Continuation, every interval: Duration) async {
        while !Task.isCancelled {
            let watch = Watch(allowing: .seconds(100 * 365 * 86_400))
            let isOffered = try? await onDedicatedThread(watch: watch) {
                try withServer { url throws(LDAPError) in
                    let connection = try open(url, watch: watch)
                    let state = try connection.serverState()
                    if configuration.changeTracking != .automatic, configuration.changeTracking != .syncrepl {
                        return false
                    }
                    guard state.method == .syncrepl else { return false }
                    try connection.hear(SyncreplChanges.begin(state, over: connection).marks, state) { bell.yield() }
                    return true
                }
            }
            if isOffered == false { return }
            // What changed while nobody listened is not told again.
            bell.yield()
            try? await Task.sleep(for: min(interval, .seconds(60)))
        }
    }
}

extension LDAPConnection {
    /// Calls `body` whenever the server says that something has changed, until the connection is lost or the task cancelled.
    func hear(
        _ marks: [String: String], _ state: ServerState, _ body: () -> Void
    ) throws(LDAPError) {
        var searches: [Int32] = []
        for context in state.contexts {
            guard let mark = marks[context.text].flatMap({ SyncreplMark(text: $0) }) else { continue }
            let search = SyncreplChanges.search(context, after: mark.cookie, .refreshAndPersist)
            searches.append(try send(search, CStrings(search.attributes), search.controls))
        }
        // What came between the last read and this search.
        body()
        while true {
            for id in searches {
                guard let message = try next(of: id, "listening to \(url)") else { continue }
                if message.type == .searchResult {
                    throw SyncreplChanges.refusal(unsafe message.outcome(handle), self)
                }
                body()
            }
        }
    }
}
