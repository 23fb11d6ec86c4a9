import Determinism
import Engine
import Foundation
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
        var lines = LineReader(try ByteSource(path: path))
        var pairs = Pairs()
        while let line = try lines.next() {
            let isPositive = pairs.read(line)
            vector.begin(columnCount: columnCount)
            pairs.append(to: &vector)
            answer.removeAll(keepingCapacity: true)
            learner.predict(vector, into: &answer)
            answer.withUnsafeBufferPointer { score.update(isPositive, $0) }
            _ = learner.learn(vector, .label(isPositive ? 1 : 0), weight: 1, journal: &journal)
        }
        score.report(LearnerBenchmark.cpuSeconds(), bytes: learner.byteCount)
    }

    /// The `index:value` pairs of a line.
    private struct Pairs {
        private var columns: [Int32] = []
        private var values: [Double] = []
        private var count = 0

        /// - Parameter line: eight bytes after its end can be read.
        /// - Returns: whether the class, which comes before the pairs, is positive.
        @inline(__always)
        mutating func read(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
            guard let first = line.baseAddress, let bar = line.firstIndex(of: UInt8(ascii: "|")) else {
                fatalError("a line has no |")
            }
            // A pair has two bytes at least, its space included.
            if columns.count < line.count / 2 + 1 {
                columns = [Int32](repeating: 0, count: line.count)
                values = [Double](repeating: 1, count: line.count)
            }
            var (position, end) = (first + bar + 2, first + line.count)
            count = 0
            columns.withUnsafeMutableBufferPointer { columns in
                values.withUnsafeMutableBufferPointer { values in
                    while position < end {
                        columns[count] = Int32(truncatingIfNeeded: Self.index(&position) & (columnCount - 1))
                        values[count] = position.pointee == UInt8(ascii: ":") ? Self.value(&position, &end) : 1
                        position += 1
                        count += 1
                    }
                }
            }
            return first.pointee == UInt8(ascii: "1")
        }

        func append(to vector: inout FeatureVector) {
            columns.withUnsafeBufferPointer { columns in
                values.withUnsafeBufferPointer { values in
                    vector.append(
                        columns: UnsafeBufferPointer(rebasing: columns[..<count]),
                        values: UnsafeBufferPointer(rebasing: values[..<count]))
                }
            }
        }

        /// Up to seven digits at once.
        @inline(__always)
        private static func index(_ position: inout UnsafePointer<UInt8>) -> Int {
            let word = load(position)
            let length = digitCount(word)
            guard length > 0, length < 8 else { fatalError("no index of up to seven digits") }
            position += length
            return Int(number(word, length))
        }

        /// `0.` and up to six digits at once; else whatever a number may look like.
        @inline(__always)
        private static func value(
            _ position: inout UnsafePointer<UInt8>, _ end: inout UnsafePointer<UInt8>
        ) -> Double {
            let word = load(position + 1)
            let length = digitCount(word &>> 16)
            if word & 0xffff == 0x2e30, length < 6, position + 3 + length <= end {
                position += 3 + length
                return length == 0 ? 0 : Double(Int64(number(word &>> 16, length))) / power(length)
            }
            let start = position + 1
            position = start
            while position < end, position.pointee != UInt8(ascii: " ") { position += 1 }
            guard case .value(let number) = DecimalText.parse(UnsafeBufferPointer(start: start, count: position - start))
            else { fatalError("no number") }
            return number
        }

        @inline(__always)
        private static func load(_ position: UnsafePointer<UInt8>) -> UInt64 {
            UInt64(littleEndian: UnsafeRawPointer(position).loadUnaligned(as: UInt64.self))
        }

        /// How many of eight bytes are digits before the first that is none.
        @inline(__always)
        private static func digitCount(_ word: UInt64) -> Int {
            let zeros: UInt64 = 0x3030_3030_3030_3030
            let others = ((word &+ 0x4646_4646_4646_4646) | (word &- zeros)) & 0x8080_8080_8080_8080
            return others.trailingZeroBitCount &>> 3
        }

        /// What the first `length` bytes, 1 to 7 digits, spell: D. Lemire, *Quickly parsing eight digits*, 2018.
        @inline(__always)
        private static func number(_ word: UInt64, _ length: Int) -> UInt64 {
            let shift = UInt64(64 &- 8 &* length)
            let digits = (word &- 0x3030_3030_3030_3030) &<< shift
            let pairs = digits &* 10 &+ digits &>> 8
            let mask: UInt64 = 0x0000_00ff_0000_00ff
            return ((pairs & mask) &* 0x000f_4240_0000_0064 &+ (pairs &>> 16 & mask) &* 0x0000_2710_0000_0001) &>> 32
        }

        @inline(__always)
        private static func power(_ digits: Int) -> Double {
            switch digits {
            case 1: 10
            case 2: 100
            case 3: 1_000
            case 4: 10_000
            default: 100_000
            }
        }
    }
}

/// The lines of a file, without their ends.
struct LineReader: ~Copyable {
    private let source: ByteSource
    /// With room to read eight bytes beyond any line.
    private let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: (1 << 20) + 8)
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
            precondition(end < buffer.count - 8, "a line is longer than a mebibyte")
            let free = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[end..<buffer.count - 8]))
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
        guard let base = baseAddress, let found = memchr(base + start, 0x0a, end - start) else { return nil }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }
}
