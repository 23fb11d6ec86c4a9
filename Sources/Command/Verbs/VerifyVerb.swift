import ArgumentParser
import Determinism
import Engine
import ModelLifecycle
import SQLiteStore

struct VerifyVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Fold the log again from its beginning and compare everything.",
        discussion: """
            Compares the chain, every answer, the digests of every snapshot, and derives every adopted state anew. \
            Ends with status 1 where anything differs. Nothing is written.
            """)

    @OptionGroup var options: ApplicationOptions
    @OptionGroup var format: FormatOption

    mutating func validate() throws {
        if options.url != nil { throw ValidationError("verify reads the files: --data-dir DIR, also beside a server") }
    }

    mutating func run() async throws {
        let store = try options.openForReading()
        defer { try? store.close() }
        let name = store.path
        var bar = ProgressBar("verifying", unit: "events")
        let result = try Verification(of: store) { offset, end in
            bar.update(count: offset, fraction: end == 0 ? nil : Double(offset) / Double(end))
        }
        bar.finish()
        if format.isJSON {
            format.print { result.write(to: &$0) }
        } else {
            print(
                "\(name): \(result.eventCount.grouped) events, \(result.answerCount.grouped) answers, "
                    + "\(result.snapshotCount) snapshots: \(result.isEqual ? "all equal" : "DIFFERENT")")
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
