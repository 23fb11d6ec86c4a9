import OnlineLearning
import Testing

/// River 0.26.1 over the same texts; terms never learned have no column here, so each text is learned first.
@Suite struct TextTransformerTests {
    private static let texts = [
        "The red car, a red-hot car", "re-do it: the bus_2 waits", "A red bus -- and the car", "x y z a1",
        "--lead trail-- mid--dle UPPER",
    ]

    private func learned(_ name: String, _ arguments: KeyValuePairs<String, Argument> = [:]) -> TransformerFixture {
        var fixture = TransformerFixture(name, arguments, ["t": .text])
        for text in Self.texts { fixture.learn([.string(text)]) }
        return fixture
    }

    private func values(_ fixture: TransformerFixture, _ text: String) -> [Double] {
        fixture.transform([.string(text)]).values.sorted()
    }

    @Test func wordsAreThoseOfRiversPattern() {
        let bag = learned("bag_of_words")
        let counts: [[Double]] = [[1, 1, 1, 2], [1, 1, 1, 1, 1], [1, 1, 1, 1, 1], [1], [1, 1, 1, 1]]
        #expect(Self.texts.map { values(bag, $0) } == counts)
        let pairs = learned("bag_of_words", ["ngram_range": .numbers([1, 2])])
        #expect(Self.texts.map { values(pairs, $0).count } == [8, 9, 9, 1, 7])
        #expect(values(bag, "CAR car Car") == [3])
        #expect(values(learned("bag_of_words", ["lowercase": .boolean(false)]), "CAR car Car") == [1])
        #expect(values(bag, "") == [])
        #expect(bag.transform([nil]).values == [])
    }

    @Test func lettersBeyondASCIIMakeWords() {
        var bag = TransformerFixture("bag_of_words", ["t": .text])
        bag.learn(["\u{201C}Grüße\u{201D} Москва—東京"])
        #expect(bag.transformer.columns.count == 3)
        #expect(values(bag, "GRÜßE МОСКВА 東京") == [1, 1, 1])
        #expect(values(bag, "Gru\u{308}ße") == [])
    }

    @Test func stopWordsAndTheCap() {
        let bag = learned("bag_of_words", ["stop_words": .names(["the", "it"])])
        #expect(values(bag, "the car it was") == [1])
        var small = TransformerFixture("bag_of_words", ["max_terms": .integer(2)], ["t": .text])
        small.learn(["one two three four"])
        #expect(small.transform(["four three two never"]).columns.sorted() == [1, 2])
        #expect(values(small, "four three two never") == [1, 3])
    }

    @Test func rareTermsWeighMore() {
        var tfidf = TransformerFixture("tfidf", ["t": .text])
        for text in ["red car", "red bus"] { tfidf.learn([.string(text)]) }
        #expect(values(tfidf, "red bus bus").isClose([0.3351757433279261, 0.9421556246632359]))
    }

    @Test func tfidfHasRiversNumbers() {
        var tfidf = TransformerFixture("tfidf", ["t": .text])
        var plain = TransformerFixture(
            "tfidf", ["normalize": .boolean(false), "ngram_range": .numbers([1, 2])], ["t": .text])
        #expect(values(tfidf, Self.texts[0]) == [])
        tfidf.learn([.string(Self.texts[0])])
        plain.learn([.string(Self.texts[0])])
        // Of "re-do it: the bus_2 waits" only `the` is known, and the length is of all five.
        #expect(values(tfidf, Self.texts[1]).isClose([0.2832169249871526]))
        #expect(values(plain, Self.texts[1]).isClose([0.1111111111111111]))
        tfidf.learn([.string(Self.texts[1])])
        plain.learn([.string(Self.texts[1])])
        #expect(values(tfidf, Self.texts[2]).isClose([0.2695916175510179, 0.3789016119063963, 0.3789016119063963]))
        #expect(values(plain, Self.texts[2]).isClose([0.1111111111111111, 0.15616278978979603, 0.15616278978979603]))
    }
}
