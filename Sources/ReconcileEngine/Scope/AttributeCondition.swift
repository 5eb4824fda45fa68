public import DirectoryModel

/// A condition on the values of an attribute.
///
/// An attribute with several values meets it if one of them does.
public struct AttributeCondition: ScopeCondition, Hashable {
    /// What is asked of a value.
    public enum Test: Sendable, Hashable {
        /// It is one of these, letters' case aside, as directories compare names (RFC 4517 `caseIgnoreMatch`).
        case isOne(of: [String])
        /// It begins with one of these, letters' case aside.
        case begins(with: [String])
        /// It matches a regular expression somewhere, letters' case counting unless the expression says `(?i)`.
        case matches(Pattern)
        /// There is a value, whatever it is.
        case isPresent
        /// There is no value.
        case isAbsent
    }

    /// The attribute.
    public var attribute: AttributeName
    /// What is asked of a value.
    public var test: Test

    /// Makes the condition.
    public init(_ attribute: AttributeName, _ test: Test) {
        self.attribute = attribute
        self.test = test
    }

    /// The condition as a phrase, such as `department = Sales or Support`.
    public var description: String {
        switch test {
        case .isOne(let texts): "\(attribute) = \(texts.joined(separator: " or "))"
        case .begins(let texts): "\(attribute) begins with \(texts.joined(separator: " or "))"
        case .matches(let pattern): "\(attribute) matches \(pattern.text)"
        case .isPresent: "\(attribute) is present"
        case .isAbsent: "\(attribute) is absent"
        }
    }

    /// The attribute.
    public var attributes: [AttributeName] { [attribute] }

    /// Whether one of the values meets the test.
    public func holds(for candidate: Candidate) -> Bool { compiled()(candidate) }

    /// The test, with its texts folded and its expression compiled.
    public func makeTest() -> ((Candidate) -> Bool)? { compiled() }

    private func compiled() -> (Candidate) -> Bool {
        let attribute = attribute
        switch test {
        case .isPresent: return { !$0.values(attribute).isEmpty }
        case .isAbsent: return { $0.values(attribute).isEmpty }
        case .isOne(let texts):
            let folded = Set(texts.map { $0.lowercased() })
            return { $0.values(attribute).contains { folded.contains($0.lowercased()) } }
        case .begins(let texts):
            let folded = texts.map { $0.lowercased() }
            return { candidate in
                candidate.values(attribute).contains { value in folded.contains { value.lowercased().hasPrefix($0) } }
            }
        case .matches(let pattern):
            let match = pattern.compiled()
            return { $0.values(attribute).contains { match($0) != nil } }
        }
    }
}

/// A regular expression, in the syntax of Swift's `Regex`.
public struct Pattern: Sendable, Hashable {
    /// The expression as written.
    public let text: String

    /// Makes a pattern.
    ///
    /// - Throws: ``PatternError`` where the text is no regular expression.
    public init(_ text: String) throws(PatternError) {
        self.text = text
        do { _ = try Regex(text) } catch { throw PatternError(text: text, problem: "\(error)") }
    }

    /// A function that answers the first match in a text, or the first group in it where the expression has one, and nil
    /// where nothing matches.
    func compiled() -> (String) -> String? {
        // The text was tried when the pattern was made.
        guard let regex = try? Regex(text) else { return { _ in nil } }
        return { value in
            guard let output = (try? regex.firstMatch(in: value))?.output else { return nil }
            return (output.count > 1 ? output[1].substring : output[0].substring).map(String.init)
        }
    }
}

/// A text that is no regular expression.
public struct PatternError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The text.
    public let text: String
    /// What is wrong with it.
    public let problem: String
    /// What is wrong.
    public var description: String { "\"\(text)\" is no regular expression: \(problem)" }
}
