import Foundation
import Testing

private let countAllocations = Preloaded.library("count_allocations")

extension EndToEnd {
    /// Reading a row, predicting, scoring and learning from it allocates nothing: counted by `count_allocations.c`.
    @Suite(.enabled(if: countAllocations != nil, "needs Linux and a C compiler"))
    struct Allocations {
        @Test("Labels at once: a scaler and logistic regression")
        func labelsAtOnce() throws {
            try expectNone(
                """
                application: a
                features: {a: number, b: number}
                target: {name: y, type: binary, horizon: 5m}
                model: [standard_scaler, logistic_regression]
                metrics: [log_loss, roc_auc, accuracy]
                """,
                { rows in
                    "a,b,y\n"
                        + (0..<rows).map { "\(Double($0 % 97) / 97),\($0 % 13),\($0 % 3 == 0 ? 1 : 0)\n" }.joined()
                })
        }

        @Test("Labels a minute later: categories, a scaler and linear regression")
        func labelsLater() throws {
            func time(_ seconds: Int) -> String {
                let (hour, minute) = (seconds / 3_600, seconds / 60 % 60)
                return "2026-01-0\(1 + hour / 24)T" + [hour % 24, minute, seconds % 60]
                    .map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":") + "Z"
            }
            try expectNone(
                """
                application: a
                clock: claimed
                features: {c: category, x: number}
                target: {name: y, type: regression, horizon: 5m}
                data: {id: id, time: asked, label_time: known}
                model: [{one_hot: [c]}, standard_scaler, linear_regression]
                metrics: [mae, rmse, r2]
                """,
                { rows in
                    "id,asked,known,c,x,y\n"
                        + (0..<rows).map { row in
                            "r\(100_000 + row),\(time(row)),\(time(row + 60)),c\(row % 7),\(row % 31),\(row % 5)\n"
                        }.joined()
                })
        }

        /// Rows more take no allocation each: what little there is belongs to the progress, once in 8,192 events.
        private func expectNone(_ spec: String, _ text: (Int) -> String) throws {
            let scratch = try Scratch()
            let path = try scratch.file("spec.yaml", spec)
            let counts = try [20_000, 60_000].map { rows in
                let data = try scratch.file("\(rows).csv", text(rows))
                let result = try Program.headrace(
                    "evaluate", path, "--data", data, "--every", "1000000", "--format", "json",
                    environment: ["LD_PRELOAD": countAllocations ?? "", "COUNT_ALLOCATIONS": scratch("count")])
                #expect(result.status == 0, "\(result.errors)")
                #expect(result.json["labels"].int == rows, "\(result.text)")
                let count = try String(contentsOfFile: scratch("count"), encoding: .utf8)
                return try #require(Int(count.trimmingCharacters(in: .whitespacesAndNewlines)))
            }
            // The first rows fill what is used again, so a count of nothing would be no count.
            #expect(counts[0] > 1_000, "\(counts)")
            #expect(counts[1] - counts[0] < 400, "40,000 rows took \(counts[1] - counts[0]) allocations")
        }
    }
}
