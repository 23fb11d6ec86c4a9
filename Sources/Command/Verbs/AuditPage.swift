import ModelLifecycle

/// An audit as a page for people, from its JSON.
struct AuditPage {
    private let audit: JSONValue

    init(_ audit: JSONValue) {
        self.audit = audit
    }

    var text: String {
        var sections = [question, answers, contributions, outcome]
        if let amended { sections.append(amended) }
        let others = (audit["other_questions"]?.array ?? []).compactMap(\.integer)
        if !others.isEmpty {
            let events = others.map(String.init).joined(separator: ", ")
            let word = others.count == 1 ? "event" : "events"
            sections.append("the same id asked other questions, too: \(word) \(events)\n")
        }
        return sections.joined(separator: "\n")
    }

    // MARK: What was asked, and what was answered

    private var question: String {
        var table = TextTable([.init(""), .init("")])
        func line(_ name: String, _ value: String?) { if let value { table.add([name, value]) } }
        line("question", audit["id"]?.string)
        line("asked", at(audit["question"]))
        let version = audit["version"]
        let names = (version?["names"]?.array ?? []).compactMap(\.string).map { "'\($0)'" }
        let words = [offset(version) ?? "", version?["reason"]?.string ?? ""] + names
        line("answered by", words.joined(separator: "  "))
        line("answer", Self.answer(audit["answer"]))
        let again = audit["rederived"]
        let (count, start) = (again?["events_folded"]?.integer ?? 0, again?["snapshot"]?.integer ?? 0)
        let isEqual = again?["equal"] == .boolean(true)
        let same = "the same, bit for bit (\(count.grouped) events folded from @\(start))"
        line("derived again", isEqual ? same : "DIFFERENT: \(again?["derived"]?.string ?? "")")
        return table.render()
    }

    private var answers: String {
        var table = TextTable([.init("role"), .init("answer", .right)])
        let roles = audit["roles"]?.members ?? []
        for (role, answer) in roles { table.add([role, Self.answer(answer)]) }
        return roles.isEmpty ? "no model had an answer: no class was known\n" : table.render()
    }

    // MARK: Why

    private var contributions: String {
        guard let contributions = audit["contributions"] else { return "" }
        if let reason = contributions["not_explained"]?.string { return "contributions: not explained: \(reason)\n" }
        var table = TextTable([.init("feature"), .init("value"), .init("contribution", .right)])
        table.add([contributions["bias_is"]?.string ?? "bias", "", Self.signed(contributions["bias"])])
        var rest = audit["question"]?["features"]?.members ?? []
        for entry in contributions["features"]?.array ?? [] {
            let name = entry["name"]?.string ?? ""
            let value = rest.first { $0.key == name }.map { Self.plain($0.value) } ?? ""
            rest.removeAll { $0.key == name }
            table.add([name, value, Self.signed(entry["contribution"])])
        }
        for (name, value) in rest { table.add([name, Self.plain(value), "–"]) }
        table.add(["sum", "", Self.signed(contributions["sum"])])
        return "contributions, \(scale(contributions))\n" + table.render()
    }

    private func scale(_ contributions: JSONValue) -> String {
        let (of, against) = (contributions["of"]?.string ?? "", contributions["against"]?.string ?? "")
        switch contributions["scale"]?.string {
        case "log_odds": return "in log-odds of \(of) against \(against)"
        case "probability": return "in the probability of \(of)"
        default: return "in the target's unit"
        }
    }

    // MARK: What came

    private var outcome: String {
        var text = ""
        for label in audit["labels"]?.array ?? [] {
            let seconds = label["delay_seconds"]?.number
            let delay = seconds.map { Self.delay($0) } ?? ""
            let word = label["outcome"]?.string ?? ""
            text += "label \(label["label"].map(Self.plain) ?? "")  \(at(label) ?? ""), \(delay): \(word)\n"
        }
        switch audit["fate"]?.string {
        case "unlabelled": text += "no label has come yet\n"
        case "expired": text += "no label came within the horizon\n"
        case "late": text += "the label came after the horizon and was not learned\n"
        default: break
        }
        guard let movement = audit["movement"] else { return text }
        var table = TextTable([
            .init("role"), .init("before", .right), .init("after", .right), .init("change", .right),
        ])
        for (role, numbers) in movement["roles"]?.members ?? [] {
            table.add([role] + ["before", "after"].map { Self.number(numbers[$0]) } + [Self.signed(numbers["change"])])
        }
        let what = movement["of"]?.string ?? "value"
        return text + "\nlearning it (\(offset(movement) ?? "")) moved the answer to this question, its \(what)\n"
            + table.render()
    }

    /// What amendments did to the question; nil where they did nothing.
    private var amended: String? {
        let steps = (audit["history"]?.array ?? []).compactMap { step -> String? in
            let what: String
            switch step["what"]?.string {
            case "excluded": what = "excluded"
            case "corrected": what = "its label was corrected to \(step["label"].map(Self.plain) ?? "")"
            case "withdrawn": what = "the amendment of event \(step["of"]?.integer ?? 0) was withdrawn"
            default: return nil
            }
            return "\(what)  \(at(step) ?? "")\(AmendmentText.remark(step))\n"
        }
        return steps.isEmpty ? nil : "amended since\n" + steps.joined()
    }

    // MARK: Words

    private func offset(_ value: JSONValue?) -> String? { value?["offset"]?.integer.map { "event \($0)" } }

    private func at(_ value: JSONValue?) -> String? {
        offset(value).map { "\($0)  \(value?["time"]?.string ?? "")" }
    }

    /// An answer with its probabilities, the highest first.
    private static func answer(_ answer: JSONValue?) -> String {
        guard let prediction = answer?["prediction"] else { return "–" }
        var text = prediction.number.map { Status.short($0) } ?? plain(prediction)
        if let interval = answer?["interval"] {
            text += "  (\(number(interval["lower"])) to \(number(interval["upper"])))"
        }
        let classes = (answer?["probabilities"]?.members ?? [])
            .sorted { ($0.value.number ?? 0) > ($1.value.number ?? 0) }
        if !classes.isEmpty {
            let shown = classes.prefix(4).map { "\($0.key) \(number($0.value))" }.joined(separator: ", ")
            text += "  (\(shown)\(classes.count > 4 ? ", …" : ""))"
        }
        return answer?["answered_by"] == nil ? text : text + "  answered by the baseline"
    }

    private static func plain(_ value: JSONValue) -> String {
        switch value {
        case .string(let text): text
        case .number(let number): number == number.rounded() && number.magnitude < 1e15 ? "\(Int(number))" : "\(number)"
        case .boolean(let flag): "\(flag)"
        default: "–"
        }
    }

    private static func number(_ value: JSONValue?) -> String {
        value?.number.map { Status.short($0) } ?? "–"
    }

    private static func signed(_ value: JSONValue?) -> String {
        value?.number.map { ($0 > 0 ? "+" : "") + Status.short($0) } ?? "–"
    }

    /// A length of time in the unit that suits it, from the question on.
    private static func delay(_ seconds: Double) -> String {
        guard seconds > 0 else { return seconds < 0 ? "before the question" : "at once" }
        for (unit, length) in [("d", 86_400.0), ("h", 3_600), ("min", 60)] where seconds >= length {
            return "\(Status.short(seconds / length)) \(unit) after it was asked"
        }
        return "\(Status.short(seconds)) s after it was asked"
    }
}
