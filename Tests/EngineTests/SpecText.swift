import ModelLifecycle

/// A spec from JSON, for tests of what needs no YAML.
enum SpecText {
    static func spec(_ json: String) throws -> Spec {
        try SpecChecker.check(SpecNode(try JSONValue(parsing: Array(json.utf8)))).spec
    }
}
