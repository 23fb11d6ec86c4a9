import Determinism
import ModelLifecycle
import OnlineLearning

/// Turns the rows of a file into events, the same whichever way they go on from here.
///
/// Events come in the order of their instants. At one instant come the labels of earlier rows, then the predictions,
/// then these rows' own labels; ties go by row. Without a column of times row *i*, from 0, is predicted and labelled
/// *i* seconds after 1970 began. A label that was known before its prediction was asked for comes right after it.
/// Memory grows with the labels that are due, not with the file.
package struct EventSchedule: ~Copyable {
    package enum Step: Sendable {
        case event
        /// A row of the file is left out.
        case refused(row: Int, line: Int, Refusal)
        case end
    }

    /// A file whose rows cannot be brought into an order of events.
    package struct Disorder: Error, CustomStringConvertible {
        let path: String
        let row: Int
        let line: Int
        let time: Timestamp
        let before: Timestamp

        package var description: String {
            """
            \(path):\(line): row \(row) is out of time order: \(time) comes after \(before)
              sort the file, or let `--sort` do it
            """
        }
    }

    private struct DueLabel {
        var time: Timestamp
        /// 0 before the predictions of its instant, 1 after them.
        var phase: UInt8
        var row: Int
        /// Where the id and the label lie.
        var place: Int
        /// Of the row in its file.
        var line: Int

        static func < (a: DueLabel, b: DueLabel) -> Bool {
            if a.time != b.time { return a.time < b.time }
            return a.phase != b.phase ? a.phase < b.phase : a.row < b.row
        }
    }

    /// The rows of a file; a box, because there may be none.
    private final class File {
        var rows: RowSource

        init(_ rows: consuming RowSource) {
            self.rows = rows
        }
    }

    private struct Known {
        var id = EventID()
        var label = Label.number(0)
    }

    /// Reading position and size of the file, for progress.
    package var fraction: Double? { logged?.source.fraction ?? file?.rows.source.fraction }
    /// Rows read so far, refused ones included.
    package private(set) var rowCount = 0
    /// The line of the file that the last event came from; 0 where its events have none.
    package private(set) var line = 0

    private let hasTimes: Bool
    private let hasLabelTimes: Bool
    private let limit: Int
    /// Nil where events come from a listed log.
    private let file: File?
    /// Of a listed log: its events, which have an order already.
    private let logged: LoggedEvents?
    private var row: RowReader.Row
    private var rowTime = Ledger.beginning
    private var rowLine = 0
    private var hasRow = false
    private var isAtEnd = false
    private var lastTime: Timestamp?
    /// A binary heap.
    private var due: [DueLabel] = []
    private var known: [Known] = []
    private var freePlaces: [Int] = []

    /// - Parameter limit: how many rows to read at most.
    package init(_ source: consuming RowSource, data: DataMapping, limit: Int = .max) {
        row = source.makeRow()
        (file, logged) = (File(source), nil)
        (hasTimes, hasLabelTimes) = (data.time != nil, data.labelTime != nil)
        self.limit = limit
    }

    /// The events of a log as `headrace log` lists it, in their order.
    /// - Parameter limit: how many events to read at most.
    package init(_ logged: LoggedEvents, limit: Int = .max) {
        row = logged.makeRow()
        (file, self.logged) = (nil, logged)
        (hasTimes, hasLabelTimes) = (true, true)
        self.limit = limit
    }

    private mutating func nextLogged(into event: inout Event) throws -> Step {
        guard rowCount < limit, let outcome = try logged?.next(into: &event) else { return .end }
        rowCount += 1
        return outcome
    }

    /// Writes the next event into `event`.
    /// - Throws: `DataFileError`, or `Disorder` where a row is earlier than the one before it.
    package mutating func next(into event: inout Event) throws -> Step {
        guard let file else { return try nextLogged(into: &event) }
        if !hasRow, !isAtEnd, let refused = try readRow(file) { return refused }
        if let first = due.first, !hasRow || first.time < rowTime || (first.time == rowTime && first.phase == 0) {
            emitLabel(into: &event)
            return .event
        }
        guard hasRow else { return .end }
        emitPrediction(into: &event)
        return .event
    }

    private mutating func readRow(_ file: File) throws -> Step? {
        guard rowCount < limit else {
            isAtEnd = true
            return nil
        }
        switch try file.rows.next(into: &row) {
        case .end: isAtEnd = true
        case .refused(let refusal):
            rowCount += 1
            return .refused(row: file.rows.rowNumber, line: file.rows.lineNumber, refusal)
        case .row:
            let index = rowCount
            rowCount += 1
            if hasTimes {
                guard let time = row.time else { return refused("its time is missing", file) }
                rowTime = time
            } else {
                rowTime = Timestamp(microseconds: Int64(index) * 1_000_000)
            }
            if hasLabelTimes, row.label != nil, row.labelTime == nil {
                return refused("it has a label, and the time of the label is missing", file)
            }
            if let lastTime, rowTime < lastTime {
                throw Disorder(
                    path: file.rows.source.path, row: file.rows.rowNumber, line: file.rows.lineNumber,
                    time: rowTime, before: lastTime)
            }
            lastTime = rowTime
            if row.id.isEmpty { row.id.set(index) }
            (hasRow, rowLine) = (true, file.rows.lineNumber)
        }
        return nil
    }

    private func refused(_ reason: String, _ file: File) -> Step {
        .refused(row: file.rows.rowNumber, line: file.rows.lineNumber, Refusal(.wrongTime, reason))
    }

    private mutating func emitPrediction(into event: inout Event) {
        event.kind = .prediction
        event.time = rowTime
        line = rowLine
        event.label = nil
        swap(&event.features, &row.features)
        if let label = row.label { push(label) }
        swap(&event.id, &row.id)
        hasRow = false
    }

    private mutating func emitLabel(into event: inout Event) {
        let first = pop()
        event.kind = .label
        event.time = first.time
        line = first.line
        swap(&event.id, &known[first.place].id)
        event.label = known[first.place].label
        freePlaces.append(first.place)
    }

    // MARK: Labels that are due

    private mutating func push(_ label: Label) {
        let place = freePlaces.popLast() ?? known.count
        if place == known.count { known.append(Known()) }
        known[place].id.assign(row.id)
        known[place].label = label
        let time = max(rowTime, row.labelTime ?? rowTime)
        var child = due.count
        due.append(DueLabel(time: time, phase: time == rowTime ? 1 : 0, row: rowCount, place: place, line: rowLine))
        while child > 0, due[child] < due[(child - 1) / 2] {
            due.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private mutating func pop() -> DueLabel {
        let first = due[0]
        let last = due.removeLast()
        guard !due.isEmpty else { return first }
        due.withUnsafeMutableBufferPointer { due in
            var hole = 0
            while 2 * hole + 1 < due.count {
                var child = 2 * hole + 1
                if child + 1 < due.count, due[child + 1] < due[child] { child += 1 }
                guard due[child] < last else { break }
                due[hole] = due[child]
                hole = child
            }
            due[hole] = last
        }
        return first
    }
}
