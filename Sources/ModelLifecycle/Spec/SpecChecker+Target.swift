import Determinism
import OnlineLearning

extension SpecChecker {
    static let classesMax = 4_096
    static let horizonMin = TimeSpan(microseconds: 1)
    static let horizonMax = TimeSpan(microseconds: 3_650 * 86_400 * 1_000_000)

    mutating func target(_ place: SpecPlace) -> TargetDeclaration? {
        let tasks = Task.allCases.map(\.name)
        guard
            let record = record(
                place, keys: [
                    "name", "type", "min", "max", "horizon", "classes", "max_classes", "unlabelled", "outliers",
                ],
                required: [("name", "the name of the target"), ("type", SpecMistake.alternatives(tasks))],
                expected: "a map with the target's name and type")
        else { return nil }
        let name = record["name"].flatMap { targetName($0) }
        task = record["type"].flatMap { choice($0, tasks) }.flatMap { Task(name: $0) }
        let horizon = record["horizon"].flatMap { span($0, Self.horizonMin...Self.horizonMax, such: "24h") }
        let (minimum, maximum) = bounds(record)
        let classes = record["classes"].flatMap { self.classes($0) }
        let maxClasses = record["max_classes"].flatMap { self.maxClasses($0, record) }
        let outliers = record["outliers"].flatMap { self.outliers($0, record) }
        let areClassesKnown = record["classes"] == nil || classes != nil
        guard let task, areClassesKnown else { return nil }
        func declaration(_ unlabelled: Unlabelled) -> TargetDeclaration {
            TargetDeclaration(
                name: name ?? "", task: task, horizon: horizon ?? TargetDeclaration.defaultHorizon, classes: classes,
                maxClasses: maxClasses ?? TargetDeclaration.defaultMaxClasses, unlabelled: unlabelled.fate,
                provisionalAfter: unlabelled.provisionalAfter, minimum: minimum, maximum: maximum,
                outliers: outliers ?? .setAside)
        }
        let unlabelled = record["unlabelled"].flatMap { self.unlabelled($0, declaration((.drop, nil))) }
        return name == nil ? nil : declaration(unlabelled ?? (.drop, nil))
    }

    private typealias Unlabelled = (fate: TargetDeclaration.Unlabelled, provisionalAfter: TimeSpan?)

    private mutating func targetName(_ place: SpecPlace) -> String? {
        guard let name = name(place, expected: "the name of the target") else { return nil }
        if let index = featureIndices[name] {
            let key = features[index].key
            report(key, "the target cannot be a feature, too", hint: "line \(place.node.line) names it as the target")
        }
        return name
    }

    /// The smallest and largest label, which only numbers have.
    private mutating func bounds(_ record: SpecRecord) -> (minimum: Double?, maximum: Double?) {
        for name in ["min", "max"] {
            guard let key = record.key(name), let task, task != .regression else { continue }
            report(key, "only a target of type regression has \(name), this one is of type \(task.name)")
        }
        return range(record)
    }

    private mutating func outliers(_ place: SpecPlace, _ record: SpecRecord) -> TargetDeclaration.Outliers? {
        if let task, task != .regression, let key = record.key("outliers") {
            report(key, "only a target of type regression has outliers, this one is of type \(task.name)")
        }
        let all = TargetDeclaration.Outliers.allCases
        guard let name = choice(place, all.map(\.name)) else { return nil }
        return all.first { $0.name == name }
    }

    private mutating func classes(_ place: SpecPlace) -> [String]? {
        if task == .regression {
            report(place, "a regression has no classes", hint: "set type to binary or multiclass")
            return nil
        }
        let expected = task == .binary ? "two classes, the negative one first" : "a list of classes"
        guard let classes = categories(place, expected: expected, countMin: 2) else { return nil }
        if task == .binary, classes.count > 2 {
            report(place, found: "\(classes.count) classes", expected: expected, hint: "set type to multiclass")
            return nil
        }
        if classes.count > Self.classesMax {
            report(place, found: "\(classes.count) classes", expected: "at most \(Self.classesMax)")
        }
        // Fewer where some were repeated or empty, which was reported.
        return classes.count < 2 ? nil : classes
    }

    private mutating func maxClasses(_ place: SpecPlace, _ record: SpecRecord) -> Int? {
        if let task, task != .multiclass, let key = record.key("max_classes") {
            report(key, "only a target of type multiclass has max_classes, this one is of type \(task.name)")
        } else if record["classes"] != nil, let key = record.key("max_classes") {
            report(key, "max_classes is for open classes; here they are listed")
        }
        return integer(place, 2...Self.classesMax, expected: "a whole number from 2 to \(Self.classesMax)")
    }

    private mutating func unlabelled(_ place: SpecPlace, _ target: TargetDeclaration) -> Unlabelled? {
        let label = target.task == .regression ? "NUMBER" : "CLASS"
        let expected = "drop or {label: \(label)}"
        guard case .map = place.node.kind else {
            if place.node.text == "drop" { return (.drop, nil) }
            report(place, expected: expected)
            return nil
        }
        guard
            let record = record(
                place, keys: ["label", "provisional_after"], required: [("label", label)], expected: expected)
        else { return nil }
        let provisional = provisionalAfter(record, target)
        guard let place = record["label"] else { return nil }
        if target.task == .regression {
            let value = number(place, target.range, expected: "a number\(target.rangeText)")
            return value.map { (.label(.number($0)), nil) }
        }
        return self.label(place, target).map { (.label($0), provisional) }
    }

    /// When questions are learned provisionally as the stated class: before their horizon ends, or as it does.
    private mutating func provisionalAfter(_ record: SpecRecord, _ target: TargetDeclaration) -> TimeSpan? {
        guard let place = record["provisional_after"], let key = record.key("provisional_after") else { return nil }
        guard target.task != .regression else {
            report(
                key, "only classes are learned provisionally, this target is of type regression",
                hint: "leave provisional_after out: the number is learned when the horizon ends")
            return nil
        }
        guard let span = span(place, Self.horizonMin...Self.horizonMax, such: "1h") else { return nil }
        guard span <= target.horizon else {
            report(
                place, found: span.description, expected: "at most the horizon, \(target.horizon)",
                hint: "a question that is older has expired")
            return nil
        }
        return span
    }

    private mutating func label(_ place: SpecPlace, _ target: TargetDeclaration) -> Label? {
        let listed = target.classes.map { ": " + SpecMistake.alternatives($0.map(SpecMistake.plain)) }
        let expected = "a class" + (listed ?? "")
        guard var text = place.node.text else {
            report(place, expected: expected)
            return nil
        }
        // The same check that labels of requests and files go through.
        let check = LabelCheck(target: target)
        let label = text.withUTF8 { bytes -> Label? in
            do throws(Refusal) { return try check.name(bytes) } catch { return nil }
        }
        if label == nil { report(place, expected: expected, hint: nearest(text, in: target.classes ?? [])) }
        return label
    }
}

extension TargetDeclaration {
    /// The labels that are taken, of a regression; all numbers where the bounds contradict each other.
    fileprivate var range: ClosedRange<Double> {
        let (low, high) = (minimum ?? -.greatestFiniteMagnitude, maximum ?? .greatestFiniteMagnitude)
        return low <= high ? low...high : .finite
    }

    fileprivate var rangeText: String {
        (minimum.map { ", at least \($0)" } ?? "") + (maximum.map { ", at most \($0)" } ?? "")
    }
}
