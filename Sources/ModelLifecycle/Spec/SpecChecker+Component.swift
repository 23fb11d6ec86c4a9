import Determinism
import OnlineLearning

/// The parameters of components, by their declarations.
extension SpecChecker {
    /// - Parameter stepFeatures: of a transformer, the features it works on; nil where they are unknown.
    mutating func component(
        _ declaration: ComponentDeclaration, _ named: NamedComponent, stepFeatures: [String]? = nil
    ) -> Component? {
        let isTransformer = declaration.family == .transformer
        guard let body = named.body, !(isTransformer && !Self.isMap(body)) else {
            return complete(declaration, declaration.parameters.map { omitted($0, of: declaration) }, named.head)
        }
        let names = declaration.parameters.map(\.name)
        let expected =
            names.isEmpty && !isTransformer
            ? "no parameters: '\(declaration.name)' has none"
            : "a map of parameters: \(SpecMistake.alternatives(names))"
        guard Self.isMap(body) else {
            let takesAll = Self.isLearner(declaration) ? "a learner takes all features that reach it" : nil
            report(body, expected: expected, hint: takesAll)
            return nil
        }
        let keys = names + Self.featureKeys(declaration)
        guard let record = record(body, keys: keys, expected: expected, of: declaration) else { return nil }
        var arguments: [Argument] = []
        for parameter in declaration.parameters {
            guard let place = record[parameter.name] else {
                arguments.append(omitted(parameter, of: declaration, besideOptimizer: record["optimizer"] != nil))
                continue
            }
            if let argument = argument(place, parameter, stepFeatures) { arguments.append(argument) }
        }
        guard arguments.count == declaration.parameters.count else { return nil }
        return complete(declaration, arguments, named.head)
    }

    /// What a parameter is that nobody gave.
    private func omitted(
        _ parameter: ParameterDeclaration, of declaration: ComponentDeclaration, besideOptimizer: Bool = false
    ) -> Argument {
        guard !hasFormerDefaults else { return parameter.former ?? parameter.defaultValue.beforeLadder }
        return parameter.omitted(
            of: declaration, showsAbsoluteError: showsAbsoluteError, isOptimizerGiven: besideOptimizer)
    }

    private mutating func complete(
        _ declaration: ComponentDeclaration, _ arguments: [Argument], _ head: SpecPlace
    ) -> Component? {
        if let conflict = declaration.conflict(arguments) {
            report(head, conflict)
            return nil
        }
        return declaration.component(arguments)
    }

    private mutating func argument(
        _ place: SpecPlace, _ parameter: ParameterDeclaration, _ stepFeatures: [String]?
    ) -> Argument? {
        let expected = parameter.kind.expectation
        if let family = parameter.alternative, !Self.spellsNumber(place.node) {
            return component(place, of: family, expected: "\(expected), or the name of a \(family.rawValue)")
                .map { .component($0) }
        }
        switch parameter.kind {
        case .number(let range): return number(place, range, expected: expected).map { .number($0) }
        case .integer(let range): return integer(place, range, expected: expected).map { .integer($0) }
        case .boolean: return boolean(place).map { .boolean($0) }
        case .choice(let words): return choice(place, words).map { .choice($0) }
        case .optional(let kind):
            guard !place.node.isNothing else { return Argument.none }
            let required = ParameterDeclaration(
                parameter.name, kind, default: parameter.defaultValue, parameter.summary)
            return argument(place, required, stepFeatures)
        case .learner(let task):
            return learner(place, for: task ?? self.task, expected: expected).map { .component($0) }
        case .learners: return learners(place, expected: expected).map { .components($0) }
        case .component(.metric): return metric(place).map { .component($0) }
        case .component(let family): return component(place, of: family, expected: expected).map { .component($0) }
        case .categories: return categories(place, stepFeatures, expected: expected).map { .categories($0) }
        case .feature(let kinds): return feature(place, of: kinds, expected: expected).map { .choice($0) }
        case .timeSpan(let range): return timeSpan(place, range, expected: expected).map { .integer($0) }
        case .names: return words(place, among: nil, expected: expected).map { .names($0) }
        case .choices(let words): return self.words(place, among: words, expected: expected).map { .names($0) }
        case .span(let range): return span(place, range, expected: expected).map { .numbers($0) }
        case .classNumbers(let range): return classNumbers(place, range, expected: expected).map { .numbers($0) }
        }
    }

    /// The keys under which a transformer's features are named.
    static func featureKeys(_ declaration: ComponentDeclaration) -> [String] {
        guard let inputs = declaration.takes else { return [] }
        return inputs.roles.isEmpty ? ["features"] : inputs.roles.map(\.name)
    }

    private mutating func component(
        _ place: SpecPlace, of family: ComponentDeclaration.Family, expected: String
    ) -> Component? {
        component(place, among: Catalogue.declarations(of: family), expected: expected)
    }

    /// A learner that another one wraps.
    private mutating func learner(_ place: SpecPlace, for task: Task?, expected: String) -> Component? {
        let names = learners(for: task)
        let declarations = Catalogue.learnerDeclarations.filter { names.contains($0.name) }
        return component(place, among: declarations, expected: expected)
    }

    private mutating func learners(_ place: SpecPlace, expected: String) -> [Component]? {
        guard let elements = elements(place, expected: expected) else { return nil }
        if elements.isEmpty { report(place, expected: expected) }
        let components = elements.compactMap { element in
            learner(element, for: task, expected: "the name of a learner")
        }
        return components.count == elements.count && !elements.isEmpty ? components : nil
    }

    private mutating func component(
        _ place: SpecPlace, among declarations: [ComponentDeclaration], expected: String
    ) -> Component? {
        let names = declarations.map(\.name)
        guard let named = named(place, expected: "\(expected): \(SpecMistake.alternatives(names))") else { return nil }
        guard let declaration = declarations.first(where: { $0.name == named.name }) else {
            report(
                named.head, found: SpecMistake.quote(named.name),
                expected: "\(expected): \(alternatives(names, near: named.name))",
                hint: nearestComponent(named.name, in: names))
            return nil
        }
        return component(declaration, named)
    }

    /// A closed list for every feature of the step: one without would have no columns at all.
    private mutating func categories(
        _ place: SpecPlace, _ stepFeatures: [String]?, expected: String
    ) -> [Argument.FeatureCategories]? {
        guard let members = members(place, expected: expected) else { return nil }
        var entries: [Argument.FeatureCategories] = []
        for member in members {
            if let stepFeatures, !stepFeatures.contains(where: { $0.utf8.elementsEqual(member.name.utf8) }) {
                report(
                    member.key, found: SpecMistake.quote(member.name), expected: "a feature of this step",
                    hint: nearest(member.name, in: stepFeatures))
            }
            let names = categories(member.value, expected: "a list of categories", countMin: 1)
            entries.append(Argument.FeatureCategories(feature: member.name, names: names ?? []))
        }
        for name in stepFeatures ?? [] where !members.contains(where: { $0.name == name }) {
            let missing = place.member(name, place.node)
            report(missing, found: "nothing", expected: "the categories of \(SpecMistake.quote(name))")
        }
        return entries
    }

    private static func spellsNumber(_ node: SpecNode) -> Bool {
        // In quotes too: then it is that which is to be put right.
        guard var text = node.text else { return false }
        return text.withUTF8 { DecimalText.parse($0) } != .malformed
    }

    private static func isMap(_ place: SpecPlace) -> Bool {
        guard case .map = place.node.kind else { return false }
        return true
    }

    private static func isLearner(_ declaration: ComponentDeclaration) -> Bool {
        !Catalogue.tasks(ofLearner: declaration.name).isEmpty
    }
}
