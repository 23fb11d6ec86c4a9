import Determinism
import Testing

@Suite struct SeededGeneratorTests {
    /// The values of the `rand_xoshiro` crate, computed with the authors' C code from the state 1, 2, 3, 4.
    @Test func matchesThePublishedVectors() {
        var generator = SeededGenerator(state: (1, 2, 3, 4))
        let expected: [UInt64] = [
            11520, 0, 1_509_978_240, 1_215_971_899_390_074_240, 1_216_172_134_540_287_360, 607_988_272_756_665_600,
            16_172_922_978_634_559_625, 8_476_171_486_693_032_832, 10_595_114_339_597_558_777,
            2_904_607_092_377_533_576,
        ]
        #expect(expected.map { _ in generator.next() } == expected)
    }

    /// The values that S. Vigna's `splitmix64.c` gives for the seed 1234567.
    @Test func splitMixMatchesThePublishedVectors() {
        var filler = SplitMix64(state: 1_234_567)
        let expected: [UInt64] = [
            6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
        ]
        #expect(expected.map { _ in filler.next() } == expected)
    }

    @Test func firstNumberOfSeedZeroIsTheDocumentedOne() {
        var generator = SeededGenerator(seed: 0)
        #expect(generator.next() == 11_091_344_671_253_066_420)
    }

    @Test func decodedGeneratorContinues() throws {
        var generator = SeededGenerator(seed: 42)
        for _ in 0..<10 { _ = generator.next() }
        var copy = try SeededGenerator(canonicalBytes: generator.canonicalBytes)
        #expect(copy == generator)
        for _ in 0..<10 { #expect(copy.next() == generator.next()) }
        #expect(throws: CanonicalDecodingError.self) {
            try SeededGenerator(canonicalBytes: [UInt8](repeating: 0, count: 32))
        }
    }

    @Test func uniformStaysInRangeWithTheRightMean() {
        var generator = SeededGenerator(seed: 1)
        let values = (0..<100_000).map { _ in generator.uniform() }
        #expect(values.allSatisfy { $0 >= 0 && $0 < 1 && $0 * 0x1p53 == ($0 * 0x1p53).rounded() })
        // The standard deviation of the mean is 0.0009.
        #expect((values.reduce(0, +) / 100_000 - 0.5).magnitude < 0.004)
    }

    @Test(arguments: [1, 2, 3, 7, 1000]) func belowCoversItsRangeEvenly(_ n: Int) {
        var generator = SeededGenerator(seed: UInt64(n))
        var counts = [Int](repeating: 0, count: n)
        let draws = 10_000 * n
        for _ in 0..<min(draws, 1_000_000) { counts[generator.below(n)] += 1 }
        let mean = Double(min(draws, 1_000_000)) / Double(n)
        // Six standard deviations of a Poisson count.
        #expect(counts.allSatisfy { (Double($0) - mean).magnitude <= 6 * mean.squareRoot() })
    }

    @Test func belowIsUnbiasedForBoundsThatHardlyFit() {
        // Two thirds of 2⁶⁴ is the worst bound: without rejection a third of the values would come up twice as often.
        var generator = SeededGenerator(seed: 9)
        let bound = Int.max / 3 * 2
        let lower = (0..<30_000).filter { _ in generator.below(bound) < bound / 2 }.count
        #expect((lower - 15_000).magnitude < 520)
    }
}
