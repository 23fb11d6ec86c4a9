import Determinism
import ModelLifecycle
import OnlineLearning
import Testing

/// Conditions on questions of the past.
@Suite struct SelectionTests {
    private static let tree: SpecTree = [
        "application": "flights",
        "features": [
            "carrier": "category", "distance": ["type": "number", "optional": "true"],
            "holiday": ["type": "boolean", "optional": "true"], "seen": ["type": "timestamp", "optional": "true"],
        ],
        "target": ["name": "delay", "type": "regression"],
        "model": ["linear_regression"],
    ]

    private func matches(_ text: String, carrier: String = "UA", distance: Double? = 1_400, label: Double? = 7) throws
        -> Bool
    {
        let contract = try Self.tree.spec.contract
        let layout = contract.layout
        var row = FeatureRow(layout)
        row.setString(carrier, at: layout.slots[try #require(layout.index(of: "carrier"))])
        if let distance { row.setNumber(distance, at: layout.slots[try #require(layout.index(of: "distance"))]) }
        row.setNumber(1, at: layout.slots[try #require(layout.index(of: "holiday"))])
        let time = try #require(Timestamp("2013-01-10T12:00:00Z"))
        let event = Event(.prediction, time: time, id: EventID("f-1"), features: row)
        return try Selection(text, contract: contract).matches(
            event, at: 12,
            Selection.Outcome(
                answer: [3.5], label: label.map { .number($0) },
                labelTime: label == nil ? nil : Timestamp("2013-01-29T08:00:00Z")), contract)
    }

    @Test(arguments: [
        ("carrier = UA", true), ("carrier = \"UA\"", true), ("carrier != UA", false), ("carrier in [B6, UA]", true),
        ("carrier in [B6]", false), ("distance > 1000", true), ("distance >= 1400", true), ("distance < 1400", false),
        ("distance <= 1400", true), ("distance in 1400..1401", true), ("distance in 1000..1400", false),
        ("holiday = true", true), ("holiday = false", false), ("seen is missing", true), ("seen is not missing", false),
        ("seen > 2010-01-01", false), ("not seen > 2010-01-01", true), ("seen != 2010-01-01", false),
        ("time in 2013-01-10T00:00Z..2013-01-11T00:00Z", true), ("time in 2013-01-11..2013-01-12", false),
        ("time < 2013-01-10T12:00:00.5Z", true), ("time = 2013-01-10T13:00+01:00", true), ("id = f-1", true),
        ("offset in @10..@13", true), ("offset = 12", true), ("label > 6.5", true), ("delay = 7", true),
        ("label_time in 2013-01-29..2013-01-30", true), ("label_time < 2013-01-29T08:00Z", false),
        ("label_time = 2013-01-29T08:00Z", true), ("answered = 3.5", true), ("answered > 3.5", false),
        ("question.label = 7", true), ("question.time < 2013-01-11", true), ("answered in 3..4 and label > 6", true),
        ("label is missing", false), ("carrier = B6 or distance > 1 and label = 7", true),
        ("(carrier = B6 or distance > 1) and label = 8", false), ("not (carrier = UA and distance = 1400)", false),
    ])
    func conditions(_ text: String, _ expected: Bool) throws {
        #expect(try matches(text) == expected)
    }

    @Test func whatIsMissingFulfilsNoComparison() throws {
        for text in ["distance = 1", "distance != 1", "distance < 1", "distance >= 1", "distance in 0..9"] {
            #expect(try !matches(text, distance: nil), "\(text)")
        }
        #expect(try !matches("label != 3", label: nil))
        #expect(try matches("label is missing", label: nil))
        #expect(try matches("label_time is missing", label: nil))
        #expect(try !matches("label_time > 2013-01-01", label: nil))
    }

    @Test(arguments: [
        ("", 1, "a field is expected"), ("carier = UA", 1, "no field 'carier'"), ("carrier UA", 9, "a comparison"),
        ("carrier =", 10, "a value is expected"), ("carrier < UA", 9, "no order"), ("distance = far", 12, "no number"),
        ("carrier = UA distance = 1", 14, "after a whole condition"), ("(carrier = UA", 14, "')' is expected"),
        ("carrier in [UA, B6", 19, "']' is expected"), ("time > yesterday", 8, "no time"),
        ("distance in 1", 14, "'..' is expected"), ("carrier = \"UA", 11, "not closed"), ("holiday = 1", 11, "true or"),
        ("carrier in A..B", 12, "no order"), ("distance ! 1", 10, "means nothing"), ("seen is there", 9, "'missing'"),
    ])
    func whatDoesNotParseIsRefusedByItsColumn(_ text: String, _ column: Int, _ message: String) throws {
        let contract = try Self.tree.spec.contract
        do {
            _ = try Selection(text, contract: contract)
            Issue.record("'\(text)' was taken")
        } catch {
            #expect(error.message.hasPrefix("column \(column): "), "\(error.message)")
            #expect(error.message.contains(message), "\(error.message)")
        }
    }

    @Test func conditionsInEachOtherHaveALimit() throws {
        let contract = try Self.tree.spec.contract
        let deep = String(repeating: "(", count: 100_000) + "distance = 1"
        #expect(throws: Refusal.self) { try Selection(deep, contract: contract) }
    }

    @Test func aFeatureOfAFieldsNameIsMeantByTheNameAlone() throws {
        let tree = Self.tree.with("features", ["answered": "number", "time": "number"])
        let contract = try tree.spec.contract
        var row = FeatureRow(contract.layout)
        row.setNumber(1, at: contract.layout.slots[try #require(contract.layout.index(of: "answered"))])
        row.setNumber(2, at: contract.layout.slots[try #require(contract.layout.index(of: "time"))])
        let event = Event(.prediction, time: second(86_400), id: EventID("a"), features: row)
        func matches(_ text: String) throws -> Bool {
            try Selection(text, contract: contract).matches(event, at: 1, .init(answer: [3]), contract)
        }
        #expect(try matches("answered = 1 and time = 2"))
        #expect(try matches("question.answered = 3 and question.time = 1970-01-02"))
        #expect(throws: Refusal.self) { try matches("question.delay = 1") }
        #expect(throws: Refusal.self) { try matches("question.nothing = 1") }
    }

    @Test func theClassAnsweredIsTheMostProbable() throws {
        func matches(_ text: String, _ tree: SpecTree, _ answer: [Double]) throws -> Bool {
            let contract = try tree.spec.contract
            let event = Event(.prediction, time: second(1), id: EventID("a"), features: FeatureRow(contract.layout))
            return try Selection(text, contract: contract).matches(event, at: 1, .init(answer: answer), contract)
        }
        let features: SpecTree = ["x": "number"]
        let listed = multiclassSpec.with("features", features).with("model", ["softmax_regression"])
            .with("target", ["name": "y", "type": "multiclass", "classes": ["a", "b", "c"]])
        #expect(try matches("answered = b", listed, [.nan, 0.6, 0.4]))
        #expect(try matches("answered = a", listed, [0.5, 0.5, .nan]), "the first of equals")
        #expect(try matches("answered is missing", listed, []))
        let binary = binarySpec.with("features", features).with("model", ["logistic_regression"])
            .with("target", ["name": "y", "type": "binary", "classes": ["no", "yes"]])
        #expect(try matches("answered = yes", binary, [0.6]))
        #expect(try matches("answered = no", binary, [0.5]))
        let open = multiclassSpec.with("features", features).with("model", ["softmax_regression"])
            .with("target", ["name": "y", "type": "multiclass"])
        #expect(throws: Refusal.self) { try matches("answered = a", open, [1]) }
    }
}
