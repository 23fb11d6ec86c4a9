import Determinism
import EventLog

/// An engine whose logs are checked.
public struct LogSubject: Sendable {
    /// What every engine offers; what it offers beside that, forgetting and packing, is asked of the log itself.
    public typealias Log = any AppendOnlyLog & SnapshotStore & BlobStore

    public let name: String
    /// Gives a log in which nothing lies.
    public let make: @Sendable () throws -> Log
    /// Gives the same log as whoever opens it anew has it.
    public let reopen: @Sendable (Log) throws -> Log
    /// Damages a log behind its back, and gives it as whoever reads it then has it.
    public let damage: @Sendable (Log, Damage) throws -> Log

    /// What can become of the block that holds an event.
    public enum Damage: Sendable {
        case flippedByte(in: Int)
        case missing(Int)
    }

    public init(
        _ name: String, make: @escaping @Sendable () throws -> Log,
        reopen: @escaping @Sendable (Log) throws -> Log = { $0 },
        damage: @escaping @Sendable (Log, Damage) throws -> Log
    ) {
        (self.name, self.make, self.reopen, self.damage) = (name, make, reopen, damage)
    }

    /// The log in memory.
    public static func memory(leavesChain: Bool = false) -> LogSubject {
        LogSubject(leavesChain ? "memory that leaves the chain" : "memory") {
            MemoryLog(leavesChain: leavesChain)
        } damage: { log, damage in
            guard let memory = log as? MemoryLog else { throw LogFailure(.unavailable, "it is no log in memory") }
            memory.damage(damage)
            return memory
        }
    }
}

extension MemoryLog {
    fileprivate func damage(_ damage: LogSubject.Damage) {
        switch damage {
        case .missing(let offset): replaceBlock(containing: offset) { _ in nil }
        case .flippedByte(let offset):
            replaceBlock(containing: offset) { block in
                var payload = block.payload
                payload[payload.count / 2] ^= 1
                return block.replacing(payload)
            }
        }
    }
}

/// What the laws are tried with.
enum Sample {
    /// A block of bytes that follow from the seed.
    static func block(at offset: Int, count: Int = 3, seed: Int, bytes: Int = 64) -> Block {
        var generator = SeededGenerator(seed: UInt64(seed))
        let payload = [1] + (0..<bytes).map { _ in UInt8(generator.below(128)) }
        return Block(
            firstOffset: offset, count: count, firstTime: time(offset), lastTime: time(offset + count - 1),
            payload: payload)
    }

    static func time(_ offset: Int) -> Timestamp { Timestamp(microseconds: Int64(offset) * 1_000_000) }

    static func snapshot(at offset: Int, bytes: Int = 100) -> Snapshot {
        let payload = (0..<bytes).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ offset) }
        let digest = Digest(hashing: payload)
        return Snapshot(
            offset: offset, reason: .adoption, stateDigest: digest, ledgerDigest: digest, time: time(offset),
            payload: payload)
    }

    /// Appends blocks of a few events each, and gives them with the tip after each.
    static func fill(_ log: LogSubject.Log, blocks count: Int) throws -> (blocks: [Block], tips: [LogTip]) {
        var (blocks, tips): ([Block], [LogTip]) = ([], [try log.lastKnownTip()])
        for index in 0..<count {
            let tip = tips[index]
            let block = Sample.block(at: tip.endOffset, count: 1 + index % 5, seed: index)
            blocks.append(block)
            tips.append(try Insisting.append([block], to: log, after: tip))
        }
        return (blocks, tips)
    }
}

/// Does the same again where the outcome is unknown: what a writer does that wants to know.
enum Insisting {
    private static let tries = 1_000

    static func append(_ blocks: [Block], to log: LogSubject.Log, after tip: LogTip) throws -> LogTip {
        try on { () throws(LogFailure) in try log.append(blocks, after: tip) }
    }

    static func claim(_ log: LogSubject.Log, after tip: LogTip, writer: UInt64) throws -> LogTip {
        try on { () throws(LogFailure) in try log.claim(after: tip, writer: writer) }
    }

    static func on<T>(_ body: () throws(LogFailure) -> T) throws -> T {
        for _ in 1..<tries {
            do throws(LogFailure) {
                return try body()
            } catch {
                guard error.kind == .outcomeUnknown else { throw error }
            }
        }
        return try body()
    }
}

/// Packs as the laws need it: blocks behind the mark, one after the other.
public enum PlainPacking {
    public static func pack(_ blocks: [Block]) -> [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.byte(Packing.mark)
        encoder.count(blocks.count)
        for block in blocks {
            encoder.count(block.firstOffset)
            encoder.count(block.count)
            encoder.int(block.firstTime.microseconds)
            encoder.int(block.lastTime.microseconds)
            encoder.blob(block.payload)
        }
        return encoder.bytes
    }

    public static let unpack: Packing.Unpack = { (payload) throws(LogFailure) in
        do throws(CanonicalDecodingError) {
            return try blocks(payload)
        } catch {
            throw LogFailure(.damaged, "it does not unpack: \(error)")
        }
    }

    private static func blocks(_ payload: [UInt8]) throws(CanonicalDecodingError) -> [Block] {
        var decoder = CanonicalDecoder(payload)
        _ = try decoder.byte()
        var blocks: [Block] = []
        for _ in 0..<(try decoder.count()) {
            blocks.append(
                Block(
                    firstOffset: Int(try decoder.uint()), count: Int(try decoder.uint()),
                    firstTime: Timestamp(microseconds: try decoder.int()),
                    lastTime: Timestamp(microseconds: try decoder.int()), payload: try decoder.blob()))
        }
        try decoder.finish()
        return blocks
    }
}
