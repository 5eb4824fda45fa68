internal import DirectoryModel

/// Writes the lines of LDIF into a buffer: in base64 where a value is no plain text, and folded.
struct LDIFEncoder {
    var output: [UInt8] = []

    /// Writes `name: value`, or `name:: value` in base64.
    mutating func write(_ name: Span<UInt8>, _ value: Span<UInt8>) {
        let start = output.count
        append(name)
        output.append(LDIFSyntax.colon)
        if LDIFSyntax.isSafe(value) {
            if value.count > 0 { output.append(LDIFSyntax.space) }
            append(value)
        } else {
            output.append(LDIFSyntax.colon)
            output.append(LDIFSyntax.space)
            Base64.encode(value, into: &output)
        }
        if output.count - start > LDIFSyntax.lineWidth { fold(from: start) }
        output.append(LDIFSyntax.lineFeed)
    }

    /// Writes `name: value` of two texts.
    mutating func write(_ name: String, _ value: String) {
        name.withBytes { name in value.withBytes { value in write(name, value) } }
    }

    /// Writes the line that lies between two records.
    mutating func writeBlankLine() {
        output.append(LDIFSyntax.lineFeed)
    }

    /// Puts a line end and a space before what goes beyond the width; all of it is ASCII, so no letter is cut in two.
    private mutating func fold(from start: Int) {
        let line = Array(output[start...])
        output.removeSubrange((start + LDIFSyntax.lineWidth)...)
        var position = LDIFSyntax.lineWidth
        while position < line.count {
            let end = min(position + LDIFSyntax.lineWidth - 1, line.count)
            output.append(LDIFSyntax.lineFeed)
            output.append(LDIFSyntax.space)
            output.append(contentsOf: line[position..<end])
            position = end
        }
    }

    private mutating func append(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe output.append(contentsOf: $0) }
    }
}
