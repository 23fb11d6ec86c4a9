import Determinism
import Dispatch
import EventLog
import Synchronization

extension LogChecks {
    static func readGivesBack(_ subject: LogSubject, _ trial: inout Trial) throws {
        let log = try subject.make()
        trial.check(try log.lastKnownTip() == .start, "an empty log does not begin at the start")
        trial.check(try entries(log).isEmpty, "there is something in an empty log")
        let (blocks, tips) = try Sample.fill(log, blocks: 300)
        for log in [log, try subject.reopen(log)] {
            trial.check(try log.lastKnownTip() == tips[300], "it ends elsewhere than the last append said")
            for start in [0, 1, 150, 299, 300] {
                let read = try entries(log, after: tips[start])
                trial.check(read.compactMap(\.0.block) == Array(blocks[start...]), "other blocks come after @\(start)")
                trial.check(read.map(\.1) == Array(tips[(start + 1)...]), "other tips come after @\(start)")
            }
            var count = 0
            let end = try log.read(after: tips[3]) { _, _ in
                count += 1
                return count < 5
            }
            trial.check(count == 5 && end == tips[8], "it does not end where it is told to: \(count) were read")
            for (block, tip) in zip(blocks, tips) {
                let found = try log.block(containing: tip.endOffset + block.count - 1)
                trial.check(found == block, "another block has event \(tip.endOffset)")
            }
            trial.check(try log.block(containing: tips[300].endOffset) == nil, "there is a block beyond the end")
        }
        trial.check(Set(tips.map(\.position)).count == tips.count, "a position stands for two")
        trial.check(tips.map(\.position) == tips.map(\.position).sorted(), "positions go back")
    }

    static func damageIsSeen(_ subject: LogSubject, _ trial: inout Trial) throws {
        for damage in [LogSubject.Damage.flippedByte(in: 9), .missing(9)] {
            let whole = try subject.make()
            let (blocks, tips) = try Sample.fill(whole, blocks: 10)
            guard let index = blocks.firstIndex(where: { $0.firstOffset <= 9 && 9 < $0.endOffset }) else { continue }
            let log = try subject.damage(whole, damage)
            var read: [Block] = []
            trial.fails(.damaged, "reading \(damage)") {
                _ = try log.read(after: .start) { entry, _ in
                    read += [entry.block].compactMap { $0 }
                    return true
                }
            }
            trial.check(read == Array(blocks[..<index]), "\(read.count) blocks came before \(damage)")
            trial.fails(.damaged, "reading after the tip before \(damage)") {
                _ = try log.read(after: tips[index]) { _, _ in true }
            }
            trial.fails(.damaged, "following \(damage)") {
                _ = try log.follow(after: tips[index], idle: .zero) { _, _ in true }
            }
            if case .flippedByte = damage {
                trial.fails(.damaged, "looking back at \(damage)") { _ = try log.block(containing: 9) }
            }
        }
    }

    static func followSees(_ subject: LogSubject, _ trial: inout Trial) throws {
        let log = try subject.make()
        let (blocks, tips) = try Sample.fill(log, blocks: 5)
        let more = Sample.block(at: tips[5].endOffset, seed: 60)
        let appended = DispatchSemaphore(value: 0)
        let failure = Mutex<String?>(nil)
        var read: [Block] = []
        let end = try log.follow(after: tips[1], idle: .seconds(5)) { entry, tip in
            read += [entry.block].compactMap { $0 }
            if tip == tips[5] {
                // It waits for what somebody else does.
                DispatchQueue.global().async {
                    do { _ = try Insisting.append([more], to: log, after: tip) } catch {
                        failure.withLock { $0 = "\(error)" }
                    }
                    appended.signal()
                }
            }
            return tip.endOffset < more.endOffset
        }
        appended.wait()
        if let failure = failure.withLock({ $0 }) { trial.found("the append failed: \(failure)") }
        trial.check(read == Array(blocks[1...]) + [more], "\(read.count) blocks were seen of 5")
        trial.check(end.endOffset == more.endOffset, "it ended at @\(end.endOffset)")
        let idle = try log.follow(after: end, idle: .milliseconds(10)) { _, _ in true }
        trial.check(idle == end, "it went on where nothing came")
    }

    static func tipBefore(_ subject: LogSubject, _ trial: inout Trial) throws {
        let log = try subject.make()
        let (blocks, tips) = try Sample.fill(log, blocks: 12)
        let claimed = try Insisting.claim(log, after: tips[12], writer: 1)
        let last = Sample.block(at: claimed.endOffset, seed: 70)
        let end = try Insisting.append([last], to: log, after: claimed)
        for log in [log, try subject.reopen(log)] {
            for (block, tip) in zip(blocks + [last], tips[..<12] + [claimed]) {
                for offset in block.firstOffset..<block.endOffset {
                    trial.check(try log.tip(before: offset) == tip, "another tip lies before event \(offset)")
                }
                let time = Timestamp(microseconds: block.firstTime.microseconds + 1)
                trial.check(try log.tip(before: block.firstTime) == tip, "another tip lies before \(time)")
                trial.check(try log.tip(before: time) == tip, "another tip lies before \(time)")
                trial.check(try log.block(at: time) == block, "another block lies at \(time)")
            }
            trial.check(try log.tip(before: end.endOffset) == end, "before the end lies another tip than the last")
            trial.check(try log.tip(before: end.endOffset + 9) == end, "beyond the end lies another tip than the last")
            trial.check(try log.tip(before: Timestamp(microseconds: -1)) == .start, "before all times is no start")
            trial.check(try log.block(at: Timestamp(microseconds: -1)) == nil, "there is a block before all times")
        }
    }
}
