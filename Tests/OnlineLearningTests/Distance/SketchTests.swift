import Determinism
import OnlineLearning
import Testing

/// Sketches keep the error that they state, against counting everything.
@Suite struct SketchTests {
    /// Numbers in several orders, all of which a stream may have.
    static let streams: [[Double]] = {
        var generator = SeededGenerator(seed: 3)
        let random = (0..<20_000).map { _ in generator.uniform() }
        let few = (0..<20_000).map { _ in Double(generator.below(7)) }
        let waves = (0..<20_000).map { (index: Int) -> Double in
            let height = Double(index * 7_919 % 1_009)
            return index % 2 == 0 ? height : -height
        }
        return [random, few, waves, random.sorted(), random.sorted(by: >)]
    }()

    private static func sketch(_ numbers: some Sequence<Double>, capacity: Int = 32) -> QuantileSketch {
        var sketch = QuantileSketch(capacity: capacity)
        for x in numbers { sketch.update(x) }
        return sketch
    }

    private static func holds(_ sketch: QuantileSketch, of numbers: [Double]) {
        #expect(sketch.count == numbers.count)
        let sorted = numbers.sorted()
        for index in stride(from: 0, to: sorted.count, by: 97) {
            let x = sorted[index]
            let rank = sorted.count { $0 <= x }
            let error = sketch.rank(x) - rank
            #expect(error <= sketch.ranksTooMany && -error <= sketch.ranksTooFew, "rank \(rank) is off by \(error)")
        }
    }

    @Test(arguments: 0..<5) func ranksAreOffByNoMoreThanTheSketchSays(_ index: Int) {
        let numbers = Self.streams[index]
        let sketch = Self.sketch(numbers)
        Self.holds(sketch, of: numbers)
        // The bound of the documentation: n/k log2(n/k), both sides together.
        let ratio = Double(numbers.count) / 32
        #expect(Double(sketch.ranksTooMany + sketch.ranksTooFew) <= ratio * ratio.exponentCeiling)
        #expect(sketch.ranksTooMany + sketch.ranksTooFew > 0)
    }

    @Test func upToItsCapacityItIsExact() {
        let numbers = Array(Self.streams[0].prefix(31))
        let sketch = Self.sketch(numbers)
        #expect(sketch.errorMax == 0)
        #expect(sketch.quantile(0.5) == numbers.sorted()[15])
        var thousand = QuantileSketch()
        for x in 1...1000 { thousand.update(Double(x)) }
        #expect(thousand.quantile(0.5) == 499)
        #expect(QuantileSketch().quantile(0.5) == nil)
    }

    @Test func mergedItHoldsForBoth() {
        for (left, right) in [(0, 1), (2, 3), (4, 0)] {
            let (a, b) = (Self.streams[left], Array(Self.streams[right].prefix(3_333)))
            var merged = Self.sketch(a)
            merged.merge(Self.sketch(b))
            Self.holds(merged, of: a + b)
        }
        var empty = QuantileSketch(capacity: 32)
        empty.merge(Self.sketch(Self.streams[0]))
        Self.holds(empty, of: Self.streams[0])
    }

    @Test func memoryGrowsWithTheLogarithm() {
        var sketch = QuantileSketch(capacity: 32)
        for x in Self.streams.joined() { sketch.update(x) }
        // 100,000 numbers: twelve levels of 32 at most.
        #expect(sketch.byteCount <= 13 * (8 * 32 + 32) + 200)
    }

    @Test func goesOnFromItsEncoding() throws {
        var straight = QuantileSketch(capacity: 16)
        var broken = straight
        for (index, x) in Self.streams[0].prefix(2_000).enumerated() {
            straight.update(x)
            if index % 37 == 0 { broken = try QuantileSketch(canonicalBytes: broken.canonicalBytes) }
            broken.update(x)
        }
        #expect(straight == broken)
        #expect(straight.canonicalBytes == broken.canonicalBytes)
    }

    @Test func whatIsNoNumberIsLeftOut() {
        var sketch = Self.sketch([1, 2])
        for x in [Double.nan, .infinity, -.infinity] {
            let isTaken = sketch.update(x)
            #expect(!isTaken)
        }
        #expect(sketch == Self.sketch([1, 2]))
    }

    @Test func damagedBytesAreHarmless() {
        var generator = SeededGenerator(seed: 1)
        var categories = CategorySketch(capacity: 4)
        for index in 0..<100 { categories.update("c\(index % 13)") }
        let (numbers, names) = (Self.sketch(Self.streams[0].prefix(900)).canonicalBytes, categories.canonicalBytes)
        var taken = 0
        for _ in 0..<2_000 {
            var (a, b) = (numbers, names)
            a[generator.below(a.count)] = UInt8(truncatingIfNeeded: generator.next())
            b[generator.below(b.count)] = UInt8(truncatingIfNeeded: generator.next())
            if var sketch = try? QuantileSketch(canonicalBytes: a) {
                for x in Self.streams[1].prefix(100) { sketch.update(x) }
                #expect(KolmogorovSmirnov.distance(sketch, Self.sketch([1, 2, 3])).isFinite)
                taken += 1
            }
            if var sketch = try? CategorySketch(canonicalBytes: b) {
                for index in 0..<30 { sketch.update("d\(index)") }
                taken += 1
            }
        }
        #expect(taken > 100, "most flips of a number's bits are another number")
    }

    // MARK: Categories

    private static func names(_ count: Int, seed: UInt64) -> [String] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in "n\(Int(200 * generator.uniform() * generator.uniform() * generator.uniform()))" }
    }

    private static func categories(_ names: [String], capacity: Int = 20) -> CategorySketch {
        var sketch = CategorySketch(capacity: capacity)
        for name in names { sketch.update(name) }
        return sketch
    }

    private static func holds(_ sketch: CategorySketch, of names: [String]) {
        #expect(sketch.count == names.count)
        for number in 0..<200 {
            let exact = names.count { $0 == "n\(number)" }
            let found = sketch.count(of: "n\(number)")
            #expect(found <= exact && exact - found <= sketch.missedMax)
        }
        #expect(sketch.missedMax <= names.count / (sketch.capacity + 1))
    }

    @Test func countsAreTooLowByNoMoreThanTheSketchSays() {
        let (a, b) = (Self.names(20_000, seed: 1), Self.names(5_000, seed: 2).map { $0 == "n0" ? "n150" : $0 })
        let sketch = Self.categories(a)
        #expect(sketch.missedMax > 0)
        Self.holds(sketch, of: a)
        var merged = sketch
        merged.merge(Self.categories(b))
        Self.holds(merged, of: a + b)
        #expect(merged.categories.count <= 40)
    }

    @Test func fewCategoriesAreExact() throws {
        let sketch = Self.categories(["a", "b", "a"])
        #expect(sketch.categories.map(\.name) == ["a", "b"] && sketch.categories.map(\.count) == [2, 1])
        #expect(sketch.missedMax == 0)
        var again = try CategorySketch(canonicalBytes: sketch.canonicalBytes)
        again.update("b")
        #expect(again.canonicalBytes == Self.categories(["a", "b", "a", "b"]).canonicalBytes)
    }
}

extension Double {
    /// A whole number above the logarithm to the base of two.
    fileprivate var exponentCeiling: Double { Double(exponent) + 1 }
}
