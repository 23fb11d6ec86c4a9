import Determinism
import OnlineLearning

/// Reads events as JSON and checks them against the contract: the door to the log. Pure; a refusal changes nothing.
///
///     {"event": "prediction", "id": "a", "time": "2013-01-01T10:15:00Z", "features": {"carrier": "UA", "miles": 1400}}
///     {"event": "label", "id": "a", "label": 12.0}
///     {"event": "example", "id": "b", "features": {…}, "label": 3.5}
///
/// `event` is left out where the kind is known from the place. `"correction": true` makes a label a correction; whether
/// there is anything to correct is for the fold to say.
public struct EventReader {
    private var features: FeatureCheck
    private let labels: LabelCheck
    private let passesOverAnswers: Bool
    private var contract: Contract { features.contract }

    /// - Parameter passesOverAnswers: whether what a log lists beside an event — its offset, what was answered — may
    ///   stand in it; nothing is made of it.
    public init(_ contract: Contract, passesOverAnswers: Bool = false) {
        features = FeatureCheck(contract)
        labels = LabelCheck(target: contract.target)
        self.passesOverAnswers = passesOverAnswers
    }

    /// The members of a listed event that are not the event's own.
    private static let answerMembers = [
        "offset", "kind", "outcome", "prediction", "probabilities", "interval", "answer", "answered_by", "version",
    ].map { Array($0.utf8) }

    /// What an event's fields were, as far as it decides what else must be there.
    private struct Fields {
        var kind: Event.Kind?
        var hasTime = false
        var hasID = false
        var hasFeatures = false
        var label: Label?
        var isCorrection = false
    }

    /// Reads one object into `event`. An id that is absent is left empty, a time that is absent ``Event/unclaimed``:
    /// the writer gives both.
    public mutating func read(
        _ reader: inout JSONReader, expecting kind: Event.Kind?, into event: inout Event
    ) throws(Refusal) {
        do {
            try readObject(&reader, Fields(kind: kind), &event)
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            throw Refusal(.malformed, "this is not JSON: \(error)")
        }
    }

    private mutating func readObject(_ reader: inout JSONReader, _ start: Fields, _ event: inout Event) throws {
        var fields = start
        let kindIsGiven = start.kind != nil
        event.id.removeAll()
        event.time = .unclaimed
        features.begin(&event.features)
        guard try reader.peek() == .object else {
            throw Refusal(.malformed, "an event is an object, found \(try reader.peek().name)")
        }
        try reader.beginObject()
        var isFirst = true
        while let key = try reader.nextKey(isFirst: isFirst) {
            isFirst = false
            switch key.count {
            case 5 where key.elementsEqual("event".utf8) && !kindIsGiven: fields.kind = try kind(&reader)
            case 2 where key.elementsEqual("id".utf8): try id(&reader, &fields, &event)
            case 4 where key.elementsEqual("time".utf8): try time(&reader, &fields, &event)
            case 5 where key.elementsEqual("label".utf8): try label(&reader, &fields)
            case 8 where key.elementsEqual("features".utf8): try features(&reader, &fields, &event)
            case 10 where key.elementsEqual("correction".utf8): fields.isCorrection = try correction(&reader)
            case _ where passesOverAnswers && Self.answerMembers.contains { key.elementsEqual($0) }: try reader.skip()
            default: throw unknownField(key, kindIsGiven: kindIsGiven)
            }
        }
        try finish(fields, &event)
    }

    // MARK: Fields

    private func kind(_ reader: inout JSONReader) throws -> Event.Kind {
        let word = try reader.string()
        for kind in [Event.Kind.prediction, .label, .example] where kind.name.utf8.elementsEqual(word) { return kind }
        throw Refusal(
            .outOfRange, "\"event\" is one of prediction, label, example; found '\(FeatureCheck.excerpt(word))'")
    }

    private func id(_ reader: inout JSONReader, _ fields: inout Fields, _ event: inout Event) throws {
        try once(&fields.hasID, "id")
        guard let text = try reader.scalarText() else {
            throw Refusal(.wrongType, "\"id\" is a text, found \(try reader.peek().name)")
        }
        try EventReader.set(&event.id, text)
    }

    /// Sets an id from text. - Throws: where it is empty or too long.
    static func set(_ id: inout EventID, _ text: UnsafeBufferPointer<UInt8>) throws(Refusal) {
        guard !text.isEmpty, text.count <= EventID.byteCountMax else {
            throw Refusal(.outOfRange, "an id has 1 to \(EventID.byteCountMax) bytes, found \(text.count)")
        }
        id.set(text)
    }

    private func time(_ reader: inout JSONReader, _ fields: inout Fields, _ event: inout Event) throws {
        try once(&fields.hasTime, "time")
        guard let text = try reader.scalarText() else {
            throw Refusal(
                .wrongType, "\"time\" is a text like \"2013-01-01T10:15:00Z\", found \(try reader.peek().name)")
        }
        event.time = try FeatureCheck.time(text, of: { "\"time\"" })
    }

    private func label(_ reader: inout JSONReader, _ fields: inout Fields) throws {
        guard fields.label == nil else { throw givenTwice("label") }
        guard let text = try reader.scalarText() else {
            throw Refusal(.wrongType, "label '\(contract.target.name)' is \(try reader.peek().name)")
        }
        fields.label = try labels.label(text)
    }

    private func correction(_ reader: inout JSONReader) throws -> Bool {
        guard try reader.peek() == .boolean else {
            throw Refusal(.wrongType, "\"correction\" is true or false, found \(try reader.peek().name)")
        }
        return try reader.boolean()
    }

    private mutating func features(
        _ reader: inout JSONReader, _ fields: inout Fields, _ event: inout Event
    ) throws {
        try once(&fields.hasFeatures, "features")
        guard try reader.peek() == .object else {
            throw Refusal(.wrongType, "\"features\" is an object, found \(try reader.peek().name)")
        }
        try reader.beginObject()
        var isFirst = true
        while let key = try reader.nextKey(isFirst: isFirst) {
            isFirst = false
            let index = try features.index(of: key)
            try features.give(index)
            try feature(index, &reader, &event.features)
        }
        try features.finish()
    }

    private mutating func feature(_ index: Int, _ reader: inout JSONReader, _ row: inout FeatureRow) throws {
        if try reader.peek() == .null {
            try reader.null()
            return try features.setMissing(index, in: &row)
        }
        guard let text = try reader.scalarText() else {
            throw features.wrongType(index, found: try reader.peek().name)
        }
        try features.set(text: text, index, in: &row)
    }

    // MARK: Checks

    private func once(_ flag: inout Bool, _ name: String) throws(Refusal) {
        guard !flag else { throw givenTwice(name) }
        flag = true
    }

    private func givenTwice(_ name: String) -> Refusal { Refusal(.malformed, "\"\(name)\" is given twice") }

    private func unknownField(_ key: UnsafeBufferPointer<UInt8>, kindIsGiven: Bool) -> Refusal {
        let text = FeatureCheck.excerpt(key)
        let names = ["id", "time", "features", "label", "correction"] + (kindIsGiven ? [] : ["event"])
        let isFeature = contract.features.contains { $0.name.utf8.elementsEqual(key) }
        return Refusal(
            .unknownField, "an event has no field \"\(text)\"",
            hint: isFeature
                ? "features go inside \"features\": {…}"
                : Spelling.nearest(text, in: names).map { "did you mean \"\($0)\"?" })
    }

    private func finish(_ fields: Fields, _ event: inout Event) throws(Refusal) {
        guard let kind = fields.kind else {
            throw Refusal(.missingField, "\"event\" is missing", hint: "one of prediction, label, example")
        }
        let wantsFeatures = kind != .label
        if fields.hasFeatures != wantsFeatures { throw wrongField("features", wantsFeatures, kind) }
        event.payload = try payload(kind, fields)
        if kind == .label, !fields.hasID {
            throw Refusal(.missingField, "a label needs the \"id\" of its prediction")
        }
        if contract.clock == .claimed, !fields.hasTime {
            throw Refusal(
                .wrongTime, "\"time\" is missing, and the spec says `clock: claimed`",
                hint: "send the instant of the event, like \"2013-01-01T10:15:00Z\"")
        }
    }

    private func payload(_ kind: Event.Kind, _ fields: Fields) throws(Refusal) -> Event.Payload {
        guard kind == .label || !fields.isCorrection else { throw wrongField("correction", false, kind) }
        guard kind != .prediction else {
            guard fields.label == nil else { throw wrongField("label", false, kind) }
            return .prediction
        }
        guard let label = fields.label else { throw wrongField("label", true, kind) }
        guard kind == .label else { return .example(label) }
        return fields.isCorrection ? .corrected(label) : .label(label)
    }

    private func wrongField(_ name: String, _ isWanted: Bool, _ kind: Event.Kind) -> Refusal {
        isWanted
            ? Refusal(.missingField, "\"\(name)\" is missing from the \(kind.name)")
            : Refusal(.unknownField, "a \(kind.name) has no \"\(name)\"")
    }
}
