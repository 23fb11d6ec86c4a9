import Determinism
import Testing

@Suite struct ElementaryTests {
    struct Function: Sendable, CustomStringConvertible {
        let description: String
        let call: @Sendable (Double) -> Double
        /// The largest error that the documentation of `Elementary` states, in thousandths of an ulp.
        let milliulps: Int64
        /// SHA-256 of the results of `goldenInputs`: a change of one bit is a new revision of what depends on it.
        let golden: String
    }

    static let functions = [
        Function(
            description: "exp", call: { Elementary.exp($0) }, milliulps: 950,
            golden: "093d9c508ecf5d809adf6363edb88b296b5abdcbd693566fe4cde84880d50d78"),
        Function(
            description: "log", call: { Elementary.log($0) }, milliulps: 850,
            golden: "05a068c99849e736d7b4289887037f8fd9bda26bf6ae3ed6282031defb63e875"),
        Function(
            description: "log1p", call: { Elementary.log1p($0) }, milliulps: 850,
            golden: "600f7bbe2f492713416d848df91cbe63b141c0d4a38506fab3348ca94fe5524c"),
        Function(
            description: "tanh", call: { Elementary.tanh($0) }, milliulps: 900,
            golden: "cb362c0eddc306ef21024de79e62d4c136850c1b0c8954525c84ac2cb40f22b3"),
        Function(
            description: "sigmoid", call: { Elementary.sigmoid($0) }, milliulps: 950,
            golden: "7ffba38c59c2afa5a829265294e85a45ce3b9af3e6586b24fbbb5c420438f105"),
    ]

    @Test(arguments: functions) func errsByNoMoreThanDocumented(_ function: Function) throws {
        var largest: Int64 = 0
        var count = 0
        for line in try referenceLines("elementary_reference.txt") where line[0] == function.description {
            let input = Double(bitPattern: try bits(line[1]))
            let actual = function.call(input)
            let difference = Int64(bitPattern: actual.bitPattern &- (try bits(line[2])))
            guard difference.magnitude < 1000 else {
                Issue.record("\(function)(\(input)) is \(actual)")
                continue
            }
            let error = Int64((1000 * difference - (try #require(Int64(line[3])))).magnitude)
            largest = max(largest, error)
            count += 1
            if function.description == "sigmoid" && input > -40 { #expect(error <= 700) }
        }
        #expect(largest <= function.milliulps)
        #expect(count > 1000)
    }

    @Test(arguments: functions) func givesTheSameBitsAsEver(_ function: Function) {
        var encoder = CanonicalEncoder()
        for input in Self.goldenInputs {
            let inDomain = function.description.hasPrefix("log") ? input.magnitude : input
            encoder.fixed64(function.call(inDomain).bitPattern)
        }
        #expect(Digest(hashing: encoder.bytes).description == function.golden)
    }

    @Test(arguments: functions) func mapsNaNToTheCanonicalNaN(_ function: Function) {
        for pattern: UInt64 in [0x7ff8_0000_0000_0000, 0xfff8_0000_0000_0000, 0x7ff0_0000_0000_0001] {
            #expect(function.call(Double(bitPattern: pattern)).bitPattern == 0x7ff8_0000_0000_0000)
        }
    }

    @Test func extremesAreExact() {
        #expect(Elementary.exp(.infinity) == .infinity)
        #expect(Elementary.exp(-.infinity) == 0)
        #expect(Elementary.exp(0) == 1)
        #expect(Elementary.exp(-0.0) == 1)
        #expect(Elementary.exp(709.7827128933841) == .infinity)
        #expect(Elementary.exp(-745.1332191019412) == 0)
        #expect(Elementary.exp(-745.1332191019411) == .leastNonzeroMagnitude)
        #expect(Elementary.log(1).bitPattern == 0)
        #expect(Elementary.log(0) == -.infinity)
        #expect(Elementary.log(-0.0) == -.infinity)
        #expect(Elementary.log(.infinity) == .infinity)
        for x: Double in [-1, -.leastNonzeroMagnitude, -.infinity] { #expect(Elementary.log(x).isNaN) }
        #expect(Elementary.log1p(-1) == -.infinity)
        #expect(Elementary.log1p(.infinity) == .infinity)
        for x: Double in [(-1.0).nextDown, -.infinity] { #expect(Elementary.log1p(x).isNaN) }
        #expect(Elementary.tanh(.infinity) == 1)
        #expect(Elementary.tanh(-.infinity) == -1)
        #expect(Elementary.tanh(22.0.nextDown) == 1)
        #expect(Elementary.sigmoid(.infinity) == 1)
        #expect(Elementary.sigmoid(-.infinity) == 0)
        #expect(Elementary.sigmoid(0) == 0.5)
        #expect(Elementary.sigmoid(40.0.nextDown) == 1)
    }

    @Test func oddFunctionsKeepTheSign() {
        for x: Double in [0, .leastNonzeroMagnitude, 1e-200, 0.3, 0.5625, 3, 30] {
            #expect(Elementary.tanh(-x).bitPattern == (-Elementary.tanh(x)).bitPattern)
        }
        #expect(Elementary.log1p(-0.0).bitPattern == (-0.0).bitPattern)
    }

    @Test func sigmoidOfOppositesAddsUpToOne() {
        for x in Self.goldenInputs where x.magnitude < 40 {
            // Both are within 0.7 ulp of ones that add up to 1; an ulp of the larger is at most 2⁻⁵³.
            let sum = Elementary.sigmoid(x) + Elementary.sigmoid(-x)
            #expect((sum - 1).magnitude <= 0x1p-52)
        }
    }

    /// 100 000 inputs: a third in (−1, 1), a third in (−40, 40), a third in (−800, 800).
    static let goldenInputs: [Double] = {
        var generator = SeededGenerator(seed: 7)
        return (0..<100_000).map { index in
            (2 * generator.uniform() - 1) * [1, 40, 800][index % 3]
        }
    }()
}
