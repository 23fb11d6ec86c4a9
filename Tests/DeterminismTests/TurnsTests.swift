import Determinism
import Testing

@Suite struct TurnsTests {
    @Test func quartersAndTwelfthsAreWhatTheyAre() {
        #expect([0, 0.25, 0.5, 0.75, 1, -0.25].map { Elementary.sine(turns: $0) } == [0, 1, 0, -1, 0, -1])
        #expect([0, 0.25, 0.5, 0.75, 1, -0.5].map { Elementary.cosine(turns: $0) } == [1, 0, -1, 0, 1, -1])
        #expect((Elementary.sine(turns: 1.0 / 12) - 0.5).magnitude < 2e-16)
        #expect((Elementary.cosine(turns: 0.125) - 0.5.squareRoot()).magnitude < 2e-16)
        #expect(Elementary.sine(turns: .infinity).isNaN)
        #expect(Elementary.cosine(turns: .nan).isNaN)
    }

    /// The addition theorem, which no wrong coefficient survives.
    @Test func sumsOfAnglesAreAsTheyMustBe() {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<2_000 {
            let (a, b) = (generator.uniform(), generator.uniform())
            let (sa, ca) = (Elementary.sine(turns: a), Elementary.cosine(turns: a))
            let (sb, cb) = (Elementary.sine(turns: b), Elementary.cosine(turns: b))
            #expect((sa * sa + ca * ca - 1).magnitude < 1e-15)
            #expect((Elementary.sine(turns: a + b) - (sa * cb + ca * sb)).magnitude < 4e-15)
            #expect((Elementary.cosine(turns: a + b) - (ca * cb - sa * sb)).magnitude < 4e-15)
        }
    }
}
