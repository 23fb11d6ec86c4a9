import Determinism
import OnlineLearning
import Testing

@Suite struct OneHotEncoderTests {
    /// An encoder with the columns it has taken, from 0 on.
    struct Encoding {
        var encoder: OneHotEncoder
        var columnCount = 0
        var journal = Journal()

        init(_ arguments: [String: Argument] = [:]) {
            encoder = OneHotEncoder(
                Arguments(component("one_hot", arguments), declaration: OneHotEncoder.declaration),
                inputs: [Input(name: "c", kind: .category, slot: 0)])
        }

        static func row(_ category: String?) -> FeatureRow {
            var row = FeatureRow(FeatureLayout([("c", .category)]))
            if let category { row.setString(category, at: 0) }
            return row
        }

        mutating func learn(_ category: String?) {
            _ = encoder.learn(
                Self.row(category), FeatureVector(), weight: 1, columnCount: &columnCount, journal: &journal)
        }

        func transform(_ category: String?) -> FeatureVector {
            var vector = FeatureVector()
            encoder.transform(Self.row(category), &vector)
            return vector
        }

        func columns(_ category: String?) -> [Int32] { Array(transform(category).columns) }

        var bytes: [UInt8] {
            var encoder = CanonicalEncoder()
            self.encoder.encode(to: &encoder)
            return encoder.bytes
        }
    }

    @Test func aCategoryGetsItsColumnWhenItIsFirstLearned() {
        var encoding = Encoding()
        #expect(encoding.columns("red") == [])
        for category in ["red", "blue", nil, "red", ""] { encoding.learn(category) }
        #expect(["red", "blue", "", "green", nil].map { encoding.columns($0) } == [[0], [1], [2], [], []])
        #expect(encoding.transform("blue").values == [1])
        #expect(encoding.columnCount == 3)
    }

    @Test func namesAreBytesNotCharacters() {
        var encoding = Encoding()
        encoding.learn("\u{e9}")
        encoding.learn("e\u{301}")
        #expect(encoding.columnCount == 2)
    }

    @Test func beyondTheCapCategoriesShareOneColumn() {
        var encoding = Encoding(["max_categories": .integer(2)])
        for category in ["a", "b"] { encoding.learn(category) }
        #expect(encoding.columns("c") == [])
        for category in ["c", "d", "a"] { encoding.learn(category) }
        #expect(["a", "b", "c", "d", "never seen"].map { encoding.columns($0) } == [[0], [1], [2], [2], [2]])
        #expect(encoding.columnCount == 3)
    }

    @Test func aClosedListIsTakenWholeAndHasNoOther() {
        let list = Argument.categories([.init(feature: "c", names: ["x", "y"])])
        var encoding = Encoding(["categories": list])
        encoding.learn("z")
        #expect(encoding.columnCount == 2)
        #expect(["x", "y", "z"].map { encoding.columns($0) } == [[0], [1], []])
    }

    @Test func undoingTakesBackWhatTheLastExampleTook() {
        var encoding = Encoding(["max_categories": .integer(2)])
        for category in ["a", "b", "c"] {
            let before = encoding
            encoding.learn(category)
            #expect(encoding.bytes != before.bytes)
            encoding.encoder.undo(&encoding.journal)
            #expect(encoding.bytes == before.bytes)
            #expect(encoding.columns(category) == [])
            encoding.columnCount = before.columnCount
            encoding.learn(category)
        }
        let before = encoding.bytes
        encoding.learn("a")
        encoding.encoder.undo(&encoding.journal)
        #expect(encoding.bytes == before)
        #expect(["a", "b", "c"].map { encoding.columns($0) } == [[0], [1], [2]])
    }

    @Test func zerosAreHandedOnUnlessDropped() {
        #expect(Encoding().transform("a").keepsZeros)
        #expect(!Encoding(["drop_zeros": .boolean(true)]).transform("a").keepsZeros)
    }

    @Test func goesOnFromItsEncoding() throws {
        var encoding = Encoding(["max_categories": .integer(3)])
        for category in ["a", "b", "c", "d"] { encoding.learn(category) }
        var restored = Encoding(["max_categories": .integer(3)])
        var decoder = CanonicalDecoder(encoding.bytes)
        try restored.encoder.restore(from: &decoder)
        try decoder.finish()
        #expect(restored.encoder.columns.sorted() == [0, 1, 2, 3])
        #expect(["a", "b", "c", "e"].map { restored.columns($0) } == [[0], [1], [2], [3]])
    }

    @Test func aPipelineRefusesColumnsThatNobodyTook() throws {
        let model = TestModel("linear_sgd", "linear_regression")
        var pipeline = TestPipeline(model)
        for example in Example.stream(20, seed: 5) { pipeline.learn(example) }
        var bytes = pipeline.bytes
        bytes[0] += 1
        var restored = TestPipeline(model)
        #expect(throws: CanonicalDecodingError.self) { try restored.restore(bytes) }
    }
}
