/// A number and a share that something must not pass.
struct Threshold {
    /// The most of it; nil for no such limit.
    let count: Int?
    /// The most of it as a percentage of a base; nil for no such limit.
    let percent: Double?
    /// From which base on ``percent`` counts.
    let minimumBase: Int

    /// How a number passes the threshold, as a phrase; nil where it does not.
    ///
    /// - Parameters:
    ///   - what: what the base counts, in the plural.
    ///   - key: the key in a configuration that sets the threshold.
    func excess(_ number: Int, of base: Int, _ what: String, allowedBy key: String) -> String? {
        var passed: [String] = []
        if let count, number > count { passed.append("more than the \(count) that \(key) allows") }
        if let percent, base > 0, base >= minimumBase, Double(number) * 100 > percent * Double(base) {
            passed.append(
                "\(Self.text(Double(number) * 100 / Double(base)))% of \(base) \(what), "
                    + "more than the \(Self.text(percent))% that \(key) allows")
        }
        return passed.isEmpty ? nil : passed.joined(separator: "; ")
    }

    /// A number with at most one decimal.
    private static func text(_ value: Double) -> String {
        let tenths = (value * 10).rounded()
        guard tenths.magnitude < 1e15 else { return "\(value)" }
        let whole = Int64(tenths)
        return whole % 10 == 0 ? "\(whole / 10)" : "\(whole / 10).\(whole.magnitude % 10)"
    }
}
