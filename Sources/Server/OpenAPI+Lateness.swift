import ModelLifecycle

extension OpenAPI {
    private typealias Fields = [(name: String, type: String, isNullable: Bool)]

    /// What the rows of ages and days have in common.
    private static let figures: Fields = [
        ("scored", "integer", false), ("metric", "number", true), ("baseline", "number", true),
        ("mean_answer", "number", true), ("mean_label", "number", true),
    ]

    /// `lateness` of a status.
    static func writeLateness(to json: inout JSONWriter) {
        json.member("Lateness", object: { json in
            let fields: Fields = [
                ("metric", "string", false), ("bigger_is_better", "boolean", false), ("labels", "integer", false),
            ]
            writeFields(fields, to: &json) { json in
                json.member("lag_seconds", object: { json in
                    writeFields(["p50", "p90", "p99", "max"].map { ($0, "number", true) }, to: &json)
                })
                writeRows(
                    "lags",
                    [
                        ("from_seconds", "number", false), ("below_seconds", "number", false),
                        ("labels", "integer", false),
                    ], to: &json)
                writeRows(
                    "ages",
                    [
                        ("up_to_seconds", "number", true), ("labels", "integer", false), ("open", "integer", false),
                        ("still_open", "number", true),
                    ] + figures, to: &json)
                writeRows(
                    "days",
                    [
                        ("day", "string", false), ("questions", "integer", false), ("labels", "integer", false),
                        ("open", "integer", false),
                    ] + figures, to: &json)
            }
        })
    }

    private static func writeRows(_ name: String, _ fields: Fields, to json: inout JSONWriter) {
        json.member(name, object: { json in
            json.member("type", "array")
            json.member("items", object: { writeFields(fields, to: &$0) })
        })
    }

    /// An object of fields, all required, and of such as are written apart.
    private static func writeFields(
        _ fields: Fields, to json: inout JSONWriter, others: (inout JSONWriter) -> Void = { _ in }
    ) {
        json.member("type", "object")
        json.member("required", array: { json in for field in fields { json.string(field.name) } })
        json.member("properties", object: { json in
            for field in fields {
                json.member(field.name, object: { json in
                    guard field.isNullable else { return json.member("type", field.type) }
                    json.member("type", array: { json in
                        json.string(field.type)
                        json.string("null")
                    })
                })
            }
            others(&json)
        })
    }
}
