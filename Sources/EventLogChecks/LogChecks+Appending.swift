import Determinism
import Dispatch
import EventLog
import Synchronization

extension LogChecks {
    static func oneAppend(_ subject: LogSubject, _ trial: inout Trial) throws {
        let log = try subject.make()
        let (_, tips) = try Sample.fill(log, blocks: 3)
        let last = tips[3]
        let after = try Insisting.append([Sample.block(at: last.endOffset, seed: 10)], to: log, after: last)
        for tip in tips {
            trial.fails(.superseded, "another block after @\(tip.endOffset)") {
                _ = try Insisting.append([Sample.block(at: tip.endOffset, seed: 11)], to: log, after: tip)
            }
        }
        trial.check(try log.lastKnownTip() == after, "it ends elsewhere")
        try race([log, subject.reopen(log)], &trial)
    }

    /// Two writers, each on a thread of its own and with a log opened by itself, append after every tip.
    private static func race(_ logs: [LogSubject.Log], _ trial: inout Trial) throws {
        let log = logs[0]
        let (rounds, start) = (40, try log.lastKnownTip())
        let results = Mutex<[[Result<LogTip, LogFailure>]]>([])
        var tip = start
        for round in 0..<rounds {
            let place = tip
            let found = Mutex<[Result<LogTip, LogFailure>]>([])
            DispatchQueue.concurrentPerform(iterations: 2) { writer in
                let block = Sample.block(at: place.endOffset, seed: 100 + 2 * round + writer)
                var result: Result<LogTip, LogFailure>
                do {
                    result = .success(try Insisting.append([block], to: logs[writer], after: place))
                } catch {
                    result = .failure(error as? LogFailure ?? LogFailure(.unavailable, "\(error)"))
                }
                found.withLock { $0.append(result) }
            }
            let both = found.withLock { $0 }
            results.withLock { $0.append(both) }
            tip = try log.lastKnownTip()
            guard tip.endOffset > place.endOffset else { break }
        }
        for both in results.withLock({ $0 }) {
            let accepted = both.compactMap { try? $0.get() }
            trial.check(accepted.count == 1, "of two that raced \(accepted.count) were accepted")
            for case .failure(let failure) in both where failure.kind != .superseded {
                trial.found("who lost a race was told \(failure)")
            }
        }
        trial.check(try log.lastKnownTip().endOffset == start.endOffset + 3 * rounds, "a race was without a winner")
    }

    static func nothingChanges(_ subject: LogSubject, _ trial: inout Trial) throws {
        let log = try subject.make()
        let (_, tips) = try Sample.fill(log, blocks: 4)
        let before = try contents(log)
        let (old, last) = (tips[2], tips[4])
        trial.fails(.superseded, "an append after an old tip") {
            _ = try Insisting.append([Sample.block(at: old.endOffset, seed: 20)], to: log, after: old)
        }
        trial.fails(.superseded, "a claim after an old tip") {
            _ = try Insisting.claim(log, after: old, writer: 5)
        }
        let other = LogTip(
            position: last.position, endOffset: last.endOffset, link: Block.chainStart, term: last.term)
        trial.fails(.superseded, "an append after a tip of another log") {
            _ = try Insisting.append([Sample.block(at: last.endOffset, seed: 21)], to: log, after: other)
        }
        for (what, block) in [
            ("a block too far", Sample.block(at: last.endOffset + 1, seed: 22)),
            ("a block that was", Sample.block(at: old.endOffset, seed: 22)),
        ] {
            trial.fails(.refused, what) { _ = try Insisting.append([block], to: log, after: last) }
        }
        trial.check(try contents(log) == before, "the log is another than before")
        trial.check(try contents(subject.reopen(log)) == before, "opened anew, it is another than before")
    }

    static func sameAppendOnce(_ subject: LogSubject, _ trial: inout Trial) throws {
        let log = try subject.make()
        let (blocks, tips) = try Sample.fill(log, blocks: 4)
        for (index, block) in blocks.enumerated() {
            let again = try Insisting.append([block], to: log, after: tips[index])
            trial.check(again == tips[index + 1], "the same append again gave another tip")
        }
        let last = tips[4]
        let two = [Sample.block(at: last.endOffset, seed: 30), Sample.block(at: last.endOffset + 3, seed: 31)]
        let end = try Insisting.append(two, to: log, after: last)
        trial.check(try Insisting.append(two, to: log, after: last) == end, "two blocks again gave another tip")
        trial.fails(.superseded, "the first of two with another second") {
            let other = [two[0], Sample.block(at: last.endOffset + 3, seed: 32)]
            _ = try Insisting.append(other, to: log, after: last)
        }
        let read = try entries(log).compactMap(\.0.block)
        trial.check(read == blocks + two, "\(read.count) blocks are read of \(blocks.count + 2)")
    }

    static func claimStops(_ subject: LogSubject, _ trial: inout Trial) throws {
        let log = try subject.make()
        let (_, tips) = try Sample.fill(log, blocks: 2)
        let claimed = try Insisting.claim(log, after: tips[2], writer: 7)
        trial.check(claimed.term == tips[2].term + 1, "the term is \(claimed.term)")
        trial.check(claimed.position > tips[2].position, "a claim has no position of its own")
        trial.check(
            claimed.endOffset == tips[2].endOffset && claimed.link == tips[2].link, "a claim moved offset or link")
        let again = try Insisting.claim(log, after: tips[2], writer: 7)
        trial.check(again == claimed, "the same claim again is another")
        trial.fails(.superseded, "the old holder's append") {
            _ = try Insisting.append([Sample.block(at: tips[2].endOffset, seed: 40)], to: log, after: tips[2])
        }
        trial.fails(.superseded, "another's claim after the same tip") {
            _ = try Insisting.claim(log, after: tips[2], writer: 8)
        }
        let block = Sample.block(at: claimed.endOffset, seed: 40)
        let end = try Insisting.append([block], to: log, after: claimed)
        trial.check(end.term == claimed.term, "an append changed the term")
        trial.fails(.superseded, "the old holder's append of the very block that is there") {
            _ = try Insisting.append([block], to: log, after: tips[2])
        }
        let reopened = try subject.reopen(log)
        trial.check(try reopened.lastKnownTip() == end, "opened anew, it ends elsewhere")
        let read = try entries(reopened, after: tips[2])
        trial.check(
            read.map(\.0) == [.claim(writer: 7, term: claimed.term), .block(block)]
                && read.map(\.1) == [claimed, end], "after the claim there is read: \(read.map(\.0))")
    }

    static func allOrNothing(_ subject: LogSubject, _ trial: inout Trial) throws {
        let log = try subject.make()
        let (_, tips) = try Sample.fill(log, blocks: 2)
        let end = tips[2].endOffset
        let several = [
            Sample.block(at: end, seed: 50), Sample.block(at: end + 3, seed: 51), Sample.block(at: end + 6, seed: 52),
        ]
        let before = try contents(log)
        trial.fails(.refused, "blocks with a hole between them") {
            _ = try Insisting.append([several[0], several[2]], to: log, after: tips[2])
        }
        trial.fails(.superseded, "several blocks after an old tip") {
            _ = try Insisting.append(
                [Sample.block(at: tips[1].endOffset, seed: 53), Sample.block(at: tips[1].endOffset + 3, seed: 54)],
                to: log, after: tips[1])
        }
        trial.check(try contents(log) == before, "a part of them is there")
        // Tried once: whatever is said of the outcome, all of it is there or nothing.
        _ = try? log.append(several, after: tips[2])
        let there = try entries(subject.reopen(log), after: tips[2]).count
        trial.check(there == 0 || there == several.count, "\(there) of \(several.count) blocks are there")
        let whole = try Insisting.append(several, to: log, after: tips[2])
        trial.check(try entries(log, after: tips[2]).compactMap(\.0.block) == several, "others are there")
        try withSnapshot(subject, log, whole, &trial)
    }

    private static func withSnapshot(
        _ subject: LogSubject, _ log: LogSubject.Log, _ tip: LogTip, _ trial: inout Trial
    ) throws {
        let block = Sample.block(at: tip.endOffset, seed: 55)
        let snapshot = Sample.snapshot(at: block.endOffset, bytes: 3 << 20)
        _ = try? log.append([block], with: snapshot, after: tip)
        let reopened = try subject.reopen(log)
        let (isThere, isKept) = (
            try reopened.lastKnownTip() != tip, try reopened.snapshots().contains { $0.offset == snapshot.offset }
        )
        trial.check(isThere == isKept, "of a block and its snapshot one is there")
        _ = try Insisting.on { () throws(LogFailure) in try log.append([block], with: snapshot, after: tip) }
        trial.check(try log.snapshot(atOrBefore: .max) == snapshot, "the snapshot of a block is another")
        trial.fails(.superseded, "a block and a snapshot after an old tip") {
            let other = Sample.block(at: tip.endOffset, count: 9, seed: 56)
            _ = try Insisting.on { () throws(LogFailure) in
                try log.append([other], with: Sample.snapshot(at: other.endOffset), after: tip)
            }
        }
        trial.check(try log.snapshots().map(\.offset) == [snapshot.offset], "a superseded block left its snapshot")
    }
}
