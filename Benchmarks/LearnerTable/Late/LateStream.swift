import BundledStreams
import Determinism
import Foundation
import OnlineLearning

/// A stream whose labels come late, in memory.
struct LateStream {
    let name: String
    let task: OnlineLearning.Task
    let layout: FeatureLayout
    let numbers: [String]
    let categories: [String]
    private(set) var features: [FeatureRow] = []
    private(set) var targets: [Target] = []

    init(_ stream: BundledStream) throws {
        let rows = try stream.rows()
        (name, task, layout) = ("\(stream)", rows.task, rows.layout)
        (numbers, categories) = (stream.features(of: .number), stream.features(of: .category))
        (features, targets) = (rows.features, rows.targets)
    }

    private init(flights name: String) {
        (self.name, task) = (name, .regression)
        (numbers, categories) = (["distance"], ["carrier", "origin", "dest", "hour", "weekday"])
        layout = FeatureLayout(numbers.map { ($0, .number) } + categories.map { ($0, .category) })
    }

    /// The losses that a learner of the task may be told to make small; nil where there is only one.
    var losses: [String?] { task == .regression ? ["squared", "absolute"] : [nil] }

    // MARK: When labels come

    /// What happens, in order: the number of a row, from 1, where it is asked, and negative where its label comes.
    typealias Schedule = [Int]

    /// Each label right after the question so many rows later.
    func delayed(by count: Int) -> Schedule {
        var events: Schedule = []
        for row in targets.indices {
            events.append(row + 1)
            if row >= count { events.append(-(row - count + 1)) }
        }
        return events
    }

    /// The labels of so many questions together, after the last of them.
    func batches(of count: Int) -> Schedule {
        var events: Schedule = []
        for row in targets.indices {
            events.append(row + 1)
            if (row + 1) % count == 0 { for known in row + 1 - count...row { events.append(-(known + 1)) } }
        }
        return events
    }

    /// Some outcomes are known at once, others after 1,000 questions, or a tenth of the stream where that is less.
    /// - Parameter isLate: of the positive class, of the other classes than the first, of numbers above the median;
    ///   where it is false, of those that remain.
    func depending(onOutcome isLate: Bool) -> Schedule {
        let delay = min(1_000, targets.count / 10)
        let values = targets.compactMap { if case .value(let value) = $0 { value } else { nil } }.sorted()
        let median = values.isEmpty ? 0 : values[values.count / 2]
        var due: [[Int]] = Array(repeating: [], count: targets.count)
        for (row, target) in targets.enumerated() {
            let isPositive =
                switch target {
                case .value(let value): value > median
                case .label(let slot): slot > 0
                }
            let after = row + (isPositive == isLate ? delay : 0)
            if after < due.count { due[after].append(row) }
        }
        var events: Schedule = []
        for row in targets.indices {
            events.append(row + 1)
            for known in due[row] { events.append(-(known + 1)) }
        }
        return events
    }

    // MARK: Flights

    /// Flights that departed between two days, and their labels: when they landed, within a day. A label comes before a
    /// question of the same time, and after the last question none does.
    private struct Flight {
        let (asked, known): (Int64, Int64)
        let cells: [Substring]
    }

    /// Every month of a year of flights, and every month from its 16th on, by the time in UTC; nil without the file
    /// (`Benchmarks/prepare_data.py` makes it).
    static func months(_ path: String) throws -> [(stream: LateStream, schedule: Schedule)]? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        let names = lines[0].split(separator: ",")
        let columns = ["arr_delay", "distance", "carrier", "origin", "dest", "hour", "weekday"].map { name in
            names.firstIndex { $0 == name } ?? 0
        }
        guard let asked = names.firstIndex(of: "scheduled_departure"), let known = names.firstIndex(of: "arrival")
        else {
            throw Program.Failure("\(path) has no times")
        }
        var flights: [Flight] = []
        for line in lines.dropFirst() {
            let cells = line.split(separator: ",", omittingEmptySubsequences: false)
            guard Double(cells[columns[0]]) != nil, let asked = Timestamp(String(cells[asked])),
                let known = Timestamp(String(cells[known]))
            else { continue }
            flights.append(
                Flight(asked: asked.microseconds, known: known.microseconds, cells: columns.map { cells[$0] }))
        }
        func day(_ month: Int, _ day: Int) -> Int64 {
            let text = "\(2013 + month / 13)-\(String(101 + (month - 1) % 12).dropFirst())-\(day < 10 ? "0" : "")\(day)"
            return Timestamp("\(text)T00:00:00Z")?.microseconds ?? 0
        }
        let windows =
            (1...12).map { ("2013-\(String(100 + $0).dropFirst())", day($0, 1), day($0 + 1, 1)) }
            + (1...11).map { ("from 2013-\(String(100 + $0).dropFirst())-16", day($0, 16), day($0 + 1, 16)) }
        return windows.map { name, from, to in flown(name, flights.filter { $0.asked >= from && $0.asked < to }) }
    }

    private static func flown(_ name: String, _ flights: [Flight]) -> (LateStream, Schedule) {
        var stream = LateStream(flights: name)
        var events: [(time: Int64, isAsked: Bool, row: Int)] = []
        let last = flights.map(\.asked).max() ?? 0
        for (index, flight) in flights.enumerated() {
            var row = FeatureRow(stream.layout)
            row.setNumber(Double(flight.cells[1]) ?? .nan, at: 0)
            for k in 2..<flight.cells.count { row.setString(String(flight.cells[k]), at: k - 2) }
            stream.features.append(row)
            stream.targets.append(.value(Double(flight.cells[0]) ?? 0))
            events.append((flight.asked, true, index))
            if flight.known - flight.asked <= 86_400_000_000, flight.known <= last {
                events.append((flight.known, false, index))
            }
        }
        events.sort { ($0.time, $0.isAsked ? 1 : 0, $0.row) < ($1.time, $1.isAsked ? 1 : 0, $1.row) }
        return (stream, events.map { $0.isAsked ? $0.row + 1 : -($0.row + 1) })
    }
}
