import OnlineLearning

/// A node and the way to it.
struct SpecPlace {
    let node: SpecNode
    /// Such as `features.distance.min`; empty for the whole spec.
    let path: String

    init(_ node: SpecNode, path: String) {
        (self.node, self.path) = (node, path)
    }

    func member(_ name: String, _ node: SpecNode) -> SpecPlace {
        SpecPlace(node, path: (path.isEmpty ? "" : path + ".") + SpecMistake.plain(name))
    }

    func element(_ index: Int, _ node: SpecNode) -> SpecPlace {
        SpecPlace(node, path: "\(path)[\(index)]")
    }
}

/// One entry of a map.
struct SpecMember {
    let name: String
    /// Where the name stands, by the path of the value.
    let key: SpecPlace
    let value: SpecPlace
}

/// A map whose keys are known.
struct SpecRecord {
    let members: [SpecMember]

    subscript(name: String) -> SpecPlace? {
        members.first { $0.name == name }?.value
    }

    func key(_ name: String) -> SpecPlace? {
        members.first { $0.name == name }?.key
    }
}

/// Reporting, and taking lists and maps apart.
extension SpecChecker {
    /// Reports that something else was expected at a place.
    mutating func report(_ place: SpecPlace, found: String? = nil, expected: String?, hint: String? = nil) {
        if case .refused = place.node.kind {
            isIncomplete = true
            return
        }
        mistakes.append(
            SpecMistake(
                line: place.node.line, column: place.node.column, path: place.path, found: found ?? place.node.found,
                expected: expected, hint: hint))
    }

    /// Reports what is wrong in a sentence.
    mutating func report(_ place: SpecPlace, _ sentence: String, hint: String? = nil) {
        report(place, found: sentence, expected: nil, hint: hint)
    }

    mutating func warn(_ place: SpecPlace, _ sentence: String, hint: String? = nil) {
        warnings.append(
            SpecMistake(
                .warning, line: place.node.line, column: place.node.column, path: place.path, found: sentence,
                hint: hint))
    }

    /// A hint at the nearest name. Long names and late mistakes get none, to keep the time in bounds.
    func nearest(_ name: String, in names: [String]) -> String? {
        guard mistakes.count < 30, name.utf8.count <= 64 else { return nil }
        let near = names.filter { ($0.utf8.count - name.utf8.count).magnitude <= 1 + name.utf8.count / 2 }
        return Spelling.nearest(name, in: near).map { "did you mean \(SpecMistake.quote($0))?" }
    }

    /// The entries of a map, of those with one name the first.
    mutating func members(_ place: SpecPlace, expected: String) -> [SpecMember]? {
        guard case .map(let entries) = place.node.kind else {
            report(place, expected: expected)
            return nil
        }
        var members: [SpecMember] = []
        var indices: [String: Int] = [:]
        for entry in entries {
            guard let name = entry.key.text, !name.isEmpty else {
                report(SpecPlace(entry.key, path: place.path), expected: "a name")
                continue
            }
            let (key, value) = (place.member(name, entry.key), place.member(name, entry.value))
            // `String ==` is canonical equivalence: it finds the names that only look the same, too.
            if let first = indices[name] {
                reportRepetition(key, name, of: members[first].key, members[first].name, expected: "each name once")
            } else {
                indices[name] = members.count
                members.append(SpecMember(name: name, key: key, value: value))
            }
        }
        return members
    }

    /// The entries of a map of known keys; the others are reported and left out.
    /// - Parameter component: whose parameters they are.
    mutating func record(
        _ place: SpecPlace, keys: [String], required: [(name: String, expected: String)] = [], expected: String,
        of component: ComponentDeclaration? = nil
    ) -> SpecRecord? {
        guard let members = members(place, expected: expected) else { return nil }
        let known = members.filter { member in
            if keys.contains(member.name) { return true }
            report(
                member.key, found: "the unknown key \(SpecMistake.quote(member.name))",
                expected: SpecMistake.alternatives(keys),
                hint: component.flatMap { part(with: member.name, of: $0, member.value.node) }
                    ?? nearest(member.name, in: keys))
            return false
        }
        for (name, expected) in required where !known.contains(where: { $0.name == name }) {
            report(place.member(name, place.node), found: "nothing", expected: expected)
        }
        return SpecRecord(members: known)
    }

    mutating func elements(_ place: SpecPlace, expected: String) -> [SpecPlace]? {
        guard case .list(let nodes) = place.node.kind else {
            let hint = place.node.text.map { "in brackets: [\(SpecMistake.plain($0))]" }
            report(place, expected: expected, hint: place.node.isNothing ? nil : hint)
            return nil
        }
        return nodes.enumerated().map { place.element($0.offset, $0.element) }
    }

    /// The elements without those whose text was there before, which are reported.
    mutating func distinct(_ elements: [SpecPlace], expected: String) -> [SpecPlace] {
        var indices: [String: Int] = [:]
        return elements.indices.compactMap { index in
            guard let text = elements[index].node.text else { return elements[index] }
            guard let first = indices[text], let earlier = elements[first].node.text else {
                indices[text] = index
                return elements[index]
            }
            reportRepetition(elements[index], text, of: elements[first], earlier, expected: expected)
            return nil
        }
    }

    private mutating func reportRepetition(
        _ place: SpecPlace, _ text: String, of first: SpecPlace, _ firstText: String, expected: String
    ) {
        let line = first.node.line
        if text.utf8.elementsEqual(firstText.utf8) {
            let found = "\(SpecMistake.quote(text)) again, first on line \(line)"
            report(place, found: found, expected: expected)
        } else {
            report(
                place, "looks the same as \(SpecMistake.quote(firstText)) on line \(line), in other Unicode characters",
                hint: "nobody could tell the two apart")
        }
    }
}
