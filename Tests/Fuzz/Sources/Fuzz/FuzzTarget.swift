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
    case name, address, proxy, identity, filter, ldif, range, control, url, plan, configuration

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
        case .filter: Self.readFilter(text)
        case .ldif: Self.readLDIF(octets)
        case .range: _ = AttributeRange(of: octets.span)
        case .control: Self.walk(DERReader(octets[...]), octets.count)
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
        precondition((try? DistinguishedName(name.canonicalKey))?.canonicalKey == name.canonicalKey)
        _ = (name.organizationalUnits, name.domain, name.hashValue)
        var below = name
        while let above = below.parent {
            precondition(below.isDescendant(of: above) && !above.isDescendant(of: below))
            below = above
        }
        precondition(below.isRoot)
    }

    /// A text that is put into a filter stays one value, and no more of it than the filter's own parts is found in it.
    private static func readFilter(_ text: String) {
        if let part = SilentFilter.part(of: text, ["lastLogon"]) { precondition(text.contains(part)) }
        guard let lookup = UserLookup(filter: "(&(objectClass=user)(mail=%s))") else { preconditionFailure() }
        let filter = lookup.filter(for: text)
        precondition(filter.utf8.count { "()".utf8.contains($0) } == 6 && filter.hasSuffix("))"))
        precondition(!filter.utf8.contains { $0 < 0x20 || $0 == UInt8(ascii: "*") })
        precondition(SilentFilter.part(of: filter, ["lastLogon"]) == nil || text.contains("="))
    }

    /// The elements of an element are within it.
    private static func walk(_ reader: DERReader, _ count: Int) {
        var reader = reader
        var rest = count
        for (_, contents) in reader.all() {
            rest -= contents.count + 2
            precondition(rest >= 0)
            walk(DERReader(contents), contents.count)
        }
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
