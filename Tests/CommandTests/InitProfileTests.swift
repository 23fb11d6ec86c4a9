import Command
import Engine
import Foundation
import Testing

@Suite("Data profile")
struct InitProfileTests {
    /// Records held in memory; `nil` is missing, and columns beyond the first row's appear when first met.
    private final class MemorySource: RecordSource {
        private(set) var columnNames: [String]
        private let rows: [[String?]]
        private let areStrings: Bool
        private var row = -1
        private var cells: [UnsafeMutableBufferPointer<UInt8>?] = []

        init(_ columnNames: [String], _ rows: [[String?]], areStrings: Bool = false) {
            self.columnNames = columnNames
            self.rows = rows
            self.areStrings = areStrings
        }

        deinit { free() }

        private func free() {
            for cell in cells { cell?.deallocate() }
        }

        var path: String { "memory" }
        var hasHeader: Bool { true }
        var refusedRows: Int { 0 }
        var firstRefusedRow: Int? { nil }
        var fraction: Double? { nil }

        func next() throws(InitError) -> Bool {
            free()
            cells = []
            row += 1
            guard row < rows.count else { return false }
            while columnNames.count < rows[row].count { columnNames.append("c\(columnNames.count)") }
            cells = rows[row].map { text in
                guard let text else { return nil }
                let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: text.utf8.count)
                _ = copy.initialize(from: text.utf8)
                return copy
            }
            return true
        }

        func cell(_ column: Int) -> RecordCell {
            guard column < cells.count, let cell = cells[column] else { return .missing }
            return areStrings ? .string(UnsafeBufferPointer(cell)) : .plain(UnsafeBufferPointer(cell))
        }
    }

    private func profile(_ values: [String?], name: String = "x", areStrings: Bool = false) throws -> ColumnProfile {
        var source = MemorySource([name], values.map { [$0] }, areStrings: areStrings)
        return try DataProfile(reading: &source).columns[0]
    }

    @Test func countsValuesMissingOnesRangeAndKind() throws {
        let numbers = try profile(["1", nil, "-2.5", "1e3"])
        #expect(numbers.count == 3 && numbers.missing == 1)
        #expect(numbers.allNumbers && !numbers.allBooleans && !numbers.allTimes && !numbers.allIntegral)
        #expect(numbers.numberMin == -2.5 && numbers.numberMax == 1000)
        let times = try profile(["2020-01-01", "2020-01-01T00:00:00+01:00"])
        #expect(times.allTimes && !times.timesAscend && !times.allNumbers)
        #expect(try profile(["true", "False", "TRUE"]).allBooleans)
        #expect(try !profile(["true", "t"]).allBooleans)
        let mixed = try profile(["1", "oops"])
        #expect(!mixed.allNumbers && mixed.firstNonNumber?.text == "oops" && mixed.firstNonNumber?.row == 2)
        let gaps = try profile(["1", "NA", "?", nil, "2"])
        #expect(gaps.allNumbers && gaps.gaps == 3 && gaps.firstMissingWord?.row == 2)
    }

    @Test func stringsBySyntaxAreNoNumbersAndNoBooleans() throws {
        let column = try profile(["1", "true", "2020-01-01"], areStrings: true)
        #expect(column.numberCount == 0 && !column.allBooleans && !column.allTimes)
        #expect(try profile(["2020-01-01"], areStrings: true).allTimes)
    }

    @Test func aColumnMetLaterWasMissingBefore() throws {
        var source = MemorySource(["a"], [["1"], ["2"], ["3", "4"]])
        let profile = try DataProfile(reading: &source)
        #expect(profile.columns.map(\.name) == ["a", "c1"])
        #expect(profile.columns[1].missing == 2 && profile.columns[1].count == 1)
    }

    @Test func keepsFiftyValuesWithCountsInTheOrderSeen() throws {
        let column = try profile((0..<200).map { "v\($0 % 100)" } + ["v0"])
        #expect(column.distinct.values.count == 50)
        #expect(column.distinct.values[0] == column.distinct.values.first { $0.text == "v0" })
        #expect(column.distinct.values[0].count == 3 && column.distinct.values[49].count == 2)
        #expect(column.distinct.count == 100 && !column.distinct.isUnique)
    }

    @Test func distinctValuesAreCountedExactlyUpToTenThousand() throws {
        #expect(try profile((0..<10_000).map { "w\($0)" }).distinct.count == 10_000)
        let more = try profile((0..<10_001).map { "w\($0)" })
        #expect(more.distinct.count == nil && more.distinct.isUnique)
        let repeated = try profile((0..<20_000).map { "w\($0)" } + ["w19999"])
        #expect(repeated.distinct.count == nil && !repeated.distinct.isUnique)
        // The memory for the uniqueness of numbers is spent on identifiers only.
        #expect(try !profile((0..<10_001).map { "\($0)" }).distinct.isUnique)
        #expect(try profile((0..<10_001).map { "\($0)" }, name: "trip_id").distinct.isUnique)
    }

    @Test func longValuesAreKeptShort() throws {
        let column = try profile([String(repeating: "x", count: 5000)])
        #expect(column.distinct.hasCutValues)
        #expect(column.distinct.values[0].text.count == DistinctValues.textBytesMax)
        #expect(column.lengthMean == 5000)
    }

    @Test func namesLikeIdentifiers() {
        #expect(["id", "ID", "order_id", "Order_ID", "userId"].allSatisfy(ColumnProfile.isNamedLikeID))
        #expect(!["idea", "paid", "grid", "identity", "width"].contains(where: ColumnProfile.isNamedLikeID))
    }

    @Test func anUnknownTargetIsAnErrorThatNamesTheNearestColumn() throws {
        let unknown = #expect(throws: InitError.self) { try inferredSpec("alpha,class\n1,2\n", target: "clas") }
        #expect(
            unknown?.description
                == "there is no column 'clas'; did you mean 'class'? the columns are alpha, class")
        let far = #expect(throws: InitError.self) { try inferredSpec("alpha,class\n1,2\n", target: "zzzzzz") }
        #expect(far?.description == "there is no column 'zzzzzz'; the columns are alpha, class")
    }

    @Test func filesWithoutAnythingToLearnFromAreErrors() throws {
        let empty = #expect(throws: InitError.self) { try inferredSpec("", target: "y") }
        guard case .dataFile(.headerMissing)? = empty else {
            Issue.record("\(String(describing: empty))")
            return
        }
        let noRows = #expect(throws: InitError.self) { try inferredSpec("x,y\n", target: "y") }
        #expect(noRows?.description.contains(": there are no rows below the header") ?? false)
        let ragged = #expect(throws: InitError.self) { try inferredSpec("x,y\n1;2\n", target: "y") }
        guard case .rowsMissing(_, refusedRows: 1)? = ragged else {
            Issue.record("\(String(describing: ragged))")
            return
        }
        let noTarget = #expect(throws: InitError.self) { try inferredSpec("x,y\n1,\n", target: "y") }
        #expect(noTarget == .targetEmpty(name: "y", rows: 1))
    }

    @Test func progressIsReportedEveryFewThousandRows() throws {
        var source = MemorySource(["a"], .init(repeating: ["1"], count: 10_000))
        var reports: [Int] = []
        _ = try DataProfile(reading: &source) { rows, _ in reports.append(rows) }
        #expect(reports == [4096, 8192])
    }
}
