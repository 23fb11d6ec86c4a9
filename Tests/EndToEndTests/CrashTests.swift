import Foundation
import Testing

extension EndToEnd {
    /// Every verb that changes a disk is killed, or finds the disk failing, at its first change, at its last and at
    /// some between: either what it does has happened or it has not, and it can be done again. With `EVERY_CRASH=1` in
    /// the environment it is at every change, at every fourth of a server's (`make verify-slow`).
    @Suite(.serialized, .enabled(if: FaultyDisk.isAvailable || Program.isOnCI, "needs Linux and a C compiler"))
    struct Crashes {
        /// Where an application stands, as `verify` finds it after folding the whole log again.
        private struct Verified: Equatable {
            let stateDigest: String
            let ledgerDigest: String
            let events: Int
        }

        private static let isThorough = ProcessInfo.processInfo.environment["EVERY_CRASH"] == "1"

        /// - Parameter stride: between two of them where it is thorough.
        private static func points(_ changes: Int, stride step: Int = 1) -> [Int] {
            isThorough ? Array(stride(from: 1, through: changes, by: step)) : (0..<5).map { 1 + $0 * (changes - 1) / 4 }
        }

        /// A store of questions and labels with an experiment in it, stopped cleanly, and a bundle of it.
        private static func prepare(_ scratch: Scratch) async throws {
            let server = try await HeadraceProcess(
                try scratch.file("p.yaml", Prices.spec()), directory: scratch("store"))
            for request in 0..<6 {
                let questions = (0..<100).map {
                    Prices.prediction("q\(request)-\($0)-end", size: "\($0 * 7)", city: ["Rome", "Oslo"][$0 % 2])
                }
                let labels = (0..<100).map { #"{"id":"q\#(request)-\#($0)-end","label":\#(($0 * 7 + request) % 13)}"# }
                for (path, items) in [("predictions", questions), ("labels", labels)] {
                    let answer = try await server.post("\(Prices.path)/\(path)", "[\(items.joined(separator: ","))]")
                    try #require(answer.status == 200)
                }
            }
            try #require(try server.stop() == 0)
            let candidate = Prices.spec().replacing("linear_regression", with: "bayesian_linear_regression")
            _ = try scratch.file("candidate.yaml", candidate)
            _ = try scratch.file("labels.csv", "id,price\nq1-3-end,99\nq2-50-end,77\n")
            for arguments in [
                ["backtest", scratch("candidate.yaml"), "--data-dir", scratch("store")],
                ["export", "--data-dir", scratch("store"), "--to", scratch("prices.bundle")],
            ] {
                let result = try Program.run(Program.headrace, arguments)
                try #require(result.status == 0, "\(result.errors)")
            }
        }

        /// A fresh copy of the store, in a directory that is all there is to fail.
        private static func copy(_ scratch: Scratch) throws -> String {
            let disk = scratch("disk")
            try? FileManager.default.removeItem(atPath: disk)
            try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: false)
            try FileManager.default.copyItem(atPath: scratch("store"), toPath: "\(disk)/data")
            return disk
        }

        /// Nil where there is no application.
        private static func verified(_ directory: String) throws -> Verified? {
            let result = try Program.headrace("verify", "--data-dir", directory, "--format", "json")
            guard result.status == 0 else {
                #expect(result.errors.contains("has no application"), "\(result.errors) \(result.text)")
                return nil
            }
            #expect(result.json["ok"].bool == true, "\(result.text)")
            return Verified(
                stateDigest: result.json["state_digest"].string ?? "",
                ledgerDigest: result.json["ledger_digest"].string ?? "", events: result.json["events"].int ?? 0)
        }

        /// Lets a verb fail in every way at many moments, each from a fresh copy.
        /// - Parameter check: is given the directory, what the verb said, and what failed when.
        private static func disturb(
            _ scratch: Scratch, _ arguments: (_ disk: String) -> [String],
            _ check: (_ disk: String, Program.Result, Comment) throws -> Void
        ) throws {
            var disk = try copy(scratch)
            let (running, count) = try FaultyDisk.counting(arguments(disk), under: disk)
            let (result, changes) = (try running.wait(), try count())
            try #require(result.status == 0 && changes > 5, "\(changes) changes: \(result.errors)")
            for fault in FaultyDisk.Fault.allCases {
                for point in points(changes) {
                    disk = try copy(scratch)
                    let result = try FaultyDisk.headrace(arguments(disk), under: disk, fault, at: point)
                    #expect(result.status != 0 || fault != .kill, "it was to be killed")
                    try check(disk, result, "\(fault) at change \(point) of \(changes): \(result.errors)")
                }
            }
        }

        private static let adopting = ["restore", "amend --exclude", "amend --labels", "forget", "adopt"]

        private static func words(_ verb: String, _ scratch: Scratch) -> [String] {
            switch verb {
            case "restore": ["restore", "--to", "@500"]
            case "amend --exclude": ["amend", "--exclude", "city = Oslo and size < 40"]
            case "amend --labels": ["amend", "--labels", scratch("labels.csv")]
            case "forget": ["forget", "--id", "q3-17-end"]
            default: ["adopt", "1"]
            }
        }

        @Test("What goes live by a verb", arguments: adopting)
        func goingLive(verb: String) async throws {
            let scratch = try Scratch()
            try await Self.prepare(scratch)
            let words = Self.words(verb, scratch)
            func arguments(_ disk: String) -> [String] { words + ["--data-dir", "\(disk)/data"] }
            let sound = try Self.copy(scratch)
            let before = try Self.verified("\(sound)/data")
            try #require(try Program.run(Program.headrace, arguments(sound)).status == 0)
            let after = try Self.verified("\(sound)/data")
            #expect(before != after)
            try Self.disturb(scratch, arguments) { disk, result, what in
                let found = try Self.verified("\(disk)/data")
                #expect(found == before || found == after, what)
                #expect(result.status != 0 || found == after, what)
                // Whoever does not know does it again; what has happened stays as it is.
                let again = try Program.run(Program.headrace, arguments(disk))
                if found == before {
                    #expect(again.status == 0, what)
                    #expect(try Self.verified("\(disk)/data") == after, what)
                }
                guard verb == "forget" else { return }
                // The opening of the store has finished what was begun.
                for name in try names(in: "\(disk)/data") {
                    let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(disk)/data/\(name)"))
                    #expect(bytes.range(of: Data("q3-17-end".utf8)) == nil, "\(what) in \(name)")
                }
            }
        }

        @Test("What goes live by a verb of a server, which goes on", arguments: adopting)
        func goingLiveAtAServer(verb: String) async throws {
            let scratch = try Scratch()
            try await Self.prepare(scratch)
            let words = Self.words(verb, scratch)
            func up(_ disk: String) -> [String] {
                ["up", scratch("p.yaml"), "--data-dir", "\(disk)/data", "--port", "0", "--format", "json"]
            }
            /// - Returns: what the verb said; nil where the server never became ready.
            func serve(_ running: Running) async throws -> Program.Result? {
                _ = try await eventually { running.outputText.contains("\n") || !running.process.isRunning }
                guard let url = JSON(Data(running.outputText.utf8))["url"].string else { return nil }
                return try Program.run(Program.headrace, words + ["--url", url])
            }
            var disk = try Self.copy(scratch)
            let before = try Self.verified("\(disk)/data")
            let (counted, changes) = try FaultyDisk.counting(up(disk), under: disk)
            #expect(try await serve(counted)?.status == 0)
            counted.send(SIGTERM)
            _ = try counted.wait()
            let after = try Self.verified("\(disk)/data")
            let total = try changes()
            for fault in [FaultyDisk.Fault.kill, .once, .full] {
                for point in Self.points(total, stride: 4) {
                    disk = try Self.copy(scratch)
                    let running = try FaultyDisk.starting(up(disk), under: disk, fault, at: point)
                    let result = try await serve(running)
                    let what: Comment = "\(fault) at change \(point): \(result?.errors ?? running.errorText)"
                    if fault == .once, result != nil {
                        // It recovers by itself, and says where it stands.
                        let url = JSON(Data(running.outputText.utf8))["url"].string ?? ""
                        #expect(try await eventually { try Program.headrace("status", "--url", url).status == 0 }, what)
                    }
                    running.send(SIGTERM)
                    _ = try running.wait()
                    let found = try Self.verified("\(disk)/data")
                    #expect(found == before || found == after, what)
                    #expect(result?.status != 0 || found == after, what)
                }
            }
        }

        @Test("An export is whole or not there")
        func exporting() async throws {
            let scratch = try Scratch()
            try await Self.prepare(scratch)
            let whole = try Self.verified(scratch("store"))
            func arguments(_ disk: String) -> [String] {
                ["export", "--data-dir", "\(disk)/data", "--to", "\(disk)/prices.bundle"]
            }
            try Self.disturb(scratch, arguments) { disk, result, what in
                #expect(try Self.verified("\(disk)/data") == whole, what)
                if !FileManager.default.fileExists(atPath: "\(disk)/prices.bundle") {
                    #expect(result.status != 0, what)
                    #expect(try Program.run(Program.headrace, arguments(disk)).status == 0, what)
                }
                let other = try Scratch()
                let imported = try Program.headrace(
                    "import", "\(disk)/prices.bundle", "--data-dir", other("data"))
                #expect(imported.status == 0, "\(what) \(imported.errors)")
                #expect(try Self.verified(other("data")) == whole, what)
            }
        }

        @Test("An import is whole or not there")
        func importing() async throws {
            let scratch = try Scratch()
            try await Self.prepare(scratch)
            let whole = try Self.verified(scratch("store"))
            func arguments(_ disk: String) -> [String] {
                ["import", scratch("prices.bundle"), "--data-dir", "\(disk)/other"]
            }
            try Self.disturb(scratch, arguments) { disk, result, what in
                let isThere = FileManager.default.fileExists(atPath: "\(disk)/other/prices.headrace")
                #expect(result.status != 0 || isThere, what)
                if !isThere { #expect(try Program.run(Program.headrace, arguments(disk)).status == 0, what) }
                let found = try Self.verified("\(disk)/other")
                #expect(found == whole, what)
            }
        }

        @Test("An experiment is kept or not, and a name given or not")
        func records() async throws {
            let scratch = try Scratch()
            try await Self.prepare(scratch)
            let whole = try Self.verified(scratch("store"))
            func experiments(_ disk: String) throws -> Int {
                let listed = try Program.headrace("experiments", "--data-dir", "\(disk)/data", "--format", "json")
                #expect(listed.status == 0, "\(listed.errors)")
                return listed.json.array.count
            }
            try Self.disturb(
                scratch, { ["backtest", scratch("candidate.yaml"), "--data-dir", "\($0)/data"] }
            ) { disk, result, what in
                let count = try experiments(disk)
                #expect(count == 1 || count == 2, what)
                #expect(result.status != 0 || count == 2, what)
                #expect(try Self.verified("\(disk)/data") == whole, what)
            }
            let named = Verified(
                stateDigest: whole?.stateDigest ?? "", ledgerDigest: whole?.ledgerDigest ?? "",
                events: (whole?.events ?? 0) + 1)
            try Self.disturb(scratch, { ["versions", "--name", "present", "--data-dir", "\($0)/data"] }) {
                disk, result, what in
                let listed = try Program.headrace("versions", "--data-dir", "\(disk)/data", "--format", "json")
                #expect(listed.status == 0, what)
                let isNamed = listed.text.contains(#""present""#)
                #expect(result.status != 0 || isNamed, what)
                #expect(try Self.verified("\(disk)/data") == (isNamed ? named : whole), what)
            }
        }

        @Test("A server that begins with a changed spec has adopted it or not")
        func starting() async throws {
            let scratch = try Scratch()
            try await Self.prepare(scratch)
            let before = try Self.verified(scratch("store"))
            func start(_ disk: String) async throws {
                let server = try await HeadraceProcess(scratch("candidate.yaml"), directory: "\(disk)/data")
                try #require(try server.stop() == 0)
            }
            let sound = try Self.copy(scratch)
            try await start(sound)
            let after = try Self.verified("\(sound)/data")
            #expect(after?.events == (before?.events ?? 0) + 1)
            for fault in FaultyDisk.Fault.allCases {
                for point in Self.points(33) {
                    let disk = try Self.copy(scratch)
                    let running = try FaultyDisk.starting(
                        ["up", scratch("candidate.yaml"), "--data-dir", "\(disk)/data", "--port", "0"], under: disk,
                        fault, at: point)
                    _ = try await eventually { running.outputText.contains("\n") || !running.process.isRunning }
                    running.send(SIGTERM)
                    _ = try running.wait()
                    let what: Comment = "\(fault) at change \(point): \(running.errorText)"
                    let found = try Self.verified("\(disk)/data")
                    #expect(found == before || found == after, what)
                    try await start(disk)
                    #expect(try Self.verified("\(disk)/data") == after, what)
                }
            }
        }
    }
}
