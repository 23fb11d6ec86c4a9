import Determinism
import Testing

@Suite struct ErrorFunctionTests {
    private static func largestError(_ name: String, _ function: (Double) -> Double) throws -> (
        error: Int64, count: Int
    ) {
        var (largest, count): (Int64, Int) = (0, 0)
        for line in try referenceLines("error_function_reference.txt") where line[0] == name {
            let actual = function(Double(bitPattern: try bits(line[1])))
            let difference = Int64(bitPattern: actual.bitPattern &- (try bits(line[2])))
            guard difference.magnitude < 1000 else {
                Issue.record("\(name) of \(line[1]) is \(actual)")
                continue
            }
            largest = max(largest, Int64((1000 * difference - (try #require(Int64(line[3])))).magnitude))
            count += 1
        }
        return (largest, count)
    }

    @Test func erfErrsByNoMoreThanDocumented() throws {
        let found = try Self.largestError("erf") { Elementary.erf($0) }
        #expect(found.error <= 900 && found.count > 2000)
    }

    @Test func log2ErrsByNoMoreThanDocumented() throws {
        let found = try Self.largestError("log2") { Elementary.log2($0) }
        #expect(found.error <= 1600 && found.count > 1000)
    }

    @Test func erfIsOddAndEndsAtOne() {
        #expect(Elementary.erf(0.0).bitPattern == 0)
        #expect(Elementary.erf(-0.0).bitPattern == (-0.0).bitPattern)
        #expect(Elementary.erf(6) == 1 && Elementary.erf(-.infinity) == -1)
        #expect(Elementary.erf(.nan).isNaN)
        for x in [0.1, 0.49, 0.5, 1.3, 4] { #expect(Elementary.erf(-x) == -Elementary.erf(x)) }
        #expect(Elementary.erf(.leastNonzeroMagnitude) > 0)
    }

    @Test func erfAscends() {
        var last = -1.0
        for step in -6500...6500 {
            let value = Elementary.erf(Double(step) / 1000)
            #expect(value >= last)
            last = value
        }
    }

    @Test func log2OfAPowerIsItsExponent() {
        for exponent in -1074...1023 {
            #expect(
                Elementary.log2(Double(sign: .plus, exponent: exponent, significand: 1)) == Double(exponent)
            )
        }
        #expect(Elementary.log2(0) == -.infinity && Elementary.log2(.infinity) == .infinity)
        #expect(Elementary.log2(-1).isNaN && Elementary.log2(.nan).isNaN)
    }
}
