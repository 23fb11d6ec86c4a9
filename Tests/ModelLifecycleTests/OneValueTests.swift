import Determinism
import ModelLifecycle
import OnlineLearning
import Testing

/// One value, one event: whichever way it comes in, it is taken as the same, or refused for the same reason.
@Suite struct OneValueTests {
    /// A value as JSON spells it, and as the cell of a table does.
    struct Value: Sendable, CustomTestStringConvertible {
        let json: String
        let cell: String

        init(_ json: String, _ cell: String? = nil) { (self.json, self.cell) = (json, cell ?? json) }

        var testDescription: String { json }
    }

    static let values: [Value] = [
        Value("107"), Value("\"107\"", "107"), Value("1.50"), Value("\"1.50\"", "1.50"), Value("1e2"), Value("-0"),
        Value("0"), Value("1"), Value("1.0"), Value("\"0\"", "0"), Value("\"1.0\"", "1.0"), Value("2"),
        Value("true"), Value("false"), Value("\"true\"", "true"), Value("\"True\"", "True"),
        Value("\"FALSE\"", "FALSE"),
        Value("\"yes\"", "yes"), Value("\"red\"", "red"), Value("\" 1\"", " 1"), Value("\"1,5\"", "1,5"),
        Value("1e999"), Value("\"1e999\"", "1e999"), Value("1e-400"), Value("\"0x10\"", "0x10"),
        Value("123456789012345678901"),
        Value("\"2013-01-01T10:15:00Z\"", "2013-01-01T10:15:00Z"),
        Value("\"2013-01-01T11:15:00+01:00\"", "2013-01-01T11:15:00+01:00"),
        Value("\"2013-13-01T10:15:00Z\"", "2013-13-01T10:15:00Z"), Value("\"caf\\u00e9\"", "café"),
        Value("\"\(String(repeating: "x", count: 1_025))\"", String(repeating: "x", count: 1_025)),
    ]

    static let features: [SpecTree] = [
        "number", ["type": "number", "min": "0", "max": "100"], "boolean", "category",
        ["type": "category", "values": ["red", "107", "true", "1.50"]], "text", "timestamp",
    ]

    static let targets: [SpecTree] = [
        ["name": "y", "type": "regression"], ["name": "y", "type": "binary"],
        ["name": "y", "type": "binary", "classes": ["red", "107"]],
        ["name": "y", "type": "multiclass", "classes": ["red", "107", "true", "1.50"]],
        ["name": "y", "type": "multiclass"],
    ]

    private func spec(_ feature: SpecTree, _ target: SpecTree) throws -> Spec {
        let base: SpecTree = ["application": "a", "features": ["x": feature], "target": target, "model": ["auto"]]
        return try base.spec
    }

    /// What came of it: the content that events are compared by and logged as, or why there is none.
    enum Outcome: Equatable {
        case taken(FeatureRow, Label?)
        case refused(Refusal.Kind, String)
    }

    private func outcome(_ body: () throws -> (FeatureRow, Label?)) -> Outcome {
        do {
            let (row, label) = try body()
            return .taken(row, label)
        } catch let refusal as Refusal {
            return .refused(refusal.kind, refusal.message)
        } catch {
            return .refused(.malformed, "\(error)")
        }
    }

    private func event(_ json: String, _ contract: Contract) -> Outcome {
        outcome {
            var reader = EventReader(contract)
            var event = Event(contract.layout)
            try Array(json.utf8).withUnsafeBufferPointer { bytes in
                var json = JSONReader(bytes)
                try reader.read(&json, expecting: nil, into: &event)
            }
            return (event.features, event.label)
        }
    }

    private func line(_ json: String, _ contract: Contract) -> Outcome {
        outcome {
            var reader = RowReader(contract, DataMapping())
            var row = reader.makeRow()
            try Array(json.utf8).withUnsafeBufferPointer { try reader.read(into: &row, json: $0) }
            return (row.features, row.label)
        }
    }

    private func cells(_ header: [String], _ cells: [String], _ contract: Contract) -> Outcome {
        outcome {
            var reader = try RowReader(contract, DataMapping(), header: header)
            var row = reader.makeRow()
            try reader.read(into: &row, texts: cells)
            return (row.features, row.label)
        }
    }

    @Test(arguments: values)
    func aFeatureIsTakenAlikeWhicheverWayItComes(_ value: Value) throws {
        for feature in Self.features {
            let contract = try spec(feature, Self.targets[0]).contract
            let prediction = event(#"{"event":"prediction","features":{"x":\#(value.json)}}"#, contract)
            let example = event(#"{"event":"example","features":{"x":\#(value.json)},"label":1}"#, contract)
            let row = line(#"{"x":\#(value.json)}"#, contract)
            let cell = cells(["x", "y"], [value.cell, ""], contract)
            #expect(prediction == row, "\(feature)")
            #expect(prediction == cell, "\(feature)")
            switch (prediction, example) {
            case (.taken(let one, nil), .taken(let other, .number(1))): #expect(one == other)
            default: #expect(prediction == example, "\(feature)")
            }
        }
    }

    @Test(arguments: values)
    func aLabelIsTakenAlikeWhicheverWayItComes(_ value: Value) throws {
        for target in Self.targets {
            let contract = try spec("number", target).contract
            let label = event(#"{"event":"label","id":"a","label":\#(value.json)}"#, contract)
            let example = event(#"{"event":"example","features":{"x":1},"label":\#(value.json)}"#, contract)
            let row = line(#"{"x":1,"y":\#(value.json)}"#, contract)
            let cell = cells(["x", "y"], ["1", value.cell], contract)
            // A file of corrected labels, and the same over HTTP.
            let file = outcome { (FeatureRow(contract.layout), try contract.target.label(reading: value.cell)) }
            let amend = outcome {
                let json = #"{"labels":[{"id":"a","label":\#(value.json)}]}"#
                let body = try Array(json.utf8).withUnsafeBufferPointer { try AmendBody(reading: $0) }
                guard case .labels(let labels) = body.wish else { return (FeatureRow(contract.layout), nil) }
                return (FeatureRow(contract.layout), try contract.target.label(reading: labels[0].label))
            }
            let all = [label, example, row, cell, file, amend].map { outcome -> Outcome in
                guard case .taken(_, let label) = outcome else { return outcome }
                return .taken(FeatureRow(contract.layout), label)
            }
            for other in all.dropFirst() { #expect(other == all[0], "\(target)") }
        }
    }

    @Test func whatIsTakenIsWhatOneWouldSay() throws {
        func row(_ feature: SpecTree, _ json: String) throws -> FeatureRow? {
            let contract = try spec(feature, Self.targets[0]).contract
            guard case .taken(let row, _) = event(#"{"event":"prediction","features":{"x":\#(json)}}"#, contract) else {
                return nil
            }
            return row
        }
        #expect(try row("category", "107")?.string(at: 0) == "107")
        #expect(try row("category", "1.50")?.string(at: 0) == "1.50")
        #expect(try row("number", "true")?.numbers == [1])
        #expect(try row("number", "\"3.5\"")?.numbers == [3.5])
        #expect(try row("boolean", "1")?.numbers == [1])
        #expect(try row("boolean", "2") == nil)
        #expect(try row("number", "[1]") == nil)
        #expect(try row("category", "{}") == nil)
    }

    @Test func anIdIsATextWhicheverWayItComes() throws {
        let contract = try spec("number", Self.targets[0]).contract
        for (json, id) in [("7", "7"), ("\"7\"", "7"), ("7.0", "7.0"), ("true", "true")] {
            var reader = EventReader(contract)
            var event = Event(contract.layout)
            try Array(#"{"event":"label","id":\#(json),"label":1}"#.utf8).withUnsafeBufferPointer { bytes in
                var json = JSONReader(bytes)
                try reader.read(&json, expecting: nil, into: &event)
            }
            #expect(event.id.text == id)
        }
    }
}
