import ModelLifecycle
import Testing

/// A spec as JSON is the same spec.
@Suite struct SpecNodeJSONTests {
    private func again(_ node: SpecNode) throws -> SpecNode {
        var json = JSONWriter()
        node.write(to: &json)
        return SpecNode(try JSONValue(parsing: json.bytes))
    }

    @Test func whatIsWrittenIsReadAsTheSameSpec() throws {
        for task in RandomTask.all {
            for spec in task.specs {
                let (expected, _) = try SpecChecker.check(spec.node)
                #expect(try SpecChecker.check(try again(spec.node)).spec == expected)
            }
        }
    }

    @Test func textsThatLookLikeSomethingElseStayTexts() throws {
        func scalar(_ text: String, _ isQuoted: Bool) -> SpecNode {
            SpecNode(.scalar(text, isQuoted: isQuoted), line: 3, column: 4)
        }
        for (written, expected) in [
            (scalar("5", true), scalar("5", true)), (scalar("5", false), scalar("5", false)),
            (scalar("0.050", false), scalar("0.05", false)), (scalar("true", true), scalar("true", true)),
            (scalar("false", false), scalar("false", false)), (scalar("~", false), scalar("null", false)),
            (scalar("24h", false), scalar("24h", true)),
        ] { #expect(try again(written).kind == expected.kind) }
    }
}
