import ArgumentParser
import ModelLifecycle
import OnlineLearning

struct ComponentsVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "components", abstract: "List what a spec can name: transformers, learners, optimizers, metrics.",
        discussion: "With a name: its parameters, their ranges and defaults. The same as a page: docs/components.md.")

    @ArgumentParser.Argument(help: "The name of a component; another library's name is understood, too.")
    var name: String?

    @OptionGroup var format: FormatOption

    mutating func run() async throws {
        guard let name else {
            return format.isJSON ? format.print { Self.write(Catalogue.declarations, to: &$0) } : printAll()
        }
        let declaration = try Self.find(name)
        if format.isJSON { return format.print { Self.write([declaration], to: &$0) } }
        print(Self.page(declaration), terminator: "")
    }

    private static func find(_ name: String) throws(Refusal) -> ComponentDeclaration {
        let names = Catalogue.declarations.map(\.name)
        if let found = Catalogue.declaration(named: ComponentAlias.name(name, in: names) ?? name) { return found }
        throw Refusal(
            .outOfRange, "there is no component '\(name.printable)'",
            hint: Spelling.nearest(name, in: names).map { "did you mean '\($0)'?" }
                ?? "`headrace components` lists them")
    }

    // MARK: Text

    private func printAll() {
        var families: [String] = []
        for declaration in Catalogue.declarations where !families.contains(declaration.family.rawValue) {
            families.append(declaration.family.rawValue)
        }
        for (index, family) in families.enumerated() {
            print((index == 0 ? "" : "\n") + family)
            var table = TextTable([.init(""), .init("")])
            for one in Catalogue.declarations where one.family.rawValue == family {
                table.add(["  \(one.name)", one.parameters.map(\.name).joined(separator: ", ")])
            }
            print(table.render(), terminator: "")
        }
    }

    private static func page(_ declaration: ComponentDeclaration) -> String {
        var lines = ["\(declaration.name)  \(declaration.family.rawValue)"]
        let tasks = Catalogue.tasks(ofLearner: declaration.name) + metricTasks(declaration)
        if !tasks.isEmpty { lines.append("for \(tasks.map(\.name).joined(separator: ", "))") }
        if let inputs = declaration.takes {
            let keys = inputs.roles.map(\.name)
            lines.append(
                "works on features of type \(inputs.accepted.map(\.name).joined(separator: ", "))"
                    + (keys.isEmpty ? "" : "; keys: \(keys.joined(separator: ", "))"))
        }
        guard !declaration.parameters.isEmpty else { return lines.joined(separator: "\n") + "\nno parameters\n" }
        var table = TextTable(["parameter", "what", "default", ""].map { .init($0) })
        for parameter in declaration.parameters {
            table.add([parameter.name, expected(parameter), parameter.defaultValue.text, parameter.summary])
        }
        return lines.joined(separator: "\n") + "\n\n" + table.render()
    }

    private static func metricTasks(_ declaration: ComponentDeclaration) -> [Task] {
        declaration.family == .metric ? Catalogue.tasks(ofMetric: declaration.name) : []
    }

    private static func expected(_ parameter: ParameterDeclaration) -> String {
        parameter.kind.expectation + (parameter.alternative.map { ", or a \($0.rawValue)" } ?? "")
    }

    // MARK: JSON

    private static func write(_ declarations: [ComponentDeclaration], to json: inout JSONWriter) {
        json.array { json in
            for declaration in declarations {
                json.object { json in
                    json.member("name", declaration.name)
                    json.member("family", declaration.family.rawValue)
                    let tasks = Catalogue.tasks(ofLearner: declaration.name) + metricTasks(declaration)
                    json.member("tasks", array: { json in for task in tasks { json.string(task.name) } })
                    json.member("parameters", array: { json in
                        for parameter in declaration.parameters {
                            json.object { json in
                                json.member("name", parameter.name)
                                json.member("expects", expected(parameter))
                                json.member("default", parameter.defaultValue.text)
                                json.member("summary", parameter.summary)
                            }
                        }
                    })
                }
            }
        }
    }
}
