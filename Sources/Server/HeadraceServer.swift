import Engine
import EventLog
import Hummingbird
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import UnixSignals

/// Serves applications over HTTP until it is told to stop.
public struct HeadraceServer: Sendable {
    public let applications: [Engine.Application]
    /// Those that could not start; what is asked of them is answered with the reason.
    public let failed: [FailedApplication]
    /// Where refused events of an application go, by its name.
    public let quarantines: [String: Quarantine]
    public let host: String
    /// 0 lets the system choose.
    public let port: Int
    /// Names under which it is asked, beside `localhost` and where it listens.
    public let allowedHosts: [String]
    /// Whether SIGHUP ends it as SIGTERM does; otherwise it is left as it is.
    public let endsAtHangup: Bool

    public init(
        applications: [Engine.Application], failed: [FailedApplication] = [],
        quarantines: [String: Quarantine] = [:], host: String, port: Int, allowedHosts: [String] = [],
        endsAtHangup: Bool = true
    ) {
        (self.applications, self.failed, self.quarantines) = (applications, failed, quarantines)
        (self.host, self.port, self.allowedHosts, self.endsAtHangup) = (host, port, allowedHosts, endsAtHangup)
    }

    /// Runs until SIGINT, SIGTERM or, where that is wanted, SIGHUP; then answers what is under way and stops the
    /// applications.
    ///
    /// - Parameter whenReady: is told the URL once requests are answered.
    public func run(whenReady: @escaping @Sendable (String) -> Void) async throws {
        let host = host
        // Requests are then handled on the threads that read and write their connections: a change of threads costs
        // more than a prediction does.
        _ = NIOSingletons.unsafeTryInstallSingletonPosixEventLoopGroupAsConcurrencyGlobalExecutor()
        var logger = Logger(label: "headrace")
        logger.logLevel = .error
        let server = Hummingbird.Application(
            router: Routes(
                applications: applications, failed: failed, quarantines: quarantines,
                hosts: AllowedHosts(listening: host, named: allowedHosts)
            ).router(),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port), serverName: "headrace", backlog: 1_024),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? 0
                whenReady("http://\(host.contains(":") ? "[\(host)]" : host):\(port)")
            },
            logger: logger)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [.init(service: server), .init(service: FoldsEnd())],
                gracefulShutdownSignals: [.sigint, .sigterm] + (endsAtHangup ? [.sighup] : []), logger: logger))
        do {
            try await group.run()
        } catch {
            do { try await stop() } catch let unstopped {
                throw LogFailure(unstopped.kind, "\(error); \(unstopped.message)", hint: unstopped.hint)
            }
            throw error
        }
        try await stop()
    }

    private func stop() async throws(LogFailure) {
        defer { for quarantine in quarantines.values { quarantine.close() } }
        try await Engine.Application.stop(applications)
    }
}
