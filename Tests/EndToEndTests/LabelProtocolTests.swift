import Foundation
import Testing

extension EndToEnd {
    /// Retries, corrections, labels before their question, and batches, over HTTP.
    @Suite(.serialized)
    struct LabelProtocol {
        @Test("A retry is answered as before, a correction and an early label are 202")
        func retries() async throws {
            let (scratch, server) = try await BadRequests.serve()
            let again = try await server.post("\(Prices.path)/predictions", Prices.prediction("known"))
            #expect(again.status == 200)
            #expect(again.json["repeated"].bool == true)
            #expect(again.json["offset"].int == 1)
            let same = try await server.post("\(Prices.path)/labels", #"{"id":"known","label":3}"#)
            #expect(same.status == 200)
            #expect(same.json["repeated"].bool == true)
            let before = try await server.status("prices")
            #expect(before["offset"].int == 3)
            let corrected = try await server.post(
                "\(Prices.path)/labels", #"{"id":"known","label":4,"correction":true}"#)
            #expect(corrected.status == 202)
            #expect(corrected.json["outcome"].string == "corrected")
            let early = try await server.post("\(Prices.path)/labels", #"{"id":"unknown","label":4}"#)
            #expect(early.status == 202)
            #expect(early.json["outcome"].string == "waiting")
            let after = try await server.status("prices")
            #expect(after["offset"].int == 5)
            #expect(after["state_digest"].string == before["state_digest"].string, "nothing was learned of it yet")
            let met = try await server.post("\(Prices.path)/predictions", Prices.prediction("unknown"))
            #expect(met.json["outcome"].string == "learned")
            #expect(try await server.status("prices")["state_digest"].string != before["state_digest"].string)
            #expect(try server.stop() == 0)
            #expect(try Program.headrace("verify", "--data-dir", scratch("data")).status == 0)
        }

        @Test("In a batch each item has its own status, in order, as an array and as lines")
        func batches() async throws {
            let (_, server) = try await BadRequests.serve()
            let items = [Prices.prediction("x1"), Prices.prediction("x2", size: "-1"), Prices.prediction("x3")]
            let array = try await server.post("\(Prices.path)/predictions", "[\(items.joined(separator: ","))]")
            #expect(array.status == 200)
            #expect(array.mediaType == "application/json")
            Self.expectMiddleRefused(array.json.array, "x", from: 3)
            let lines = try await server.post(
                "\(Prices.path)/predictions", items.joined(separator: "\n").replacing("\"x", with: "\"y") + "\n")
            #expect(lines.mediaType == "application/x-ndjson")
            Self.expectMiddleRefused(lines.lines, "y", from: 5)
            let events = try await server.post(
                "\(Prices.path)/events",
                """
                {"event":"label","id":"x1","label":7}
                {"event":"label","id": broken
                {"event":"prediction",\(Prices.prediction("z").dropFirst())

                """)
            #expect(events.lines.map { $0["status"].int } == [200, 400, 200])
            #expect(events.lines.map { $0["offset"].int } == [7, nil, 8])
            #expect(try await server.status("prices")["offset"].int == 9)
        }

        private static func expectMiddleRefused(_ replies: [JSON], _ prefix: String, from offset: Int) {
            #expect(replies.map { $0["status"].int } == [200, 422, 200])
            #expect(replies.map { $0["id"].string } == ["\(prefix)1", nil, "\(prefix)3"])
            #expect(replies.map { $0["offset"].int } == [offset, nil, offset + 1])
            #expect(replies[1]["type"].string == "urn:headrace:out-of-range")
        }
    }
}
