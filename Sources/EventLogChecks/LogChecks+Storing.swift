import Determinism
import EventLog
import Synchronization

extension LogChecks {
    static func blobsComeBack(_ subject: LogSubject, _ trial: inout Trial) throws {
        let log = try subject.make()
        var generator = SeededGenerator(seed: 80)
        // The last ones are larger than a piece, and as large as two.
        for size in [0, 1, 1_000, 1 << 20, 1 << 20 + 1, 2 << 20, 5 << 19] {
            let blob = (0..<size).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
            let digest = try Insisting.on { () throws(LogFailure) in try log.put(blob) }
            trial.check(digest == Digest(hashing: blob), "the digest of \(size) bytes is another")
            trial.check(try log.get(digest) == blob, "\(size) bytes come back as others")
            _ = try Insisting.on { () throws(LogFailure) in try log.put(blob) }
            trial.check(try log.get(digest) == blob, "\(size) bytes put twice come back as others")
            let unknown = Digest(hashing: [UInt8](repeating: 9, count: size + 1))
            trial.check(try log.get(unknown) == nil, "bytes come that nobody put")
            try Insisting.on { () throws(LogFailure) in try log.drop([unknown]) }
            trial.check(try log.get(digest) == blob, "\(size) bytes went with a digest that nobody knows")
            try Insisting.on { () throws(LogFailure) in try log.drop([digest]) }
            trial.check(try log.get(digest) == nil, "\(size) bytes that were dropped are there")
        }
        try named(subject, log, &trial)
    }

    /// What a snapshot names stays as long as it.
    private static func named(_ subject: LogSubject, _ log: LogSubject.Log, _ trial: inout Trial) throws {
        let (_, tips) = try Sample.fill(log, blocks: 2)
        let snapshot = Sample.snapshot(at: tips[2].endOffset, bytes: 3 << 20)
        let digest = try Insisting.on { () throws(LogFailure) in try log.put(snapshot.payload) }
        try Insisting.on { () throws(LogFailure) in try log.save(snapshot) }
        try Insisting.on { () throws(LogFailure) in try log.drop([digest]) }
        for log in [log, try subject.reopen(log)] {
            trial.check(try log.get(digest) == snapshot.payload, "what a snapshot names is not there")
            trial.check(try log.snapshot(atOrBefore: .max) == snapshot, "the snapshot is another")
        }
        try Insisting.on { () throws(LogFailure) in try log.dropSnapshots(at: [snapshot.offset]) }
        trial.check(try log.get(digest) == nil, "what a dropped snapshot named is still there")
    }

    static func forgettingReplaces(_ subject: LogSubject, _ trial: inout Trial) throws {
        let log = try subject.make()
        guard let forgetting = log as? any ForgettingLog else { return }
        let (blocks, tips) = try Sample.fill(log, blocks: 8)
        let claimed = try Insisting.claim(log, after: tips[8], writer: 3)
        let record = Sample.block(at: claimed.endOffset, seed: 90)
        let left = blocks[4].replacing([1, 2, 3])
        let rewriting = Rewriting(firstOffset: left.firstOffset, appended: [record])
        trial.fails(.superseded, "forgetting after an old tip") {
            _ = try Insisting.on { () throws(LogFailure) in
                try forgetting.forget(rewriting, after: tips[8]) { _ in nil }
            }
        }
        trial.check(try entries(log).compactMap(\.0.block) == blocks, "what was superseded has changed something")
        let asked = Mutex<[Block]>([])
        let (end, heads) = try Insisting.on { () throws(LogFailure) in
            // It may have been done when it was not known to be.
            if let heads = try forgetting.heads().last { return (try log.lastKnownTip(), heads) }
            asked.withLock { $0 = [] }
            return try forgetting.forget(rewriting, after: claimed) { block in
                asked.withLock { $0.append(block) }
                return block == blocks[4] ? left.payload : nil
            }
        }
        trial.check(asked.withLock { $0 } == Array(blocks[4...]), "it asked for other blocks")
        trial.check(heads.oldHead == claimed.link && heads.endOffset == claimed.endOffset, "the old head is another")
        let expected = Array(blocks[..<4]) + [left] + Array(blocks[5...]) + [record]
        for log in [log, try subject.reopen(log)] {
            let read = try entries(log)
            trial.check(read.compactMap(\.0.block) == expected, "other blocks are read than were left")
            trial.check(read.last?.1 == end, "it does not end at the tip that was given")
            trial.check(try log.lastKnownTip() == end, "it does not end at the tip that is known")
            try checkChain(read, heads, &trial)
        }
        trial.check(try forgetting.heads() == [heads], "the rewriting is not listed")
        trial.check(try forgetting.isScrubbed == heads.isScrubbed, "whether it is scrubbed is said in two ways")
        let more = try Insisting.append([Sample.block(at: end.endOffset, seed: 91)], to: log, after: end)
        trial.check(try entries(log, after: end).map(\.1) == [more], "it does not go on")
    }

    /// Every block's link follows from its bytes, but for one that is said to be forgotten.
    private static func checkChain(_ read: [(LogEntry, LogTip)], _ heads: Heads, _ trial: inout Trial) throws {
        var link = Block.chainStart
        for (entry, tip) in read {
            if case .block(let block) = entry {
                trial.check(block.chain(after: link) == tip.link, "the link of @\(block.firstOffset) is another")
            }
            if heads.endOffset == tip.endOffset {
                trial.check(heads.newHead == tip.link, "the new head is another")
            }
            link = tip.link
        }
    }

    static func packingChangesNothing(_ subject: LogSubject, _ trial: inout Trial) throws {
        let log = try subject.make()
        guard let packing = log as? any PackingLog else { return }
        var (blocks, tips) = try Sample.fill(log, blocks: 30)
        tips.append(try Insisting.claim(log, after: tips[30], writer: 4))
        let more = [Sample.block(at: tips[31].endOffset, seed: 95), Sample.block(at: tips[31].endOffset + 3, seed: 96)]
        let end = try Insisting.append(more, to: log, after: tips[31])
        blocks += more
        let before = try contents(log)
        let loose = try packing.looseBlocks(from: blocks[5].firstOffset, eventsMax: 30)
        trial.check(loose == Array(blocks[5..<(5 + loose.count)]) && loose.count > 5, "\(loose.count) blocks lie loose")
        try Insisting.on { () throws(LogFailure) in
            do throws(LogFailure) {
                try packing.pack(loose, as: PlainPacking.pack(loose))
            } catch {
                // It may have been packed when it was not known to be.
                guard error.kind == .damaged else { throw error }
            }
        }
        for log in [log, try subject.reopen(log)] {
            trial.check(try contents(log) == before, "what is read is another than before")
            for (index, tip) in tips[..<30].enumerated() {
                trial.check(try log.tip(before: tip.endOffset) == tip, "another tip lies before @\(tip.endOffset)")
                let read = try entries(log, after: tip)
                trial.check(read.first?.0 == .block(blocks[index]), "another block comes after @\(tip.endOffset)")
                trial.check(
                    try Insisting.append([blocks[index]], to: log, after: tip) == tips[index + 1],
                    "the same append again is another")
            }
        }
        let rows = try packing.rows(from: 0, bytesMax: .max)
        trial.check(rows.count == blocks.count - loose.count + 1, "\(rows.count) rows lie there")
        trial.check(rows.last?.endOffset == end.endOffset, "the rows end elsewhere")
        let two = [Sample.block(at: end.endOffset, seed: 97), Sample.block(at: end.endOffset + 3, seed: 98)]
        _ = try Insisting.on { () throws(LogFailure) in
            try packing.append(two, packedAs: PlainPacking.pack(two), after: end)
        }
        trial.check(try entries(log, after: end).compactMap(\.0.block) == two, "what was appended packed is another")
    }
}
