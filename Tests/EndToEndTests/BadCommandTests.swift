import Foundation
import Testing

extension EndToEnd {
    /// Mistakes at the command line: named, with an exit status that a script can trust.
    @Suite(.serialized)
    struct BadCommands {
        @Test("A spec with ten mistakes is told all ten, each with its place")
        func tenMistakes() throws {
            let scratch = try Scratch()
            let spec = try scratch.file(
                "ten.yaml",
                """
                aplication: x
                application: 7 up
                clock: clamed
                features:
                  a: numbr
                  b: {type: number, min: 5, max: 1}
                  c: {type: category, values: []}
                target: {name: y, type: regresion, horizon: soon}
                model: [standard_scalr, linear_regression]
                metrics: [maee]

                """)
            for verb in [["check", spec], ["evaluate", spec, "--data", "x.csv"], ["up", spec, "--port", "0"]] {
                let result = try Program.run(Program.headrace, verb)
                #expect(result.status == 2)
                for place in ["1:1", "2:14", "3:8", "5:6", "6:34", "7:31", "8:25", "8:45", "9:9", "10:11"] {
                    #expect(result.errors.contains("ten.yaml:\(place): "), "\(place) in \(result.errors)")
                }
                #expect(result.errors.contains("did you mean 'standard_scaler'?"))
                #expect(result.errors.contains("10 mistakes"))
            }
        }

        @Test("A misspelt verb is told the right one, whatever follows it")
        func misspeltVerb() throws {
            let near = try Program.run(Program.headrace, ["evalute", "spec.yaml", "--data", "x.csv"])
            #expect(near.status == 64)
            #expect(near.errors.contains("there is no verb 'evalute' (did you mean 'evaluate'?)"))
            let far = try Program.run(Program.headrace, ["xyzzy"])
            #expect(far.status == 64)
            let list = "there are init, check, components, evaluate, up, feed,"
            #expect(far.errors.contains("there is no verb 'xyzzy' (\(list)"))
            for (word, verb) in [
                ("train", "evaluate"), ("serve", "headrace up"), ("predict", "predictions"), ("run", "headrace up"),
                ("fit", "evaluate"), ("start", "headrace up"), ("rollback", "headrace restore"),
            ] {
                let other = try Program.run(Program.headrace, [word, "--data", "x.csv"])
                #expect(other.status == 64)
                #expect(other.errors.contains("no verb '\(word)'") && other.errors.contains(verb), "\(other.errors)")
            }
            #expect(try Program.run(Program.headrace, ["help", "feed"]).status == 0)
        }

        @Test("Why a server cannot listen is said in words, with what to do")
        func cannotListen() async throws {
            let scratch = try Scratch()
            let spec = try scratch.file("p.yaml", Prices.spec())
            let server = try await HeadraceProcess(spec, directory: scratch("one"))
            for (options, words) in [
                (["--port", "\(server.port)"], ["another program listens there", "--port 0"]),
                (["--host", "203.0.113.7", "--port", "0"], ["no such address", "--host 127.0.0.1"]),
                (["--host", "no-such-host.invalid", "--port", "0"], ["no host named 'no-such-host.invalid'"]),
            ] {
                let result = try Program.run(
                    Program.headrace, ["up", spec, "--data-dir", scratch("two")] + options)
                #expect(result.status == 2, "\(options)")
                for word in words { #expect(result.errors.contains(word), "\(options): \(result.errors)") }
                #expect(!result.errors.contains("bind("), "\(result.errors)")
                #expect(!result.errors.contains("errno"), "\(result.errors)")
            }
        }

        @Test("Components are listed with their parameters, under the names of other libraries, too")
        func components() throws {
            let all = try Program.headrace("components")
            #expect(all.status == 0)
            for name in ["standard_scaler", "arf_regressor", "sgd", "roc_auc"] { #expect(all.text.contains(name)) }
            let one = try Program.headrace("components", "StandardScaler", "--format", "json")
            #expect(one.json[0]["name"].string == "standard_scaler")
            #expect(one.json[0]["parameters"][0]["name"].string == "with_std")
            let none = try Program.headrace("components", "standrd_scaler")
            #expect(none.status == 2 && none.errors.contains("did you mean 'standard_scaler'?"), "\(none.errors)")
        }

        @Test("Bad rows are named, the rest runs, and the status is 1")
        func badRows() throws {
            let scratch = try Scratch()
            let spec = try scratch.file("p.yaml", Prices.spec())
            let data = try scratch.file("r.csv", "size,city,price\n1,Rome,3\n2,Oslo\n3,Rome,5\n4,Paris,5\n5,Rome,x\n")
            let result = try Program.headrace("evaluate", spec, "--data", data, "--format", "json")
            #expect(result.status == 1)
            #expect(result.errors.contains("r.csv:3: row 2 refused: the row has 2 cells, the header 3"))
            #expect(result.errors.contains("r.csv:5: row 4 refused"))
            #expect(result.errors.contains("r.csv:6: row 5 refused"))
            #expect(result.json["refused"].int == 3)
            #expect(result.json["predictions"].int == 2)
        }

        @Test("Rows out of time order are named, and --sort sorts them")
        func timeOrder() throws {
            let scratch = try Scratch()
            let spec = try scratch.file("p.yaml", Prices.spec("data: {time: t}"))
            let data = try scratch.file(
                "t.csv",
                "t,size,city,price\n2013-01-02T00:00:00Z,1,Rome,2\n2013-01-01T00:00:00Z,1,Rome,2\n")
            let result = try Program.headrace("evaluate", spec, "--data", data)
            #expect(result.status == 2)
            #expect(result.errors.contains("t.csv:3: row 2 is out of time order"))
            #expect(result.errors.contains("--sort"))
            #expect(try Program.headrace("evaluate", spec, "--data", data, "--sort").status == 0)
        }

        @Test("What is not a verb, an option or a file")
        func notThere() throws {
            let scratch = try Scratch()
            let spec = try scratch.file("p.yaml", Prices.spec())
            #expect(try Program.headrace("evalute", spec).status == 64)
            #expect(try Program.headrace("evaluate", spec, "--data", "x", "--nope").status == 64)
            #expect(try Program.headrace("up", spec, "--port", "70000").status == 64)
            for arguments in [["evaluate", spec, "--data", scratch("no.csv")], ["check", scratch("no.yaml")]] {
                let result = try Program.run(Program.headrace, arguments)
                #expect(result.status == 2)
                #expect(result.errors.contains("/no."))
                #expect(result.errors.contains("No such file"))
            }
            let empty = try Program.headrace("status", "--data-dir", scratch("nothing"))
            #expect(empty.status == 2)
            #expect(empty.errors.contains("headrace up"))
        }

        @Test("A gzip file that was cut off is named with the byte")
        func truncatedGzip() throws {
            let scratch = try Scratch()
            let whole = try Data(contentsOf: URL(fileURLWithPath: Program.january))
            try whole.prefix(100_000).write(to: URL(fileURLWithPath: scratch("cut.csv.gz")))
            let result = try Program.headrace("evaluate", Program.flights, "--data", scratch("cut.csv.gz"))
            #expect(result.status == 2)
            #expect(result.errors.contains("cut.csv.gz: the gzip data is damaged at byte 100000"))
        }

        @Test("No server there")
        func noServer() async throws {
            let scratch = try Scratch()
            // A port that was free a moment ago.
            let server = try await HeadraceProcess(
                try scratch.file("p.yaml", Prices.spec()), directory: scratch("data"))
            let url = server.url
            try server.stop()
            for verb in [["status"], ["feed", "--data", Program.january], ["restore", "--to", "@1"]] {
                let result = try Program.run(Program.headrace, verb + ["--url", url])
                #expect(result.status == 2)
                #expect(result.errors.contains("\(url) does not answer"))
                #expect(result.errors.contains("is `headrace up` running there?"))
            }
        }

        @Test("A directory has one writer, and the second is told where the first is")
        func locked() async throws {
            let (scratch, server) = try await BadRequests.serve()
            let spec = scratch("p.yaml")
            for verb in [["up", spec, "--port", "0"], ["restore", "--to", "@1"]] {
                let result = try Program.run(Program.headrace, verb + ["--data-dir", scratch("data")])
                #expect(result.status == 2)
                #expect(result.errors.contains("is being written by \(server.url)"))
                #expect(result.errors.contains("--url \(server.url)"))
            }
            let busy = try Program.headrace(
                "up", spec, "--data-dir", scratch("other"), "--port", String(server.port))
            #expect(busy.status == 2)
            #expect(busy.errors.contains("cannot listen on 127.0.0.1:\(server.port)"))
            #expect(busy.errors.contains("--port 0"))
            #expect(try names(in: scratch("other")) == ["prices.headrace"])
            #expect(try await server.status("prices")["offset"].int == 3)
            // Readers need no lock.
            #expect(try Program.headrace("verify", "--data-dir", scratch("data")).status == 0)
            // The lock goes with the process, however that ends.
            try server.kill()
            let next = try await HeadraceProcess(spec, directory: scratch("data"))
            #expect(try await next.status("prices")["offset"].int == 3)
        }
    }
}
