extension [RuleTestReport] {
    /// The reports as a JUnit XML file, which CI systems read.
    public var junit: String {
        var lines = ["<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<testsuites>"]
        for report in self {
            let failures = report.results.count { !$0.differences.isEmpty }
            lines.append(
                "  <testsuite name=\"\(report.path.escapedForXML)\" tests=\"\(report.results.count)\" failures=\"\(failures)\">"
            )
            for result in report.results {
                let name =
                    "    <testcase classname=\"\(report.path.escapedForXML)\" name=\"\(result.name.escapedForXML)\""
                if result.differences.isEmpty {
                    lines.append(name + "/>")
                } else {
                    let text = result.differences.map(\.escapedForXML).joined(separator: "\n")
                    lines.append(
                        name + "><failure message=\"the plan is not as expected\">\(text)</failure></testcase>")
                }
            }
            lines.append("  </testsuite>")
        }
        return lines.joined(separator: "\n") + "\n</testsuites>\n"
    }
}

extension String {
    fileprivate var escapedForXML: String {
        printable.reduce(into: "") { result, character in
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.append(character)
            }
        }
    }
}
