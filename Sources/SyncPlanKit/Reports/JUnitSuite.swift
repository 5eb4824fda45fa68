/// A suite of a JUnit XML file, which CI systems read.
struct JUnitSuite {
    /// What became of a case.
    enum Outcome {
        case passed
        case failed(summary: String, text: String)
        case skipped
    }

    /// One case.
    struct Case {
        /// What the case belongs to, such as the file that it stands in.
        let group: String
        let name: String
        let outcome: Outcome
    }

    let name: String
    let cases: [Case]

    /// The suites as a file.
    static func file(_ suites: [JUnitSuite]) -> String {
        var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
        for suite in suites { suite.write(to: &text) }
        return text + "</testsuites>\n"
    }

    private func write(to text: inout String) {
        let failures = cases.count { if case .failed = $0.outcome { true } else { false } }
        let skipped = cases.count { if case .skipped = $0.outcome { true } else { false } }
        text +=
            "  <testsuite name=\"\(name.escapedForXML)\" tests=\"\(cases.count)\" failures=\"\(failures)\" "
            + "skipped=\"\(skipped)\">\n"
        for item in cases {
            text += "    <testcase classname=\"\(item.group.escapedForXML)\" name=\"\(item.name.escapedForXML)\""
            switch item.outcome {
            case .passed: text += "/>\n"
            case .skipped: text += "><skipped/></testcase>\n"
            case .failed(let summary, let reason):
                let reason = reason.split(separator: "\n", omittingEmptySubsequences: false).map {
                    String($0).escapedForXML
                }
                text += "><failure message=\"\(summary.escapedForXML)\">\(reason.joined(separator: "\n"))"
                text += "</failure></testcase>\n"
            }
        }
        text += "  </testsuite>\n"
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
