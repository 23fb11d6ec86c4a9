import Determinism
import Engine
import EventLog
import Foundation
import ModelLifecycle
import OnlineLearning
import SQLiteStore
import Testing

/// Forgetting leaves no byte of a payload in the file, the chain whole, and the models as if it had never been.
@Suite struct ForgettingTests {
    private let folder = NSTemporaryDirectory() + "headrace-forget-\(UUID().uuidString)"
    private var path: String { folder + "/people.headrace" }

    private static let text = """
        {"application": "people", "clock": "claimed", "features": {"person": "category", "x": "number"},
         "target": {"name": "y", "type": "regression", "horizon": "1h"},
         "model": [{"one_hot": ["person"]}, "standard_scaler", "linear_regression"], "metrics": ["mae", "rmse"]}
        """

    private func application(_ path: String, _ spec: Spec?) throws -> Application {
        try Application(
            name: "people", spec: spec,
            store: StoreAccess(
                open: { try SQLiteStore.begun(path) }, close: { try $0.close() }),
            clock: { Timestamp(microseconds: 2_000_000_000_000_000) })
    }

    private static func person(_ number: Int) -> String { "a-person-with-the-long-name-\(number)-of-many" }

    /// Questions of twenty people with their labels, a minute apart.
    private func events(_ spec: Spec, without forgotten: Set<Int> = []) -> [Event] {
        let layout = spec.contract.layout
        var events: [Event] = []
        for index in 0..<3_000 where !forgotten.contains(index % 20) {
            var row = FeatureRow(layout)
            row.setString(Self.person(index % 20), at: layout.slots[layout.index(of: "person") ?? 0])
            row.setNumber(Double(index % 7), at: layout.slots[layout.index(of: "x") ?? 0])
            let time = Timestamp.seconds(Int64(index) * 60)
            let id = EventID("question-\(index)-of-\(index % 20)")
            events.append(Event(.prediction, time: time, id: id, features: row))
            let label = Label.number(Double(index % 20) + Double(index % 7))
            events.append(Event(.label(label), time: time, id: id, features: FeatureRow(layout)))
        }
        return events
    }

    private func told(_ path: String, _ spec: Spec, without forgotten: Set<Int> = []) async throws -> Application {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let application = try application(path, spec)
        var rest = events(spec, without: forgotten)[...]
        while !rest.isEmpty {
            _ = try await application.submit(Array(rest.prefix(250)))
            rest = rest.dropFirst(250)
        }
        return application
    }

    /// Whether any file of the folder holds some bytes.
    private func holds(_ text: String) throws -> Bool {
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasPrefix("people") {
            if try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)).range(of: Data(text.utf8)) != nil {
                return true
            }
        }
        return false
    }

    @Test(arguments: [true, false])
    func nothingOfItIsLeftAndTheModelsAreAsIfItHadNeverBeen(_ byCondition: Bool) async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let spec = try SpecText.spec(Self.text)
        let application = try await told(path, spec)
        let ids = stride(from: 7, to: 3_000, by: 20).map { "question-\($0)-of-7" }
        _ = try await application.correct([(id: ids[3], label: "123456.5"), (id: "question-1-of-1", label: "9")])
        #expect(try holds(Self.person(7)))
        let report = byCondition
            ? try await application.forget(where: "person = \"\(Self.person(7))\"")
            : try await application.forget(ids: ids)
        #expect(report.questions == ids.count)
        let heads = try #require(report.heads)
        #expect(heads.oldHead != heads.newHead)
        let state = try await application.inspect { $0.stateDigest }
        for text in [Self.person(7)] + ids { #expect(try !holds(text), "\(text)") }
        #expect(try holds(Self.person(6)))

        // A new application that was never told of person 7, and was told the right label of the other correction.
        let other = try await told(folder + "/other.headrace", spec, without: [7])
        _ = try await other.correct([(id: "question-1-of-1", label: "9")])
        #expect(try await other.inspect { $0.stateDigest } == state)
        await other.stop()

        await application.stop()
        for text in [Self.person(7)] + ids { #expect(try !holds(text), "\(text) after the stop") }
        let again = try self.application(path, nil)
        #expect(try await again.inspect { $0.stateDigest } == state)
        #expect(try await again.restore(to: .offset(2_000)).restoredOffset == 2_000)
        await again.stop()
        let store = try SQLiteStore(path: path, readOnly: true, unpack: PackedBlocks.unpack)
        let verification = try Verification(of: store)
        #expect(verification.isEqual, "\(verification.differences)")
        #expect(verification.ranges.map(\.kind) == [.derived, .sealed, .derived])
        #expect(verification.ranges[1].reason == "forgotten")
        try store.close()
    }

    @Test func impossibleForgettingIsRefusedAndChangesNothing() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let application = try await told(path, try SpecText.spec(Self.text))
        let digest = try await application.inspect { $0.stateDigest }
        for condition in ["person = nobody", "x >= 0", "persn = a"] {
            await #expect(throws: Refusal.self) { _ = try await application.forget(where: condition) }
        }
        await #expect(throws: Refusal.self) { _ = try await application.forget(ids: []) }
        await #expect(throws: Refusal.self) { _ = try await application.forget(ids: ["nothing"]) }
        #expect(try await application.inspect { $0.stateDigest } == digest)
        await application.stop()
    }
}
