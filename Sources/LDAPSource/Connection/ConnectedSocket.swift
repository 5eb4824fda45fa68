#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif

/// A connected, non-blocking stream socket.
///
/// libldap could connect by itself, but tells every failure as "Can't contact LDAP server", cannot be interrupted in it,
/// and blocks on a server that sends half a message. A non-blocking socket handed to it has none of that.
struct ConnectedSocket: ~Copyable {
    let descriptor: Int32

    /// Connects to the server of `url`, trying all its addresses in the order of the resolver.
    init(to url: LDAPURL, timeout: Duration, watch: Watch) throws(LDAPError) {
        if url.scheme == .ldapi {
            descriptor = try Self.connectToPath(url)
            return
        }
        var last = LDAPError(.nameNotFound, "\(url.host) has no address.")
        let addresses = try unsafe Self.resolve(url)
        defer { unsafe freeaddrinfo(addresses) }
        var next = unsafe addresses
        while let address = unsafe next?.pointee {
            do throws(LDAPError) {
                descriptor = try unsafe Self.open(address, url: url, deadline: .now + timeout.bounded, watch: watch)
                return
            } catch {
                last = error
                if error.code == .cancelled { break }
            }
            unsafe next = address.ai_next
        }
        throw last
    }

    /// Gives the descriptor away; whoever takes it closes it.
    consuming func release() -> Int32 {
        let descriptor = descriptor
        discard self
        return descriptor
    }

    deinit { close(descriptor) }

    private static func resolve(_ url: LDAPURL) throws(LDAPError) -> UnsafeMutablePointer<addrinfo>? {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = streamType
        var result: UnsafeMutablePointer<addrinfo>?
        let status = unsafe getaddrinfo(url.host, String(url.port), &hints, &result)
        guard status == 0 else {
            let reason = unsafe gai_strerror(status).map { unsafe String(cString: $0) } ?? "error \(status)"
            throw LDAPError(
                .nameNotFound,
                "\(url.host) cannot be resolved: \(reason). Check the spelling of the host in the URL and this machine's "
                    + "name service.")
        }
        return unsafe result
    }

    private static func open(
        _ address: addrinfo, url: LDAPURL, deadline: ContinuousClock.Instant, watch: Watch
    ) throws(LDAPError) -> Int32 {
        let descriptor = unsafe socket(address.ai_family, address.ai_socktype, address.ai_protocol)
        guard descriptor >= 0 else { throw failure(errno, url) }
        do throws(LDAPError) {
            prepare(descriptor)
            if unsafe connect(descriptor, address.ai_addr, address.ai_addrlen) != 0 {
                guard errno == EINPROGRESS || errno == EINTR else { throw failure(errno, url) }
                try waitUntilConnected(descriptor, url: url, deadline: deadline, watch: watch)
            }
            return descriptor
        } catch {
            close(descriptor)
            throw error
        }
    }

    private static func waitUntilConnected(
        _ descriptor: Int32, url: LDAPURL, deadline: ContinuousClock.Instant, watch: Watch
    ) throws(LDAPError) {
        while true {
            try watch.checkCancellation()
            var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            if unsafe poll(&entry, 1, 100) > 0 {
                var error: Int32 = 0
                var length = socklen_t(MemoryLayout<Int32>.size)
                unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length)
                if error != 0 { throw failure(error, url) }
                return
            }
            if ContinuousClock.now >= deadline { throw failure(ETIMEDOUT, url) }
        }
    }

    private static func connectToPath(_ url: LDAPURL) throws(LDAPError) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = url.host.utf8
        guard path.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw LDAPError(.badConfiguration, "\(url) names a socket whose path is too long.")
        }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path) }
        let descriptor = socket(AF_UNIX, streamType, 0)
        guard descriptor >= 0 else { throw failure(errno, url) }
        // A local socket connects at once or not at all.
        let status = unsafe withUnsafeBytes(of: &address) { bytes in
            unsafe bytes.withMemoryRebound(to: sockaddr.self) { rebound in
                unsafe connect(descriptor, rebound.baseAddress, socklen_t(bytes.count))
            }
        }
        if status != 0 {
            let error = errno
            close(descriptor)
            throw failure(error, url)
        }
        prepare(descriptor)
        return descriptor
    }

    private static var streamType: Int32 {
        #if canImport(Glibc)
            Int32(SOCK_STREAM.rawValue)
        #else
            SOCK_STREAM
        #endif
    }

    /// Non-blocking, closed in child processes, small requests sent at once, dead peers noticed.
    private static func prepare(_ descriptor: Int32) {
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        var on: Int32 = 1
        let length = socklen_t(MemoryLayout<Int32>.size)
        unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, length)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, length)
    }

    private static func failure(_ error: Int32, _ url: LDAPURL) -> LDAPError {
        let reason = unsafe strerror(error).map { unsafe String(cString: $0) } ?? "errno \(error)"
        switch error {
        case ETIMEDOUT:
            return LDAPError(
                .timedOut,
                "\(url) did not answer in time. Check that the host is up and that no firewall drops the port.")
        case ENOENT, EACCES, EPERM:
            return LDAPError(
                .connectionRefused,
                "\(url) cannot be opened: \(reason). Check the path and that this account may use it.")
        default:
            return LDAPError(
                .connectionRefused,
                "\(url) cannot be connected to: \(reason). Check the host, the port, and that the server is running.")
        }
    }
}
