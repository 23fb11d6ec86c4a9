import Determinism
import Engine
import EventLog
import ModelLifecycle
import OnlineLearning
import Testing

/// What a diff says of the answers between its two versions, and what adoptions pass over or bring back.
@Suite struct PeriodTests {
    private func value(_ period: PeriodMetrics, _ role: String, _ metric: String) throws -> Double {
        let values = try #require(period.metrics.first { $0.role == role }).values
        return try #require(values.first { $0.name == metric }).value
    }

    @Test func thePeriodOfTheWholeLogHasTheMetricsOfItsEnd() async throws {
        let january = try await January()
        await january.application.stop()
        let diff = try VersionDiff(.offset(1), .offset(january.log.endOffset), in: january.log)
        #expect(diff.period.metrics == diff.to.metrics)
        // One label comes after the horizon of 24 hours, and is not scored.
        #expect(diff.period.labelCount + 1 == diff.events.first { $0.kind == .label }?.count)
    }

    @Test func periodsThatFollowEachOtherAddUp() async throws {
        let january = try await January()
        await january.application.stop()
        let (middle, end) = (january.log.endOffset / 3, january.log.endOffset)
        let first = try VersionDiff(.offset(1), .offset(middle), in: january.log)
        let second = try VersionDiff(.offset(middle), .offset(end), in: january.log)
        let whole = try VersionDiff(.offset(1), .offset(end), in: january.log)
        #expect(first.period.labelCount + second.period.labelCount == whole.period.labelCount)
        #expect(second.period.metrics != whole.period.metrics)
        for role in ["champion", "baseline"] {
            let parts = try [first, second].map { diff in
                try Double(diff.period.labelCount) * value(diff.period, role, "mae")
            }
            let all = try Double(whole.period.labelCount) * value(whole.period, role, "mae")
            #expect(abs(parts.reduce(0, +) - all) < 1e-9 * all, "\(role)")
        }
        // In whichever order the two are named, it is the same period.
        let back = try VersionDiff(.offset(end), .offset(middle), in: january.log)
        #expect(back.period.labelCount == second.period.labelCount)
    }

    @Test func answersThatARestoreWentAroundStillCountInTheirPeriod() async throws {
        let january = try await January()
        let end = january.log.endOffset
        _ = try await january.application.restore(to: .offset(1_000))
        await january.application.stop()
        let diff = try VersionDiff(.offset(1_000), .offset(january.log.endOffset), in: january.log)
        let lived = try VersionDiff(.offset(1_000), .offset(end), in: january.log)
        #expect(diff.period.labelCount == lived.period.labelCount && diff.period.labelCount > 1_000)
        #expect(diff.period.metrics == lived.period.metrics)
        #expect(diff.from.metrics == diff.to.metrics, "the restore brought the metrics of that time back")
    }

    @Test func aTimeAfterTheNewestEventIsThePresentToADiff() async throws {
        let january = try await January()
        await january.application.stop()
        let diff = try VersionDiff(.offset(1), RestorePoint("now"), in: january.log)
        #expect(diff.to.offset == january.log.endOffset)
    }

    // MARK: Restores and adoptions

    @Test func whatARestoreGoesAroundIsNamedAndSoIsWhatAnAdoptionBringsBack() async throws {
        let january = try await January()
        let end = january.log.endOffset
        let application = january.application
        let restored = try await application.restore(to: .offset(1_000))
        let aside = try #require(try await application.passedOver(by: restored))
        #expect(aside.fate == .setAside && aside.ranges == [1_000..<end])
        // Going back further sets aside what is left of the past, and nothing twice.
        let further = try await application.restore(to: .offset(400))
        #expect(try await application.passedOver(by: further)?.ranges == [400..<1_000])
        // Back to before the first restore, all of it counts again, and nothing is set aside.
        let forth = try await application.restore(to: .offset(end))
        #expect(try await application.passedOver(by: forth)?.ranges == [])

        _ = try await application.restore(to: .offset(1_000))
        let adopted = try await application.adopt(january.spec, from: 0)
        let again = try #require(try await application.passedOver(by: adopted))
        #expect(again.fate == .takenUpAgain && again.ranges == [1_000..<end])
        // It has been fed everything: a second one brings nothing back.
        let second = try await application.adopt(january.spec, from: 0)
        #expect(try await application.passedOver(by: second)?.ranges == [])
        await application.stop()
    }

    @Test func whatIsExcludedIsNotSaidToComeBack() async throws {
        let january = try await January()
        let end = january.log.endOffset
        _ = try await january.application.restore(to: .offset(end - 100))
        _ = try await january.application.exclude("offset in @\(end - 100)..@\(end)")
        let adopted = try await january.application.adopt(january.spec, from: 0)
        let again = try #require(try await january.application.passedOver(by: adopted))
        // The labels of questions asked before are left.
        let left = again.ranges.reduce(0) { $0 + $1.count }
        #expect(left < 100)
        for range in again.ranges { #expect(range.lowerBound >= end - 100 && range.upperBound <= end) }
        await january.application.stop()
    }

    /// An amendment rebuilds along the way that was gone: it does not bring back what a restore went around.
    @Test func anAmendmentDoesNotBringBackWhatARestoreWentAround() async throws {
        let january = try await January()
        let restored = try await january.application.restore(to: .offset(1))
        let report = try await january.application.exclude("offset in @10..@20")
        #expect(try await january.application.passedOver(by: report.adopted)?.ranges ?? [] == [])
        #expect(report.adopted.stateDigest == restored.stateDigest, "it had learned nothing, and has learned nothing")
        await january.application.stop()
    }
}
