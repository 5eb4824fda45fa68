import DirectoryModel
import Foundation
import SyncPlanKit
import TestSupport
import Testing

/// Metrics are what Prometheus reads, and the dashboard shows only those that there are.
@Suite struct MetricsTests {
    @Test(arguments: RunOutcomes.all.indices) func looksLikeThis(_ index: Int) throws {
        let (name, outcome) = RunOutcomes.all[index]
        try expectGolden(
            Metrics(outcome, lastSuccess: 1_789_999_000, quarantinedUntil: .latest).text, "run.\(name).prom")
    }

    /// Both parsers of Prometheus's own library for Python: that of the format which the collector reads, and the stricter
    /// one of OpenMetrics.
    @Test(
        .enabled(if: hasPrograms(["python3"]) && hasPythonModule("prometheus_client")),
        arguments: ["parser", "openmetrics.parser"]) func isParsed(_ parser: String) throws
    {
        let script = """
            import sys, json
            from prometheus_client.\(parser) import text_string_to_metric_families as parse
            print(json.dumps([[f.name, f.type, [[s.labels, s.value] for s in f.samples]] for f in parse(sys.stdin.read())]))
            """
        let metrics = Metrics(RunOutcomes.mixed, lastSuccess: nil, quarantinedUntil: nil)
        let output = try run("/usr/bin/python3", ["-c", script], input: metrics.text)
        let families = try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [[Any]])
        #expect(families.compactMap { $0[0] as? String } == metrics.families.map(\.name))
        #expect(families.allSatisfy { $0[1] as? String == "gauge" })
        let samples = families.flatMap { $0[2] as? [[Any]] ?? [] }
        #expect(samples.count == metrics.families.reduce(0) { $0 + $1.samples.count })
        for sample in samples {
            #expect((sample[0] as? [String: String])?["profile"] == RunOutcomes.mixed.profile)
        }
    }

    /// The example's queries name metrics and labels that there are.
    @Test func theDashboardShowsWhatThereIs() throws {
        let file = testsFolder.deletingLastPathComponent().appendingPathComponent("Examples/unattended/grafana.json")
        let text = try String(contentsOf: file, encoding: .utf8)
        _ = try JSONSerialization.jsonObject(with: Data(text.utf8))
        let metrics = Metrics(RunOutcomes.mixed, lastSuccess: 1, quarantinedUntil: nil)
        let known = Set(metrics.families.map(\.name))
        let used = Set(text.matches(of: /sync_plan_[a-z_]+/).map { String($0.output) })
        #expect(used.subtracting(known).isEmpty, "\(used.subtracting(known))")
        #expect(known.subtracting(used).isEmpty, "not shown: \(known.subtracting(used))")
        let labels = Set(metrics.families.flatMap { $0.samples.flatMap { $0.labels.map(\.name) } } + ["profile"])
        let named = Set(text.matches(of: /[{,(]\s*([a-z]+)(?==|\))/).map { String($0.output.1) })
        #expect(named.subtracting(labels).isEmpty, "\(named)")
        #expect(named.contains("profile"))
    }
}

/// Whether the system's Python has a module; where it does not, a run with `CI` in its environment fails.
private func hasPythonModule(_ name: String) -> Bool {
    if (try? run("/usr/bin/python3", ["-c", "import \(name)"])) != nil { return true }
    print("SKIPPED: tests that need the Python module \(name), which is not installed")
    return ProcessInfo.processInfo.environment["CI"] != nil
}
