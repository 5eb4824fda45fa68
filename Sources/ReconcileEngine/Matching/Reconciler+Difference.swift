extension Reconciler {
    /// How many users have no account or one that differs: the middle of ``plan(directory:provider:)``, to be measured by
    /// itself.
    @_spi(Benchmarks)
    public func countDifferences(between desired: DesiredState, and provider: ObservedState) -> Int {
        var matcher = Matcher(
            provider,
            rules: Matcher.Rules(
                capabilities: provider.capabilities, matching: matching, keepsSuspended: [],
                converts: convertsKinds),
            memory: nil)
        for account in desired.accounts { matcher.match(account) }
        matcher.finish()
        return matcher.pairs.count
    }
}
