/// A file that is written beside another and takes its place in one step, only once all of it is on the disk: whoever reads it
/// finds the old one or the new one, whole.
///
/// What goes out of use before it is finished is removed, and what was there is left as it was. All calls block, and throw
/// errors about the file whose place is taken.
package struct FileReplacement: ~Copyable {
    private let draft: String
    private let file: SystemFile

    /// Begins a file that only its owner can read.
    package init(of path: String) throws(FileError) {
        // A name that no other writer has, and that nobody can guess.
        draft = "\(path).\(String(UInt64.random(in: .min ... .max), radix: 36)).part"
        file = try SystemFile(creating: draft, for: path)
    }

    deinit { SystemFile.remove(draft) }

    /// Writes all the bytes.
    package func write(_ bytes: Span<UInt8>) throws(FileError) { try file.write(bytes) }

    /// Lets everybody read the file, whatever the process's mask says.
    package func allowReading() throws(FileError) { try file.allowReading() }

    /// Puts the file in its place.
    package func finish() throws(FileError) {
        try file.flush()
        try SystemFile.rename(draft, to: file.path)
        SystemFile.flushFolder(of: file.path)
    }
}
