// Tries a provider of one's own with the suite that every provider here passes.
import Foundation
import ProviderTesting

let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)

// Each check begins with a provider that has no account.
let report = await ProviderConformance(accountCount: 50) {
    JSONFileProvider(path: folder.appendingPathComponent("\(UUID().uuidString).json").path)
}.run()
print(report)
try FileManager.default.removeItem(at: folder)
exit(report.isConforming ? 0 : 1)
