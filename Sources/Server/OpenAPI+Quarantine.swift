import ModelLifecycle

/// What the contract refused, in the OpenAPI document.
extension OpenAPI {
    static func writeQuarantine(_ base: String, of name: String, to json: inout JSONWriter) {
        json.member("\(base)/quarantine", object: { json in
            writePage(
                "Events that the contract refused, page by page", "QuarantinePage", Routes.pageQuarantineMax, to: &json)
            writeOperation("post", "Keep rows that a client refused by the contract", request: "RefusedRows", &json) {
                content(of: "KeptRows", to: &$0)
            }
        })
        json.member("\(base)/quarantine/labels", object: { json in
            writeOperation("get", "Labels that were set aside, and what became of each", &json) {
                content(of: "LabelsSetAside", to: &$0)
            }
        })
        json.member("\(base)/quarantine/{number}", object: { json in
            writeOperation("delete", "Drop a refused event", parameters: writeNumber, status: "204", &json) { _ in }
        })
        json.member("\(base)/quarantine/{number}/send", object: { json in
            let summary = "Send a refused event again, put right or, without a body, as it was"
            writeOperation("post", summary, parameters: writeNumber, &json) { content(of: "\(name).Answer", to: &$0) }
        })
    }

    private static func writeNumber(to json: inout JSONWriter) {
        json.member("parameters", array: { json in
            json.object { json in
                json.member("name", "number")
                json.member("in", "path")
                json.member("required", true)
                json.member("description", "The number of the refused event")
                json.member("schema", object: { json in
                    json.member("type", "integer")
                    json.member("minimum", 1)
                })
            }
        })
    }

    static func writeQuarantineSchemas(to json: inout JSONWriter) {
        let problem = [("source", "string"), ("type", "string"), ("detail", "string"), ("hint", "string")]
        json.member("QuarantinedEvent", object: { json in
            let number = [("number", "integer"), ("time", "string"), ("kind", "string")]
            writeObject(number + problem + [("event", "object")], optional: ["hint", "kind"], to: &json)
        })
        json.member("QuarantinePage", object: { json in
            json.member("type", "object")
            json.member("required", array: { json in for name in ["entries", "next", "count"] { json.string(name) } })
            json.member("properties", object: { json in
                json.member("entries", object: { json in
                    json.member("type", "array")
                    json.member("items", object: { $0.reference("QuarantinedEvent") })
                })
                json.member("next", object: { json in
                    json.member("type", array: { json in for name in ["integer", "null"] { json.string(name) } })
                })
                json.member("count", object: { $0.member("type", "integer") })
            })
        })
        json.member("LabelsSetAside", object: { json in
            json.member("type", "object")
            json.member("required", array: { $0.string("labels") })
            json.member("properties", object: { json in
                json.member("labels", object: { json in
                    json.member("type", "array")
                    json.member("items", object: { json in
                        writeObject(
                            [
                                ("offset", "integer"), ("question", "integer"), ("id", "string"), ("time", "string"),
                                ("label", "number"), ("fate", "string"),
                            ], optional: [], to: &json)
                    })
                })
            })
        })
        json.member("RefusedRows", object: { json in
            json.member("type", "array")
            json.member("items", object: { json in
                writeObject(problem + [("event", "object")], optional: ["hint"], to: &json)
            })
        })
        json.member("KeptRows", object: { writeObject([("kept", "integer")], optional: [], to: &$0) })
    }

    private static func writeObject(
        _ members: [(name: String, type: String)], optional: [String], to json: inout JSONWriter
    ) {
        json.member("type", "object")
        json.member("required", array: { json in
            for (name, _) in members where !optional.contains(name) { json.string(name) }
        })
        json.member("properties", object: { json in
            for (name, type) in members { json.member(name, object: { $0.member("type", type) }) }
        })
    }
}
