import Determinism
import ModelLifecycle
import OnlineLearning
import Testing

/// The door to the log: every way in which an event is refused, and what is said about it.
@Suite struct EventReaderTests {
    private static let spec: SpecTree = [
        "application": "door",
        "features": [
            "size": ["type": "number", "min": "0", "max": "10"],
            "kind": ["type": "category", "values": ["red", "green"]],
            "open": ["type": "category", "optional": "true"],
            "flag": ["type": "boolean", "optional": "true"],
            "when": ["type": "timestamp", "optional": "true"],
        ],
        "target": ["name": "y", "type": "regression"],
        "model": ["linear_regression"],
    ]

    private func read(_ json: String, _ tree: SpecTree = spec, expecting kind: Event.Kind? = nil) throws -> Event {
        let contract = try tree.spec.contract
        var reader = EventReader(contract)
        var event = Event(contract.layout)
        try Array(json.utf8).withUnsafeBufferPointer { bytes in
            var json = JSONReader(bytes)
            try reader.read(&json, expecting: kind, into: &event)
        }
        return event
    }

    private func refusal(_ json: String, _ tree: SpecTree = spec) throws -> Refusal? {
        do {
            _ = try read(json, tree)
            return nil
        } catch let refusal as Refusal {
            return refusal
        }
    }

    /// A prediction with these features.
    private func features(_ members: String) -> String {
        #"{"event":"prediction","id":"a","features":{\#(members)}}"#
    }

    private func expect(_ json: String, _ kind: Refusal.Kind, _ words: String, _ tree: SpecTree = spec) throws {
        let refusal = try #require(try refusal(json, tree), "\(json)")
        #expect(refusal.kind == kind, "\(json): \(refusal)")
        #expect(refusal.description.contains(words), "\(json): \(refusal)")
    }

    @Test func featuresThatDoNotFitAreRefusedByName() throws {
        let good = #""size":1,"kind":"red""#
        #expect(try refusal(features(good)) == nil)
        try expect(features(good + #","sizee":1"#), .unknownFeature, "did you mean 'size'?")
        try expect(features(#""size":1"#), .missingFeature, "kind")
        try expect(features("") , .missingFeature, "missing features: size, kind")
        try expect(features(#""size":null,"kind":"red""#), .missingFeature, "'size' is missing")
        try expect(features(#""size":"one","kind":"red""#), .wrongType, "'size' is a number, found 'one'")
        try expect(features(#""size":[1],"kind":"red""#), .wrongType, "'size' is a number, found an array")
        try expect(features(#""size":1,"kind":{}"#), .wrongType, "'kind' is a category, found an object")
        try expect(features(good + #","flag":2"#), .wrongType, "'flag' is a boolean, found '2'")
        try expect(features(good + #","open":[1]"#), .wrongType, "'open' is a category, found an array")
        try expect(features(#""size":-1,"kind":"red""#), .outOfRange, "'size' must be at least 0")
        try expect(features(#""size":10.5,"kind":"red""#), .outOfRange, "'size' must be at most 10")
        try expect(features(#""size":1e999,"kind":"red""#), .outOfRange, "beyond the range of a double")
        try expect(features(#""size":1,"kind":"greenn""#), .unknownCategory, "did you mean 'green'?")
        try expect(features(good + #","size":2"#), .malformed, "'size' is given twice")
        try expect(features(good + #","when":"2013-01-01T00:00:00.1234567Z""#), .wrongType, "finer than a microsecond")
        try expect(features(good + #","when":"yesterday""#), .wrongType, "'when' is no timestamp")
    }

    @Test func numbersThatAreNoneAreNoJSON() throws {
        for word in ["NaN", "Infinity", "-Infinity", "01", "+1", ".5"] {
            try expect(features(#""size":\#(word),"kind":"red""#), .malformed, "byte ")
        }
        for word in ["Infinity", "-inf"] {
            try expect(features(#""size":"\#(word)","kind":"red""#), .wrongType, "found '\(word)'")
        }
        // A word for *none*, as in a cell of a table.
        try expect(features(#""size":"NaN","kind":"red""#), .missingFeature, "feature 'size' is missing")
    }

    @Test func eventsThatAreNoneAreRefused() throws {
        let label = #"{"event":"label","id":"a","label":1}"#
        #expect(try refusal(label) == nil)
        try expect("[]", .malformed, "an event is an object, found an array")
        try expect("{", .malformed, "this is not JSON: byte 1")
        try expect(#"{"id":"a"}"#, .missingField, "\"event\" is missing")
        try expect(#"{"event":"guess"}"#, .outOfRange, "one of prediction, label, example; found 'guess'")
        try expect(#"{"event":"label","label":1}"#, .missingField, "a label needs the \"id\"")
        try expect(#"{"event":"label","id":"a"}"#, .missingField, "\"label\" is missing")
        try expect(#"{"event":"prediction","id":"a"}"#, .missingField, "\"features\" is missing")
        try expect(#"{"event":"label","id":"a","label":1,"lable":2}"#, .unknownField, "did you mean \"label\"?")
        try expect(#"{"event":"label","id":"a","size":1,"label":1}"#, .unknownField, "features go inside")
        try expect(#"{"event":"label","id":"a","id":"b","label":1}"#, .malformed, "\"id\" is given twice")
        try expect(#"{"event":"label","id":"","label":1}"#, .outOfRange, "1 to 256 bytes, found 0")
        try expect(#"{"event":"label","id":[7],"label":1}"#, .wrongType, "\"id\" is a text, found an array")
        try expect(#"{"event":"label","id":"a","label":"seven"}"#, .wrongType, "is a number")
        try expect(#"{"event":"label","id":"a","label":1e999}"#, .outOfRange, "beyond the range of a double")
        try expect(#"{"event":"label","id":"a","label":null}"#, .wrongType, "label 'y' is null")
        try expect(#"{"event":"label","id":"a","label":1,"correction":"yes"}"#, .wrongType, "\"correction\" is true or")
        try expect(#"{"event":"label","id":"a","label":1,"time":[5]}"#, .wrongType, "\"time\" is a text")
        try expect(
            #"{"event":"label","id":"a","label":1,"time":"2013-01-01T00:00:00.0000001Z"}"#, .wrongType,
            "\"time\" is finer than a microsecond")
        let long = String(repeating: "x", count: 257)
        try expect(#"{"event":"label","id":"\#(long)","label":1}"#, .outOfRange, "found 257")
    }

    @Test func aClaimedClockDemandsATime() throws {
        let claimed = Self.spec.with("clock", "claimed")
        try expect(#"{"event":"label","id":"a","label":1}"#, .wrongTime, "`clock: claimed`", claimed)
        #expect(try refusal(#"{"event":"label","id":"a","label":1,"time":"2013-01-01T00:00:00Z"}"#, claimed) == nil)
        #expect(try read(#"{"event":"label","id":"a","label":1}"#).time == .unclaimed)
    }

    @Test func classesAreOnesThatTheContractKnows() throws {
        let binary = Self.spec.with("target", ["name": "y", "type": "binary"]).with("model", ["logistic_regression"])
        for text in ["true", "1", "1.0", #""true""#, #""1""#] {
            #expect(try read(#"{"event":"label","id":"a","label":\#(text)}"#, binary).label == .listed(1))
        }
        try expect(#"{"event":"label","id":"a","label":2}"#, .unknownCategory, "has no class '2'", binary)
    }

    @Test func zeroHasNoSign() throws {
        let event = try read(features(#""size":-0.0,"kind":"red""#))
        #expect(event.features.numbers.contains { $0 == 0 && $0.sign == .plus })
        #expect(event.features == (try read(features(#""size":0,"kind":"red""#))).features)
        #expect(try read(#"{"event":"label","id":"a","label":-0}"#).label == .number(0))
    }

    @Test func aCorrectionIsAnAmendment() throws {
        #expect(try read(#"{"event":"label","id":"a","label":1,"correction":true}"#).kind == .corrected)
        #expect(try read(#"{"event":"label","id":"a","label":1,"correction":false}"#).kind == .label)
        #expect(try read(#"{"id":"a","label":1}"#, expecting: .label).kind == .label)
        #expect(try read(#"{"size":1}"#.isEmpty ? "" : features(#""kind":"red","size":1"#)).kind == .prediction)
    }

    @Test func cellsAndMembersOfOneValueGiveOneEvent() throws {
        let contract = try Self.spec.spec.contract
        let data = DataMapping(id: "id", time: "at", labelTime: "known")
        let cells = [
            "1.50", "green", "cafe\u{301}", "true", "2013-01-01T01:00:00+01:00", "3e0", "a",
            "2013-01-02T00:00:00Z", "",
        ]
        let header = ["size", "kind", "open", "flag", "when", "y", "id", "at", "known"]
        let line = #"{"size":1.5,"kind":"green","open":"cafe\u0301","flag":true,"when":"2013-01-01T00:00:00Z","#
            + #""y":3,"id":"a","at":"2013-01-02T00:00:00.000000Z","known":null,"other":[{}]}"#
        var table = try RowReader(contract, data, header: header)
        var first = table.makeRow()
        try table.read(into: &first, texts: cells)
        var lines = RowReader(contract, data)
        var second = lines.makeRow()
        try Array(line.utf8).withUnsafeBufferPointer { try lines.read(into: &second, json: $0) }
        #expect(first.features == second.features)
        #expect(first.label == second.label)
        #expect(first.id == second.id)
        #expect(first.time == second.time)
        #expect(first.labelTime == nil && second.labelTime == nil)
    }
}
