import OnlineLearning

/// A feature whose name is known; what is wrong with the rest of it was reported.
struct CheckedFeature {
    let name: String
    let key: SpecPlace
    let kind: FeatureKind?
    let declaration: FeatureDeclaration?
}

extension SpecChecker {
    package static let featuresMax = 10_000

    mutating func checkFeatures(_ place: SpecPlace) {
        guard let members = members(place, expected: "a map from feature to type") else { return }
        if case .map(let entries) = place.node.kind, entries.isEmpty {
            report(place, found: "no feature", expected: "at least one, such as 'distance: number'")
        }
        if members.count > Self.featuresMax {
            report(place, found: "\(members.count) features", expected: "at most \(Self.featuresMax)")
        }
        for member in members {
            guard isName(member.name, member.key, expected: "a name") else { continue }
            featureIndices[member.name] = features.count
            features.append(feature(member))
        }
    }

    private mutating func feature(_ member: SpecMember) -> CheckedFeature {
        func checked(_ kind: FeatureKind?, _ declaration: FeatureDeclaration? = nil) -> CheckedFeature {
            CheckedFeature(name: member.name, key: member.key, kind: kind, declaration: declaration)
        }
        guard case .map = member.value.node.kind else {
            guard let kind = kind(member.value) else { return checked(nil) }
            return checked(kind, FeatureDeclaration(name: member.name, kind: kind))
        }
        guard
            let record = record(
                member.value, keys: ["type", "optional", "min", "max", "values"],
                required: [("type", Self.kindNames)], expected: "a type or a map")
        else { return checked(nil) }
        let kind = record["type"].flatMap { self.kind($0) }
        let isOptional = record["optional"].flatMap { boolean($0) } ?? false
        demand(record, "min", of: .number, kind)
        demand(record, "max", of: .number, kind)
        let (minimum, maximum) = range(record)
        var categories: [String]?
        if let place = record["values"] {
            demand(record, "values", of: .category, kind)
            categories = self.categories(place, expected: "a list of all categories", countMin: 1)
        }
        guard let kind else { return checked(nil) }
        return checked(
            kind,
            FeatureDeclaration(
                name: member.name, kind: kind, isOptional: isOptional, minimum: minimum, maximum: maximum,
                categories: categories))
    }

    /// The two bounds of a number, each of which may be left out.
    mutating func range(_ record: SpecRecord) -> (minimum: Double?, maximum: Double?) {
        let minimum = record["min"].flatMap { number($0, expected: "a number") }
        let maximum = record["max"].flatMap { number($0, expected: "a number") }
        if let minimum, let maximum, minimum > maximum, let place = record["max"], let lower = record["min"] {
            report(place, expected: "a number ≥ min, which is \(SpecMistake.plain(lower.node.text ?? ""))")
        }
        return (minimum, maximum)
    }

    private mutating func demand(_ record: SpecRecord, _ key: String, of wanted: FeatureKind, _ kind: FeatureKind?) {
        guard let place = record.key(key), let kind, kind != wanted else { return }
        report(place, "only features of type \(wanted.name) have \(key), this one is of type \(kind.name)")
    }

    private mutating func kind(_ place: SpecPlace) -> FeatureKind? {
        guard let text = text(place, expected: Self.kindNames) else { return nil }
        if let kind = FeatureKind(name: text) { return kind }
        let hint = Self.kind(elsewhere: text.lowercased()).map { "here it is called '\($0.name)'" }
        report(place, expected: Self.kindNames, hint: hint ?? nearest(text, in: FeatureKind.allCases.map(\.name)))
        return nil
    }

    private static var kindNames: String { SpecMistake.alternatives(FeatureKind.allCases.map(\.name)) }

    /// What data frames and databases call our kinds.
    private static func kind(elsewhere name: String) -> FeatureKind? {
        switch name {
        case "float", "double", "int", "integer", "int64", "float64", "real", "numeric", "numerical": .number
        case "string", "str", "enum", "factor", "object", "nominal", "varchar": .category
        case "bool", "bit": .boolean
        case "datetime", "date", "time", "instant": .timestamp
        default: nil
        }
    }

    /// A list of categories or classes, as written; nil where it is no list or too short.
    mutating func categories(_ place: SpecPlace, expected: String, countMin: Int) -> [String]? {
        guard let elements = elements(place, expected: expected) else { return nil }
        if elements.count < countMin {
            let values = countMin == 1 ? "at least one value" : "at least \(countMin) values"
            report(place, found: elements.count == 1 ? "one value" : nil, expected: values)
            return nil
        }
        return distinct(elements, expected: "each value once").compactMap { element in
            // `null` and `~` may well be what a column holds; only nothing at all is none.
            guard let text = element.node.text else {
                report(element, expected: "a value")
                return nil
            }
            guard !text.isEmpty else {
                report(element, found: "an empty value", expected: "a value", hint: "an empty cell is a missing value")
                return nil
            }
            guard !ReservedName.all.contains(where: { $0.utf8.elementsEqual(text.utf8) }) else {
                let sentence = "\(SpecMistake.quote(text)) is a reserved name"
                report(element, sentence, hint: "spell it without the parentheses")
                return nil
            }
            return isName(text, element, expected: "a value") ? text : nil
        }
    }

    /// The feature that a text names. - Returns: nil where there is none, which is reported.
    mutating func feature(_ place: SpecPlace) -> CheckedFeature? {
        guard let name = text(place, expected: "the name of a feature") else { return nil }
        guard let index = featureIndices[name] else {
            report(place, expected: "a feature", hint: nearest(name, in: features.map(\.name)))
            return nil
        }
        let feature = features[index]
        guard feature.name.utf8.elementsEqual(name.utf8) else {
            report(
                place, "looks the same as the feature on line \(feature.key.node.line), in other Unicode characters",
                hint: "copy its name from there")
            return nil
        }
        return feature
    }
}
