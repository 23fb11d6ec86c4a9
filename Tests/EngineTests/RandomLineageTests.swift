import Determinism
import Engine
import EventLog
import EventLogChecks
import ModelLifecycle
import OnlineLearning
import SQLiteStore
import Testing

/// Random lives: events, restores, amendments, candidates and stops in any order. One application lives them in memory
/// and undisturbed, another on a disk whose commits fail and in a process that crashes; both lose snapshots at random,
/// each its own, those of adoptions among them. Both come to the same log and to the same states.
@Suite struct RandomLineageTests {
    /// Something that happens to an application.
    private enum Step: Sendable {
        case events([Event])
        case restore(to: Int)
        case exclude(String)
        case correct([String])
        case forget([String])
        /// By its place among those that there are, counted from the newest.
        case withdraw(Int)
        /// Shows what an exclusion would change.
        case preview(String)
        case adopt(Spec, from: Int)
        case name(String, Int?)
        case restoreNamed(String)
        /// What nobody asks or teaches with.
        case note(Event)
        /// Snapshots are lost, as many as the log gives back.
        case lose
        case stop
        case crash
    }

    /// What may be drawn, and what it is drawn from.
    private struct Life {
        let specs: [Spec]
        private let labels: [Label]
        private var generator: SeededGenerator
        private var seconds: Int64 = 0
        private var asked: [String] = []
        /// Whether there are labels far outside the range of the others, corrections by the id, and days that pass.
        let hasOutliers: Bool

        init(_ task: OnlineLearning.Task, seed: UInt64, hasOutliers: Bool) throws {
            self.hasOutliers = hasOutliers
            generator = SeededGenerator(seed: seed)
            let (type, learners, more) =
                switch task {
                case .regression: ("regression", ["linear_regression", "knn_regressor"], "")
                case .binary:
                    (
                        "binary", ["logistic_regression", "hoeffding_tree_classifier"],
                        #", "unlabelled": {"label": "false", "provisional_after": "4s"}"#
                    )
                case .multiclass: ("multiclass", ["softmax_regression", "gaussian_nb"], #", "max_classes": 6"#)
                }
            labels =
                switch task {
                case .regression: [-1, 0, 2.5, 40].map { .number($0) }
                case .binary: [.listed(0), .listed(1)]
                case .multiclass: ["a", "b", "c"].map { .named(Array($0.utf8)) }
                }
            specs = try learners.map { learner in
                try SpecText.spec(
                    """
                    {"application": "life", "clock": "claimed", "features": {"x": "number", "c": "category"}, \
                    "target": {"name": "y", "type": "\(type)", "horizon": "20s"\(more)}, \
                    "model": [{"one_hot": ["c"]}, "standard_scaler", "\(learner)"]}
                    """)
            }
        }

        mutating func next(end: Int) -> Step {
            // Not within a request: part of it may be on the disk when it fails, and whoever sends it again later may
            // ask for ids that have been forgotten meanwhile.
            seconds += Int64(generator.below(8))
            if hasOutliers, generator.below(15) == 0 { seconds += 90_000 }
            return switch generator.below(28) {
            case 0, 24: .restore(to: 1 + generator.below(end))
            case 1: .exclude(anyCondition())
            case 12: .withdraw(generator.below(4))
            case 13: .preview(anyCondition())
            case 2: .correct((0..<(1 + generator.below(3))).map { _ in anyID() })
            case 3: .forget((0..<(1 + generator.below(3))).map { _ in anyID() })
            case 4: .adopt(specs[generator.below(specs.count)], from: generator.below(end))
            case 8, 9: .name(anyName(), generator.below(3) == 0 ? nil : 1 + generator.below(end))
            case 10: .restoreNamed(anyName())
            case 11: .note(note())
            case 5: .stop
            case 6, 7: .crash
            case 25, 26, 27: .lose
            default: .events((0..<(1 + generator.below(30))).map { _ in event() })
            }
        }

        private mutating func anyCondition() -> String {
            "c = \("uvw".map(String.init)[generator.below(3)]) and x < \(generator.below(4))"
        }

        private mutating func anyName() -> String { "version \(generator.below(4))" }

        private mutating func note() -> Event {
            let measured = try? Measured([("refused", Double(generator.below(9)))])
            let directed = try? Directive(.freeze, model: "champion", by: "somebody", why: "\(generator.below(9))")
            let payloads = [.tick, measured.map { .measured($0) }, directed.map { .directed($0) }] as [Event.Payload?]
            return Event(
                payloads[generator.below(3)] ?? .tick, time: Timestamp(microseconds: seconds * 1_000_000),
                features: FeatureRow(specs[0].contract.layout))
        }

        /// Mostly one of the last.
        private mutating func anyID() -> String {
            guard !asked.isEmpty else { return "nobody" }
            return asked[asked.count - 1 - generator.below(min(asked.count, 60))]
        }

        private mutating func event() -> Event {
            let time = Timestamp(microseconds: (seconds - (generator.below(9) == 0 ? 3 : 0)) * 1_000_000)
            var row = FeatureRow(specs[0].contract.layout)
            var label = labels[generator.below(labels.count)]
            if hasOutliers, asked.count > 250, generator.below(6) == 0 {
                label = .number(4_100_000 * Double(generator.below(5) - 1))
            }
            guard generator.below(2) == 0 || (hasOutliers && asked.count < 250) else {
                let isCorrection = hasOutliers && generator.below(6) == 0
                return Event(
                    isCorrection ? .corrected(label) : .label(label), time: time, id: EventID(anyID()), features: row)
            }
            asked.append("q\(asked.count)")
            row.setNumber(Double(generator.below(9)) / 2, at: 0)
            row.setString("uvw".map(String.init)[generator.below(3)], at: 0)
            let isExample = generator.below(5) == 0 || (hasOutliers && asked.count < 250)
            return Event(
                isExample ? .example(label) : .prediction, time: time, id: EventID(asked[asked.count - 1]),
                features: row)
        }
    }

    /// An application that can be ended and begun again on its store.
    private final class Subject {
        private var access: StoreAccess
        /// What a crash leaves of the store.
        private let leftByCrash: () throws -> StoreAccess
        private(set) var application: Application
        private let task: OnlineLearning.Task
        /// Says which snapshots are lost.
        private var losses: SeededGenerator

        init(
            _ spec: Spec, _ access: StoreAccess, losses seed: UInt64, leftByCrash: @escaping () throws -> StoreAccess
        ) throws {
            (self.access, self.leftByCrash, task) = (access, leftByCrash, spec.contract.target.task)
            losses = SeededGenerator(seed: seed)
            application = try Self.open(spec, access)
        }

        private static func open(_ spec: Spec?, _ access: StoreAccess) throws -> Application {
            try Application(
                name: "life", spec: spec, store: access, clock: { Timestamp(microseconds: 1_000_000_000_000) })
        }

        /// - Returns: what was refused; nil where nothing was.
        func live(_ step: Step) async throws -> String? {
            do {
                switch step {
                case .events(let events): _ = try await application.submit(events)
                case .restore(let offset): _ = try await application.restore(to: .offset(offset))
                case .exclude(let condition): _ = try await application.exclude(condition)
                case .correct(let ids):
                    let text = task == .regression ? "7.5" : task == .binary ? "true" : "b"
                    _ = try await application.correct(ids.map { (id: $0, label: text) })
                case .forget(let ids): _ = try await application.forget(ids: ids)
                case .withdraw(let place):
                    let all = try await application.amendments().items
                    guard place < all.count else { return "there are not so many" }
                    _ = try await application.withdraw(all[all.count - 1 - place].offset)
                case .preview(let condition): try await preview(condition)
                case .adopt(let spec, let offset): _ = try await application.adopt(spec, from: offset)
                case .name(let name, let offset):
                    _ = try await application.setName(name, at: offset.map { .offset($0) })
                case .restoreNamed(let name): _ = try await application.restore(to: .name(name))
                case .note(let event): _ = try await application.submit([event])
                case .lose:
                    let kept = 1 + losses.below(3)
                    let choice = losses.next()
                    try await application.withLog { log in
                        var generator = SeededGenerator(seed: choice)
                        try Self.lose(in: log) { generator.below(4) >= kept }
                    }
                case .stop:
                    await application.stop()
                    application = try Self.open(nil, access)
                case .crash:
                    // The store as it is at this moment; what the old process does later nobody sees.
                    access = try leftByCrash()
                    await application.stop()
                    application = try Self.open(nil, access)
                }
                return nil
            } catch let refusal as Refusal {
                return refusal.message
            }
        }

        /// What is shown is what would be, and nothing has changed.
        private func preview(_ condition: String) async throws {
            let before = try await application.inspect { $0.offset }
            let shown = try await application.previewAmending(.exclude(condition))
            #expect(shown.offset == before)
            #expect(try await application.inspect { $0.offset } == before)
        }

        /// Drops snapshots that the log gives back. - Returns: how many.
        @discardableResult
        static func lose(in log: StoreAccess.Store, where isLost: () -> Bool = { true }) throws -> Int {
            let rooted = try SnapshotRoots.rooted(in: log)
            let lost = try log.snapshots().map(\.offset).filter { !rooted.contains($0) && isLost() }
            try log.dropSnapshots(at: lost)
            return lost.count
        }

        /// Does it until it is done, as somebody does who is told that the outcome is unknown and looks.
        /// - Parameter end: where the log ends when it is done.
        func insist(_ step: Step, until end: Int) async throws -> String? {
            while true {
                do {
                    return try await live(step)
                } catch {
                    guard error is Unavailable || error is LogFailure else { throw error }
                    while true {
                        guard let offset = try? await application.inspect({ $0.offset }) else { continue }
                        if offset == end { return nil }
                        break
                    }
                }
            }
        }

        var standing: [Digest] {
            get async throws { try await application.inspect { [$0.stateDigest, $0.ledgerDigest] } }
        }

        var offset: Int { get async throws { try await application.inspect { $0.offset } } }
    }

    @Test(arguments: [OnlineLearning.Task.regression, .binary, .multiclass], UInt64(1)...12)
    func crashesAndFailingDisksChangeNothing(_ task: OnlineLearning.Task, _ seed: UInt64) async throws {
        _ = try await live(Life(task, seed: 31 * seed + UInt64(task.rawValue), hasOutliers: false), seed, steps: 50)
    }

    /// The same with labels that are set aside, let in, dropped, corrected, excluded and forgotten.
    /// Seeds of lives in which labels are set aside at the end.
    @Test(arguments: [1, 4, 5, 6, 9, 12] as [UInt64]) func labelsSetAsideAreNoLessSafe(_ seed: UInt64) async throws {
        let life = try Life(.regression, seed: 57 * seed, hasOutliers: true)
        let end = try await live(life, seed, steps: 90)
        #expect(end.asideLabels.count > 0)
    }

    /// - Returns: the state at the end.
    private func live(_ life: Life, _ seed: UInt64, steps: Int) async throws -> ApplicationState {
        var life = life
        let memory = MemoryLog()
        let inMemory = StoreAccess(open: { memory }, close: { _ in })
        let calm = try Subject(life.specs[0], inMemory, losses: seed) { inMemory }
        let faults = FaultyLog.Faults(seed: seed)
        var fixtures = [try StoreFixture()]
        let troubled = try Subject(life.specs[0], FaultyLog.access(fixtures[0], faults), losses: seed + 99) {
            fixtures.append(try fixtures[fixtures.count - 1].crashedInUse())
            return FaultyLog.access(fixtures[fixtures.count - 1], faults)
        }
        faults.set(percent: 25)
        var lived: [(offset: Int, digest: Digest)] = []
        for number in 0..<steps {
            let step = life.next(end: try await calm.offset)
            let refusal = try await calm.live(step)
            let said = try await troubled.insist(step, until: try await calm.offset)
            #expect(said == refusal, "step \(number), \(step)")
            let (one, other) = (try await calm.standing, try await troubled.standing)
            try #require(one == other, "step \(number), \(step)")
            lived.append((try await calm.offset, one[0]))
        }
        #expect(faults.happened > 3)
        faults.set(percent: 0)
        // To restore what is changes nothing.
        let before = try await troubled.standing[0]
        var digests: [Digest] = []
        for subject in [calm, troubled] {
            _ = try await subject.application.setName("end", at: nil)
            let now = try await subject.application.restore(to: .offset(try await subject.offset))
            // Corrections by their ids wait for a rebuild, and this is one.
            if !life.hasOutliers { #expect(now.stateDigest == before) }
            digests.append(now.stateDigest)
            await subject.application.stop()
        }
        #expect(digests[0] == digests[1])
        let store = try fixtures[fixtures.count - 1].open()
        defer { try? store.close() }
        guard case .equal(let events) = try Bisection(memory, store).finding else {
            Issue.record("\(try Bisection(memory, store).finding)")
            return try ApplicationState(reading: memory)
        }
        #expect(events == memory.endOffset)
        let names = try VersionNames(in: memory)
        #expect(try VersionNames(in: store) == names)
        #expect(names.offset(of: "end") == events - 2)
        for log in [memory, store] as [StoreAccess.Store] {
            let end = try ApplicationState(reading: log)
            try check(log, lived)
            // From the beginning, or from what must stay.
            #expect(try Subject.lose(in: log) > 0)
            let again = try ApplicationState(reading: log)
            #expect(again.stateDigest == end.stateDigest && again.ledgerDigest == end.ledgerDigest)
            try check(log, lived)
            #expect(try VersionNames(in: log) == names)
        }
        return try ApplicationState(reading: memory)
    }

    /// Whatever snapshots there are, all is verified, and each moment has the state that was lived through.
    private func check(_ log: StoreAccess.Store, _ lived: [(offset: Int, digest: Digest)]) throws {
        let verification = try Verification(of: log)
        #expect(verification.isEqual, "\(verification.differences)")
        #expect(try verification.eventCount == log.endOffset)
        for (offset, digest) in lived {
            do {
                let side = try VersionDiff(.offset(offset), .offset(offset), in: log).from
                #expect(side.stateDigest == digest, "@\(offset)")
            } catch let refusal as Refusal {
                #expect(refusal.message.contains("was forgotten"), "@\(offset)")
            }
        }
    }
}
