extension [RuleTestReport] {
    /// The reports as a JUnit XML file, which CI systems read.
    public var junit: String {
        JUnitSuite.file(
            map { report in
                JUnitSuite(
                    name: report.path,
                    cases: report.results.map { result in
                        JUnitSuite.Case(
                            group: report.path, name: result.name,
                            outcome: result.differences.isEmpty
                                ? .passed
                                : .failed(
                                    summary: "the plan is not as expected",
                                    text: result.differences.joined(separator: "\n")))
                    })
            })
    }
}
