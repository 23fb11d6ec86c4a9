import ModelLifecycle
import OnlineLearning

/// The OpenAPI 3.1 document of a server: its routes, with each application's features and answers as schemas.
enum OpenAPI {
    static func document(_ specs: [Spec]) -> JSONWriter {
        var json = JSONWriter()
        json.object { json in
            json.member("openapi", "3.1.0")
            json.member("info", object: { json in
                json.member("title", "Headrace")
                json.member("version", "0.1.0")
                json.member(
                    "description",
                    "Models that learn online. Ids make every request safe to retry; "
                        + "errors are RFC 9457 problem details.")
            })
            json.member("paths", object: { json in
                for spec in specs { writePaths(of: spec, to: &json) }
                writeServicePaths(to: &json)
            })
            json.member("components", object: { json in
                json.member("schemas", object: { json in
                    for spec in specs { ApplicationSchemas(spec).write(to: &json) }
                    writeSharedSchemas(to: &json)
                    writeQuarantineSchemas(to: &json)
                })
                json.member("responses", object: { writeProblems(to: &$0) })
            })
        }
        return json
    }

    // MARK: Paths

    private static func writePaths(of spec: Spec, to json: inout JSONWriter) {
        let name = spec.application
        let base = "/v1/applications/\(name)"
        post("\(base)/predictions", "Ask for predictions", of: "\(name).Prediction", as: "\(name).Answer", &json)
        let preview = "Ask for predictions that are not logged: nothing changes"
        post("\(base)/preview", preview, of: "\(name).Prediction", as: "\(name).Preview", &json)
        post("\(base)/labels", "Send true values", of: "\(name).Label", as: "LabelReply", &json)
        post(
            "\(base)/examples", "Send features and true value together", of: "\(name).Example", as: "\(name).Answer",
            &json)
        json.member("\(base)/events", object: { json in
            writeLines(name, to: &json)
            writePage(
                "Events with what was answered, page by page", "EventPage", Routes.pageEventsMax, to: &json)
        })
        json.member("\(base)/notices", object: { json in
            writePage("What the world is told, page by page", "NoticePage", Routes.pageNoticesMax, to: &json)
        })
        writeAudit(base, to: &json)
        get(base, "Where the application stands", "Status", &json)
        writeSpec(base, to: &json)
        json.member("\(base)/versions", object: { json in
            writeOperation("get", "What can be restored", &json) { content(of: "Versions", to: &$0) }
            writeOperation("post", "Give a version a name", request: "VersionName", status: "201", &json) {
                content(of: "NamedVersion", to: &$0)
            }
        })
        for (path, summary, request) in [
            ("amend", "Exclude or correct past events, or withdraw that, and rebuild the models", "Amend"),
            ("forget", "Remove what questions and their labels said, and rebuild the models", "Forget"),
        ] {
            json.member("\(base)/\(path)", object: { json in
                writeOperation("post", summary, request: request, &json) { content(of: "Amended", to: &$0) }
            })
        }
        get("\(base)/amendments", "Amendments, page by page, ?from= and ?limit=", "AmendmentPage", &json)
        get("\(base)/diff", "What changed between two versions, ?from= and ?to=", "Diff", &json)
        json.member("\(base)/restore", object: { json in
            writeOperation("post", "Adopt an earlier state, as a new event", request: "Restore", &json) {
                content(of: "Restored", to: &$0)
            }
        })
        json.member("\(base)/experiments", object: { json in
            writePage("Back-tests that were run, page by page", "ExperimentPage", Routes.pageExperimentsMax, to: &json)
            let keep = "Keep back-tests run elsewhere"
            writeOperation("post", keep, request: "ExperimentRecords", status: "201", &json) {
                content(of: "KeptExperiments", to: &$0)
            }
        })
        writeQuarantine(base, of: name, to: &json)
        json.member("\(base)/adopt", object: { json in
            let adopt = "Adopt a back-tested candidate, caught up with every event"
            writeOperation("post", adopt, request: "Adopt", &json) {
                content(of: "Adopted", to: &$0)
            }
        })
    }

    /// A route that takes one event, an array or lines, and answers in the same form.
    private static func post(
        _ path: String, _ summary: String, of request: String, as reply: String, _ json: inout JSONWriter
    ) {
        json.member(path, object: { json in
            json.member("post", object: { json in
                json.member("summary", summary)
                json.member("requestBody", object: { json in
                    json.member("required", true)
                    json.member("content", object: { forms(of: request, to: &$0) })
                })
                json.member("responses", object: { json in
                    for (status, words) in [("200", "Done"), ("202", "Accepted; it takes effect later")] {
                        json.member(status, object: { json in
                            json.member("description", words)
                            json.member("content", object: { forms(of: reply, orProblem: true, to: &$0) })
                        })
                    }
                    writeErrors(to: &json)
                })
            })
        })
    }

    private static func writeLines(_ name: String, to json: inout JSONWriter) {
        json.member("post", object: { json in
            json.member("summary", "Apply events of all kinds in order: NDJSON, a result a line")
            json.member("requestBody", object: { json in
                json.member("required", true)
                json.member("content", object: { json in
                    json.member("application/x-ndjson", object: { json in
                        json.member("schema", object: { $0.reference("\(name).Event") })
                    })
                })
            })
            json.member("responses", object: { json in
                json.member("200", object: { json in
                    json.member("description", "A result for each line, in order")
                    json.member("content", object: { json in
                        json.member("application/x-ndjson", object: { json in
                            json.member("schema", object: { json in
                                json.oneOf(["\(name).Answer", "LabelReply", "Problem"])
                            })
                        })
                    })
                })
                writeErrors(to: &json)
            })
        })
    }

    static func writePage(_ summary: String, _ schema: String, _ limit: Int, to json: inout JSONWriter) {
        json.member("get", object: { json in
            json.member("summary", summary)
            json.member("parameters", array: { json in
                for (name, words, minimum, maximum) in [
                    ("from", "The first one: an offset or a number", 0, nil), ("limit", "How many at most", 1, limit),
                ] as [(String, String, Int, Int?)] {
                    json.object { json in
                        json.member("name", name)
                        json.member("in", "query")
                        json.member("description", words)
                        json.member("schema", object: { json in
                            json.member("type", "integer")
                            json.member("minimum", minimum)
                            if let maximum { json.member("maximum", maximum) }
                        })
                    }
                }
            })
            json.member("responses", object: { json in
                json.member("200", object: { json in
                    json.member("description", "A page")
                    content(of: schema, to: &json)
                })
                writeErrors(to: &json)
            })
        })
    }

    private static func writeAudit(_ base: String, to json: inout JSONWriter) {
        json.member("\(base)/audit", object: { json in
            json.member("get", object: { json in
                json.member("summary", "Take one answer apart: by its id or by its offset")
                json.member("parameters", array: { json in
                    for (name, words, type) in [
                        ("id", "The id of the question", "string"), ("offset", "Its offset in the log", "integer"),
                    ] {
                        json.object { json in
                            json.member("name", name)
                            json.member("in", "query")
                            json.member("description", words)
                            json.member("schema", object: { $0.member("type", type) })
                        }
                    }
                })
                json.member("responses", object: { json in
                    json.member("200", object: { json in
                        json.member("description", "What was asked, answered, why, and what came of it")
                        content(of: "Audit", to: &json)
                    })
                    writeErrors(to: &json)
                })
            })
        })
    }

    private static func writeSpec(_ base: String, to json: inout JSONWriter) {
        json.member("\(base)/spec", object: { json in
            writeOperation("get", "The spec in force, as YAML; as JSON with ?format=json", &json) { json in
                json.member("content", object: { json in
                    for (type, schema) in [("application/yaml", "string"), ("application/json", "object")] {
                        json.member(type, object: { json in
                            json.member("schema", object: { $0.member("type", schema) })
                        })
                    }
                })
            }
        })
    }

    private static func writeServicePaths(to json: inout JSONWriter) {
        get("/v1/applications", "The applications of this server", "Applications", &json)
        let paths = [("/healthz", "Whether the process lives"), ("/readyz", "Whether requests are answered")]
        for (path, summary) in paths {
            json.member(path, object: { json in
                writeOperation("get", summary, &json) { json in
                    json.member("content", object: { json in
                        json.member("text/plain", object: { json in
                            json.member("schema", object: { $0.member("type", "string") })
                        })
                    })
                }
            })
        }
    }

    private static func get(_ path: String, _ summary: String, _ schema: String, _ json: inout JSONWriter) {
        json.member(path, object: { json in
            writeOperation("get", summary, &json) { content(of: schema, to: &$0) }
        })
    }

    static func writeOperation(
        _ method: String, _ summary: String, parameters: ((inout JSONWriter) -> Void)? = nil, request: String? = nil,
        status: String = "200", _ json: inout JSONWriter, reply: (inout JSONWriter) -> Void
    ) {
        json.member(method, object: { json in
            json.member("summary", summary)
            parameters?(&json)
            if let request {
                json.member("requestBody", object: { json in
                    json.member("required", true)
                    content(of: request, to: &json)
                })
            }
            json.member("responses", object: { json in
                json.member(status, object: { json in
                    json.member("description", "Done")
                    reply(&json)
                })
                writeErrors(to: &json)
            })
        })
    }

    // MARK: Content

    static func content(of schema: String, to json: inout JSONWriter) {
        json.member("content", object: { json in
            json.member("application/json", object: { $0.member("schema", object: { $0.reference(schema) }) })
        })
    }

    /// One, many as an array, many as lines.
    private static func forms(of schema: String, orProblem: Bool = false, to json: inout JSONWriter) {
        func item(_ json: inout JSONWriter) {
            if orProblem { json.oneOf([schema, "Problem"]) } else { json.reference(schema) }
        }
        json.member("application/json", object: { json in
            json.member("schema", object: { json in
                json.member("oneOf", array: { json in
                    json.object { $0.reference(schema) }
                    json.object { json in
                        json.member("type", "array")
                        json.member("items", object: { item(&$0) })
                    }
                })
            })
        })
        json.member("application/x-ndjson", object: { $0.member("schema", object: { item(&$0) }) })
    }

    private static let errors = [
        ("400", "Malformed"), ("403", "Forbidden"), ("404", "NotFound"), ("409", "Conflict"), ("413", "TooLarge"),
        ("415", "WrongMediaType"), ("422", "Refused"), ("503", "Unavailable"),
    ]

    private static func writeErrors(to json: inout JSONWriter) {
        for (status, name) in errors {
            json.member(status, object: { $0.member("$ref", "#/components/responses/\(name)") })
        }
    }

    private static func writeProblems(to json: inout JSONWriter) {
        let words = [
            "The body is not JSON, or not of this form", "A page of another origin asks, or asks for another host",
            "There is nothing here", "The id is known with another content",
            "The body is too large", "The body is a browser's form",
            "The request breaks the contract; nothing was logged",
            "Overloaded, recovering or outcome unknown; send the same again, with the same ids",
        ]
        for ((_, name), description) in zip(errors, words) {
            json.member(name, object: { json in
                json.member("description", description)
                if name == "Unavailable" {
                    json.member("headers", object: { json in
                        json.member("Retry-After", object: { json in
                            json.member("description", "Seconds to wait")
                            json.member("schema", object: { $0.member("type", "integer") })
                        })
                    })
                }
                json.member("content", object: { json in
                    json.member(Problem.mediaType, object: { $0.member("schema", object: { $0.reference("Problem") }) })
                })
            })
        }
    }
}

extension JSONWriter {
    mutating func reference(_ schema: String) {
        member("$ref", "#/components/schemas/\(schema)")
    }

    mutating func oneOf(_ schemas: [String]) {
        member("oneOf", array: { json in for schema in schemas { json.object { $0.reference(schema) } } })
    }
}
