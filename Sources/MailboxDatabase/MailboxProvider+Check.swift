public import DirectoryModel
import GRDB
import ProviderClient

extension MailboxProvider {
    /// Looks whether the file, or at least its folder, is there and may be written, and whether it is a mailbox database.
    public func check() async -> [CheckStep] {
        var steps: [CheckStep] = []
        guard file.folderExists else {
            return [CheckStep("file", passed: false, detail: "There is no folder \(file.folder). Make it first.")]
        }
        do {
            if let queue = try file.openForReading() {
                let (mailboxes, suspended) = try await queue.perform { db in
                    let total = try Int.fetchOne(db, sql: "SELECT count(*) FROM mailbox") ?? 0
                    return (total, try Int.fetchOne(db, sql: "SELECT count(*) FROM mailbox WHERE active = 0") ?? 0)
                }
                steps.append(
                    CheckStep("file", passed: true, detail: "\(mailboxes) mailboxes, \(suspended) of them suspended"))
            } else {
                steps.append(CheckStep("file", passed: true, detail: "not there yet; the first operation makes it"))
            }
        } catch {
            return [CheckStep("file", failed: ProviderError(error, path: name))]
        }
        let isWritable = file.isWritable
        let may = isWritable ? "may" : "may not"
        steps.append(
            CheckStep("rights", passed: isWritable, detail: "\(name) and the folder that it is in \(may) be written"))
        return steps
    }
}
