public import DirectoryModel
import Foundation
internal import PlanExecution
internal import ProviderClient
internal import ReconcileEngine

/// The profiles of a folder: configurations, each with a directory and a provider of its own, that run side by side
/// (requirement MS1).
public struct ProfileListing: Sendable {
    /// One profile in a few words.
    public struct Entry: Sendable, Hashable {
        /// The profile's name: that of its file without the ending.
        public let name: String
        /// What kind of directory it reads, by its preset: `active-directory`.
        public let type: String
        /// Where it reads: an address and a search base, or a file's path.
        public let source: String
        /// Where its accounts are.
        public let provider: String
        /// Whether it deletes accounts of users (requirement MS4).
        public let deletesUsers: Bool
        /// Whether it deletes accounts of groups.
        public let deletesGroups: Bool
        /// When the last run was that was carried out with a complete directory; nil where there was none.
        public let lastRun: Timestamp?
    }

    /// The profiles, by name.
    public let entries: [Entry]
    /// Why others cannot be used, by their files' names: mistakes in configurations, state databases that cannot be read.
    public let mistakes: [any Error]

    /// Lists the configurations in a folder: files that end in `.yaml` or `.yml` and have a source, or ad-connect's word
    /// for one.
    ///
    /// - Parameter search: a text that a profile's name must contain, letters' case aside; nil for all.
    /// - Throws: ``ConfigurationError`` where the folder cannot be read.
    public init(folder: String, search: String? = nil) throws(ConfigurationError) {
        let names: [String]
        do { names = try FileManager.default.contentsOfDirectory(atPath: folder) } catch {
            throw ConfigurationError(
                file: folder, "The folder cannot be read: \(ConfigurationFile.reason(error)). Check its name.")
        }
        var entries: [Entry] = []
        var mistakes: [any Error] = []
        for name in names.sorted() where name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
            let file = ConfigurationFile(path: folder == "." ? name : "\(folder)/\(name)")
            guard search.map(name.contains(ignoringCase:)) ?? true, file.hasSource else { continue }
            do { entries.append(try Entry(file.load())) } catch { mistakes.append(error) }
        }
        self.entries = entries
        self.mistakes = mistakes
    }
}

extension ProfileListing.Entry {
    init(_ configuration: Configuration) throws {
        name = configuration.name
        type = configuration.source.schema.name
        source =
            switch configuration.source {
            case .ldap(let ldap):
                "\(ldap.domain ?? ldap.urls.joined(separator: " or ")), \(ldap.bases.map(\.text).joined(separator: "; "))"
            case .ldif(let ldif): ldif.path
            }
        let provider = try configuration.makeProvider().name
        self.provider = provider
        func mayDelete(_ switches: Switches) -> Bool {
            switches.isDisjoint(with: [.dryRun, .noDelete, .deleteDisables])
        }
        let lifecycle = configuration.lifecycle
        let removals = [lifecycle.disabled, lifecycle.outOfScope, lifecycle.missing]
        deletesUsers = mayDelete(configuration.switches) && removals.contains(where: \.deletes)
        deletesGroups =
            mayDelete(configuration.switches.union(configuration.groupSwitches))
            && configuration.groups.contains { $0.missing.deletes }
        lastRun = try StateDatabase.memory(at: configuration.statePath, of: provider).lastRun?.at
    }
}

extension Lifecycle.Removal {
    /// Whether an account is deleted, at once or some day.
    fileprivate var deletes: Bool {
        switch self {
        case .delete, .suspendThenDelete: true
        case .suspend, .leave: false
        }
    }
}
