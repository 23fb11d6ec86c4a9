import Determinism
import OnlineLearning

extension Selection {
    /// Reads a condition.
    ///
    ///     condition  = all { "or" all }
    ///     all        = one { "and" one }
    ///     one        = "not" one | "(" condition ")" | field test
    ///     test       = ( "=" | "!=" | "<" | "<=" | ">" | ">=" ) value
    ///                | "in" value ".." value | "in" "[" value { "," value } "]" | "is" [ "not" ] "missing"
    ///
    /// - Parameters:
    ///   - contract: whose features the fields are.
    ///   - now: what times in words, such as `yesterday` or `"7d ago"`, are reckoned from; nil takes none.
    /// - Throws: `malformed`, the column named.
    public init(_ text: String, contract: Contract, now: Timestamp? = nil) throws(Refusal) {
        var parser = SelectionParser(tokens: try SelectionToken.all(of: text), contract: contract, now: now)
        condition = try parser.condition()
        guard parser.token.kind == .end else {
            let found = parser.token.description
            throw parser.token.mistake("\(found) after a whole condition", hint: "join them by and, or")
        }
    }

    /// The questions of these ids.
    public init(ids: [String]) {
        condition = .any(ids.map { .compare(.id, .equal, .text(Array($0.utf8))) })
    }
}

private struct SelectionParser {
    let tokens: [SelectionToken]
    let contract: Contract
    let now: Timestamp?
    private var position = 0
    private var depth = 0
    private static let depthMax = 64

    init(tokens: [SelectionToken], contract: Contract, now: Timestamp?) {
        (self.tokens, self.contract, self.now) = (tokens, contract, now)
    }

    var token: SelectionToken { tokens[position] }

    mutating func condition() throws(Refusal) -> Selection.Condition {
        var parts = [try all()]
        while take("or") { parts.append(try all()) }
        return parts.count == 1 ? parts[0] : .any(parts)
    }

    private mutating func all() throws(Refusal) -> Selection.Condition {
        var parts = [try one()]
        while take("and") { parts.append(try one()) }
        return parts.count == 1 ? parts[0] : .all(parts)
    }

    private mutating func one() throws(Refusal) -> Selection.Condition {
        depth += 1
        defer { depth -= 1 }
        guard depth < Self.depthMax else { throw token.mistake("more than \(Self.depthMax) conditions in each other") }
        if take("not") { return .not(try one()) }
        guard takeSymbol("(") else { return try test(of: try field()) }
        let inner = try condition()
        guard takeSymbol(")") else { throw token.mistake("')' is expected, found \(token.description)") }
        return inner
    }

    private mutating func test(of field: Selection.Field) throws(Refusal) -> Selection.Condition {
        let word = token
        if take("is") {
            let isNot = take("not")
            guard take("missing") else { throw token.mistake("'missing' is expected, found \(token.description)") }
            return isNot ? .not(.missing(field)) : .missing(field)
        }
        if take("in") { return try membership(of: field) }
        for (symbol, comparison, isNegated) in Self.comparisons where takeSymbol(symbol) {
            guard comparison == .equal || isOrdered(field) else {
                throw word.mistake("texts have no order", hint: "compare by =, != or in [ … ]")
            }
            let test = Selection.Condition.compare(field, comparison, try value(of: field))
            // What is missing is neither equal nor unequal.
            return isNegated ? .all([.not(test), .not(.missing(field))]) : test
        }
        throw token.mistake("a comparison is expected, found \(token.description)", hint: "=, !=, <, <=, >, >=, in, is")
    }

    private static let comparisons: [(String, Selection.Comparison, Bool)] = [
        ("=", .equal, false), ("!=", .equal, true), ("<", .less, false), (">", .greater, false),
        ("<=", .greater, true), (">=", .less, true),
    ]

    private mutating func membership(of field: Selection.Field) throws(Refusal) -> Selection.Condition {
        guard takeSymbol("[") else {
            let first = token
            let lower = try value(of: field)
            guard takeSymbol("..") else { throw token.mistake("'..' is expected, found \(token.description)") }
            let upper = try value(of: field)
            guard isOrdered(field) else { throw first.mistake("texts have no order", hint: "list them: in [ … ]") }
            return .all([
                .not(.missing(field)), .not(.compare(field, .less, lower)), .compare(field, .less, upper),
            ])
        }
        var parts: [Selection.Condition] = []
        repeat { parts.append(.compare(field, .equal, try value(of: field))) } while takeSymbol(",")
        guard takeSymbol("]") else { throw token.mistake("']' is expected, found \(token.description)") }
        return .any(parts)
    }

    // MARK: Fields and values

    private mutating func field() throws(Refusal) -> Selection.Field {
        let word = token
        guard word.kind == .word || word.kind == .quoted else {
            throw word.mistake("a field is expected, found \(word.description)")
        }
        position += 1
        if let feature = contract.features.first(where: { $0.name.utf8.elementsEqual(word.text.utf8) }) {
            return .feature(feature.name, feature.kind)
        }
        let isQualified = word.text.hasPrefix(Self.qualifier)
        let name = isQualified ? String(word.text.dropFirst(Self.qualifier.count)) : word.text
        switch name {
        case "id": return .id
        case "time": return .time
        case "offset": return .offset
        case "label": return .label
        case "label_time": return .labelTime
        case "answered":
            guard contract.target.task == .regression || contract.target.classes != nil else {
                throw word.mistake(
                    "the log does not say which of open classes was answered", hint: "list the classes in the spec")
            }
            return .answered
        case contract.target.name where !isQualified: return .label
        default:
            let names = contract.features.map(\.name) + Self.names + [contract.target.name]
            throw word.mistake(
                "there is no field '\(word.text)'",
                hint: Spelling.nearest(word.text, in: names).map { "did you mean '\($0)'?" }
                    ?? "there are \(names.joined(separator: ", "))")
        }
    }

    /// What a question has beside its features.
    private static let names = ["id", "time", "offset", "answered", "label", "label_time"]
    /// What stands before such a name where a feature has it, too.
    private static let qualifier = "question."

    /// What the values of a field are.
    private func type(of field: Selection.Field) -> FeatureKind {
        switch field {
        case .feature(_, let kind): kind
        case .id: .text
        case .time, .labelTime: .timestamp
        case .offset: .number
        case .label, .answered: contract.target.task == .regression ? .number : .category
        }
    }

    private func isOrdered(_ field: Selection.Field) -> Bool {
        let type = type(of: field)
        return type == .number || type == .timestamp
    }

    private mutating func value(of field: Selection.Field) throws(Refusal) -> Selection.Value {
        let word = token
        guard word.kind == .word || word.kind == .quoted else {
            throw word.mistake("a value is expected, found \(word.description)")
        }
        position += 1
        switch type(of: field) {
        case .category, .text: return .text(Array(word.text.utf8))
        case .boolean:
            guard word.text == "true" || word.text == "false" else {
                throw word.mistake("true or false is expected, found \(word.description)")
            }
            return .number(word.text == "true" ? 1 : 0)
        case .timestamp:
            guard let time = Timestamp(shortened: word.text, now: now) else {
                throw word.mistake(
                    "\(word.description) is no time",
                    hint: "write it like 2013-01-10T00:00Z, 2013-01-10, yesterday or \"7d ago\"")
            }
            return .time(time.microseconds)
        case .number:
            let text = field == .offset && word.text.hasPrefix("@") ? String(word.text.dropFirst()) : word.text
            guard case .value(let number) = Array(text.utf8).withUnsafeBufferPointer({ DecimalText.parse($0) }) else {
                throw word.mistake("\(word.description) is no number")
            }
            return .number(number)
        }
    }

    // MARK: Tokens

    private mutating func take(_ keyword: String) -> Bool {
        guard token.kind == .word, token.text == keyword else { return false }
        position += 1
        return true
    }

    private mutating func takeSymbol(_ symbol: String) -> Bool {
        guard token.kind == .symbol, token.text == symbol else { return false }
        position += 1
        return true
    }
}

extension Timestamp {
    /// Reads a time whose seconds, or whose whole time of day, may be left out, or a time in words.
    /// - Parameter now: what words are reckoned from; nil takes none.
    public init?(shortened text: String, now: Timestamp?) {
        if let time = Timestamp(text) {
            self = time
        } else if let now, let time = Timestamp(words: text, now: now) {
            self = time
        } else if text.utf8.count == 10, let time = Timestamp(text + "T00:00:00Z") {
            self = time
        } else if text.utf8.count >= 17, let time = Timestamp(text.prefix(16) + ":00" + text.dropFirst(16)) {
            self = time
        } else {
            return nil
        }
    }
}
