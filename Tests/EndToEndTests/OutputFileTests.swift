import Foundation
import Testing

extension EndToEnd {
    /// Files that are read, and stores, are never written over.
    @Suite(.serialized)
    struct OutputFiles {
        private func expectRefused(_ arguments: [String], _ path: String, _ words: String) throws {
            let before = try Data(contentsOf: URL(fileURLWithPath: path))
            let result = try Program.run(Program.headrace, arguments)
            #expect(result.status == 2 && result.errors.contains(words), "\(arguments): \(result.errors)")
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before, "\(arguments)")
        }

        @Test("What a command reads is not written over, whatever name it goes by")
        func inputs() throws {
            let scratch = try Scratch()
            let data = try scratch.file("t.csv", "size,city,price\n1,Rome,2\n2,Oslo,3\n")
            let spec = try scratch.file("t.yaml", Prices.spec())
            let link = scratch("link.svg")
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: data)
            let read = "is read by this very command"
            for file in [data, spec] {
                try expectRefused(["evaluate", spec, "--data", data, "--plot", file], file, read)
                try expectRefused(["backtest", spec, "--data", data, "--plot", file], file, read)
                try expectRefused(["evaluate", spec, "--data", data, "--predictions", file, "--force"], file, read)
            }
            try expectRefused(["evaluate", spec, "--data", data, "--plot", link], data, read)
            try expectRefused(["init", data, "--target", "price", "-o", data, "--force"], data, read)
            let other = try scratch.file("notes.txt", "notes")
            try expectRefused(["evaluate", spec, "--data", data, "--plot", other], other, "no SVG file")
            let plot = scratch("p.svg")
            for _ in 0..<2 {
                let drawn = try Program.headrace("evaluate", spec, "--data", data, "--plot", plot)
                #expect(drawn.status == 0, "\(drawn.errors)")
            }
        }

        @Test("A store is not written over, beside a server or alone")
        func stores() async throws {
            let (scratch, server) = try await BadRequests.serve()
            let store = scratch("data/prices.headrace")
            for isServed in [true, false] {
                if !isServed { #expect(try server.stop() == 0) }
                for option in ["--to", "--model"] {
                    let words = "may be the store of an application"
                    try expectRefused(["export", "--data-dir", scratch("data"), option, store, "--force"], store, words)
                }
            }
            #expect(try Program.headrace("verify", "--data-dir", scratch("data")).status == 0)
        }
    }
}
