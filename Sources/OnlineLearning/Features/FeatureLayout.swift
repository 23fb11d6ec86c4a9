/// What kind of value a feature has.
public enum FeatureKind: UInt8, Sendable, CaseIterable {
    /// A finite double.
    case number = 0
    /// True or false; learners that take numbers see 1 and 0.
    case boolean = 1
    /// One of a set of names, open unless the contract lists them.
    case category = 2
    /// Prose.
    case text = 3
    /// An instant, in microseconds since 1970-01-01T00:00:00Z.
    case timestamp = 4

    /// The word for this kind in specs and messages.
    public var name: String {
        switch self {
        case .number: "number"
        case .boolean: "boolean"
        case .category: "category"
        case .text: "text"
        case .timestamp: "timestamp"
        }
    }

    public init?(name: String) {
        guard let kind = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = kind
    }
}

/// Where each feature of an example lies: features are compiled once to *slots*, so that no name is looked up while
/// learning.
///
/// There are three banks. Numbers and booleans share the bank of doubles, categories and texts the bank of byte
/// strings, timestamps have one of their own. Slots are given out in the order of the features.
public struct FeatureLayout: Sendable, Equatable {
    public enum Bank: Sendable, Equatable {
        case numbers, strings, timestamps
    }

    public let names: [String]
    public let kinds: [FeatureKind]
    /// The slot of each feature within its bank.
    public let slots: [Int]
    public let numberCount: Int
    public let stringCount: Int
    public let timestampCount: Int
    /// Whether some of the numbers are booleans.
    public let hasBooleans: Bool

    public var count: Int { names.count }

    public init(_ features: [(name: String, kind: FeatureKind)]) {
        var counts = (numbers: 0, strings: 0, timestamps: 0)
        var slots: [Int] = []
        for feature in features {
            switch Self.bank(of: feature.kind) {
            case .numbers:
                slots.append(counts.numbers)
                counts.numbers += 1
            case .strings:
                slots.append(counts.strings)
                counts.strings += 1
            case .timestamps:
                slots.append(counts.timestamps)
                counts.timestamps += 1
            }
        }
        names = features.map(\.name)
        kinds = features.map(\.kind)
        hasBooleans = kinds.contains(.boolean)
        self.slots = slots
        (numberCount, stringCount, timestampCount) = (counts.numbers, counts.strings, counts.timestamps)
    }

    public static func bank(of kind: FeatureKind) -> Bank {
        switch kind {
        case .number, .boolean: .numbers
        case .category, .text: .strings
        case .timestamp: .timestamps
        }
    }

    /// The position of a feature by its name, compared as UTF-8 bytes. Complexity: O(features).
    public func index(of name: String) -> Int? {
        names.firstIndex { $0.utf8.elementsEqual(name.utf8) }
    }

    /// The features of one kind, in order.
    public func indices(of kind: FeatureKind) -> [Int] {
        kinds.indices.filter { kinds[$0] == kind }
    }
}
