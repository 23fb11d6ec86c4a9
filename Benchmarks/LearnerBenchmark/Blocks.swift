import Determinism
import Engine
import Foundation
import ModelLifecycle
import OnlineLearning

/// The rows of a CSV as the log would have them: blocks of examples, each after its length in four bytes.
enum Blocks {
    private static let eventsPerBlock = 1_024

    private static func contract(_ names: [String]) -> Contract {
        Contract(
            features: names.map { FeatureDeclaration(name: $0, kind: .number) },
            target: TargetDeclaration(name: "class", task: .binary, classes: ["0", "1"]), clock: .claimed)
    }

    static func pack(_ path: String, _ output: String) throws {
        var reader = try Rows.Reader(path)
        let contract = contract(reader.names)
        var event = Event(contract.layout)
        var builder = BlockBuilder(contract: contract, version: 0, firstOffset: 0)
        var bytes: [UInt8] = []
        func flush() {
            let payload = builder.payload()
            withUnsafeBytes(of: UInt32(payload.count).littleEndian) { bytes.append(contentsOf: $0) }
            bytes.append(contentsOf: payload)
            builder.begin(at: builder.endOffset)
        }
        while let isPositive = try reader.next(into: &event.features) {
            event.id.set(builder.endOffset)
            event.payload = .example(.listed(isPositive ? 1 : 0))
            let time = Timestamp(microseconds: Int64(builder.endOffset) * 1_000_000)
            builder.append(event, time: time, decision: .predictedAndLearned, values: [0.5], isBaseline: false)
            if builder.count == eventsPerBlock { flush() }
        }
        if !builder.isEmpty { flush() }
        let header = Data(reader.names.joined(separator: ",").utf8 + [UInt8(ascii: "\n")])
        try (header + Data(bytes)).write(to: URL(fileURLWithPath: output))
    }

    static func run(_ model: String, _ path: String) throws {
        let file = BlockFile(try ByteSource(path: path))
        let names = try file.header().split(separator: ",").map(String.init)
        let contract = contract(names)
        var pipeline = LearnerBenchmark.pipeline(model, numbers: names, layout: contract.layout)
        var workspace = Pipeline.Workspace()
        var (answer, score) = ([Double](), Score())
        var event = Event(contract.layout)
        var stored = StoredAnswer(.predicted)
        while let bytes = try file.next() {
            let block = try BlockReader(bytes)
            for index in 0..<block.count {
                try block.read(index, contract: contract, into: &event, answer: &stored)
                Rows.learn(&pipeline, event.features, event.label == .listed(1), &answer, &workspace, &score)
            }
        }
        score.report(LearnerBenchmark.cpuSeconds(), bytes: pipeline.byteCount)
    }
}

/// A file as ``Blocks`` packs it, read from its beginning to its end.
private struct BlockFile {
    private let source: ByteSource

    init(_ source: ByteSource) {
        self.source = source
    }

    /// The first line.
    func header() throws -> String {
        var line: [UInt8] = []
        while let byte = try bytes(1)?[0], byte != UInt8(ascii: "\n") { line.append(byte) }
        return String(decoding: line, as: UTF8.self)
    }

    func next() throws -> [UInt8]? {
        guard let length = try bytes(4) else { return nil }
        return try bytes(length.reversed().reduce(0) { $0 << 8 | Int($1) })
    }

    /// So many bytes; nil at the end.
    private func bytes(_ count: Int) throws -> [UInt8]? {
        let bytes = try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let free = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[filled...]))
                let read = try source.read(into: free)
                guard read > 0 else { return }
                filled += read
            }
        }
        precondition(bytes.isEmpty || bytes.count == count, "the file is cut short")
        return bytes.isEmpty ? nil : bytes
    }
}
