import Determinism
import Engine
import EventLog
import ModelLifecycle
import OnlineLearning
import Testing

/// Amendments too long for one block lie in blocks of their own, before the adoption that they led to.
@Suite struct LongAmendmentTests {
    /// With no snapshot left, the contract behind such an adoption is that of the version before it: it is
    /// looked for before the amendment's own block, too, which is of the adoption's version.
    @Test func theContractBehindItIsFound() async throws {
        let (log, spec) = (
            MemoryLog(),
            try SpecText.spec(
                """
                {"application": "life", "features": {"x": "number"}, "target": {"name": "y", "type": "multiclass", \
                "horizon": "30d"}, "model": ["gaussian_nb"]}
                """)
        )
        let application = try Application(
            name: "life", spec: spec, store: StoreAccess(open: { log }, close: { _ in }), clock: StoreFixture.clock)
        func example(_ id: String, _ label: String) -> Event {
            var row = FeatureRow(spec.contract.layout)
            row.setNumber(1, at: 0)
            return Event(
                .example(.named(Array(label.utf8))), time: .unclaimed, id: EventID(id), features: row)
        }
        _ = try await application.submit((0..<900).map { example("\($0)", "a") })
        let long = String(repeating: "b", count: 1_000)
        let adopted = try await application.correct((0..<900).map { (id: "\($0)", label: long) }).adopted.offset
        _ = try await application.submit([example("after", "a")])
        await application.stop()
        let amending = try #require(try log.block(containing: adopted - 1))
        #expect(amending.payload.count > LogLimit.blockBytesMax && amending.endOffset == adopted)
        log.dropSnapshots(at: log.snapshots().map(\.offset))
        // Nothing before it is read first.
        var (lines, json) = (0, JSONWriter())
        _ = try EventListing.write(from: adopted + 1, limit: 1, in: log) { event in
            event(&json)
            lines += 1
        }
        #expect(lines == 1 && String(decoding: json.bytes, as: UTF8.self).contains("\"id\":\"after\""))
        #expect(try Verification(of: log).isEqual)
    }
}
