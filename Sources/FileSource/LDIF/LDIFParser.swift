/// Reads LDIF content records (RFC 2849) from chunks of bytes of any size, without holding more than one line.
///
/// Give it every chunk with ``parse(_:into:)``, in order, then call ``finish(into:)``. Folded lines, base64, comments,
/// `LF` and `CRLF`, a byte order mark and raw UTF-8 are understood. Change records and values by URL are refused. What
/// the grammar does not allow throws and ends the parse: every later call throws the same error.
public struct LDIFParser {
    /// The number of bytes a record may have if nothing else is said: 256 MiB, a group of some three million members.
    public static let defaultRecordLimit = 256 << 20

    /// How many physical lines have begun.
    public private(set) var line = 0
    /// Whether the text ended without the line feed that every line ends with: it may have been cut off.
    public private(set) var endsInMiddleOfLine = false

    private let recordLimit: Int
    private var failure: LDIFError?

    /// The part of an unfolded line that came with earlier chunks, or that folding keeps from lying in one piece.
    private var pending: [UInt8] = []
    private var hasPending = false
    /// Whether the line in `pending` has come to a line feed, so that only a continuation can follow.
    private var isPendingAtLineEnd = false
    /// Where in `pending` the physical line being read begins.
    private var pendingLineStart = 0
    /// The physical line on which the line being read begins.
    private var firstLine = 0

    // What the records so far allow as the next line; see LDIFParser+Record.swift.
    var isAtTextStart = true
    /// Whether some chunk had bytes that no value may have, such as the carriage returns of `CRLF`: only then values are searched.
    var mayHaveForbiddenBytes = false
    var hasContent = false
    var isInRecord = false
    var recordBytes = 0
    var decoded: [UInt8] = []

    /// Makes a parser at the beginning of a text.
    ///
    /// - Parameter recordLimit: how many bytes a record, its comments included, may have before it is refused.
    public init(recordLimit: Int = LDIFParser.defaultRecordLimit) {
        self.recordLimit = max(recordLimit, 1)
    }

    /// Reads the next bytes of the text.
    public mutating func parse(
        _ chunk: Span<UInt8>, into consumer: inout some LDIFConsumer
    ) throws(LDIFError) {
        if let failure { throw failure }
        do throws(LDIFError) {
            try readLines(chunk, into: &consumer)
        } catch {
            failure = error
            throw error
        }
    }

    /// Reads what remains once all bytes were given, and ends the last record.
    public mutating func finish(into consumer: inout some LDIFConsumer) throws(LDIFError) {
        if let failure { throw failure }
        do throws(LDIFError) {
            if hasPending {
                if !isPendingAtLineEnd {
                    endsInMiddleOfLine = true
                    endPendingLine()
                }
                try takePending(into: &consumer)
            }
            endRecord(into: &consumer)
        } catch {
            failure = error
            throw error
        }
    }

    // MARK: Lines

    private mutating func readLines(
        _ chunk: Span<UInt8>, into consumer: inout some LDIFConsumer
    ) throws(LDIFError) {
        if !mayHaveForbiddenBytes { mayHaveForbiddenBytes = chunk.hasForbiddenByte(from: 0) }
        var position = 0
        while position < chunk.count {
            if hasPending {
                position = try continuePending(chunk, position, into: &consumer)
                continue
            }
            line += 1
            firstLine = line
            if chunk[position] == LDIFSyntax.space { throw strayContinuation }
            // The common case: the line, and the byte that tells that it is not folded, lie in this chunk.
            if let end = chunk.first(LDIFSyntax.lineFeed, from: position), end + 1 < chunk.count,
                chunk[end + 1] != LDIFSyntax.space
            {
                let hasReturn = end > position && chunk[end - 1] == LDIFSyntax.carriageReturn
                try take(chunk.extracting(position..<(hasReturn ? end - 1 : end)), at: firstLine, into: &consumer)
                position = end + 1
            } else {
                hasPending = true
                isPendingAtLineEnd = false
                pendingLineStart = 0
            }
        }
    }

    /// Reads on in a line that has begun, or takes it where it turns out to be over; answers where to go on.
    private mutating func continuePending(
        _ chunk: Span<UInt8>, _ position: Int, into consumer: inout some LDIFConsumer
    ) throws(LDIFError) -> Int {
        var start = position
        if isPendingAtLineEnd {
            guard chunk[start] == LDIFSyntax.space else {
                try takePending(into: &consumer)
                return start
            }
            line += 1
            if pending.isEmpty { throw strayContinuation }
            isPendingAtLineEnd = false
            pendingLineStart = pending.count
            start += 1
        }
        let end = chunk.first(LDIFSyntax.lineFeed, from: start)
        let piece = chunk.extracting(start..<(end ?? chunk.count))
        try checkSize(adding: pending.count + piece.count, line: firstLine)
        unsafe piece.withUnsafeBufferPointer { unsafe pending.append(contentsOf: $0) }
        guard let end else { return chunk.count }
        endPendingLine()
        return end + 1
    }

    private mutating func endPendingLine() {
        isPendingAtLineEnd = true
        if pending.count > pendingLineStart, pending.last == LDIFSyntax.carriageReturn { pending.removeLast() }
    }

    private mutating func takePending(into consumer: inout some LDIFConsumer) throws(LDIFError) {
        hasPending = false
        // Taken out, so that the parser can be changed while the bytes are looked at, and put back for their room.
        var bytes: [UInt8] = []
        swap(&bytes, &pending)
        try take(bytes.span, at: firstLine, into: &consumer)
        bytes.removeAll(keepingCapacity: true)
        swap(&bytes, &pending)
    }

    private var strayContinuation: LDIFError {
        LDIFError(
            .malformedLine, line: line,
            problem: "The line begins with a space, which continues the line before, but there is none to continue.")
    }

    /// Throws where the record would become larger than is allowed.
    func checkSize(adding count: Int, line: Int) throws(LDIFError) {
        guard recordBytes > recordLimit - count else { return }
        throw LDIFError(
            .recordTooLarge, line: line, problem: "The record has more than \(recordLimit) bytes. Is this an LDIF file?"
        )
    }
}
