import Foundation
import Testing

extension EndToEnd {
    /// A machine whose clock was 400 days ahead for one request.
    @Suite(.serialized, .enabled(if: ClockAhead.isAvailable || Program.isOnCI, "needs Linux and a C compiler"))
    struct Clocks {
        private static let spec = Prices.spec().replacing("horizon: 1h", with: "horizon: 30d, unlabelled: {label: 0}")

        private static func post(_ server: HeadraceProcess, _ path: String, _ bodies: [String]) async throws -> [JSON] {
            let answer = try await server.post("\(Prices.path)/\(path)", "[\(bodies.joined(separator: ","))]")
            #expect(answer.status == 200, "\(answer.text)")
            return answer.json.array
        }

        private static func labels(_ ids: Range<Int>) -> [String] {
            ids.map { #"{"id":"q\#($0)","label":500}"# }
        }

        @Test("doctor --clock sets log time back: true labels are learned again, and verify says equal")
        func doctor() async throws {
            let scratch = try Scratch()
            let spec = try scratch.file("p.yaml", Self.spec)
            var server = try await HeadraceProcess(spec, directory: scratch("data"))
            let questions = (0..<60).map { Prices.prediction("q\($0)", size: "\($0)") }
            _ = try await Self.post(server, "predictions", questions)
            _ = try await Self.post(server, "labels", Self.labels(0..<30))
            let before = try await server.status("prices")
            try server.stop()

            // More than the seven days that a start accepts: somebody has told it to believe the clock.
            server = try await HeadraceProcess(
                spec, "--accept-clock", directory: scratch("data"), environment: try ClockAhead.environment(days: 400))
            _ = try await Self.post(server, "predictions", [Prices.prediction("jumped")])
            try server.stop()

            server = try await HeadraceProcess(spec, directory: scratch("data"))
            let jumped = try await server.status("prices")
            #expect(jumped["expired_predictions"].int == 30)
            #expect(try #require(jumped["log_time"].string) > (before["log_time"].string ?? ""))
            let waiting = try await Self.post(server, "labels", Self.labels(30..<31))
            #expect(waiting.map { $0["outcome"].string } == ["waiting"])
            let held = try Program.headrace("doctor", "--clock", "--data-dir", scratch("data"))
            #expect(held.status == 2 && held.errors.contains("is being written by"), "\(held.errors)")
            try server.stop()

            let arguments = ["doctor", "--clock", "--data-dir", scratch("data"), "--format", "json"]
            let doctor = try Program.run(Program.headrace, arguments)
            #expect(doctor.status == 0, "\(doctor.errors)")
            let report = doctor.json["clock"][0]
            #expect(report["was_ahead"].bool == true && report["questions"].int == 30, "\(doctor.text)")
            let again = try Program.run(Program.headrace, arguments)
            #expect(again.json["clock"][0]["was_ahead"].bool == false, "\(again.text)")

            server = try await HeadraceProcess(spec, directory: scratch("data"))
            let status = try await server.status("prices")
            #expect(status["expired_predictions"].int == 0 && status["awaiting_label"].int == 30)
            let learned = try await Self.post(server, "labels", Self.labels(31..<60))
            #expect(learned.allSatisfy { $0["outcome"].string == "learned" }, "\(learned)")
            let said = try await Self.post(server, "labels", Self.labels(30..<31))
            #expect(said[0]["repeated"].bool == true)
            let asked = try await server.post("\(Prices.path)/preview", #"{"features":{"size":40,"city":"Rome"}}"#)
            #expect(try #require(asked.json["prediction"].double) > 300, "\(asked.text)")
            try server.stop()
            let log = try Program.headrace("log", "--data-dir", scratch("data"))
            #expect(log.text.contains(#""event":"clock""#), "\(log.text.suffix(600))")
            let verified = try Program.headrace("verify", "--data-dir", scratch("data"))
            #expect(verified.status == 0, "\(verified.text)")
        }
    }
}
