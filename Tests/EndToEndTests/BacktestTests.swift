import Foundation
import Testing

extension EndToEnd {
    /// Candidates tried on the past of a running application, and one of them put in production.
    @Suite(.serialized)
    struct Backtests {
        private static let path = "/v1/applications/flight-delays"

        /// The flights' spec with another champion and no challengers.
        private static func candidate(_ model: String, _ more: String = "") -> String {
            """
            application: flight-delays
            clock: claimed
            features:
              carrier: category
              origin: category
              dest: category
              hour: category
              weekday: category
              distance: {type: number, min: 0}
            \(more)
            target: {name: arr_delay, type: regression, horizon: 24h}
            data: {id: flight_id, time: scheduled_departure, label_time: arrival}
            model: [{one_hot: [carrier, origin, dest, hour, weekday]}, standard_scaler, \(model)]
            metrics: [mae, rmse, r2]

            """
        }

        @Test("Beside a server, kept by way of it, adopted by it, run again to the same digest")
        func besideAServer() async throws {
            let scratch = try Scratch()
            let server = try await HeadraceProcess(Program.flights, directory: scratch("data"))
            let fed = try Program.headrace("feed", "--data", Program.january, "--url", server.url, "--limit", "2000")
            #expect(fed.status == 0, "\(fed.errors)")
            let slow = try scratch.file("slow.yaml", Self.candidate("{linear_regression: {loss: absolute}}"))
            let own = try scratch.file("own.yaml", Self.candidate("bayesian_linear_regression"))
            let run = try Program.headrace(
                "backtest", slow, own, "--data-dir", scratch("data"), "--format", "json")
            #expect(run.status == 0, "\(run.errors)")
            let status = try await server.status("flight-delays")
            #expect(run.json["to"].int == status["offset"].int)
            #expect(run.json["champion"]["metrics"]["mae"].double == status["metrics"]["mae"].double)
            let candidates = run.json["candidates"].array
            #expect(candidates.map { $0["name"].string } == ["slow", "own"])
            #expect(candidates.map { $0["experiment"].int } == [1, 2])
            let evaluated = try Program.headrace(
                "evaluate", slow, "--data", Program.january, "--limit", "2000", "--format", "json")
            #expect(candidates[0]["state_digest"].string == evaluated.json["state_digest"].string)
            #expect(candidates[0]["metrics"]["mae"].double == evaluated.json["metrics"]["mae"].double)

            let listed = try await server.get("\(Self.path)/experiments").json
            #expect(listed["experiments"].array.map { $0["result_digest"].string }
                == candidates.map { $0["result_digest"].string })
            let adopted = try Program.headrace("adopt", "2", "--url", server.url, "--format", "json")
            #expect(adopted.status == 0, "\(adopted.errors)")
            #expect(adopted.json["state_digest"].string == candidates[1]["state_digest"].string)
            #expect(try await server.status("flight-delays")["state_digest"].string
                == candidates[1]["state_digest"].string)
            let unknown = try Program.headrace("adopt", "9", "--url", server.url)
            #expect(unknown.status == 2 && unknown.errors.contains("there is no experiment 9"))
            #expect(try server.stop() == 0)

            for number in ["1", "2"] {
                let again = try Program.headrace(
                    "backtest", "--rerun", number, "--data-dir", scratch("data"), "--format", "json")
                #expect(again.status == 0, "\(again.errors)")
                #expect(again.json["ok"].bool == true)
            }
            let compared = try Program.headrace("experiments", "1", "2", "--data-dir", scratch("data"))
            #expect(compared.status == 0 && compared.text.contains("mae"))
            #expect(try Program.headrace("verify", "--data-dir", scratch("data")).status == 0)
        }

        @Test("Over a file, several candidates side by side; nothing is kept")
        func overAFile() throws {
            let scratch = try Scratch()
            let one = try scratch.file("one.yaml", Self.candidate("{linear_regression: {loss: absolute}}"))
            let two = try scratch.file("two.yaml", Self.candidate("bayesian_linear_regression"))
            let run = try Program.headrace(
                "backtest", one, two, "--data", Program.january, "--limit", "1500", "--format", "json")
            #expect(run.status == 0, "\(run.errors)")
            for (path, candidate) in zip([one, two], run.json["candidates"].array) {
                let evaluated = try Program.headrace(
                    "evaluate", path, "--data", Program.january, "--limit", "1500", "--format", "json")
                #expect(candidate["state_digest"].string == evaluated.json["state_digest"].string)
                #expect(candidate["experiment"].int == nil)
            }
            let text = try Program.headrace("backtest", one, two, "--data", Program.january, "--limit", "1500")
            #expect(text.text.contains("absolute_error − one's"))
        }

        @Test("What cannot be tried is refused with what to do, and leaves nothing behind")
        func refusals() async throws {
            let scratch = try Scratch()
            let server = try await HeadraceProcess(Program.flights, directory: scratch("data"))
            let fed = try Program.headrace("feed", "--data", Program.january, "--url", server.url, "--limit", "100")
            #expect(fed.status == 0, "\(fed.errors)")
            #expect(try server.stop() == 0)
            let good = try scratch.file("good.yaml", Self.candidate("linear_regression"))
            let twin = try scratch.file("twin.yaml", Self.candidate("linear_regression"))
            let windy = try scratch.file("windy.yaml", Self.candidate("linear_regression", "  wind: number"))
            let wrong = try scratch.file("wrong.yaml", Self.candidate("linear_regresion"))
            let data = ["--data-dir", scratch("data")]
            for (arguments, words) in [
                ([windy], "'wind' (number) is missing"), ([good, twin], "are the same candidate"),
                ([wrong], "linear_regresion"), ([good, "--from", "@100000"], "in the future"),
                ([good, "--from", "@50", "--to", "@50"], "there is no event"), (["--rerun", "4"], "no experiment 4"),
            ] {
                let run = try Program.run(Program.headrace, ["backtest"] + arguments + data)
                #expect(run.status == 2, "\(arguments)")
                #expect(run.errors.contains(words), "\(run.errors)")
            }
            let mistakes = [
                [], [good, "--rerun", "1"], [good, "--threads", "0"], [good, "--url", "http://localhost"],
            ]
            for arguments in mistakes {
                #expect(try Program.run(Program.headrace, ["backtest"] + arguments).status == 64, "\(arguments)")
            }
            let none = try Program.run(Program.headrace, ["experiments", "--format", "json"] + data)
            #expect(none.status == 0 && none.json.array.isEmpty)
        }
    }
}
