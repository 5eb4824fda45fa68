public import DirectoryModel

/// Never lets a plan touch certain accounts, such as an administrator's, nor give somebody their addresses.
public struct ProtectedAccounts: Rail, Hashable {
    /// The primary addresses of the accounts.
    public var addresses: [AddressPattern]

    /// Makes the rail.
    public init(_ addresses: some Sequence<AddressPattern>) { self.addresses = Array(addresses) }

    /// Makes the rail for single accounts.
    public init(_ addresses: some Sequence<MailAddress>) { self.addresses = addresses.map { AddressPattern($0) } }

    /// Tells which protected accounts the plan would touch or make.
    public func violations(in draft: PlanDraft) -> [Violation] {
        if addresses.isEmpty { return [] }
        return draft.operations.compactMap { operation in
            let target = operation.resultingAddress
            let text: String
            if isProtected(operation.address) {
                text = "\(operation.address) is protected: its \(operation.kind.rawValue) is held back."
            } else if target != operation.address, isProtected(target) {
                text = "\(target) is protected: the \(operation.kind.rawValue) of \(operation.address) is held back."
            } else {
                return nil
            }
            return Violation(
                rail: "protected", text, hold: .operations(operation.kind, of: [operation.address]))
        }
    }

    private func isProtected(_ address: MailAddress) -> Bool { addresses.contains { $0.matches(address) } }
}

/// Which addresses are meant: one, or with a `*` all that begin and end as the pattern does.
///
/// `*@admin.example` are all addresses of a domain, `postmaster@*` is one name in every domain.
public struct AddressPattern: Sendable, Hashable, CustomStringConvertible {
    /// The pattern in the normal form of addresses.
    public let description: String
    /// What comes before the `*` and after it; nil where there is none.
    private let ends: [String]?

    /// The pattern for one address.
    public init(_ address: MailAddress) {
        description = address.text
        ends = nil
    }

    /// Reads an address, or a text with one `*` and one @ in it; nil for any other.
    public init?(_ text: String) {
        guard text.contains("*") else {
            guard let address = try? MailAddress(text) else { return nil }
            self = AddressPattern(address)
            return
        }
        let halves = text.split(separator: "@", omittingEmptySubsequences: false).map(String.init)
        guard halves.count == 2, halves.allSatisfy({ !$0.isEmpty }), text.count(where: { $0 == "*" }) == 1 else {
            return nil
        }
        // A domain without a `*` in it is compared in its ASCII form, as those of addresses are.
        let domain = halves[1].contains("*") ? halves[1].lowercased() : try? MailDomain(halves[1]).text
        guard let domain else { return nil }
        description = "\(halves[0].lowercased())@\(domain)"
        ends = description.split(separator: "*", omittingEmptySubsequences: false).map(String.init)
    }

    /// Whether an address is meant.
    public func matches(_ address: MailAddress) -> Bool {
        guard let ends, let first = ends.first, let last = ends.last else { return address.text == description }
        return address.text.utf8.count >= first.utf8.count + last.utf8.count && address.text.hasPrefix(first)
            && address.text.hasSuffix(last)
    }
}
