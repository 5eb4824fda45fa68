internal import DirectoryModel

extension Operation {
    /// Whether it comes before another operation in a plan: by stage, then removals first, since they release, and
    /// creations last, since they claim.
    ///
    /// Within a kind by address.
    func precedes(_ other: Operation) -> Bool {
        if stage != other.stage { return stage < other.stage }
        if kind != other.kind { return kind.rank < other.kind.rank }
        if address != other.address { return address < other.address }
        return (id?.rawValue ?? "") < (other.id?.rawValue ?? "")
    }
}

extension Operation.Kind {
    fileprivate var rank: Int {
        switch self {
        case .delete: 0
        case .suspend: 1
        case .rename: 2
        case .update: 3
        case .reactivate: 4
        case .adopt: 5
        case .create: 6
        }
    }
}
