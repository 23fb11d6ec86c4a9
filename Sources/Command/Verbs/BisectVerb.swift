import ArgumentParser
import Engine
import EventLog
import ModelLifecycle
import Synchronization

struct BisectVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bisect", abstract: "Name the first event where two folds part.",
        discussion: """
            Alone it compares what the log holds with the same events folded again; with --against it compares the \
            events, answers and snapshots of two directories. Ends with status 1 where they part. Nothing is written.
            """)

    @OptionGroup var options: ApplicationOptions
    @OptionGroup var format: FormatOption

    @Option(name: .long, help: "The directory of another store of the application.")
    var against: String?

    mutating func validate() throws {
        if options.url != nil { throw ValidationError("bisect reads the files: --data-dir DIR, also beside a server") }
    }

    mutating func run() async throws {
        let store = try options.openForReading()
        defer { try? store.close() }
        let bisection: Bisection
        if let against {
            var others = options
            others.dataDir = against
            let other = try others.openForReading()
            defer { try? other.close() }
            bisection = try Bisection(store, other)
        } else {
            let bar = Mutex(ProgressBar("folding again", unit: "events"))
            bisection = try Bisection(store) { count, end in
                bar.withLock { $0.update(count: count, fraction: end == 0 ? nil : Double(count) / Double(end)) }
            }
            bar.withLock { $0.finish() }
        }
        if format.isJSON {
            format.print { bisection.write(to: &$0) }
        } else {
            switch bisection.finding {
            case .equal(let events): print("\(events.grouped) events, and the folds never part")
            case .event(let offset, let what): print("the folds part at event \(offset): \(what)")
            case .between(let first, let last, let what):
                print("the folds part between the versions @\(first) and @\(last): \(what)")
            }
        }
        if case .equal = bisection.finding { return }
        throw Failure.somethingWrong
    }
}
