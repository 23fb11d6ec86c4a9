import Determinism
import Engine
import OnlineLearning

/// Vowpal Wabbit's text — `1 | 17:0.5 4711:1` or `-1 | …` — through the bare learner: the sparse columns of a vector.
enum SparseText {
    private static let columnCount = 1 << 18

    static func run(_ path: String) throws {
        guard let declaration = Catalogue.declaration(named: "logistic_regression"),
            let sgd = Catalogue.declaration(named: "sgd")
        else { fatalError("the catalogue has no logistic regression") }
        let optimizer = Argument.component(Component(name: "sgd", arguments: [.number(0.1)]))
        precondition(sgd.parameters.count == 1)
        let component = Component(
            name: declaration.name,
            arguments: declaration.parameters.map { $0.name == "optimizer" ? optimizer : $0.defaultValue })
        var learner = LogisticRegression(component, inputs: LearnerInputs(task: .binary, numberCount: 0))
        var journal = Journal()
        var (vector, answer, score) = (FeatureVector(), [Double](), Score())
        vector.begin(columnCount: columnCount)
        var lines = LineReader(try ByteSource(path: path))
        while let line = try lines.next() {
            let isPositive = read(line, into: &vector)
            answer.removeAll(keepingCapacity: true)
            learner.predict(vector, into: &answer)
            answer.withUnsafeBufferPointer { score.update(isPositive, $0) }
            _ = learner.learn(vector, .label(isPositive ? 1 : 0), weight: 1, journal: &journal)
        }
        score.report(LearnerBenchmark.cpuSeconds(), bytes: learner.byteCount)
    }

    /// Reads `index:value` pairs; the class comes before them.
    @inline(__always)
    private static func read(_ line: UnsafeBufferPointer<UInt8>, into vector: inout FeatureVector) -> Bool {
        vector.begin(columnCount: columnCount)
        var position = 0
        while line[position] != UInt8(ascii: "|") { position += 1 }
        position += 2
        while position < line.count {
            var column = 0
            while position < line.count, line[position] != UInt8(ascii: ":"), line[position] != UInt8(ascii: " ") {
                column = column &* 10 &+ Int(line[position] &- UInt8(ascii: "0"))
                position += 1
            }
            var value = 1.0
            if position < line.count, line[position] == UInt8(ascii: ":") {
                let start = position + 1
                position = start
                while position < line.count, line[position] != UInt8(ascii: " ") { position += 1 }
                let text = UnsafeBufferPointer(rebasing: line[start..<position])
                guard case .value(let number) = DecimalText.parse(text) else { fatalError("no number: \(line)") }
                value = number
            }
            vector.append(column: column & (columnCount - 1), value: value)
            position += 1
        }
        return line[0] == UInt8(ascii: "1")
    }
}

/// The lines of a file, without their ends.
struct LineReader: ~Copyable {
    private let source: ByteSource
    private let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1 << 20)
    private var (start, end) = (0, 0)

    init(_ source: ByteSource) {
        self.source = source
    }

    deinit { buffer.deallocate() }

    mutating func next() throws -> UnsafeBufferPointer<UInt8>? {
        var searched = start
        while true {
            if let found = buffer.lineEnd(from: searched, to: end) {
                let line = UnsafeBufferPointer(rebasing: buffer[start..<found])
                start = found + 1
                return line
            }
            searched = end
            if start > 0 {
                buffer.baseAddress?.update(from: buffer.baseAddress! + start, count: end - start)
                (searched, end, start) = (searched - start, end - start, 0)
            }
            precondition(end < buffer.count, "a line is longer than a mebibyte")
            let free = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[end...]))
            let count = try source.read(into: free)
            guard count > 0 else { return nil }
            end += count
        }
    }
}

extension UnsafeMutableBufferPointer<UInt8> {
    /// The first line feed in a range.
    @inline(__always)
    fileprivate func lineEnd(from start: Int, to end: Int) -> Int? {
        var index = start
        let feeds = SIMD32<UInt8>(repeating: UInt8(ascii: "\n"))
        while index + 32 <= end {
            let chunk = UnsafeRawPointer(baseAddress! + index).loadUnaligned(as: SIMD32<UInt8>.self)
            let found = chunk .== feeds
            if any(found) { break }
            index += 32
        }
        while index < end {
            if self[index] == UInt8(ascii: "\n") { return index }
            index += 1
        }
        return nil
    }
}
