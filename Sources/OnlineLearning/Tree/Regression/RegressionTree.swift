import Determinism

/// A Hoeffding tree for numbers: what the tree regressors and the members of their forests are made of.
///
/// Branches and leaves are nodes of one array, named by their index; a leaf's statistics lie in a second one, and what
/// its observers know in ``SearchTrees`` and ``KeyedTables`` that all leaves share. A leaf that splits becomes a branch
/// where it is, so no node's parent changes.
///
/// Features are numbered: the numbers, then the categories, then the sparse columns that encoders add.
struct RegressionTree: Sendable {
    struct Node: Sendable {
        enum Kind: UInt8, Sendable {
            case leaf, atMost, intervals, equals, categories
        }

        var kind = Kind.leaf
        var depth: Int32
        var feature: Int32 = -1
        var parent: Int32
        /// The children: yes and no, or of many the first and the last. In a freed node, `first` is the next freed one.
        var first: Int32 = -1
        var second: Int32 = -1
        /// The next child of a parent with many, and the key by which the parent finds this one.
        var next: Int32 = -1
        var ownKey = 0
        /// Of a leaf, its number; of a branch, that of its watch, −1 where drift is not looked for.
        var content: Int32 = -1
        /// What is asked: the largest number on the first side, or the length of the intervals.
        var threshold = 0.0
        /// The category that is asked for.
        var key = 0
        /// The weight of the leaves below.
        var weight = 0.0
        /// Of a branch with many children, their nodes by key.
        var children = KeyedTables.Table()
    }

    struct Leaf: Sendable {
        var statistics = TargetStatistics()
        var lastAttempt = 0.0
        /// The fading squared errors of the mean and the model.
        var meanError = 0.0
        var modelError = 0.0
        /// The range of the true values, the parents' included; empty at first.
        var least = Double.infinity
        var largest = -Double.infinity
        /// Of the absolute errors, where drift is looked for.
        var errors = TargetStatistics()
        /// Its node; in a freed leaf, the next freed one; −1 in an alternate leaf.
        var node: Int32 = -1
        var depth: Int32 = 0
        /// How many features it has met.
        var rankCount: Int32 = 0
        /// How many features it looks at; −1 until they are drawn.
        var subsetCount: Int32 = -1
        var isActive = true
    }

    /// What a leaf knows of a feature: a table or a search tree, and the other one empty.
    struct Observer: Sendable {
        var table = KeyedTables.Table()
        /// Of a number, where the splitter finds its own.
        var step = BinaryStep()
        var tree = SearchTrees.Tree()
        /// The order in which the leaf met its features, from 1; 0 before, −1 where it no longer looks.
        var rank: Int32 = 0
    }

    /// Features and true values are at most this large, so that no product of theirs overflows.
    static var largestValue: Double { 1e75 }
    static var weightRange: ClosedRange<Double> { 1e-60...1e60 }
    /// Sparse columns beyond this many are left to the leaves' models.
    static var sparseColumnCountMax: Int { 1_024 }

    let parameters: RegressionTreeParameters
    let inputs: LearnerInputs
    /// Whether it looks for drift.
    let isAdaptive: Bool
    /// How, or nothing: an array, because a tree is copied in parts while it is called, and a detector is large.
    private let adaptations: [AdaptiveTreeParameters]

    var nodes: [Node] = []
    var firstFreeNode: Int32 = -1
    var nodeCount = 0
    var leaves: [Leaf] = []
    var firstFreeLeaf: Int32 = -1
    var leafCount = 0
    var inactiveCount = 0
    var models: LeafModels
    /// By leaf, then feature.
    var observers: [Observer] = []
    /// By leaf, then the order in which they were drawn.
    var subsets: [Int32] = []
    var searchTrees = SearchTrees()
    var tables = KeyedTables()
    var leafDetectors: [AnyDriftDetector] = []
    var watches: [AdaptiveWatch] = []
    var firstFreeWatch: Int32 = -1

    /// Sparse columns met so far.
    var sparseCount = 0
    /// Observers of a leaf.
    var stride: Int
    var exampleCount = 0
    /// Bytes of the model of the leaf that last tried to split.
    var modelByteCount = 0
    var isGrowing = true
    /// Whether leaves were put to rest to save memory.
    var isShortOfMemory = false
    var generator: SeededGenerator
    /// A workspace, worth nothing between calls.
    var scratch: [Double] = []

    /// - Parameter model: the regressor in a leaf.
    init(
        _ parameters: RegressionTreeParameters, model: Component?, inputs: LearnerInputs,
        adaptation: AdaptiveTreeParameters? = nil, generator: SeededGenerator = SeededGenerator(seed: 1)
    ) {
        (self.parameters, self.inputs) = (parameters, inputs)
        adaptations = adaptation.map { [$0] } ?? []
        self.generator = generator
        isAdaptive = adaptation != nil
        stride = Self.stride(inputs, sparseCount: 0)
        models = LeafModels(parameters.leafPrediction == .mean ? nil : model, inputs: inputs)
        let leaf = addLeaf(depth: 0)
        let node = addNode(Node(depth: 0, parent: -1, content: Int32(leaf)))
        leaves[leaf].node = Int32(node)
    }

    var adaptation: AdaptiveTreeParameters? { adaptations.first }

    /// Where the root is; it never moves.
    static var root: Int { 0 }

    // MARK: Answers

    /// Appends the answer of the leaf that the example reaches.
    @inline(__always)
    func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        guard exampleCount > 0 else {
            answer.append(0)
            return
        }
        guard !isAdaptive else {
            predictAdaptively(x, into: &answer)
            return
        }
        append(answerOf: Int(nodes[leafNode(x)].content), x, to: &answer)
    }

    /// Appends what a leaf answers.
    @inline(__always)
    func append(answerOf leaf: Int, _ x: borrowing FeatureVector, to answer: inout [Double]) {
        switch parameters.leafPrediction {
        case .mean: answer.append(leaves[leaf].statistics.mean)
        case .adaptive where leaves[leaf].meanError < leaves[leaf].modelError:
            answer.append(leaves[leaf].statistics.mean)
        default: append(modelAnswerOf: leaf, x, to: &answer)
        }
    }

    @inline(__always)
    private func append(modelAnswerOf leaf: Int, _ x: borrowing FeatureVector, to answer: inout [Double]) {
        models.predict(leaf, x, into: &answer)
        let last = answer.count - 1
        let value = answer[last]
        guard value.isFinite else {
            answer[last] = leaves[leaf].statistics.mean
            return
        }
        guard parameters.clampsModels, leaves[leaf].statistics.count > 0 else { return }
        let (least, largest) = (leaves[leaf].least, leaves[leaf].largest)
        answer[last] = value < least ? least : value > largest ? largest : value
    }

    // MARK: Ways

    /// The leaf's node that an example reaches; from a branch that cannot tell, the way with the most weight.
    @inline(__always)
    func leafNode(_ x: borrowing FeatureVector) -> Int {
        var node = Self.root
        while nodes[node].kind != .leaf {
            let child = child(of: node, x)
            node = child >= 0 ? Int(child) : heaviestChild(of: node)
        }
        return node
    }

    /// The child that an example goes to; −1 where its feature is missing or of a value that has none.
    @inline(__always)
    func child(of node: Int, _ x: borrowing FeatureVector) -> Int32 {
        let feature = Int(nodes[node].feature)
        if nodes[node].kind == .atMost {
            let value = number(feature, x)
            if value <= nodes[node].threshold { return nodes[node].first }
            return value == value ? nodes[node].second : -1
        }
        if nodes[node].kind == .equals {
            let category = x.categories[feature - inputs.numberCount]
            guard category != FeatureVector.missing else { return -1 }
            return Int(category) == nodes[node].key ? nodes[node].first : nodes[node].second
        }
        guard let key = key(of: node, x), let child = tables.value(key, in: nodes[node].children) else { return -1 }
        return Int32(truncatingIfNeeded: Int(child))
    }

    /// By what a branch with many children finds one; nil where the feature is missing.
    func key(of node: Int, _ x: borrowing FeatureVector) -> Int? {
        let feature = Int(nodes[node].feature)
        if nodes[node].kind == .categories {
            let category = x.categories[feature - inputs.numberCount]
            return category == FeatureVector.missing ? nil : Int(category)
        }
        let value = number(feature, x)
        guard value == value else { return nil }
        return QuantizationObserver.key(value, radius: nodes[node].threshold)
    }

    /// The first of the children with the most weight.
    func heaviestChild(of node: Int) -> Int {
        let (first, second) = (nodes[node].first, nodes[node].second)
        if nodes[node].kind == .atMost || nodes[node].kind == .equals {
            return Int(nodes[Int(first)].weight < nodes[Int(second)].weight ? second : first)
        }
        var best = Int(first)
        var child = nodes[best].next
        while child >= 0 {
            if nodes[Int(child)].weight > nodes[best].weight { best = Int(child) }
            child = nodes[Int(child)].next
        }
        return best
    }

    /// A number or sparse column; NaN where missing.
    @inline(__always)
    func number(_ feature: Int, _ x: borrowing FeatureVector) -> Double {
        feature < inputs.numberCount ? x.numbers[feature] : sparse(feature - inputs.categoryCount, x)
    }

    private func sparse(_ column: Int, _ x: borrowing FeatureVector) -> Double {
        guard column < x.columnCount else { return .nan }
        for index in x.columns.indices where Int(x.columns[index]) == column { return x.values[index] }
        return x.keepsZeros ? 0 : .nan
    }

    // MARK: Learning

    /// Whether ``learn(_:_:weight:journal:)`` may take this in: no number is too large.
    static func accepts(_ x: borrowing FeatureVector, _ y: Double, weight: Double) -> Bool {
        guard y.magnitude <= largestValue, weightRange.contains(weight) else { return false }
        var largest = 0.0
        for value in x.numbers where value.magnitude > largest { largest = value.magnitude }
        for value in x.values where value.magnitude > largest { largest = value.magnitude }
        return largest <= largestValue
    }

    /// Learns one example, or changes nothing.
    mutating func learn(
        _ x: borrowing FeatureVector, _ y: Double, weight: Double, journal: inout Journal
    ) -> Bool {
        guard weight != 0 else { return true }
        guard Self.accepts(x, y, weight: weight) else { return false }
        guard !isAdaptive else { return learnAdaptively(x, y, weight: weight, journal: &journal) }
        var node = Self.root
        var isDirect = true
        while nodes[node].kind != .leaf {
            let child = child(of: node, x)
            if child >= 0 {
                node = Int(child)
                continue
            }
            isDirect = false
            guard let key = newKey(at: node, x) else {
                node = heaviestChild(of: node)
                continue
            }
            let leaf = addLeaf(depth: Int(nodes[node].depth) + 1)
            guard teach(leaf, x, y, weight, &journal) else {
                remove(leaf: leaf)
                return false
            }
            finish(addChild(of: node, key: key, leaf: leaf), x, y, weight)
            countExample()
            return true
        }
        let leaf = Int(nodes[node].content)
        guard teach(leaf, x, y, weight, &journal) else { return false }
        finish(node, x, y, weight)
        countExample()
        if isDirect, isGrowing, leaves[leaf].isActive {
            if Int(leaves[leaf].depth) >= parameters.depthMax {
                rest(leaf)
            } else if leaves[leaf].statistics.count - leaves[leaf].lastAttempt >= parameters.gracePeriod {
                attemptSplit(of: leaf, at: node)
            }
        }
        return true
    }

    /// The key of a child that a branch does not have yet, where it may get one.
    func newKey(at node: Int, _ x: borrowing FeatureVector) -> Int? {
        let isCategory = nodes[node].kind == .categories
        guard isCategory || nodes[node].kind == .intervals, isGrowing, let key = key(of: node, x) else { return nil }
        return (key >= 0 || !isCategory) && hasRoom(forLeaves: 1) ? key : nil
    }

    /// The first part of learning in a leaf, the only one that can fail: the model and the errors by which it is
    /// chosen.
    mutating func teach(
        _ leaf: Int, _ x: borrowing FeatureVector, _ y: Double, _ weight: Double, _ journal: inout Journal
    ) -> Bool {
        guard parameters.leafPrediction != .mean else { return true }
        guard parameters.leafPrediction == .adaptive else { return models.learn(leaf, x, y, weight, &journal) }
        // Taken out, or the whole tree would be copied to write into a part of it.
        var answers = takeScratch()
        append(modelAnswerOf: leaf, x, to: &answers)
        let answer = answers[0]
        scratch = answers
        let (mean, model) = (y - leaves[leaf].statistics.mean, y - answer)
        let meanError = parameters.modelSelectorDecay * leaves[leaf].meanError + mean * mean
        let modelError = parameters.modelSelectorDecay * leaves[leaf].modelError + model * model
        guard meanError.isFinite, modelError.isFinite, models.learn(leaf, x, y, weight, &journal) else { return false }
        (leaves[leaf].meanError, leaves[leaf].modelError) = (meanError, modelError)
        return true
    }

    /// Room for an answer, to be put back into ``scratch``.
    @inline(__always)
    mutating func takeScratch() -> [Double] {
        var taken: [Double] = []
        swap(&taken, &scratch)
        taken.removeAll(keepingCapacity: true)
        return taken
    }

    /// The second part: the true values of the leaf, its observers, and the weights on the way to it.
    @inline(__always)
    mutating func finish(_ node: Int, _ x: borrowing FeatureVector, _ y: Double, _ weight: Double) {
        let leaf = Int(nodes[node].content)
        finish(leaf: leaf, x, y, weight)
        addWeight(weight, from: node)
    }

    @inline(__always)
    mutating func finish(leaf: Int, _ x: borrowing FeatureVector, _ y: Double, _ weight: Double) {
        leaves[leaf].statistics.add(y, weight)
        if y < leaves[leaf].least { leaves[leaf].least = y }
        if y > leaves[leaf].largest { leaves[leaf].largest = y }
        guard leaves[leaf].isActive else { return }
        observe(leaf, x, y, weight)
        if byteCountInUse > parameters.byteCountMax { saveMemory() }
    }

    @inline(__always)
    mutating func countExample() {
        exampleCount &+= 1
        if isShortOfMemory, exampleCount % parameters.memoryEstimatePeriod == 0 { wakeLeaves() }
    }

    @inline(__always)
    mutating func addWeight(_ weight: Double, from node: Int) {
        var current = Int32(truncatingIfNeeded: node)
        while current >= 0 {
            nodes[Int(current)].weight += weight
            current = nodes[Int(current)].parent
        }
    }
}
