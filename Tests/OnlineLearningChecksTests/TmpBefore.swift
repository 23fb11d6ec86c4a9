import Foundation
import OnlineLearning
import OnlineLearningChecks
import Testing

@Suite struct TmpBefore {
    @Test func before() throws {
        let old = try String(contentsOfFile: "/tmp/k/learners-old.txt", encoding: .utf8).split(separator: "\n").map(String.init)
        for subject in LearnerChecks.subjects where subject.task == .regression {
            let other = LearnerSubject(subject.component.beforeLadder, task: subject.task)
            let digest = "\(LearnerChecks.digest(of: other))"
            let line = old.first { $0.hasPrefix(subject.description + " |") }
            if line?.contains(digest) != true { print("TMP differs:", subject.description, digest, line ?? "none") }
        }
    }
}
