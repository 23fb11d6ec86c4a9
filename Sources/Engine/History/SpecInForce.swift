import EventLog
import ModelLifecycle

extension Spec {
    /// The spec whose models serve at the end of a log.
    /// - Parameter name: of the application, as it is called here.
    public static func inForce(in log: StoreAccess.Store, named name: String) throws -> Spec {
        var replay = try Replay(log)
        try replay.run()
        guard let state = replay.state else {
            throw LogFailure(.unavailable, "the log is empty", hint: "`headrace up SPEC` begins one")
        }
        return state.specInForce(named: name)
    }
}
