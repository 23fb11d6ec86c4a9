import Determinism
import ModelLifecycle
import OnlineLearning
import Testing

@Suite("Contracts as JSON")
struct SpecTestsContractJSON {
    private func json(_ spec: Spec) throws -> JSONValue {
        var writer = JSONWriter()
        spec.writeContract(to: &writer)
        return try JSONValue(parsing: writer.bytes)
    }

    @Test func aContractIsWrittenShort() throws {
        let spec = try plainSpec.with("clock", "claimed").with("data", ["id": "row"])
            .with(
                "features",
                ["c": ["type": "category", "values": ["5", "true"]], "n": ["type": "number", "min": "0"]]
            )
            .with("model", ["one_hot", "linear_regression"]).spec
        var writer = JSONWriter()
        spec.writeContract(to: &writer)
        #expect(
            writer.text == """
                {"clock":"claimed","features":[\
                {"name":"c","type":"category","optional":false,"values":["5","true"]},\
                {"name":"n","type":"number","optional":false,"min":0}],\
                "target":{"name":"delay","type":"regression","horizon":"30d","unlabelled":"drop"},\
                "data":{"id":"row"}}
                """)
    }

    @Test func whatIsWrittenIsReadBack() throws {
        let features: SpecTree = [
            "carrier": ["type": "category", "values": ["1", "null", "true", "~", "ü\u{1}\""]],
            "distance": ["type": "number", "optional": "true", "min": "-0.1", "max": "1e300"], "night": "boolean",
            "null": "text", "5": "timestamp",
        ]
        let data: SpecTree = ["id": "i", "time": "t", "label_time": "l"]
        let full = plainSpec.with("clock", "claimed").with("data", data).with("features", features)
        let targets: [(SpecTree, SpecTree)] = [
            (
                ["name": "y", "type": "regression", "horizon": "90m", "unlabelled": ["label": "0.1"]],
                "linear_regression"
            ),
            (["name": "y", "type": "binary", "unlabelled": ["label": "true"]], "logistic_regression"),
            (
                ["name": "y", "type": "binary", "classes": ["0", "1"], "unlabelled": ["label": "1"]],
                "logistic_regression"
            ),
            (
                ["name": "y", "type": "multiclass", "max_classes": "9", "unlabelled": ["label": "7"]],
                "softmax_regression"
            ),
            (["name": "y", "type": "multiclass", "classes": ["a", "2"]], "softmax_regression"),
            (
                ["name": "y", "type": "binary", "unlabelled": ["label": "false", "provisional_after": "90m"]],
                "logistic_regression"
            ),
        ]
        for tree in [plainSpec, binarySpec, multiclassSpec]
            + targets.map({ full.with("target", $0.0).with("model", $0.1) })
        {
            let spec = try tree.spec
            let read = try Spec.readContract(try json(spec))
            #expect(read.contract == spec.contract)
            #expect(read.data == spec.data)
        }
    }

    @Test(arguments: [
        "5", "{}", #"{"clock":"server"}"#,
        #"{"clock":"server","features":[],"target":{"name":"y","type":"regression"}}"#,
        #"{"clock":"server","features":[{"type":"number"}],"target":{"name":"y","type":"regression"}}"#,
        #"{"clock":"server","features":[{"name":"a","type":"number"},{"name":"a","type":"number"}],"#
            + #""target":{"name":"y","type":"regression"}}"#,
        #"{"clock":"server","features":[{"name":"a","type":"number","min":"1"}],"#
            + #""target":{"name":"y","type":"binary"}}"#,
    ])
    func whatIsNoContractIsRefused(_ text: String) throws {
        let json = try JSONValue(parsing: Array(text.utf8))
        #expect(throws: SpecMistakes.self) { try Spec.readContract(json) }
    }

    @Test func mistakesHaveNoPosition() throws {
        let json = try JSONValue(parsing: Array("7".utf8))
        do throws(SpecMistakes) {
            _ = try Spec.readContract(json)
        } catch {
            #expect(error.description == "found '7', expected an object of clock, features, target and data")
        }
    }
}
