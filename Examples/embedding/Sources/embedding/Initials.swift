import ReconcileEngine

/// A function of mapping of one's own: `Ana Maria Archer` becomes `AMA`.
struct Initials: TextFunction {
    func apply(to text: String?) -> String? {
        text.map { $0.split(separator: " ").compactMap(\.first).map(String.init).joined() }
    }
}
