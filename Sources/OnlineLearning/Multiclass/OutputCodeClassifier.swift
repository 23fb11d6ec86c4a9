import Determinism

/// Tells several classes apart with a fixed number of binary classifiers: each class has a code of 0s and 1s, one for
/// each classifier to learn, and the class is chosen whose code is nearest to what they answer.
///
/// - `classifier`: a binary classifier (default `logistic_regression`).
/// - `code_size`: how many classifiers there are, from 1 to 64 (default 10; River has none).
/// - `coding_method`: `random` (default) draws the code of a class when it is first learned, maybe one that another
///   has; `exact` draws among those that none has, and does not learn a class for which none is left.
/// - `seed`: of the codes, a whole number from 0 (default 1).
///
/// Nearest is by the sum of absolute differences, *d*. River answers with a class alone; here a class's probability is
/// e⁻ᵈ, divided by the sum over the classes. A classifier that cannot take an example stays as it was; the others
/// learn.
///
/// Time and memory: those of one classifier, times `code_size`, and O(classes · `code_size`) per answer.
///
/// With a `code_size` of 2 and `exact` codes four classes are learned, and before the classifiers know anything each of
/// the first two is as probable as the other, ½.
///
/// Source: T. G. Dietterich and G. Bakiri, *Solving multiclass learning problems via error-correcting output codes*,
/// JAIR 2, 1995; G. James and T. Hastie, *The error coding method and PICTs*, J. Computational and Graphical Statistics
/// 7(3), 1998; River's `multiclass.OutputCodeClassifier`.
public enum OutputCodeClassifier: LearnerWrapper {
    public static let declaration = ComponentDeclaration(
        "output_code_classifier", .ensemble,
        parameters: [
            MulticlassParameters.classifier,
            ParameterDeclaration(
                "code_size", .integer(1...64), default: .integer(10), "how many classifiers there are"),
            ParameterDeclaration(
                "coding_method", .choice(["random", "exact"]), default: .choice("random"), "how codes are drawn"),
            ParameterDeclaration("seed", .integer(0...(.max)), default: .integer(1), "the seed of the codes"),
        ])
    public static let tasks = [Task.multiclass]

    public static func wrapping(_ member: any Learner.Type) -> any Learner.Type {
        func type<Member: Learner>(_ member: Member.Type) -> any Learner.Type { OutputCode<Member>.self }
        return type(member)
    }
}

/// ``OutputCodeClassifier`` over one kind of classifier.
struct OutputCode<Member: Learner>: Learner {
    static var declaration: ComponentDeclaration { OutputCodeClassifier.declaration }
    static var tasks: [Task] { OutputCodeClassifier.tasks }
    static var takesCategories: Bool { Member.takesCategories }

    private let isExact: Bool
    private var generator: SeededGenerator
    private var members: [Member]
    /// By slot, a bit for each member from the lowest; nil for a class never learned.
    private var codes: [UInt64?] = []

    init(_ arguments: Arguments, inputs: LearnerInputs) {
        let member: Member = MulticlassParameters.member(arguments, inputs)
        isExact = arguments.choice("coding_method") == "exact"
        generator = SeededGenerator(seed: UInt64(arguments.integer("seed")))
        members = [Member](repeating: member, count: arguments.integer("code_size"))
    }

    func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        let start = answer.count
        for code in codes { answer.append(code == nil ? .nan : 0) }
        for bit in members.indices {
            members[bit].predict(x, into: &answer)
            let output = answer.removeLast()
            for slot in codes.indices {
                guard let code = codes[slot] else { continue }
                answer[start + slot] += code &>> UInt64(bit) & 1 == 1 ? 1 - output : output
            }
        }
        var total = 0.0
        for slot in codes.indices where codes[slot] != nil {
            answer[start + slot] = Elementary.exp(-answer[start + slot])
            total += answer[start + slot]
        }
        for slot in codes.indices { answer[start + slot] /= total }
    }

    mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        guard case .label(let label) = target else { preconditionFailure("a classifier learns classes") }
        guard weight > 0 else { return true }
        let (generatorBefore, countBefore) = (generator, codes.count)
        let known = label < countBefore ? codes[label] : nil
        guard let code = known ?? draw() else { return false }
        while codes.count <= label { codes.append(nil) }
        codes[label] = code
        var hasLearned = false
        for bit in members.indices {
            let isLearned = members[bit].learn(
                x, .label(Int(code &>> UInt64(bit) & 1)), weight: weight, journal: &journal)
            hasLearned = isLearned || hasLearned
        }
        if !hasLearned, known == nil {
            generator = generatorBefore
            codes[label] = nil
            codes.removeLast(codes.count - countBefore)
        }
        return hasLearned
    }

    /// A code for one more class; nil where each has to be another and none is left.
    private mutating func draw() -> UInt64? {
        let unused = UInt64(64 - members.count)
        guard isExact else { return generator.next() &>> unused }
        var knownCount = 0
        for code in codes where code != nil { knownCount += 1 }
        guard members.count >= 32 || knownCount < 1 << members.count else { return nil }
        while true {
            let code = generator.next() &>> unused
            if !codes.contains(code) { return code }
        }
    }

    var byteCount: Int { members.reduce(codes.count * 9) { $0 + $1.byteCount } }

    func encode(to encoder: inout CanonicalEncoder) {
        generator.encode(to: &encoder)
        encoder.count(codes.count)
        for code in codes { encoder.optional(code) { $0.fixed64($1) } }
        for member in members { member.encode(to: &encoder) }
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        generator = try SeededGenerator(from: &decoder)
        codes = []
        for _ in 0..<(try decoder.count()) {
            guard try decoder.bool() else {
                codes.append(nil)
                continue
            }
            let code = try decoder.fixed64()
            guard members.count == 64 || code &>> UInt64(members.count) == 0 else {
                throw CanonicalDecodingError(offset: decoder.offset, reason: "a code is too long")
            }
            codes.append(code)
        }
        for bit in members.indices { try members[bit].restore(from: &decoder) }
    }
}
