internal import Crypto
internal import DirectoryModel
internal import Foundation
internal import ReconcileEngine

/// A plan as one HTML page with everything in it: data, style and script, and nothing from elsewhere.
///
/// The page allows itself only the one style and the one script that it comes with, by their digests, and no other source
/// of anything. What comes from a directory is JSON in it, and becomes text nodes.
struct PlanPage {
    /// The page's bytes.
    let bytes: [UInt8]

    init(_ outline: PlanOutline, _ file: PlanFile, approvals: [String?], ending: String) {
        let (style, script) = (PackageResources.page_css, PackageResources.page_js)
        let policy = [
            "default-src 'none'", "style-src '\(Self.source(style))'", "script-src '\(Self.source(script))'",
            "base-uri 'none'", "form-action 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'",
        ].joined(separator: "; ")
        let overview = outline.plan.overview
        let accounts = overview.accounts.of("account")
        let parts: [String: [UInt8]] = [
            "policy": Array(policy.utf8), "style": style, "script": script,
            "title": Self.escaped("Plan: \(overview.directory) → \(overview.provider)"),
            "directory": Self.escaped(overview.directory), "provider": Self.escaped(overview.provider),
            "summary": Self.escaped(outline.summary), "ending": Self.escaped(ending),
            "directory-state": Self.state(overview.directoryIncomplete),
            "provider-state": Self.state(overview.providerIncomplete),
            "directory-text": overview.undoneRun == nil
                ? Self.side("directory", overview.directoryIncomplete, outline.origin) : Self.escaped(outline.origin),
            "provider-text": Self.side("provider", overview.providerIncomplete, accounts),
            "made": Self.escaped(file.header.madeAt.description), "digest": Array(file.digest.short.utf8),
            "data": PlanPageData(outline, approvals: approvals).bytes,
        ]
        bytes = Self.filled(PackageResources.page_html, parts)
    }

    /// The page with its blanks, `{{name}}`, filled; what fills one is not looked into.
    private static func filled(_ page: [UInt8], _ parts: [String: [UInt8]]) -> [UInt8] {
        var result: [UInt8] = []
        var rest = page[...]
        while let open = rest.firstRange(of: [0x7B, 0x7B]),
            let close = rest[open.upperBound...].firstRange(of: [0x7D, 0x7D])
        {
            result += rest[..<open.lowerBound]
            result += parts[String(decoding: rest[open.upperBound..<close.lowerBound], as: UTF8.self)] ?? []
            rest = rest[close.upperBound...]
        }
        return result + rest
    }

    /// How a content security policy names a style or a script in the page (W3C CSP Level 3, section 2.3.1).
    private static func source(_ content: [UInt8]) -> String {
        "sha256-\(Data(SHA256.hash(data: content)).base64EncodedString())"
    }

    private static func state(_ incomplete: [String]) -> [UInt8] {
        Array((incomplete.isEmpty ? "complete" : "incomplete").utf8)
    }

    private static func side(_ name: String, _ incomplete: [String], _ count: String) -> [UInt8] {
        escaped(incomplete.first.map { "\(name) INCOMPLETE: \($0) (\(count))" } ?? "\(name) complete: \(count)")
    }

    /// Text as HTML, within an element or an attribute in quotes.
    private static func escaped(_ text: String) -> [UInt8] {
        var result: [UInt8] = []
        for byte in text.printable.utf8 {
            switch byte {
            case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"), UInt8(ascii: "\""), UInt8(ascii: "'"):
                result += "&#\(byte);".utf8
            default: result.append(byte)
            }
        }
        return result
    }
}
