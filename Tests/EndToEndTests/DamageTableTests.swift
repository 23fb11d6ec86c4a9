import Foundation
import Testing

extension EndToEnd {
    /// Every kind of damage, looked at by every verb that reads.
    @Suite(.serialized)
    struct DamageTable {
        /// A change of a stopped store's file.
        struct Damage: CustomTestStringConvertible, Sendable {
            let testDescription: String
            let change: @Sendable (inout Data) throws -> Void
        }

        static let damages: [Damage] = [
            Damage(testDescription: "the file cut in half") { $0 = $0.prefix($0.count / 2) },
            Damage(testDescription: "the file cut in the header") { $0 = $0.prefix(60) },
            Damage(testDescription: "a bit of the magic flipped") { $0[3] ^= 1 },
            Damage(testDescription: "the schema's page emptied") {
                for index in 100..<1_000 { $0[index] = 0 }
            },
        ]

        private static func readers(_ data: String) -> [[String]] {
            [
                ["status"], ["versions"], ["verify"], ["log"], ["log", "--format", "csv"], ["experiments"],
                ["diff", "@2", "@5"], ["audit", "e-1"], ["bisect"], ["doctor"], ["quarantine"],
                ["export", "--model", "-"],
            ].map { $0 + ["--data-dir", data] }
        }

        @Test("Damage to the file itself ends every reading verb with a reason and what to do, never with a trap",
              arguments: damages)
        func file(_ damage: Damage) async throws {
            let scratch = try Scratch()
            let spec = try scratch.file("p.yaml", Prices.spec())
            let server = try await HeadraceProcess(spec, directory: scratch("data"))
            #expect(try await server.post("\(Prices.path)/examples", Prices.examples("e", 300)).status == 200)
            try server.stop()
            let path = URL(fileURLWithPath: scratch("data/prices.headrace"))
            var bytes = try Data(contentsOf: path)
            try damage.change(&bytes)
            try bytes.write(to: path)
            for verb in Self.readers(scratch("data")) where verb[0] != "quarantine" {
                let result = try Program.run(Program.headrace, verb)
                #expect([1, 2].contains(result.status), "\(verb): \(result.status) \(result.errors)")
                if result.status == 2 {
                    #expect(result.errors.contains("\n  "), "\(verb) names nothing to do: \(result.errors)")
                }
            }
            #expect(try Data(contentsOf: path) == bytes, "a reader changed the file")
        }

        @Test("Single bits flipped anywhere: a verb does what it can, and nothing traps")
        func anyBit() async throws {
            let scratch = try Scratch()
            let spec = try scratch.file("p.yaml", Prices.spec())
            let server = try await HeadraceProcess(spec, directory: scratch("data"))
            #expect(try await server.post("\(Prices.path)/examples", Prices.examples("e", 60)).status == 200)
            #expect(try await server.post("\(Prices.path)/versions", #"{"name":"mid"}"#).status == 201)
            #expect(try await server.post("\(Prices.path)/restore", #"{"to":"@20"}"#).status == 200)
            try server.stop()
            let path = URL(fileURLWithPath: scratch("data/prices.headrace"))
            let whole = try Data(contentsOf: path)
            var state: UInt64 = 7
            for _ in 0..<40 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                var bytes = whole
                bytes[Int(state >> 33) % bytes.count] ^= UInt8(1 << (state >> 60 & 7))
                try bytes.write(to: path)
                for verb in [["status"], ["verify"], ["doctor"]] {
                    let result = try Program.run(Program.headrace, verb + ["--data-dir", scratch("data")])
                    #expect([0, 1, 2].contains(result.status), "\(verb): \(result.status) \(result.errors)")
                }
            }
        }
    }
}
