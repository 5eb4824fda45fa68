internal import DirectoryModel

#if canImport(Darwin)
    private import Darwin
#elseif canImport(Glibc)
    private import Glibc
#elseif canImport(Musl)
    private import Musl
#endif

extension LDIFParser {
    /// Takes one line, unfolded and without its end.
    mutating func take(
        _ text: Span<UInt8>, at line: Int, into consumer: inout some LDIFConsumer
    ) throws(LDIFError) {
        var text = text
        if isAtTextStart {
            isAtTextStart = false
            text = text.extracting(try Self.byteOrderMarkLength(text)..<text.count)
        }
        guard text.count > 0 else { return endRecord(into: &consumer) }
        try checkSize(adding: text.count, line: line)
        recordBytes += text.count
        if text[0] == UInt8(ascii: "#") {
            try consumer.comment(text.extracting(1..<text.count), line: line)
            if !isInRecord { recordBytes = 0 }
            return
        }
        let nameEnd = try Self.nameEnd(text, line: line)
        let name = text.extracting(0..<nameEnd)
        let form = try form(ofValueAfter: nameEnd, in: text, line: line)
        let value = text.extracting(form.start..<text.count)
        guard form.isBase64 else { return try take(value, of: name, at: line, into: &consumer) }
        // Taken out while it is looked at, as in takePending.
        var bytes: [UInt8] = []
        swap(&bytes, &decoded)
        guard let count = Base64.decode(value, into: &bytes) else {
            throw LDIFError(
                .malformedBase64, line: line, problem: "The value of `\(name.text)` after `::` is not base64.")
        }
        try take(bytes.span.extracting(0..<count), of: name, at: line, into: &consumer)
        swap(&bytes, &decoded)
    }

    /// Ends the record, if one has begun.
    mutating func endRecord(into consumer: inout some LDIFConsumer) {
        recordBytes = 0
        guard isInRecord else { return }
        isInRecord = false
        consumer.endEntry()
    }

    private mutating func take(
        _ value: Span<UInt8>, of name: Span<UInt8>, at line: Int, into consumer: inout some LDIFConsumer
    ) throws(LDIFError) {
        if isInRecord {
            if let problem = Self.problem(inRecord: name, value) {
                throw LDIFError(problem.code, line: line, problem: problem.text)
            }
            consumer.append(value, to: name)
        } else if name.equalsIgnoringCase("dn") {
            guard let dn = String(validatingUTF8: value) else {
                throw LDIFError(.encoding, line: line, problem: "The distinguished name is not UTF-8.")
            }
            hasContent = true
            isInRecord = true
            consumer.beginEntry(dn: dn, line: line)
        } else if name.equalsIgnoringCase("version") {
            guard !hasContent else {
                throw LDIFError(
                    .version, line: line,
                    problem: "`version:` stands in the middle: two files joined into one? Read them one by one.")
            }
            guard value.count == 1, value[0] == UInt8(ascii: "1") else {
                throw LDIFError(.version, line: line, problem: "Only version 1 of LDIF is known (RFC 2849).")
            }
            hasContent = true
        } else {
            throw Self.noName(name, line: line)
        }
    }

    // MARK: Parts of a line

    private static func byteOrderMarkLength(_ text: Span<UInt8>) throws(LDIFError) -> Int {
        if text.count >= 2, text[0] == 0xFF && text[1] == 0xFE || text[0] == 0xFE && text[1] == 0xFF {
            throw LDIFError(
                .encoding, line: 1, problem: "The text is UTF-16, and LDIF is UTF-8 (with ldifde, leave out `-u`).")
        }
        return text.count >= 3 && text[0] == 0xEF && text[1] == 0xBB && text[2] == 0xBF ? 3 : 0
    }

    /// Where the attribute description ends that the line begins with: at its first colon.
    private static func nameEnd(_ text: Span<UInt8>, line: Int) throws(LDIFError) -> Int {
        let end = LDIFSyntax.nameLength(text)
        if end > 0, end < text.count, text[end] == LDIFSyntax.colon { return end }
        // The line itself is not shown: it may be a piece of a password whose fold got lost.
        if text.count == 1, text[0] == UInt8(ascii: "-") {
            throw LDIFError(
                .changeRecord, line: line, problem: "`-` separates the parts of a change record. \(contentOnly)")
        }
        throw LDIFError(
            .malformedLine, line: line,
            problem: "The line is none of `attribute: value`, a comment, or the continuation of a folded line.")
    }

    /// Where the value after a name starts, and whether it is base64.
    private func form(
        ofValueAfter nameEnd: Int, in text: Span<UInt8>, line: Int
    ) throws(LDIFError) -> (start: Int, isBase64: Bool) {
        var start = nameEnd + 1
        let mark = start < text.count ? text[start] : 0
        if mark == UInt8(ascii: "<") {
            throw LDIFError(
                .url, line: line,
                problem: "The value of `\(text.extracting(0..<nameEnd).text)` is to be read from a URL (`:<`), "
                    + "which is not done. Write the value itself.")
        }
        let isBase64 = mark == LDIFSyntax.colon
        if isBase64 { start += 1 }
        while start < text.count, text[start] == LDIFSyntax.space { start &+= 1 }
        if !isBase64, mayHaveForbiddenBytes, text.hasForbiddenByte(from: start) {
            throw LDIFError(
                .malformedLine, line: line,
                problem: "The value of `\(text.extracting(0..<nameEnd).text)` has a NUL or a carriage return in it. "
                    + "The file is damaged, or the value must be written in base64.")
        }
        return (start, isBase64)
    }

    // MARK: Problems

    private static let contentOnly =
        "Only content records are read: an export of entries, such as `ldapsearch -LLL` writes."

    /// What is wrong with a name inside a record, where something is.
    private static func problem(
        inRecord name: Span<UInt8>, _ value: Span<UInt8>
    ) -> (code: LDIFError.Code, text: String)? {
        if name.equalsIgnoringCase("dn") {
            return (.malformedLine, "`dn:` stands inside a record. An empty line must separate records.")
        }
        guard LDIFSyntax.isChangeWord(name) else { return nil }
        let isAddition = name.equalsIgnoringCase("changetype") && value.equalsIgnoringCase("add")
        let advice = isAddition ? " If ldifde wrote the file, take its `changetype: add` lines out." : ""
        return (.changeRecord, "`\(name.text):` makes this a change record. \(contentOnly)\(advice)")
    }

    private static func noName(_ name: Span<UInt8>, line: Int) -> LDIFError {
        if name.equalsIgnoringCase("search") || name.equalsIgnoringCase("result") || name.equalsIgnoringCase("ref") {
            return LDIFError(
                .missingName, line: line,
                problem: "`\(name.text):` is no record: this is ldapsearch's own format. Export with `ldapsearch -LLL`."
            )
        }
        return LDIFError(
            .missingName, line: line, problem: "A record begins with `dn:`, and this line is `\(name.text):`.")
    }
}

extension Span<UInt8> {
    /// The bytes as text for a message: an attribute's name, at most 120 characters of it.
    fileprivate var text: String { (String(validatingUTF8: self) ?? "").printable }

    /// Whether there is a byte from `start` on that no value may have: NUL or a carriage return (RFC 2849, SAFE-CHAR).
    @inline(__always)
    func hasForbiddenByte(from start: Int) -> Bool {
        first(0, from: start) != nil || first(LDIFSyntax.carriageReturn, from: start) != nil
    }

    /// The first place from `start` on that has a byte.
    @inline(__always)
    func first(_ byte: UInt8, from start: Int) -> Int? {
        unsafe withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress, start < buffer.count,
                let hit = unsafe memchr(base + start, Int32(byte), buffer.count - start)
            else { return nil }
            return unsafe UnsafeRawPointer(hit) - UnsafeRawPointer(base)
        }
    }
}
