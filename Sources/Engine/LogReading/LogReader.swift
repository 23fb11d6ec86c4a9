import Determinism
import EventLog
import ModelLifecycle
import OnlineLearning

/// Reads events out of a log's blocks, keeping the block read last. Where one block is asked for after the other, it
/// reads ahead.
struct LogReader {
    /// Bytes that are read ahead at first, and at most.
    private static let aheadBytesMin = 64 << 10
    private static let aheadBytesMax = 1 << 20

    let log: any AppendOnlyLog & SnapshotStore
    private var contracts: [Digest: Contract] = [:]
    private var current: (reader: BlockReader, contract: Contract)?
    /// Blocks after one that was read, and the tip after the last of them.
    private var ahead: ArraySlice<Block> = []
    private var aheadTip: LogTip?
    private var aheadBytes = aheadBytesMin

    init(_ log: any AppendOnlyLog & SnapshotStore) {
        self.log = log
    }

    /// Lets the reader know a contract without looking for it in the log.
    mutating func know(_ contract: Contract) {
        contracts[contract.canonicalDigest] = contract
    }

    /// Lets a block that is still being filled be read, as far as it goes now.
    mutating func show(_ payload: [UInt8], from firstOffset: Int, count: Int) throws {
        guard count > 0 else { return }
        let time = Ledger.beginning
        current = try decode(
            Block(firstOffset: firstOffset, count: count, firstTime: time, lastTime: time, payload: payload))
    }

    /// The block that holds an offset, decoded as far as its index; nil at the log's end.
    mutating func block(containing offset: Int) throws -> (reader: BlockReader, contract: Contract)? {
        if let current, current.reader.firstOffset <= offset,
            offset < current.reader.firstOffset + current.reader.count
        {
            return current
        }
        guard let block = try fetch(offset) else { return nil }
        current = try decode(block)
        return current
    }

    private mutating func fetch(_ offset: Int) throws -> Block? {
        if let block = ahead.first, block.firstOffset <= offset, offset < block.endOffset { return ahead.popFirst() }
        if let tip = aheadTip, tip.endOffset == offset { return try readAhead(after: tip) }
        if let (reader, _) = current, reader.firstOffset + reader.count == offset {
            return try readAhead(after: log.tip(before: offset))
        }
        return try log.block(containing: offset)
    }

    private mutating func readAhead(after tip: LogTip) throws -> Block? {
        let (blocks, end) = try log.blocks(after: tip, bytesMax: aheadBytes)
        (ahead, aheadTip) = (blocks[...], end)
        aheadBytes = min(2 * aheadBytes, Self.aheadBytesMax)
        return ahead.popFirst()
    }

    /// Reads one event and its answer; nil at the log's end.
    mutating func read(
        _ offset: Int
    ) throws -> (event: Event, answer: StoredAnswer, contract: Contract, version: Int)? {
        guard let (reader, contract) = try block(containing: offset) else { return nil }
        var event = Event(contract.layout)
        do {
            let answer = try reader.read(offset - reader.firstOffset, contract: contract, into: &event)
            return (event, answer, contract, reader.version)
        } catch {
            throw LogFailure(undecodable: "event \(offset)", error, hint: Self.hint)
        }
    }

    mutating func decode(_ block: Block) throws -> (reader: BlockReader, contract: Contract) {
        do {
            let reader = try BlockReader(block.payload)
            guard reader.firstOffset == block.firstOffset, reader.count == block.count else {
                throw CanonicalDecodingError(offset: 0, reason: "the row and the block disagree")
            }
            return (
                reader,
                try contract(reader.contractDigest, version: reader.version, at: reader.firstOffset, adoptedIn: reader)
            )
        } catch let error as CanonicalDecodingError {
            throw LogFailure(
                undecodable: "the block that begins at event \(block.firstOffset)", error, hint: Self.hint)
        }
    }

    /// The contract of a block: that of the adoption that served or of one before it, or of the newest snapshot whose
    /// spec has it.
    /// - Parameters:
    ///   - version: the offset of the adoption that served.
    ///   - offset: that of the first event.
    ///   - block: where the adoption may lie.
    mutating func contract(
        _ digest: Digest, version: Int, at offset: Int, adoptedIn block: BlockReader? = nil
    ) throws -> Contract {
        if let contract = contracts[digest] { return contract }
        // The block that adopts a spec holds it, and needs no layout to be read. A version that was no spec goes on
        // under the contract of the version before it.
        var version = version
        while true {
            if let adopted = try adoptedContract(at: version, block) {
                contracts[adopted.canonicalDigest] = adopted
                if adopted.canonicalDigest == digest { return adopted }
            }
            guard let earlier = try versionBefore(version) else { break }
            version = earlier
        }
        for snapshot in try log.snapshots().reversed() where snapshot.offset <= offset + 1 {
            guard let contract = try? log.state(of: snapshot).contract else { continue }
            contracts[contract.canonicalDigest] = contract
            if contract.canonicalDigest == digest { return contract }
        }
        throw LogFailure(
            .damaged, "no snapshot has the contract of the block that begins at event \(offset)", hint: Self.hint)
    }

    /// The version before one. The amendments that an adoption was derived under lie before it, in its block or, where
    /// they are long, in blocks of their own under its version.
    private func versionBefore(_ version: Int) throws -> Int? {
        var (offset, earlier) = (version, version)
        while earlier >= version, let block = try log.block(containing: offset), block.firstOffset > 0,
            let before = try log.block(containing: block.firstOffset - 1)
        {
            (offset, earlier) = (before.firstOffset, try BlockReader(before.payload).version)
        }
        return earlier < version ? earlier : nil
    }

    private func adoptedContract(at offset: Int, _ block: BlockReader?) throws -> Contract? {
        var adopting: BlockReader
        if let block, block.firstOffset <= offset, offset < block.firstOffset + block.count {
            adopting = block
        } else {
            guard let block = try log.block(containing: offset) else { return nil }
            adopting = try BlockReader(block.payload)
        }
        var event = Event(Contract.withoutFeatures.layout)
        let index = offset - adopting.firstOffset
        guard (try? adopting.read(index, contract: .withoutFeatures, into: &event)) != nil,
            case .spec(let spec)? = event.adoption?.recipe
        else { return nil }
        return spec.contract
    }

    static let hint = "Nothing was deleted. Bring the file back from a backup; "
        + "`headrace verify` says how far the log is whole."
}

extension Contract {
    /// Reads what was done to an application: no layout is needed for that.
    static let withoutFeatures = Contract(
        features: [], target: TargetDeclaration(name: "", task: .regression), clock: .server)
}

extension LogFailure {
    /// Of bytes that do not decode: they are damaged, or a newer program's.
    /// - Parameter hint: what to do about damage.
    init(undecodable what: String, _ error: CanonicalDecodingError, hint: String? = nil) {
        self.init(
            error.isNewer ? .newerFormat : .damaged, "\(what) does not decode: \(error)",
            hint: error.isNewer ? "use the newer version; nothing was touched" : hint)
    }
}
