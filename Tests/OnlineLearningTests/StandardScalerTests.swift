import Determinism
import OnlineLearning
import Testing

@Suite struct StandardScalerTests {
    static let layout = FeatureLayout([("a", .number), ("b", .number)])

    static func row(_ a: Double, _ b: Double = .nan) -> FeatureRow {
        var row = FeatureRow(layout)
        row.setNumber(a, at: 0)
        row.setNumber(b, at: 1)
        return row
    }

    static func vector(_ row: FeatureRow) -> FeatureVector {
        var vector = FeatureVector()
        vector.begin(row, slots: [0, 1], columnCount: 2)
        return vector
    }

    static func learned(_ rows: [FeatureRow], withStd: Bool = true) -> StandardScaler {
        var scaler = StandardScaler(withStd: withStd, slots: [0, 1])
        var (columnCount, journal) = (2, Journal())
        for row in rows {
            let isLearned = scaler.learn(row, vector(row), weight: 1, columnCount: &columnCount, journal: &journal)
            #expect(isLearned)
        }
        return scaler
    }

    static func transform(_ scaler: StandardScaler, _ row: FeatureRow) -> [Double] {
        var vector = vector(row)
        scaler.transform(row, &vector)
        return vector.numbers
    }

    @Test func scalesByMeanAndDeviation() {
        let scaler = Self.learned([1, 2, 3].map { Self.row($0, $0 * 10) })
        #expect(Self.transform(scaler, Self.row(3, 30)).allSatisfy { isClose($0, 1.224744871391589) })
    }

    @Test func takesOnlyTheMeanAwayWhereAsked() {
        let scaler = Self.learned([1, 2, 6].map { Self.row($0) }, withStd: false)
        #expect(Self.transform(scaler, Self.row(5))[0] == 2)
    }

    @Test func aMissingValueIsNeitherCountedNorFilledIn() {
        let scaler = Self.learned([Self.row(1, 5), Self.row(.nan, 5), Self.row(3, .nan)])
        #expect(Self.transform(scaler, Self.row(3))[0] == 1)
        #expect(Self.transform(scaler, Self.row(.nan))[0].isNaN)
        #expect(Self.transform(scaler, Self.row(.nan, .nan))[1].isNaN)
    }

    @Test func aFeatureWithoutVarianceBecomesZero() {
        #expect(Self.transform(Self.learned([]), Self.row(7, -7)) == [0, 0])
        #expect(Self.transform(Self.learned([Self.row(4, 4)]), Self.row(7, 4)) == [0, 0])
    }

    @Test func undoingTakesTheLastExampleBackToTheBit() {
        var scaler = Self.learned([1, 2, 3].map { Self.row($0, -$0) })
        let before = scaler
        var (columnCount, journal) = (2, Journal())
        for value in [9, 1e200, .nan] {
            let row = Self.row(value)
            _ = scaler.learn(row, Self.vector(row), weight: 1, columnCount: &columnCount, journal: &journal)
            scaler.undo(&journal)
            #expect(bytes(scaler) == bytes(before))
            #expect(Self.transform(scaler, Self.row(5, 5)) == Self.transform(before, Self.row(5, 5)))
        }
    }

    @Test func refusesAVarianceThatIsNotFinite() {
        var scaler = Self.learned([Self.row(-1e200)])
        var (columnCount, journal) = (2, Journal())
        let row = Self.row(1e200)
        let isLearned = scaler.learn(row, Self.vector(row), weight: 1, columnCount: &columnCount, journal: &journal)
        #expect(!isLearned)
    }

    private func bytes(_ scaler: StandardScaler) -> [UInt8] {
        var encoder = CanonicalEncoder()
        scaler.encode(to: &encoder)
        return encoder.bytes
    }
}
