import ArgumentParser
import Determinism
import Engine
import EventLog
import ModelLifecycle
import Synchronization

struct VerifyVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Fold the log again from its beginning and compare everything.",
        discussion: """
            Compares the chain, every answer, the digests of every snapshot, and derives every adopted state anew, \
            on every core. Events are *re-derived* (folded again, all equal), *sealed* (forgotten, or answered by \
            another revision of the arithmetic: only their chain is checked) or *different*; only the last is a \
            failure, and ends with status 1. Nothing is written.
            """)

    @OptionGroup var options: ApplicationOptions
    @OptionGroup var format: FormatOption

    mutating func validate() throws {
        if options.url != nil { throw ValidationError("verify reads the files: --data-dir DIR, also beside a server") }
    }

    mutating func run() async throws {
        let store = try options.openForReading()
        defer { try? store.close() }
        let name = try options.path()
        let bar = Mutex(ProgressBar("verifying", unit: "events"))
        let result = try Verification(of: store) { count, end in
            bar.withLock { $0.update(count: count, fraction: end == 0 ? nil : Double(count) / Double(end)) }
        }
        bar.withLock { $0.finish() }
        if format.isJSON {
            format.print { result.write(to: &$0) }
        } else {
            print(
                "\(name): \(result.eventCount.grouped) events, \(result.answerCount.grouped) answers, "
                    + "\(result.snapshotCount) snapshots: \(result.isEqual ? "all equal" : "DIFFERENT")")
            for range in result.ranges where result.ranges.count > 1 || range.kind != .derived {
                let reason = range.reason.isEmpty ? "" : " (\(range.reason))"
                print("  @\(range.offsets.lowerBound)..@\(range.offsets.upperBound) \(range.kind.rawValue)\(reason)")
            }
            for difference in result.differences { print("  @\(difference.offset): \(difference.what)") }
            if result.differenceCount > result.differences.count {
                print("  and \((result.differenceCount - result.differences.count).grouped) more")
            }
            if let digest = result.stateDigest { print("state_digest  \(digest)") }
            if let digest = result.ledgerDigest { print("ledger_digest \(digest)") }
        }
        if !result.isEqual { throw Failure.somethingWrong }
    }
}

extension Verification {
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("ok", isEqual)
            json.member("events", eventCount)
            json.member("answers", answerCount)
            json.member("snapshots", snapshotCount)
            json.member("ranges", array: { json in
                for range in ranges {
                    json.object { json in
                        json.member("from", range.offsets.lowerBound)
                        json.member("to", range.offsets.upperBound)
                        json.member("kind", range.kind.rawValue)
                        if !range.reason.isEmpty { json.member("reason", range.reason) }
                    }
                }
            })
            if let stateDigest { json.member("state_digest", stateDigest.description) }
            if let ledgerDigest { json.member("ledger_digest", ledgerDigest.description) }
            json.member("difference_count", differenceCount)
            json.member("differences", array: { json in
                for difference in differences {
                    json.object { json in
                        json.member("offset", difference.offset)
                        json.member("what", difference.what)
                    }
                }
            })
        }
    }
}
