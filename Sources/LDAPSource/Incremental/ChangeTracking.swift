/// How the changes of a directory are followed, so that not everything has to be read every time.
public enum ChangeTracking: String, Sendable, Hashable, CaseIterable {
    /// As the server offers it: ``usnChanged`` with Active Directory, ``syncrepl`` with OpenLDAP.
    case automatic = "auto"
    /// By the update sequence numbers of Active Directory (MS-ADTS §3.1.1.1.9): any account that may read the container of
    /// deleted objects.
    case usnChanged = "usn"
    /// By Active Directory's control for that (MS-ADTS §3.1.1.3.4.1.3): accounts with the right *Replicating Directory
    /// Changes*, and others too where the server lets them; the container of deleted objects must be readable here too.
    case dirSync = "dirsync"
    /// By content synchronization (RFC 4533) with OpenLDAP and others that have it.
    case syncrepl
}

extension ChangeTracking {
    /// The way, for people.
    var description: String {
        switch self {
        case .automatic: "what the server offers"
        case .usnChanged: "update sequence numbers"
        case .dirSync: "DirSync"
        case .syncrepl: "content synchronization (RFC 4533)"
        }
    }

    /// What follows changes in this way; nil for ``automatic``.
    var feed: (any ChangeFeed.Type)? {
        switch self {
        case .automatic: nil
        case .usnChanged: USNChanges.self
        case .dirSync: DirSyncChanges.self
        case .syncrepl: SyncreplChanges.self
        }
    }
}
