import ModelLifecycle
import OnlineLearning

/// The schemas that one application's contract gives.
struct ApplicationSchemas {
    private let spec: Spec

    init(_ spec: Spec) {
        self.spec = spec
    }

    private var name: String { spec.application }
    private var contract: Contract { spec.contract }

    func write(to json: inout JSONWriter) {
        json.member("\(name).Features", object: { writeFeatures(to: &$0) })
        json.member("\(name).Prediction", object: { json in
            writeEvent(nil, required: ["features"], [("id", false), ("time", false), ("features", true)], to: &json)
        })
        json.member("\(name).Label", object: { json in
            writeEvent(
                nil, required: ["id", "label"],
                [("id", true), ("time", false), ("label", true), ("correction", false)], to: &json)
        })
        json.member("\(name).Example", object: { json in
            writeEvent(
                nil, required: ["features", "label"],
                [("id", false), ("time", false), ("features", true), ("label", true)], to: &json)
        })
        json.member("\(name).Event", object: { json in
            json.member("oneOf", array: { json in
                json.object {
                    writeEvent(
                        "prediction", required: ["features"], [("id", false), ("time", false), ("features", true)],
                        to: &$0)
                }
                json.object {
                    writeEvent(
                        "label", required: ["id", "label"],
                        [("id", true), ("time", false), ("label", true), ("correction", false)], to: &$0)
                }
                json.object {
                    writeEvent(
                        "example", required: ["features", "label"],
                        [("id", false), ("time", false), ("features", true), ("label", true)], to: &$0)
                }
            })
        })
        json.member("\(name).Answer", object: { json in
            writeAnswer(required: ["event", "id", "outcome", "offset", "version"], to: &json)
        })
        json.member("\(name).Preview", object: { json in
            writeAnswer(required: ["event", "state_offset", "version"], to: &json)
        })
    }

    private func writeFeatures(to json: inout JSONWriter) {
        json.member("type", "object")
        json.member("additionalProperties", false)
        json.member("required", array: { json in
            for feature in contract.features where !feature.isOptional { json.string(feature.name) }
        })
        json.member("properties", object: { json in
            for feature in contract.features {
                json.member(feature.name, object: { write(feature, to: &$0) })
            }
        })
    }

    private func write(_ feature: FeatureDeclaration, to json: inout JSONWriter) {
        let type: String
        switch feature.kind {
        case .number: type = "number"
        case .boolean: type = "boolean"
        case .category, .text, .timestamp: type = "string"
        }
        if feature.isOptional {
            json.member("type", array: { json in
                json.string(type)
                json.string("null")
            })
        } else {
            json.member("type", type)
        }
        if feature.kind == .timestamp { json.member("format", "date-time") }
        if let minimum = feature.minimum { json.member("minimum", minimum) }
        if let maximum = feature.maximum { json.member("maximum", maximum) }
        if let categories = feature.categories {
            json.member("enum", array: { json in
                for category in categories { json.string(category) }
                if feature.isOptional { json.null() }
            })
        }
    }

    private func writeEvent(
        _ kind: String?, required: [String], _ fields: [(name: String, isRequired: Bool)], to json: inout JSONWriter
    ) {
        json.member("type", "object")
        json.member("additionalProperties", false)
        json.member("required", array: { json in
            if kind != nil { json.string("event") }
            for name in required { json.string(name) }
            if contract.clock == .claimed { json.string("time") }
        })
        json.member("properties", object: { json in
            if let kind { json.member("event", object: { $0.member("const", kind) }) }
            for (field, _) in fields { json.member(field, object: { writeField(field, to: &$0) }) }
        })
    }

    private func writeField(_ field: String, to json: inout JSONWriter) {
        switch field {
        case "features": json.reference("\(name).Features")
        case "label": writeLabel(to: &json)
        case "correction": json.member("type", "boolean")
        case "time":
            json.member("type", "string")
            json.member("format", "date-time")
        default:
            json.member("type", "string")
            json.member("minLength", 1)
            json.member("maxLength", EventID.byteCountMax)
        }
    }

    private func writeLabel(to json: inout JSONWriter) {
        let target = contract.target
        if target.task == .regression {
            json.member("type", "number")
            if let minimum = target.minimum { json.member("minimum", minimum) }
            if let maximum = target.maximum { json.member("maximum", maximum) }
        } else if target.isBoolean {
            json.member("enum", array: { json in
                json.boolean(false)
                json.boolean(true)
                for word in ["false", "true"] { json.string(word) }
                for number in [0, 1] { json.integer(number) }
            })
        } else if let classes = target.classes {
            json.member("enum", array: { json in for name in classes { json.string(name) } })
        } else {
            json.member("type", array: { json in for type in ["string", "number", "boolean"] { json.string(type) } })
        }
    }

    private func writeAnswer(required: [String], to json: inout JSONWriter) {
        json.member("type", "object")
        json.member("required", array: { json in for field in required { json.string(field) } })
        json.member("properties", object: { json in
            json.property("status", "integer")
            json.property("event", "string")
            json.property("id", "string")
            json.property("outcome", "string")
            json.property("repeated", "boolean")
            json.property("prediction", contract.target.task == .regression ? "number" : "string")
            if contract.target.task == .regression {
                json.member("interval", object: { json in
                    json.member("type", "object")
                    json.member("properties", object: { json in
                        json.property("lower", "number")
                        json.property("upper", "number")
                    })
                })
            } else {
                json.member("probabilities", object: { json in
                    json.member("type", "object")
                    json.member("additionalProperties", object: { $0.member("type", "number") })
                })
            }
            json.property("answered_by", "string")
            json.property(required.contains("offset") ? "offset" : "state_offset", "integer")
            json.property("version", "integer")
        })
    }
}

extension JSONWriter {
    /// - Parameter type: one of JSON's, or the name of a shared schema, which begins with a capital.
    mutating func property(_ name: String, _ type: String) {
        let isShared = type.first?.isUppercase ?? false
        member(name, object: { json in if isShared { json.reference(type) } else { json.member("type", type) } })
    }
}

extension OpenAPI {
    /// Schemas that do not depend on a contract: (name, required, optional), each field with its type.
    private static let shared: [(name: String, required: [(String, String)], optional: [(String, String)])] = [
        (
            "Problem", [("type", "string"), ("title", "string"), ("status", "integer"), ("detail", "string")],
            [("hint", "string")]
        ),
        (
            "LabelReply",
            [
                ("event", "string"), ("id", "string"), ("outcome", "string"), ("offset", "integer"),
                ("version", "integer"),
            ],
            [("status", "integer"), ("note", "string"), ("repeated", "boolean")]
        ),
        (
            "Status",
            [
                ("application", "string"), ("offset", "integer"), ("state_digest", "string"),
                ("ledger_digest", "string"), ("metrics", "object"), ("baseline", "object"), ("challengers", "object"),
                ("served", "object"), ("roles", "object"), ("versions", "array"), ("contract", "object"),
                ("version", "integer"),
            ], [("log_time", "string"), ("lateness", "Lateness")]
        ),
        ("Versions", [("application", "string"), ("versions", "array")], []),
        ("VersionName", [("name", "string")], [("offset", "integer"), ("at", "string")]),
        ("NamedVersion", [("name", "string"), ("offset", "integer")], []),
        ("Restore", [("to", "string")], []),
        (
            "Amend", [],
            [
                ("exclude", "string"), ("labels", "array"), ("withdraw", "integer"), ("by", "string"),
                ("note", "string"), ("dry_run", "boolean"),
            ]
        ),
        (
            "Forget", [],
            [("where", "string"), ("ids", "array"), ("by", "string"), ("note", "string"), ("dry_run", "boolean")]
        ),
        ("AmendmentPage", [("application", "string"), ("amendments", "array")], [("next", "integer")]),
        (
            "Amended",
            [
                ("questions", "integer"), ("open", "integer"), ("labels", "integer"), ("before", "object"),
                ("after", "object"), ("roles_before", "object"), ("roles_after", "object"),
                ("elapsed_seconds", "number"),
            ],
            [
                ("amendment", "integer"), ("offset", "integer"), ("state_digest", "string"),
                ("first_time", "string"), ("last_time", "string"), ("forgotten", "integer"),
                ("old_head", "string"), ("new_head", "string"), ("dry_run", "boolean"), ("state_offset", "integer"),
            ]
        ),
        (
            "Diff",
            [
                ("from", "object"), ("to", "object"), ("spec_removed", "array"), ("spec_added", "array"),
                ("events", "object"), ("changes", "array"), ("period", "object"),
            ], []
        ),
        (
            "Restored",
            [
                ("offset", "integer"), ("restored_offset", "integer"), ("state_digest", "string"),
                ("elapsed_seconds", "number"),
            ], [("set_aside", "array")]
        ),
        (
            "Audit",
            [
                ("application", "string"), ("id", "string"), ("question", "object"), ("answer", "object"),
                ("version", "object"), ("rederived", "object"), ("roles", "object"), ("contributions", "object"),
                ("fate", "string"), ("labels", "array"), ("history", "array"), ("other_questions", "array"),
            ], [("movement", "object")]
        ),
        ("Applications", [("applications", "array")], []),
        ("ExperimentRecords", [("time", "string"), ("records", "array")], []),
        ("KeptExperiments", [("experiments", "array")], []),
        ("Adopt", [], [("experiment", "integer"), ("spec", "object"), ("from", "string")]),
        (
            "Adopted", [("offset", "integer"), ("state_digest", "string"), ("elapsed_seconds", "number")],
            [("taken_up_again", "array")]
        ),
    ]

    static func writeSharedSchemas(to json: inout JSONWriter) {
        for schema in shared {
            json.member(schema.name, object: { json in
                json.member("type", "object")
                json.member("required", array: { json in for (field, _) in schema.required { json.string(field) } })
                json.member("properties", object: { json in
                    for (field, type) in schema.required + schema.optional { json.property(field, type) }
                })
            })
        }
        writeLateness(to: &json)
        writePage("EventPage", of: "events", hasEnd: true, to: &json)
        writePage("NoticePage", of: "notices", hasEnd: true, to: &json)
        writePage("ExperimentPage", of: "experiments", hasEnd: false, to: &json)
    }

    private static func writePage(_ name: String, of items: String, hasEnd: Bool, to json: inout JSONWriter) {
        json.member(name, object: { json in
            json.member("type", "object")
            json.member("required", array: { json in
                for field in [items, "next"] + (hasEnd ? ["to", "end"] : []) { json.string(field) }
            })
            json.member("properties", object: { json in
                json.member(items, object: { json in
                    json.member("type", "array")
                    json.member("items", object: { $0.member("type", "object") })
                })
                json.member("next", object: { json in
                    json.member("type", array: { json in
                        json.string("integer")
                        json.string("null")
                    })
                })
                if hasEnd { for field in ["to", "end"] { json.property(field, "integer") } }
            })
        })
    }
}
