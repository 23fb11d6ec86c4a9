import Determinism
import Engine
import OnlineLearning

/// Dense rows of a CSV file: numbers, then a class, 0 or 1.
enum Rows {
    /// The rows of a file one after another, each handed out in one reused row.
    struct Reader: ~Copyable {
        private var records: CSVReader
        let names: [String]
        let layout: FeatureLayout

        init(_ path: String) throws {
            records = try CSVReader(path: path)
            names = Array(records.header.dropLast())
            layout = FeatureLayout(names.map { ($0, .number) })
        }

        /// - Returns: whether the row is of the positive class; nil at the end.
        @inline(__always)
        mutating func next(into row: inout FeatureRow) throws -> Bool? {
            guard try records.next() else { return nil }
            for index in 0..<names.count {
                guard case .value(let value) = DecimalText.parse(records.field(index)) else {
                    fatalError("row \(records.rowNumber) has no number in column \(index + 1)")
                }
                row.numbers[index] = value
            }
            return records.field(names.count)[0] == UInt8(ascii: "1")
        }
    }

    static func text(_ model: String, _ path: String) throws {
        var reader = try Reader(path)
        var row = FeatureRow(reader.layout)
        var pipeline = LearnerBenchmark.pipeline(model, numbers: reader.names, layout: reader.layout)
        var workspace = Pipeline.Workspace()
        var (answer, score) = ([Double](), Score())
        while let isPositive = try reader.next(into: &row) {
            learn(&pipeline, row, isPositive, &answer, &workspace, &score)
        }
        score.report(LearnerBenchmark.cpuSeconds(), bytes: pipeline.byteCount)
    }

    static func parsed(_ model: String, _ path: String) throws {
        var reader = try Reader(path)
        var row = FeatureRow(reader.layout)
        // Flat, as a program would keep what it has parsed.
        var (values, classes) = ([Double](), [Bool]())
        while let isPositive = try reader.next(into: &row) {
            values.append(contentsOf: row.numbers)
            classes.append(isPositive)
        }
        var pipeline = LearnerBenchmark.pipeline(model, numbers: reader.names, layout: reader.layout)
        var workspace = Pipeline.Workspace()
        // All answers are kept and judged afterwards: judging them is not what is measured. Nor is the system, which
        // hands memory out when it is first written to: it is written to before.
        var answers = [Double](repeating: .nan, count: classes.count)
        answers.removeAll(keepingCapacity: true)
        let width = reader.names.count
        let start = LearnerBenchmark.cpuSeconds()
        values.withUnsafeBufferPointer { values in
            for index in classes.indices {
                row.setNumbers(UnsafeBufferPointer(rebasing: values[index * width..<(index + 1) * width]))
                pipeline.predictInPlace(row, into: &answers, workspace: &workspace)
                pipeline.learn(row, .label(classes[index] ? 1 : 0), workspace: &workspace)
            }
        }
        let seconds = LearnerBenchmark.cpuSeconds() - start
        var score = Score()
        answers.withUnsafeBufferPointer { answers in
            for index in classes.indices {
                score.update(classes[index], UnsafeBufferPointer(rebasing: answers[index...index]))
            }
        }
        score.report(seconds, bytes: pipeline.byteCount)
    }

    @inline(__always)
    static func learn(
        _ pipeline: inout Pipeline, _ row: FeatureRow, _ isPositive: Bool, _ answer: inout [Double],
        _ workspace: inout Pipeline.Workspace, _ score: inout Score
    ) {
        answer.removeAll(keepingCapacity: true)
        pipeline.predictInPlace(row, into: &answer, workspace: &workspace)
        answer.withUnsafeBufferPointer { score.update(isPositive, $0) }
        pipeline.learn(row, .label(isPositive ? 1 : 0), workspace: &workspace)
    }
}
