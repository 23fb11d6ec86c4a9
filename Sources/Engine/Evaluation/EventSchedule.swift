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
        indirect case refused(row: Int, line: Int, Refusal)
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

    /// Where an event comes from: a row of the file, counted from 1, and the line in which it begins.
    package struct Origin: Sendable, Equatable {
        package let row: Int
        package let line: Int
    }

    private struct DueLabel {
        /// Twice its instant in microseconds, and 1 more where it comes after the predictions of that.
        private let order: Int64
        private let row: Int
        /// Where the id and the label lie.
        let place: Int

        init(_ time: Timestamp, isAfterPredictions: Bool, row: Int, place: Int) {
            // Instants of the calendar have less than 60 bits.
            order = time.microseconds << 1 | (isAfterPredictions ? 1 : 0)
            (self.row, self.place) = (row, place)
        }

        var time: Timestamp { Timestamp(microseconds: order >> 1) }

        /// Whether it comes before the prediction of a row at an instant.
        @inline(__always)
        func isDue(before time: Timestamp) -> Bool { order <= time.microseconds << 1 }

        @inline(__always)
        static func < (a: DueLabel, b: DueLabel) -> Bool {
            a.order == b.order ? a.row < b.row : a.order < b.order
        }
    }

    private struct Known {
        var id = EventID()
        var label = Label.number(0)
        var origin = Origin(row: 0, line: 0)

        @inline(__always)
        mutating func take(_ label: Label, _ id: borrowing EventID, _ origin: Origin) {
            self.id.assign(id)
            (self.label, self.origin) = (label, origin)
        }
    }

    /// What becomes of the events.
    package enum Reading: Sendable {
        /// Each is answered before the next is read, and a row that is refused is taken back by ``withdraw(_:)``. A row
        /// without an id has its number for one.
        case answered
        /// Many are sent before the first answer comes, so a row whose id is that of another with a label to come is
        /// refused here. A row without an id has its number behind these words for one.
        case sent(ids: String)
    }

    /// Reading position and size of the file, for progress.
    package var fraction: Double? { logged?.source.fraction ?? file?.pointee.source.fraction }
    /// Rows read so far, refused ones included.
    package private(set) var rowCount = 0

    /// Where the event handed out last comes from.
    package private(set) var origin = Origin(row: 0, line: 0)
    /// The label of the question handed out last, as its row has it; nil where it has none, or comes from a log.
    package private(set) var questionLabel: Label?

    /// The row refused last as one event, until the next step; nil where it is none, or of a listed log.
    package var refusedEvent: JSONValue? { file?.pointee.event }

    private let reading: Reading
    /// Of what is sent: a hash of what was asked, by the ids whose labels are due.
    private var asked: [Fingerprint: UInt64] = [:]
    /// Rows whose labels are not to come.
    private var withdrawn: Set<Int> = []
    private let hasTimes: Bool
    private let hasLabelTimes: Bool
    private let areLabelsNext: Bool
    private let limit: Int
    /// The rows of a file, in memory of its own; nil where events come from a listed log.
    private let file: UnsafeMutablePointer<RowSource>?
    /// Of a listed log: its events, which have an order already.
    private let logged: LoggedEvents?
    private var row: RowReader.Row
    private var rowTime = Ledger.beginning
    private var rowOrigin = Origin(row: 0, line: 0)
    private var hasRow = false
    private var isAtEnd = false
    /// Whether the label of the question handed out last comes next, whatever the next row is: its id is still in the
    /// event.
    private var isLabelNext = false
    private var lastTime: Timestamp?
    /// A binary heap.
    private var due: [DueLabel] = []
    private var known: [Known] = []
    private var freePlaces: [Int] = []

    /// - Parameter limit: how many rows to read at most.
    package init(
        _ source: consuming RowSource, data: DataMapping, reading: Reading = .answered, limit: Int = .max
    ) {
        row = source.makeRow()
        (logged, self.reading) = (nil, reading)
        (hasTimes, hasLabelTimes) = (data.time != nil, data.labelTime != nil)
        if case .answered = reading { areLabelsNext = !hasTimes && !hasLabelTimes } else { areLabelsNext = false }
        self.limit = limit
        file = .allocate(capacity: 1)
        file?.initialize(to: source)
    }

    deinit {
        file?.deinitialize(count: 1)
        file?.deallocate()
    }

    /// The events of a log as `headrace log` lists it, in their order.
    /// - Parameter limit: how many events to read at most.
    package init(_ logged: LoggedEvents, limit: Int = .max) {
        row = logged.makeRow()
        (file, self.logged, reading) = (nil, logged, .answered)
        (hasTimes, hasLabelTimes, areLabelsNext) = (true, true, false)
        self.limit = limit
    }

    private mutating func nextLogged(into event: inout Event) throws -> Step {
        guard rowCount < limit, let outcome = try logged?.next(into: &event) else { return .end }
        rowCount += 1
        origin = Origin(row: logged?.rowNumber ?? 0, line: logged?.lineNumber ?? 0)
        return outcome
    }

    /// Takes back the label of a row whose question was refused, where it is still to come: it would be taken for that
    /// of another question under the same id.
    package mutating func withdraw(_ row: Int) {
        withdrawn.insert(row)
    }

    /// Writes the next event into `event`.
    /// - Throws: `DataFileError`, or `Disorder` where a row is earlier than the one before it.
    package mutating func next(into event: inout Event) throws -> Step {
        if isLabelNext, let label = questionLabel {
            isLabelNext = false
            if withdrawn.isEmpty || withdrawn.remove(origin.row) == nil {
                event.payload = .label(label)
                return .event
            }
        }
        guard let file else { return try nextLogged(into: &event) }
        if !hasRow, !isAtEnd, let refused = try readRow(file) { return refused }
        while let first = due.first, !hasRow || first.isDue(before: rowTime) {
            if emitLabel(into: &event) { return .event }
        }
        guard hasRow else { return .end }
        if let refused = repeats() { return refused }
        emitPrediction(into: &event)
        return .event
    }

    /// Refuses a row with an id of another that has a label to come, where it asks something else.
    private mutating func repeats() -> Step? {
        if case .answered = reading { return nil }
        let content = row.features.contentHash
        if let known = asked[row.id.fingerprint], known != content {
            hasRow = false
            return .refused(
                row: rowOrigin.row, line: rowOrigin.line,
                Refusal(.conflict, "the id '\(row.id.text)' stands in a row before, with other features"))
        }
        if row.label != nil { asked[row.id.fingerprint] = content }
        return nil
    }

    private mutating func readRow(_ file: UnsafeMutablePointer<RowSource>) throws -> Step? {
        guard rowCount < limit else {
            isAtEnd = true
            return nil
        }
        let outcome = try file.pointee.next(into: &row)
        rowOrigin = Origin(row: file.pointee.rowNumber, line: file.pointee.lineNumber)
        switch outcome {
        case .end: isAtEnd = true
        case .refused(let refusal):
            rowCount += 1
            return .refused(row: rowOrigin.row, line: rowOrigin.line, refusal)
        case .row:
            let index = rowCount
            rowCount += 1
            if hasTimes {
                guard let time = row.time else { return refused("its time is missing") }
                rowTime = time
            } else {
                rowTime = Timestamp(microseconds: Int64(index) * 1_000_000)
            }
            if hasLabelTimes, row.label != nil, row.labelTime == nil {
                return refused("it has a label, and the time of the label is missing")
            }
            if let lastTime, rowTime < lastTime {
                throw Disorder(
                    path: file.pointee.source.path, row: rowOrigin.row, line: rowOrigin.line,
                    time: rowTime, before: lastTime)
            }
            lastTime = rowTime
            if row.id.isEmpty { setID(index) }
            hasRow = true
        }
        return nil
    }

    private mutating func setID(_ index: Int) {
        guard case .sent(let words) = reading else { return row.id.set(index) }
        row.id = EventID("\(words)-\(index)")
    }

    private func refused(_ reason: String) -> Step {
        .refused(row: rowOrigin.row, line: rowOrigin.line, Refusal(.wrongTime, reason))
    }

    private mutating func emitPrediction(into event: inout Event) {
        (event.payload, event.time) = (.prediction, rowTime)
        (origin, questionLabel) = (rowOrigin, row.label)
        swap(&event.features, &row.features)
        if let label = row.label {
            // Without columns of times, rows are a second apart, and a label comes right after its question.
            isLabelNext = areLabelsNext
            if !isLabelNext { push(label) }
        }
        swap(&event.id, &row.id)
        hasRow = false
    }

    /// - Returns: false where the label was withdrawn.
    private mutating func emitLabel(into event: inout Event) -> Bool {
        let first = pop()
        freePlaces.append(first.place)
        origin = known[first.place].origin
        if !asked.isEmpty { asked[known[first.place].id.fingerprint] = nil }
        guard withdrawn.isEmpty || withdrawn.remove(origin.row) == nil else { return false }
        (event.payload, event.time) = (.label(known[first.place].label), first.time)
        swap(&event.id, &known[first.place].id)
        return true
    }

    // MARK: Labels that are due

    private mutating func push(_ label: Label) {
        let place = freePlaces.popLast() ?? known.count
        if place == known.count { known.append(Known()) }
        known[place].take(label, row.id, rowOrigin)
        let time = max(rowTime, row.labelTime ?? rowTime)
        let last = DueLabel(time, isAfterPredictions: time == rowTime, row: rowCount, place: place)
        due.append(last)
        due.withUnsafeMutableBufferPointer { Self.rise(last, $0, from: $0.count - 1) }
    }

    /// Puts a label where it belongs on the way from a place to the root.
    @inline(__always)
    private static func rise(_ label: DueLabel, _ due: UnsafeMutableBufferPointer<DueLabel>, from place: Int) {
        var hole = place
        while hole > 0, label < due[(hole &- 1) / 2] {
            due[hole] = due[(hole &- 1) / 2]
            hole = (hole &- 1) / 2
        }
        due[hole] = label
    }

    private mutating func pop() -> DueLabel {
        let first = due[0]
        let last = due.removeLast()
        guard !due.isEmpty else { return first }
        due.withUnsafeMutableBufferPointer { due in
            // The last one mostly belongs near to the leaves again: the hole sinks to them without asking it.
            var (hole, child) = (0, 1)
            while child < due.count {
                if child &+ 1 < due.count, due[child &+ 1] < due[child] { child &+= 1 }
                due[hole] = due[child]
                (hole, child) = (child, 2 &* child &+ 1)
            }
            Self.rise(last, due, from: hole)
        }
        return first
    }
}
