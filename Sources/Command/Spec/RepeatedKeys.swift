/// A YAML text in which keys that stand twice in one map are made distinct.
///
/// Yams refuses such a text as a whole and names one place, but everything that is wrong with a spec is to be reported
/// at once. So the first of two equal keys gets a tag, which Yams counts as part of a key and which moves nothing but
/// what follows on that line; the checker then finds the two keys itself. All positions are given back as they were.
struct RepeatedKeys {
    static let countMax = 50

    private(set) var text: String
    /// Where tags were put, by line and column of the original, in order.
    private var tags: [(line: Int, column: Int)] = []

    init(_ text: String) {
        self.text = text
    }

    /// Puts a tag before the key at a place of `text`.
    /// - Returns: false where that does not help: there is one already, or there are too many.
    mutating func tag(line: Int, column: Int) -> Bool {
        let place = origin(line: line, column: column)
        guard tags.count < Self.countMax, !tags.contains(where: { $0 == place }) else { return false }
        let scalars = text.unicodeScalars
        guard let start = Self.start(ofLine: line, in: scalars),
            let index = scalars.index(start, offsetBy: column - 1, limitedBy: scalars.endIndex)
        else { return false }
        let digits = tags.count < 10 ? "0\(tags.count)" : "\(tags.count)"
        text.unicodeScalars.insert(contentsOf: (Self.prefix + digits + " ").unicodeScalars, at: index)
        let position = tags.firstIndex { ($0.line, $0.column) > place } ?? tags.count
        tags.insert(place, at: position)
        return true
    }

    /// Where a place of `text` is in the original.
    func origin(line: Int, column: Int) -> (line: Int, column: Int) {
        var shift = 0
        for tag in tags where tag.line == line && column > tag.column + shift { shift += Self.width }
        return (line, column - shift)
    }

    static func isOwn(tag: String) -> Bool { tag.hasPrefix(prefix) }

    private static let prefix = "!headrace-key-"
    private static let width = prefix.unicodeScalars.count + 3

    /// Where a line begins, by the line breaks of YAML 1.1.
    private static func start(ofLine line: Int, in scalars: String.UnicodeScalarView) -> String.UnicodeScalarIndex? {
        var (current, index) = (1, scalars.startIndex)
        while current < line {
            guard index < scalars.endIndex else { return nil }
            let scalar = scalars[index]
            index = scalars.index(after: index)
            switch scalar.value {
            case 0x0D where index < scalars.endIndex && scalars[index] == "\n": continue
            case 0x0A, 0x0D, 0x85, 0x2028, 0x2029: current += 1
            default: continue
            }
        }
        return index
    }
}
