import Determinism
import ModelLifecycle

extension SpecDraft {
    /// Which columns say when a question was asked and when its label became known.
    struct Times {
        let time: ColumnProfile?
        /// `time` is not in the order of the rows.
        let needsSorting: Bool
        let labelTime: ColumnProfile?
        /// The first complete column of times where none is in the order of the rows, and the label's with it.
        let unsorted: ColumnProfile?
        let unsortedLabel: ColumnProfile?
        /// What the horizon must be so that no label is late; nil where the default will do.
        let horizonDays: Int?
        let remarks: [String]
        private let timeIndex: Int?

        /// The time of the question may teach, too: its hour, its weekday.
        func isFeature(_ column: Int) -> Bool { column == timeIndex }

        private static let dayMicroseconds: Int64 = 86_400_000_000

        /// - Throws: where a wish cannot be.
        init(_ profile: DataProfile, target: Int, _ wishes: Wishes) throws(InitError) {
            let columns = profile.columns
            let all = columns.indices.filter { $0 != target && columns[$0].isReadableTime }
            let complete = all.filter { columns[$0].gaps == 0 }
            var remarks: [String] = []
            let wished = try wishes.time.map { name throws(InitError) in
                try Self.wished(name, "--time", profile, isComplete: true)
            }
            let time = wished ?? complete.first { columns[$0].isInOrder }
            let labelWish = try wishes.labelTime.map { name throws(InitError) in
                try Self.wished(name, "--label-time", profile, isComplete: false)
            }
            if let labelWish, !profile.timeOrder.hasTimeOfEveryLabel(labelWish) {
                throw .unfit(
                    option: "--label-time", column: columns[labelWish].name,
                    reason: "a row has a label and no time of it")
            }
            let label = labelWish ?? time.flatMap { Self.labelTime($0, all, profile) }
            let unsorted = time == nil ? complete.first : nil
            timeIndex = time
            self.time = time.map { columns[$0] }
            labelTime = time == nil ? nil : label.map { columns[$0] }
            needsSorting = time.map { !columns[$0].isInOrder } ?? false
            self.unsorted = unsorted.map { columns[$0] }
            unsortedLabel = unsorted.flatMap { Self.labelTime($0, all, profile) }.map { columns[$0] }

            let lag = time.flatMap { time in label.map { profile.timeOrder.lagMax(from: time, to: $0) } } ?? 0
            let days = Int(lag / Self.dayMicroseconds) + 1
            horizonDays = lag > TargetDeclaration.defaultHorizon.microseconds ? min(days, 3_650) : nil
            if let horizonDays {
                remarks.append(
                    "A label comes up to \(days.grouped) days after its question: the horizon is \(horizonDays) days.")
            }
            if let time, needsSorting {
                remarks.append("The rows are not in the order of \(columns[time].name.printable): use --sort.")
            }
            if let unsorted {
                remarks.append(
                    "The rows are in the order of no time, so labels are learned row by row: "
                        + "`headrace init --time '\(columns[unsorted].name.printable)'` and --sort learn them in time.")
            }
            if let time, wished == nil, let earlier = complete.first(where: { earlier in
                earlier != time && profile.timeOrder.isNever(time, before: earlier)
                    && profile.timeOrder.lagMax(from: earlier, to: time) > 0
            }) {
                let (start, end) = (columns[earlier].name.printable, columns[time].name.printable)
                remarks.append(
                    "\(start) is never after \(end), the order of the rows. Where it is the time of the question, "
                        + "use `headrace init --time '\(start)' --label-time '\(end)'` and --sort.")
            }
            self.remarks = remarks
        }

        /// The latest of the times that are never before the question's and stand wherever a label does.
        private static func labelTime(_ time: Int, _ all: [Int], _ profile: DataProfile) -> Int? {
            let order = profile.timeOrder
            let fit = all.filter {
                $0 != time && order.isNever($0, before: time) && order.hasTimeOfEveryLabel($0)
            }
            return fit.first { last in fit.allSatisfy { $0 == last || order.isNever(last, before: $0) } } ?? fit.first
        }

        private static func wished(
            _ name: String, _ option: String, _ profile: DataProfile, isComplete: Bool
        ) throws(InitError) -> Int {
            let index = try column(name, among: profile.columns)
            let column = profile.columns[index]
            func unfit(_ reason: String) -> InitError { .unfit(option: option, column: name, reason: reason) }
            guard column.isReadableTime else {
                let place = column.firstNonNumber.map { text, row in
                    "'\(ColumnNote.shortened(text))' in row \(row.grouped): "
                }
                throw unfit((place ?? "") + Lookalike.time.advice)
            }
            if isComplete, column.gaps > 0 { throw unfit("\(column.gaps.grouped) rows have no time") }
            return index
        }
    }
}
