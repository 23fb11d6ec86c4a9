import Foundation
import Testing

extension EndToEnd {
    /// Learners of the catalogue behind the program: categories as they are, members, intervals.
    @Suite(.serialized)
    struct Learners {
        private static let path = "/v1/applications/delays"
        private static let spec = """
            application: delays
            features: {carrier: category, origin: category, dest: category, distance: number, hour: number}
            target: {name: arr_delay, type: regression}
            model: [{adaptive_conformal: {regressor: hoeffding_tree_regressor}}]
            challengers:
              forest: [{arf_regressor: {n_models: 3}}]
              linear: [{one_hot: [carrier, origin, dest]}, standard_scaler, linear_regression]
            """

        @Test("A tree with intervals and a forest: evaluated, served, restored and verified alike")
        func treesAndIntervals() async throws {
            let scratch = try Scratch()
            let spec = try scratch.file("delays.yaml", Self.spec)
            let data = "\(Program.repository)/Tests/Data/flights.csv.gz"
            let rows = ["--data", data, "--limit", "1500", "--format", "json"]
            let evaluated = try Program.run(Program.headrace, ["evaluate", spec] + rows)
            #expect(evaluated.status == 0, "\(evaluated.errors)")
            let server = try await HeadraceProcess(spec, directory: scratch("data"))
            let fed = try Program.run(Program.headrace, ["feed", "--url", server.url] + rows)
            #expect(fed.status == 0, "\(fed.errors)")
            // The rows have no ids: `feed` makes them of the file, `evaluate` of the row's number.
            #expect(fed.json["state_digest"].string == evaluated.json["state_digest"].string)
            let features = #"{"carrier":"UA","origin":"EWR","dest":"IAH","distance":1400,"hour":5}"#
            let question = #"{"id":"q","features":\#(features)}"#
            let first = try await server.post("\(Self.path)/predictions", question).json
            let value = try #require(first["prediction"].double)
            let lower = try #require(first["interval"]["lower"].double)
            let upper = try #require(first["interval"]["upper"].double)
            #expect(lower < value && value < upper)
            let again = try await server.post("\(Self.path)/predictions", question).json
            #expect(again["interval"]["lower"].double == lower && again["interval"]["upper"].double == upper)
            let restored = try await server.post("\(Self.path)/restore", #"{"to":"@1001"}"#)
            #expect(restored.status == 200, "\(restored.text)")
            #expect(try await server.post("\(Self.path)/labels", #"{"id":"q","label":12}"#).status == 200)
            #expect(try server.stop() == 0)
            let verified = try Program.headrace("verify", "--data-dir", scratch("data"), "--format", "json")
            #expect(verified.status == 0, "\(verified.errors)")
        }
    }
}
