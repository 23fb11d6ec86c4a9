import Foundation
import OnlineLearning
import OnlineLearningChecks
import Testing

/// One changed bit of what a learner answers or keeps is a new revision of it. `Tests/Golden/learners.txt` holds a line
/// for each: the learner and its task, the revisions of all that it is made of, the digest.
///
/// `RECORD_DIGESTS=1 swift test -c release --disable-testable-imports --filter LearnerDigestTests` adds what is new.
/// It changes no digest whose revisions are unchanged: raise the revision, or delete the line of what no release had.
@Suite struct LearnerDigestTests {
    private static let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Golden/learners.txt")

    private static func line(_ subject: LearnerSubject) -> String {
        "\(subject) | \(subject.revisions) | \(LearnerChecks.digest(of: subject))"
    }

    /// What is before the digest: while it is the same, the digest is.
    private static func key(_ line: some StringProtocol) -> String {
        line.split(separator: "|").dropLast().joined(separator: "|")
    }

    @Test func everyLearnerHasTheSameBitsAsEver() throws {
        var recorded = try String(contentsOf: Self.file, encoding: .utf8).split(separator: "\n").map(String.init)
        let current = (LearnerChecks.subjects + Variants.all).map(Self.line)
        if ProcessInfo.processInfo.environment["RECORD_DIGESTS"] != nil {
            recorded.removeAll { line in !current.contains { Self.key($0) == Self.key(line) } }
            recorded += current.filter { line in !recorded.contains { Self.key($0) == Self.key(line) } }
            let text = recorded.sorted().joined(separator: "\n") + "\n"
            try text.write(to: Self.file, atomically: true, encoding: .utf8)
        }
        for line in current {
            let other = recorded.first { Self.key($0) == Self.key(line) }
            #expect(other == line, "without a record, or with other bits")
        }
        let gone = recorded.filter { line in !current.contains { Self.key($0) == Self.key(line) } }
        #expect(gone == [])
    }
}
