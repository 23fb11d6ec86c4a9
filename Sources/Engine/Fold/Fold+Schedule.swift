import ModelLifecycle

extension Fold {
    /// Takes steps with the rows of a file, for as long as they are wanted.
    ///
    /// - Parameters:
    ///   - event: what the next event is written over.
    ///   - isWanted: asked before every row or label.
    ///   - refused: is told of every row that is left out, by its row and its line.
    ///   - after: as in ``run(_:_:next:derive:after:)``, without what was refused.
    /// - Returns: false at the end of the file.
    /// - Throws: `DataFileError` or `EventSchedule.Disorder` where the file cannot be read on.
    @inline(__always)
    mutating func run(
        _ schedule: inout EventSchedule, _ event: inout Event, while isWanted: () -> Bool,
        refused: (_ row: Int, _ line: Int, _ refusal: Refusal) -> Void,
        after: (borrowing Event, borrowing ApplicationState, borrowing Outcome) -> Void
    ) throws -> Bool {
        while true {
            // What came in the place of an event.
            var other: EventSchedule.Step?
            try run(&schedule, &event) { schedule, event in
                guard isWanted() else { return false }
                let step = try schedule.next(into: &event)
                if case .event = step { return true }
                other = step
                return false
            } after: { schedule, event, state, outcome in
                guard case .refused(let refusal) = outcome.decision else { return after(event, state, outcome) }
                if event.kind == .prediction, schedule.questionLabel != nil {
                    schedule.withdraw(schedule.origin.row)
                }
                refused(schedule.origin.row, schedule.origin.line, refusal.naming(event.id))
            }
            switch other {
            case nil, .event?: return true
            case .refused(let row, let line, let refusal)?: refused(row, line, refusal)
            case .end?: return false
            }
        }
    }
}
