import Foundation
import ReconcileEngine

@testable import DirectoryModel
@testable import FileSource
@testable import LDAPSource
@testable import SyncPlanKit

/// What reads octets that somebody else has written.
///
/// Each target checks besides what must hold of every value that was taken: a trap is a finding, like a crash or a hang.
enum FuzzTarget: String, CaseIterable {
    case name, address, proxy, identity, ldif, range, url, plan, configuration

    /// Reads the octets; whether they make sense is all the same.
    func read(_ octets: [UInt8]) {
        let text = String(decoding: octets, as: UTF8.self)
        switch self {
        case .name: Self.readName(text)
        case .address:
            guard let address = try? MailAddress(text) else { return }
            precondition((try? MailAddress(address.text)) == address)
        case .proxy:
            let values = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            _ = ProxyAddressList(values, mail: values.first)
            for value in values {
                guard let address = try? ProxyAddress(value) else { continue }
                precondition((try? ProxyAddress(address.text)) == address)
            }
        case .identity:
            if let id = try? ObjectID(activeDirectoryGUID: octets) { precondition(id.activeDirectoryBytes == octets) }
            if let id = try? ObjectID(uuidText: text) { precondition(id.text == text.lowercased()) }
            if let id = ObjectID(text: text) { precondition(ObjectID(text: id.text) == id) }
        case .ldif: Self.readLDIF(octets)
        case .range: _ = AttributeRange(of: octets.span)
        case .url:
            guard let url = try? LDAPURL(text) else { return }
            precondition((try? LDAPURL(url.description)) == url)
        case .plan: _ = try? Plan(lines: octets.split(separator: UInt8(ascii: "\n")))
        case .configuration:
            let file = ConfigurationFile(path: "/nowhere/sync-plan.yaml", environment: ["NAME": "value"])
            _ = try? file.decode(Configuration.self, from: Data(octets))
        }
    }

    private static func readName(_ text: String) {
        guard let name = try? DistinguishedName(text) else { return }
        precondition((try? DistinguishedName(name.text)) == name)
        precondition(DistinguishedName(rdns: name.rdns) == name)
        _ = (name.organizationalUnits, name.domain, name.hashValue)
        var below = name
        while let above = below.parent {
            precondition(below.isDescendant(of: above) && !above.isDescendant(of: below))
            below = above
        }
        precondition(below.isRoot)
    }

    /// However a file is cut into chunks, it is read in the same way.
    private static func readLDIF(_ octets: [UInt8]) {
        let whole = snapshot([octets[...]])
        let middle = octets.count / 2
        let parts = snapshot([octets[..<middle], octets[middle...]])
        precondition(whole.users == parts.users && whole.groups == parts.groups)
        precondition(whole.completeness == parts.completeness)
    }

    private static func snapshot(_ chunks: [ArraySlice<UInt8>]) -> DirectorySnapshot {
        var parser = LDIFParser()
        var collector = SnapshotCollector(source: "fuzz", schema: .activeDirectory, attributes: .all)
        do {
            for chunk in chunks { try parser.parse(Array(chunk).span, into: &collector) }
            try parser.finish(into: &collector)
        } catch {
            collector.fail(.malformedFile, "\(error)", remedy: nil)
        }
        return collector.finish()
    }
}
