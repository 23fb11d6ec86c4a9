import Determinism
import OnlineLearning
import Testing

/// Distances are SciPy's (1.16: `ks_2samp`, `jensenshannon`), and from sketches within the error that they state.
@Suite struct DistanceTests {
    private static func sketch(_ numbers: some Sequence<Double>, capacity: Int = 1_024) -> QuantileSketch {
        var sketch = QuantileSketch(capacity: capacity)
        for x in numbers { sketch.update(x) }
        return sketch
    }

    @Test func kolmogorovSmirnovIsSciPys() {
        #expect(KolmogorovSmirnov.distance(Self.sketch([1, 2, 3, 4]), Self.sketch([3, 4, 5, 6])) == 0.5)
        let (x, y): ([Double], [Double]) = ([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5], [2, 7, 1, 8, 2, 8, 1, 8])
        #expect(isClose(KolmogorovSmirnov.distance(Self.sketch(x), Self.sketch(y)), 0.4090909090909091))
        #expect(isClose(KolmogorovSmirnov.distance(Self.sketch(y), Self.sketch(x)), 0.4090909090909091))
        #expect(KolmogorovSmirnov.distance(Self.sketch(x), Self.sketch(x)) == 0)
        #expect(KolmogorovSmirnov.distance(Self.sketch(x), Self.sketch([])) == 0)
        #expect(KolmogorovSmirnov.distance(Self.sketch([1]), Self.sketch([2])) == 1)
    }

    /// Counting everything.
    private static func exactDistance(_ a: [Double], _ b: [Double]) -> Double {
        (a + b).map { x in
            let (p, q) = (a.count { $0 <= x }, b.count { $0 <= x })
            return (Double(p) / Double(a.count) - Double(q) / Double(b.count)).magnitude
        }.max() ?? 0
    }

    @Test func fromSmallSketchesItIsOffByNoMoreThanStated() {
        var generator = SeededGenerator(seed: 9)
        let a = (0..<3_000).map { _ in generator.uniform() }
        for shift in [0.0, 0.05, 0.3] {
            let b = (0..<2_000).map { _ in generator.uniform() * generator.uniform() + shift }
            let (one, other) = (Self.sketch(a, capacity: 64), Self.sketch(b, capacity: 64))
            let error = (KolmogorovSmirnov.distance(one, other) - Self.exactDistance(a, b)).magnitude
            let bound = KolmogorovSmirnov.errorMax(one, other)
            #expect(bound > 0 && error <= bound, "off by \(error), stated \(bound)")
        }
    }

    private static let shares = Shares(reference: [0.2, 0.3, 0.5], current: [0.3, 0.3, 0.4])
    private static let apart = Shares(reference: [0.5, 0.25, 0.125, 0.125, 0], current: [0.1, 0.2, 0.3, 0.2, 0.2])

    @Test func jensenShannonIsSciPys() {
        #expect(isClose(JensenShannon.divergence(Self.shares), 0.01127812445913286))
        #expect(isClose(JensenShannon.distance(Self.shares), 0.10619851439230617))
        #expect(isClose(JensenShannon.divergence(Self.apart), 0.24007923904736292))
        #expect(JensenShannon.divergence(Shares(reference: [1, 0], current: [0, 1])) == 1)
        #expect(JensenShannon.divergence(Shares(reference: [0, 0], current: [0, 1])) == 0)
    }

    @Test func theStabilityIndexIsItsFormula() {
        #expect(isClose(PopulationStabilityIndex.distance(Self.shares), 0.06286086594223739))
        #expect(isClose(PopulationStabilityIndex.distance(Self.apart), 2.3628100454321754))
        #expect(PopulationStabilityIndex.distance(Shares(reference: [0.4, 0.6], current: [0.4, 0.6])) == 0)
        #expect(PopulationStabilityIndex.distance(Shares(reference: [0], current: [0])) == 0)
    }

    @Test func numbersArePartedAtTheQuantilesOfTheReference() {
        let shares = Shares(
            reference: Self.sketch((0..<100).map { Double($0) }), current: Self.sketch((50..<100).map { Double($0) }),
            bins: 4)
        #expect(shares.reference == [0.25, 0.25, 0.25, 0.25])
        #expect(shares.current == [0, 0, 0.5, 0.5])
        #expect(shares.errorMax == 0)
        let constant = Shares(reference: Self.sketch([5, 5, 5]), current: Self.sketch([5, 6]))
        #expect(constant.reference == [1] && constant.current == [1])
        let empty = Shares(reference: Self.sketch([]), current: Self.sketch([1]))
        #expect(empty.reference == [0] && empty.current == [1])
        #expect(PopulationStabilityIndex.distance(empty) == 0)
    }

    @Test func categoriesAreTheirOwnParts() {
        var (reference, current) = (CategorySketch(capacity: 2), CategorySketch(capacity: 2))
        for name in ["a", "a", "b", "c"] { reference.update(name) }
        for name in ["b", "d"] { current.update(name) }
        let shares = Shares(reference: reference, current: current)
        #expect(shares.reference == [0.5, 0.25, 0.25, 0, 0])
        #expect(shares.current == [0, 0.5, 0, 0.5, 0])
        for name in ["e", "f", "g"] { current.update(name) }
        #expect(current.missedMax == 1)
        let forgotten = Shares(reference: reference, current: current)
        #expect(isClose(forgotten.current.reduce(0, +), 1))
        #expect(isClose(forgotten.errorMax, 0.2))
    }
}
