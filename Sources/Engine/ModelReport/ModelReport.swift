import Determinism
import EventLog
import ModelLifecycle
import OnlineLearning

/// The models of an application as JSON that a person can read: settings, metrics, and for each component its
/// parameters and what it has learned, by the names of features, categories and classes. It is for reading, not for
/// reading back.
public struct ModelReport: Sendable {
    private let state: ApplicationState

    public var stateDigest: Digest { state.stateDigest }

    public init(_ state: ApplicationState) {
        self.state = state
    }

    /// Recovers the state from a log without writing to it.
    public init(reading log: StoreAccess.Store) throws {
        self.init(try ApplicationState(reading: log))
    }

    public func write(to json: inout JSONWriter) {
        let settings = state.learned.settings
        json.object { json in
            json.member("application", state.spec.application)
            json.member("offset", state.offset)
            json.member("version", state.version)
            json.member("state_digest", state.stateDigest.description)
            json.key("contract")
            state.spec.writeContract(to: &json)
            if !classes.isEmpty {
                json.member("classes", array: { json in for name in classes { json.string(name) } })
            }
            json.member("models", array: { json in
                for (place, declared) in settings.models.enumerated() {
                    write(state.learned.models[place], state.learned.roles[place], declared.pipeline, &json)
                }
            })
            json.key("baseline")
            json.object { json in
                json.key("metrics")
                state.learned.baselineMetrics.write(to: &json)
                json.key("state")
                LearnedValue(names: ColumnNames()).write(state.learned.baseline, to: &json)
            }
        }
    }

    private var classes: [String] { state.contract.target.task == .regression ? [] : state.classNames }

    private func write(
        _ model: LearnedState.Model, _ role: Roles.Role, _ declaration: PipelineDeclaration, _ json: inout JSONWriter
    ) {
        let steps = PipelineSteps(model.pipeline)
        let names = ColumnNames(declaration, steps, classes: classes)
        json.object { json in
            json.member("name", model.name)
            json.member("role", role.name)
            json.key("metrics")
            model.metrics.write(to: &json)
            json.member("failed_updates", model.failedUpdates)
            json.member("columns", array: { json in for name in names.columns { json.string(name) } })
            json.member("steps", array: { json in
                for (index, step) in declaration.transformers.enumerated() {
                    json.object { json in
                        json.member("component", step.component.name)
                        json.member("features", array: { json in for name in step.features { json.string(name) } })
                        json.key("parameters")
                        step.component.writeParameters(to: &json)
                        guard let transformer = steps.transformer(of: index, in: declaration) else { return }
                        json.key("state")
                        LearnedValue(names: names, features: step.features).write(transformer, to: &json)
                    }
                }
                json.object { json in
                    json.member("component", declaration.learner.name)
                    json.key("parameters")
                    declaration.learner.writeParameters(to: &json)
                    json.key("state")
                    LearnedValue(names: names).write(steps.learner, to: &json)
                }
            })
        }
    }
}

extension Component {
    func writeParameters(to json: inout JSONWriter) {
        let declaration = Catalogue.declaration(named: name)
        let names = declaration?.parameters.map(\.name) ?? []
        json.object { json in
            for (index, argument) in (declaration?.allArguments(of: self) ?? arguments).enumerated() {
                json.key(index < names.count ? names[index] : "\(index)")
                argument.write(to: &json)
            }
        }
    }
}

extension Argument {
    fileprivate func write(to json: inout JSONWriter) {
        switch self {
        case .number(let value): json.number(value)
        case .integer(let value): json.integer(value)
        case .boolean(let value): json.boolean(value)
        case .component(let component): component.write(to: &json)
        case .choice(let word): json.string(word)
        case .none: json.null()
        case .components(let all): json.array { json in for component in all { component.write(to: &json) } }
        case .names(let all): json.array { json in for name in all { json.string(name) } }
        case .numbers(let all): json.array { json in for number in all { json.number(number) } }
        case .categories(let all):
            json.object { json in
                for entry in all {
                    json.member(entry.feature, array: { json in for name in entry.names { json.string(name) } })
                }
            }
        }
    }
}

extension Component {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.key(name)
            writeParameters(to: &json)
        }
    }
}
