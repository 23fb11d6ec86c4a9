import Determinism
import Engine
import EventLog
import ModelLifecycle
import Server

/// One application on its way from a spec file to being served; what fails on the way concerns only itself.
struct ApplicationStart {
    let path: String
    /// What it is called; a file that does not even name its application stands for it with its own name.
    let name: String
    private(set) var spec: Spec?
    private(set) var application: Engine.Application?
    /// Why it is not served.
    private(set) var failure: (any Error)?

    /// Reads the spec and says its warnings, or why there is none.
    init(path: String) {
        self.path = path
        do {
            let (spec, warnings) = try SpecFile.load(path: path)
            for warning in warnings { Failure.say("\(path):\(warning)") }
            (name, self.spec) = (spec.application, spec)
        } catch {
            (name, failure) = (SpecFile.applicationName(path: path), error)
        }
    }

    /// The same with its application recovered from its store and adopting the spec.
    func open(in directory: String, trust: ClockTrust) -> ApplicationStart {
        guard let spec, failure == nil else { return self }
        var start = self
        do {
            try Engines.begin(name, in: directory)
            let application = try Engine.Application(
                name: name, spec: spec, store: Engines.access(name, in: directory), clock: { Timestamp.now() },
                trust: trust, tell: { Failure.say($0) }, folds: .folds)
            for damage in application.damage { Failure.say("\(name): \(damage.description)") }
            start.application = application
        } catch {
            start.failure = error
        }
        return start
    }

    /// What is said of it while others are served.
    var failedApplication: FailedApplication? {
        guard let failure else { return nil }
        guard let failure = failure as? LogFailure else { return FailedApplication(name: name, reason: "\(failure)") }
        return FailedApplication(name: name, reason: failure.message, hint: failure.hint)
    }

    /// - Throws: why the first is not served, where none is; the reasons of the others are said.
    static func checkAny(_ starts: [ApplicationStart]) throws {
        let failures = starts.compactMap(\.failure)
        guard let first = failures.first, failures.count == starts.count else { return }
        for failure in failures.dropFirst() { Failure.say("\(failure)") }
        throw first
    }

    /// Says which are not served, and why.
    static func sayFailed(_ starts: [ApplicationStart]) {
        for start in starts {
            if let failure = start.failure { Failure.say("\(start.name) is not served: \(failure)") }
        }
    }
}
