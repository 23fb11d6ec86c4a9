import Foundation
import Testing

extension EndToEnd {
    /// Files that are not what was written: named, and never touched.
    @Suite(.serialized)
    struct DamagedStores {
        /// A stopped store with nine examples, each a block of its own. Category values mark the blocks in the file.
        private static func stopped() async throws -> (Scratch, spec: String, store: String) {
            let scratch = try Scratch()
            let spec = try scratch.file("p.yaml", Prices.spec())
            let server = try await HeadraceProcess(spec, directory: scratch("data"))
            for index in 1...9 {
                let body = Prices.example("marked-\(index)", size: index)
                #expect(try await server.post("\(Prices.path)/examples", body).status == 200)
            }
            #expect(try server.stop() == 0)
            #expect(try names(in: scratch("data")) == ["prices.headrace"])
            return (scratch, spec, scratch("data/prices.headrace"))
        }

        private static func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

        @Test("A flipped bit in a block is found by verify, named by its offset, and nothing is deleted")
        func flippedBit() async throws {
            let (scratch, spec, store) = try await Self.stopped()
            var bytes = try Self.bytes(store)
            // The id lies in the clear in the block of event 4, and only there.
            let id = try #require(bytes.range(of: Data("marked-4".utf8)))
            bytes[id.lowerBound] ^= 1
            try bytes.write(to: URL(fileURLWithPath: store))

            let verified = try Program.headrace("verify", "--data-dir", scratch("data"), "--format", "json")
            #expect(verified.status == 1)
            #expect(verified.json["ok"].bool == false)
            #expect(verified.json["differences"][0]["offset"].int == 4)
            #expect(verified.text.contains("event 4 "))
            #expect(try Self.bytes(store) == bytes)

            // The snapshot after it still serves; what needs the block says so; the rest goes on.
            let server = try await HeadraceProcess(spec, directory: scratch("data"))
            let restore = try await server.post("\(Prices.path)/restore", #"{"to":"@6"}"#)
            #expect(restore.status == 500)
            #expect(restore.json["type"].string == "urn:headrace:log-failure")
            #expect(restore.json["detail"].string?.contains("event 4 ") == true)
            #expect(restore.json["hint"].string?.contains("Nothing was deleted") == true)
            let retry = try await server.post("\(Prices.path)/examples", Prices.example("marked-5", size: 5))
            #expect(retry.json["repeated"].bool == true)
            let lost = try await server.post("\(Prices.path)/examples", Prices.example("marked-4", size: 4))
            #expect(lost.status == 503)
            #expect(lost.json["detail"].string?.contains("event 4 cannot be read back") == true, "\(lost.text)")
            #expect(try await server.post("\(Prices.path)/examples", Prices.example("new")).status == 200)
            #expect(try await server.status("prices")["offset"].int == 11)
            #expect(try server.stop() == 0)
            #expect(try Program.headrace("verify", "--data-dir", scratch("data")).status == 1)
            #expect(try Self.bytes(store).range(of: Data("marked-9".utf8)) != nil)
        }

        @Test("A store of a newer format is refused by every verb, its bytes untouched")
        func newerFormat() async throws {
            let (scratch, spec, store) = try await Self.stopped()
            var bytes = try Self.bytes(store)
            // SQLite's user_version: four bytes, big endian, at 60.
            bytes.replaceSubrange(60..<64, with: [0, 0, 0, 99])
            try bytes.write(to: URL(fileURLWithPath: store))
            for verb in [["up", spec, "--port", "0"], ["status"], ["verify"], ["log"], ["restore", "--to", "@1"]] {
                let result = try Program.run(Program.headrace, verb + ["--data-dir", scratch("data")])
                #expect(result.status == 2, "\(verb)")
                #expect(result.errors.contains("written by a newer Headrace (format 99"), "\(result.errors)")
            }
            #expect(try Self.bytes(store) == bytes)
            #expect(try names(in: scratch("data")) == ["prices.headrace"])
        }

        @Test("A file of somebody else is refused, its bytes untouched")
        func notOurs() throws {
            let scratch = try Scratch()
            let spec = try scratch.file("p.yaml", Prices.spec())
            try FileManager.default.createDirectory(atPath: scratch("data"), withIntermediateDirectories: true)
            let store = try scratch.file("data/prices.headrace", "hello\n")
            for verb in [["up", spec, "--port", "0"], ["status"], ["verify"]] {
                let result = try Program.run(Program.headrace, verb + ["--data-dir", scratch("data")])
                #expect(result.status == 2, "\(verb)")
                #expect(result.errors.contains("is no Headrace store"), "\(result.errors)")
            }
            #expect(try Self.bytes(store) == Data("hello\n".utf8))
        }
    }
}
