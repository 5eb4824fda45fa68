/// Lets many write, or one list while nobody writes: a listing is of no use where this side changes it on the way.
actor WriteGate {
    private var writers = 0
    private var isClosed = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// Waits until nobody lists, and keeps others from listing until ``leave()``.
    func enter() async {
        while isClosed { await wait() }
        writers += 1
    }

    func leave() {
        writers -= 1
        if writers == 0 { wake() }
    }

    /// Waits until nobody writes, and keeps others from writing until ``open()``.
    func close() async {
        while isClosed { await wait() }
        isClosed = true
        while writers > 0 { await wait() }
    }

    func open() {
        isClosed = false
        wake()
    }

    private func wait() async { await withCheckedContinuation { waiting.append($0) } }

    private func wake() {
        let woken = waiting
        waiting = []
        for continuation in woken { continuation.resume() }
    }
}
