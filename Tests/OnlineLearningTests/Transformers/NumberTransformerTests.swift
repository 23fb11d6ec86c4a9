import OnlineLearning
import Testing

/// The numbers that the type comments name, and what happens at the edges.
@Suite struct NumberTransformerTests {
    private func learned(
        _ name: String, _ arguments: KeyValuePairs<String, Argument>, _ values: [FixtureValue]
    ) -> TransformerFixture {
        var fixture = TransformerFixture(name, arguments, ["a": .number])
        for value in values { fixture.learn([value]) }
        return fixture
    }

    private func learned(_ name: String, _ values: [FixtureValue]) -> TransformerFixture {
        learned(name, [:], values)
    }

    @Test func minMaxScalesToTheRangeLearned() {
        let scaler = learned("min_max_scaler", [1, 3, nil, 2])
        #expect(scaler.numbers([2.5]) == [0.75])
        #expect(scaler.numbers([5]) == [2])
        #expect(scaler.numbers([nil])[0].isNaN)
        #expect(learned("min_max_scaler", []).numbers([7]) == [0])
        #expect(learned("min_max_scaler", [4]).numbers([7]) == [0])
    }

    @Test func maxAbsScalesByTheGreatestMagnitude() {
        let scaler = learned("max_abs_scaler", [1, -4, 2])
        #expect(scaler.numbers([3]) == [0.75])
        #expect(scaler.numbers([0]) == [0])
        #expect(learned("max_abs_scaler", [0]).numbers([7]) == [0])
    }

    @Test func robustScalesByQuantiles() {
        let values: [FixtureValue] = [9, 7, 3, 2, 6, 1, 8, 5, 4]
        #expect(learned("robust_scaler", values).numbers([7]).isClose([0.4632211022946601]))
        let centred = learned("robust_scaler", ["with_scaling": .boolean(false)], values)
        #expect(centred.numbers([7]) == [2])
        let scaled = learned("robust_scaler", ["with_centering": .boolean(false)], values)
        #expect(scaled.numbers([4.317592592592592]).isClose([1]))
        #expect(learned("robust_scaler", []).numbers([7]) == [0])
        #expect(Component.conflict("robust_scaler", ["q_inf": .number(0.8)]) == "q_inf must be less than q_sup")
    }

    @Test func normalizerMakesLengthOne() {
        let normalizer = TransformerFixture("normalizer", ["a": .number, "b": .number, "c": .number])
        #expect(normalizer.numbers([3, nil, -4])[0] == 0.6)
        #expect(normalizer.numbers([3, nil, -4])[1].isNaN)
        #expect(normalizer.numbers([3, nil, -4])[2] == -0.8)
        #expect(normalizer.numbers([0, 0, nil])[0] == 0)
        #expect(normalizer.numbers([3e200, 4e200, 0]).isClose([0.6, 0.8, 0]))
        #expect(normalizer.numbers([3e-300, 4e-300, 0]).isClose([0.6, 0.8, 0]))
        let sum = TransformerFixture("normalizer", ["order": .integer(1)], ["a": .number, "b": .number])
        #expect(sum.numbers([1, -3]) == [0.25, -0.75])
        let cube = TransformerFixture("normalizer", ["order": .integer(3)], ["a": .number, "b": .number])
        #expect(cube.numbers([1, 1]).isClose([0.7937005259840998, 0.7937005259840998]))
    }

    @Test func binarizerCutsAtItsThreshold() {
        let binarizer = TransformerFixture("binarizer", ["threshold": .number(0.5)], ["a": .number])
        #expect(binarizer.numbers([0.5]) == [0])
        #expect(binarizer.numbers([0.6]) == [1])
        #expect(binarizer.numbers([nil])[0].isNaN)
    }

    @Test func imputersFillWhatIsMissing() {
        #expect(learned("stat_imputer", [1, 2, nil, 6]).numbers([nil]) == [3])
        #expect(learned("stat_imputer", [1, 2, 6]).numbers([7]) == [7])
        #expect(learned("stat_imputer", []).numbers([nil]) == [0])
        func filled(_ how: String) -> Double {
            learned("stat_imputer", ["how": .choice(how), "value": .number(-2)], [3, 1, 8, nil]).numbers([nil])[0]
        }
        #expect([filled("min"), filled("max"), filled("median"), filled("constant")] == [1, 8, 3, -2])
        #expect(learned("stat_imputer", ["how": .choice("min")], []).numbers([nil])[0].isNaN)
        #expect(learned("previous_imputer", [1, 2, nil]).numbers([nil]) == [2])
        #expect(learned("previous_imputer", []).numbers([nil])[0].isNaN)
    }

    @Test func whatVariesLittleIsLeftOut() {
        let threshold: KeyValuePairs<String, Argument> = ["threshold": .number(1)]
        #expect(learned("variance_threshold", threshold, [1, 3]).numbers([9]) == [9])
        #expect(learned("variance_threshold", threshold, [1, 2]).numbers([9])[0].isNaN)
        #expect(learned("variance_threshold", threshold, [1]).numbers([9]) == [9])
        #expect(learned("variance_threshold", [5, 5, 5]).numbers([9])[0].isNaN)
    }

    @Test func theBestCorrelationsStay() {
        var selection = TransformerFixture(
            "select_k_best", ["k": .integer(1)], ["a": .number, "b": .number])
        #expect(selection.numbers([1, 2]) == [1, 2])
        for (a, b, y) in [(1.0, 5.0, 1.0), (2, 4, 2), (3, 4, 3)] { selection.learn([.number(a), .number(b)], y) }
        #expect(selection.numbers([1, 2])[0] == 1)
        #expect(selection.numbers([1, 2])[1].isNaN)
        var absolute = TransformerFixture(
            "select_k_best", ["k": .integer(1), "use_abs": .boolean(true)], ["a": .number, "b": .number])
        for (a, b, y) in [(1.0, 5.0, 1.0), (1.5, 4, 2), (1.2, 3, 3)] { absolute.learn([.number(a), .number(b)], y) }
        #expect(absolute.numbers([1, 2])[0].isNaN)
        #expect(absolute.numbers([1, 2])[1] == 2)
    }

    @Test func productsOfNumbersAreNumbers() {
        let square = TransformerFixture("polynomial_extender", ["a": .number, "b": .number])
        #expect(square.outputs == ["a*a", "a*b", "b*b"])
        #expect(square.numbers([2, 3]) == [2, 3, 4, 6, 9])
        #expect(square.numbers([2, nil])[2] == 4)
        #expect(square.numbers([2, nil])[3].isNaN)
        #expect(square.numbers([1e200, 3])[2].isNaN)
        let cube = TransformerFixture(
            "polynomial_extender",
            ["degree": .integer(3), "interaction_only": .boolean(true), "include_bias": .boolean(true)],
            ["c": .number, "b": .number, "a": .number])
        #expect(cube.outputs == ["b*c", "a*c", "a*b", "a*b*c", "bias"])
        #expect(cube.numbers([2, 3, 5]) == [2, 3, 5, 6, 10, 15, 30, 1])
    }

    @Test func aCopyIsNamedByItsNumber() {
        let copy = TransformerFixture("copy", ["number": .integer(3)], ["a": .number])
        #expect(copy.outputs == ["a_3"])
        #expect(copy.numbers([5]) == [5, 5])
    }
}

extension Component {
    /// What a component's declaration has against arguments.
    static func conflict(_ name: String, _ arguments: [String: Argument]) -> String? {
        guard let declaration = Catalogue.declaration(named: name) else { return "no \(name)" }
        return declaration.conflict(declaration.parameters.map { arguments[$0.name] ?? $0.defaultValue })
    }
}
