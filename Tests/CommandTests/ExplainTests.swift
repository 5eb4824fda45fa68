import Foundation
import TestSupport
import Testing

/// `explain` and `review`, which read and change nothing.
@Suite struct ExplainTests {
    @Test func explainsFromTheSourceAndFromARecord() async throws {
        let site = try FileJourneyTests.site()
        try await site.run("apply", "--yes")
        let before = try site.contents()
        let live = try await site.run("explain", "u0@corp.example")
        #expect(live.status == 0, "\(live)")
        #expect(
            live.output.contains("in scope: member of Quota_5GB") || live.output.contains("member of Quota_50GB"),
            "\(live)")
        #expect(live.output.contains("is bound to it: by link and external-id"), "\(live)")
        #expect(try site.contents() == before)

        try await site.run("snapshot", "record.ldif")
        let recorded = try await site.run("explain", "u0", "--from", "record.ldif")
        #expect(recorded.output == live.output)
        let json = try await site.run("explain", "u0@corp.example", "--format", "json")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        #expect((object["verdict"] as? [String: Any])?["result"] as? String == "included")
        #expect((object["match"] as? [String: Any])?["outcome"] as? String == "bound")
    }

    @Test func namesThatMeanNothingOrSeveral() async throws {
        let site = try FileJourneyTests.site()
        let nobody = try await site.run("explain", "nobody@corp.example")
        #expect(nobody.status == 64 && nobody.errors.contains("Neither the directory nor the provider"), "\(nobody)")
        // Everybody of a small company has a name of their own, so two are given the same.
        let text = try site.read("directory.ldif")
        let names = text.split(separator: "\n").filter { $0.hasPrefix("displayName:") }
        try site.write(text.replacingOccurrences(of: names[1], with: names[0]), to: "directory.ldif")
        let name = names[0].drop { $0 != " " }.dropFirst()
        guard !names[0].hasPrefix("displayName::") else { return }
        let several = try await site.run("explain", String(name))
        #expect(several.status == 64 && several.errors.contains("give a distinguished name"), "\(several)")
    }

    @Test func reviewShowsTheDifference() async throws {
        let site = try FileJourneyTests.site()
        let text = try site.read("sync-plan.yaml")
        try site.write(text.replacingOccurrences(of: "value: 5 GB", with: "value: 7 GB"), to: "new.yaml")
        let before = try site.contents()
        let review = try await site.run("review", "sync-plan.yaml", "new.yaml", "--detailed-exitcode")
        #expect(review.status == 2, "\(review)")
        #expect(review.output.contains("-  create") && review.output.contains("7 GB"), "\(review)")
        #expect(try site.contents() == before)
        let same = try await site.run("review", "sync-plan.yaml", "sync-plan.yaml", "--detailed-exitcode")
        #expect(same.status == 0 && same.lastLine.hasPrefix("No difference: "), "\(same)")

        try site.write(text.replacingOccurrences(of: "path: mail.db", with: "path: other.db"), to: "new.yaml")
        let other = try await site.run("review", "sync-plan.yaml", "new.yaml")
        #expect(other.status == 78 && other.errors.contains("different providers"), "\(other)")

        // Another source is read by itself.
        try site.write(DirectoryGenerator(users: 3).ldif(), to: "small.ldif")
        try site.write(text.replacingOccurrences(of: "path: directory.ldif", with: "path: small.ldif"), to: "new.yaml")
        let smaller = try await site.run("review", "sync-plan.yaml", "new.yaml")
        #expect(smaller.output.contains("only before"), "\(smaller)")
    }
}
