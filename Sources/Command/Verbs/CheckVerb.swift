import ArgumentParser
import ModelLifecycle

struct CheckVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check a spec and say everything that is wrong with it.")

    @Argument(help: "Spec files.")
    var specs: [String]

    @OptionGroup var format: FormatOption

    mutating func run() async throws {
        var failed = false
        var results: [(path: String, spec: Spec?, messages: [String])] = []
        for path in specs {
            do {
                let (spec, warnings) = try SpecFile.load(path: path)
                results.append((path, spec, warnings.map { "\(path):\($0)" }))
            } catch {
                failed = true
                results.append((path, nil, ["\(error)"]))
            }
        }
        if format.isJSON {
            format.print { json in
                json.array { json in
                    for (path, spec, messages) in results {
                        json.object { json in
                            json.member("file", path)
                            json.member("ok", spec != nil)
                            if let spec { json.member("application", spec.application) }
                            json.member("messages", array: { json in for one in messages { json.string(one) } })
                        }
                    }
                }
            }
        } else {
            for (path, spec, messages) in results {
                for message in messages { Failure.say(message) }
                if let spec { print("\(path): \(spec.application) is a valid spec") }
            }
        }
        if failed { throw Failure.notDone }
    }
}
