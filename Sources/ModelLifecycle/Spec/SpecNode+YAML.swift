/// A tree as YAML for people: what fits on a line stands on one, the rest in blocks.
extension SpecNode {
    private static let widthMax = 100

    /// The whole text, which ends with a line end.
    package var yaml: String {
        guard case .map(let entries) = kind else { return flow + "\n" }
        return Self.lines(entries, indent: 0).joined(separator: "\n") + "\n"
    }

    /// On one line.
    private var flow: String {
        switch kind {
        case .scalar(let text, isQuoted: true): YAMLScalar.text(text)
        case .scalar(let text, isQuoted: false): text
        case .list(let elements): "[" + elements.map(\.flow).joined(separator: ", ") + "]"
        case .map(let entries):
            "{" + entries.map { "\($0.key.flow): \($0.value.flow)" }.joined(separator: ", ") + "}"
        case .refused: "null"
        }
    }

    /// Whether it can stand on the line of what it belongs to: nothing in it has lists or maps of its own, but for a
    /// map's own values, and it is short.
    private func fits(after head: Int) -> Bool {
        switch kind {
        case .scalar, .refused: true
        case .list(let elements): elements.allSatisfy(\.isScalar) && head + flow.count <= Self.widthMax
        case .map(let entries): entries.allSatisfy(\.value.isFlat) && head + flow.count <= Self.widthMax
        }
    }

    private var isScalar: Bool {
        switch kind {
        case .scalar, .refused: true
        case .list, .map: false
        }
    }

    private var isFlat: Bool {
        switch kind {
        case .scalar, .refused: true
        case .list(let elements): elements.allSatisfy(\.isScalar)
        case .map(let entries): entries.allSatisfy(\.value.isScalar)
        }
    }

    private static func lines(_ entries: [Entry], indent: Int) -> [String] {
        let space = String(repeating: " ", count: indent)
        return entries.flatMap { entry -> [String] in
            let head = "\(space)\(entry.key.flow):"
            let isBlock = indent == 0 && ["features", "model", "challengers"].contains(entry.key.text)
            if !isBlock || entry.value.isEmpty, entry.value.fits(after: head.count + 1) {
                return ["\(head) \(entry.value.flow)"]
            }
            return [head] + entry.value.block(indent: indent + 2)
        }
    }

    private var isEmpty: Bool {
        switch kind {
        case .list(let elements): elements.isEmpty
        case .map(let entries): entries.isEmpty
        case .scalar, .refused: false
        }
    }

    private func block(indent: Int) -> [String] {
        switch kind {
        case .scalar, .refused: return [String(repeating: " ", count: indent) + flow]
        case .map(let entries): return Self.lines(entries, indent: indent)
        case .list(let elements):
            let space = String(repeating: " ", count: indent)
            return elements.flatMap { element -> [String] in
                if element.isScalar || element.fitsInList(after: indent + 2) { return ["\(space)- \(element.inList)"] }
                var lines = element.block(indent: indent + 2)
                lines[0] = "\(space)- " + lines[0].dropFirst(indent + 2)
                return lines
            }
        }
    }

    /// An element of a block list on its line: of a map with one entry the braces are left out.
    private var inList: String {
        guard case .map(let entries) = kind, entries.count == 1 else { return flow }
        return "\(entries[0].key.flow): \(entries[0].value.flow)"
    }

    private func fitsInList(after head: Int) -> Bool {
        guard case .map(let entries) = kind, entries.count == 1 else { return fits(after: head) }
        return entries[0].value.fits(after: head + entries[0].key.flow.count + 2)
    }
}
