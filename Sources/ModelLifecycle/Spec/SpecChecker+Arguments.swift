import Determinism
import OnlineLearning

/// Arguments of several values.
extension SpecChecker {
    /// A list of words, each once.
    mutating func words(_ place: SpecPlace, among choices: [String]?, expected: String) -> [String]? {
        guard let elements = elements(place, expected: expected) else { return nil }
        if choices != nil, elements.isEmpty {
            report(place, expected: expected)
            return nil
        }
        let distinct = distinct(elements, expected: "each once")
        let words = distinct.compactMap { element -> String? in
            guard let choices else { return text(element, expected: "a word") }
            return choice(element, choices)
        }
        return words.count == elements.count ? words : nil
    }

    /// The name of a feature of one of some kinds.
    mutating func feature(_ place: SpecPlace, of kinds: [FeatureKind], expected: String) -> String? {
        // Without any known feature, the features themselves are what must be put right.
        guard !features.isEmpty, let feature = feature(place), let kind = feature.kind else { return nil }
        guard kinds.contains(kind) else {
            report(place, found: "\(SpecMistake.quote(feature.name)), a \(kind.name)", expected: expected)
            return nil
        }
        return feature.name
    }

    /// A length of time in microseconds.
    mutating func timeSpan(_ place: SpecPlace, _ range: ClosedRange<Int>, expected: String) -> Int? {
        guard let text = text(place, expected: expected) else { return nil }
        if let span = TimeSpan(text), range.contains(Int(span.microseconds)) { return Int(span.microseconds) }
        let isNumber = Self.integer(place.node) != nil
        report(
            place, expected: expected,
            hint: isNumber ? "with a unit: \(SpecMistake.plain(text))h, or w, d, m, s, ms, us" : nil)
        return nil
    }

    /// `[from, to]`.
    mutating func span(_ place: SpecPlace, _ range: ClosedRange<Int>, expected: String) -> [Double]? {
        guard let elements = elements(place, expected: expected) else { return nil }
        let one = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        let ends = elements.compactMap { integer($0, range, expected: one) }
        guard ends.count == elements.count else { return nil }
        guard ends.count == 2, ends[0] <= ends[1] else {
            report(place, expected: expected)
            return nil
        }
        return ends.map { Double($0) }
    }

    /// A number for each class, in the order of the classes' slots.
    mutating func classNumbers(_ place: SpecPlace, _ range: ClosedRange<Double>, expected: String) -> [Double]? {
        guard let members = members(place, expected: expected) else { return nil }
        guard let classes = targetClasses else {
            // Without a known target there is nothing to hold it against; that was reported.
            if task == .multiclass {
                report(place, "the classes of the target are open", hint: "list them: classes: […]")
            } else if task == .regression {
                report(place, "a regression has no classes")
            }
            return nil
        }
        var numbers = [Double?](repeating: nil, count: classes.count)
        var isComplete = true
        for member in members {
            guard let slot = classes.firstIndex(where: { $0.utf8.elementsEqual(member.name.utf8) }) else {
                report(
                    member.key, found: SpecMistake.quote(member.name),
                    expected: "a class: \(SpecMistake.alternatives(classes.map(SpecMistake.plain)))",
                    hint: nearest(member.name, in: classes))
                isComplete = false
                continue
            }
            numbers[slot] = number(member.value, range, expected: "a number")
            if numbers[slot] == nil { isComplete = false }
        }
        for (slot, name) in classes.enumerated() where numbers[slot] == nil && isComplete {
            report(place.member(name, place.node), found: "nothing", expected: "a number for each class")
            isComplete = false
        }
        return isComplete ? numbers.compactMap { $0 } : nil
    }
}
