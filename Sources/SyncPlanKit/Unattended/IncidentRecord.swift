package import DirectoryModel
internal import FileSource
import Foundation

/// What runs that nobody watches have to know of those before: when the last one ended well, and what people were told.
///
/// It is a file beside the state database, not a part of it, because people are told that the state database cannot be used.
package struct IncidentRecord: Codable, Equatable {
    /// A time in which no run ended well.
    package struct Incident: Codable, Equatable {
        /// When it began, in seconds since 1970.
        package let since: Int64
        /// When people were told last; 0 where they could not be.
        var toldAt: Int64
        /// The causes that they were told of, as digests.
        var told: [String]
    }

    /// Why people are told something.
    package enum Event: String, Sendable {
        /// Something does not work, or something else than before.
        case incident
        /// It still does not work.
        case reminder
        /// It works again.
        case recovery
    }

    /// When the last run ended well, in seconds since 1970; nil where none did.
    package var lastSuccess: Int64?
    /// What goes on now; nil where the last run ended well.
    package var incident: Incident?

    /// More causes than these are not kept apart.
    private static let mostCauses = 1000

    /// Notes how a run ended.
    ///
    /// A run that somebody stopped says nothing about what works.
    ///
    /// - Parameters:
    ///   - causes: what did not go well; empty where everything did.
    ///   - reminding: after how long people are told again.
    /// - Returns: why people should be told of it, and since when it goes on; nil where they need not be.
    package mutating func note(
        _ status: ExitStatus, _ causes: [String], at now: Timestamp, reminding: Duration
    ) -> (event: Event, since: Timestamp)? {
        let now = now.secondsSince1970
        switch status {
        case .interrupted: return nil
        case .success:
            lastSuccess = now
            let ended = incident
            incident = nil
            guard let ended, !ended.told.isEmpty else { return nil }
            return (.recovery, Timestamp(secondsSince1970: ended.since))
        default:
            var current = incident ?? Incident(since: now, toldAt: 0, told: [])
            let digests = Set(causes.isEmpty ? ["status \(status.rawValue)"] : causes).map {
                String(PlanDigest(ofBytes: $0.utf8).text.prefix(16))
            }
            let new = Set(digests).subtracting(current.told)
            let isNew = !new.isEmpty && (current.told.isEmpty || current.told.count < Self.mostCauses)
            let isDue = Duration.seconds(now - current.toldAt) >= reminding
            if isNew || isDue {
                current.toldAt = now
                current.told = (current.told + new.sorted()).suffix(Self.mostCauses)
            }
            defer { incident = current }
            let since = Timestamp(secondsSince1970: current.since)
            if isNew { return (.incident, since) }
            return isDue ? (.reminder, since) : nil
        }
    }

    /// Takes back that people were told, because nobody could be: the next run tries again.
    package mutating func takeBack(to earlier: IncidentRecord) {
        if let current = incident {
            incident = Incident(
                since: current.since, toldAt: earlier.incident?.toldAt ?? 0, told: earlier.incident?.told ?? [])
        } else {
            incident = earlier.incident
        }
    }

    // MARK: The file

    /// The record in a file; an empty one where there is none, or none that can be read.
    init(path: String) {
        let data = FileManager.default.contents(atPath: path)
        self = data.flatMap { try? JSONDecoder().decode(IncidentRecord.self, from: $0) } ?? IncidentRecord()
    }

    /// An empty record.
    package init() {}

    /// Writes the record, for its owner only.
    func write(to path: String) throws(FileError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        guard let data = try? encoder.encode(self) else { return }
        let file = try FileReplacement(of: path)
        try file.write(Array(data).span)
        try file.finish()
    }
}
