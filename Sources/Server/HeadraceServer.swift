import Engine
import Hummingbird
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import UnixSignals

/// Serves applications over HTTP until it is told to stop.
public struct HeadraceServer: Sendable {
    public let applications: [Engine.Application]
    public let host: String
    /// 0 lets the system choose.
    public let port: Int

    public init(applications: [Engine.Application], host: String, port: Int) {
        (self.applications, self.host, self.port) = (applications, host, port)
    }

    /// Runs until SIGINT or SIGTERM; then answers what is under way and stops the applications.
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
            router: Routes(applications: applications).router(),
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
                gracefulShutdownSignals: [.sigint, .sigterm], logger: logger))
        do {
            try await group.run()
        } catch {
            for application in applications { await application.stop() }
            throw error
        }
        for application in applications { await application.stop() }
    }
}
