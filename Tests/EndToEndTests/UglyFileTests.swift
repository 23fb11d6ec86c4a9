import Foundation
import Testing

extension EndToEnd {
    /// Small files as people have them: `init` writes a spec that works on that very file, or says why it cannot.
    @Suite(.serialized)
    struct UglyFiles {
        /// A file of `Tests/Ugly`, and words of what `init` writes or says.
        struct File: CustomTestStringConvertible, Sendable {
            let name: String
            var target = "y"
            var options: [String] = []
            /// In the spec.
            var spec: [String] = []
            /// On standard error.
            var said: [String] = []
            var fails = false
            /// Rows that `init` says it leaves out.
            var refused = 0
            var labels: Int?

            var testDescription: String { ([name] + options).joined(separator: " ") }
        }

        private static func no(_ name: String, target: String = "y", _ said: String...) -> File {
            File(name: name, target: target, said: said, fails: true)
        }

        private static func yes(
            _ name: String, target: String = "y", _ spec: String..., options: [String] = [], said: [String] = [],
            refused: Int = 0, labels: Int? = nil
        ) -> File {
            File(
                name: name, target: target, options: options, spec: spec, said: said, refused: refused, labels: labels)
        }

        static let files: [File] = [
            yes("missing-words.csv", "type: regression", "5 of 40 rows carry no label", said: ["first NA"], labels: 35),
            yes("missing-words-in-features.csv", "a: {type: number, optional: true}", "'on': {type: boolean, optional"),
            no("decimal-commas.csv", "'3,10' in row 1", "with a point"),
            yes("decimal-comma-feature.csv", "size is left out: '3,10' in row 1"),
            yes("thousands.csv", "sales is left out: '1,234.5' in row 1"),
            yes("coded-classes.csv", target: "cover", "type: regression", said: ["--type multiclass"]),
            yes(
                "coded-classes.csv", target: "cover", "type: multiclass", "classes: ['1', '2'",
                "metrics: [cross_entropy",
                options: ["--type", "multiclass"]),
            no("one-text-value.csv", "its only value is 'yes'"), no("no-feature.csv", "no column is left", "id"),
            yes("numbers-and-texts.ndjson", "'n' is left out: a number or a boolean in some rows"),
            yes("nested.ndjson", "who is left out: some rows hold an object"),
            yes("leading-zeros.csv", "zip: category", "leading zeros"), yes("semicolons.csv", "name: category"),
            yes("tabs.tsv", "name: category"), yes("bars.txt", "name: category"), yes("sep-line.csv", "x: number"),
            no("title-line.csv", ":1: 'Sales of 2024' is a title", "tail -n +2"), yes("array.json", "name: category"),
            no("object.json", "one JSON object over several lines", "jq"), no("utf-16.csv", "iconv -f UTF-16"),
            no("carriage-returns.csv", "carriage return alone", "tr"),
            yes("local-times.csv", "when is left out: '01/12/2024 08:00' in row 1: a time that is not read: write"),
            yes("impossible-times.csv", "a time that is not read"),
            yes("epoch-milliseconds.csv", "ts: timestamp", "time: ts"),
            yes("epoch-trips.csv", target: "minutes", "time: start", "label_time: end", "end is left out: a time"),
            yes("difference.csv", said: ["The target is after minus before"]),
            yes("copy.csv", "y_again is left out: it says what the target says"),
            yes("known-with-label.csv", said: ["actual has a value in just the rows that have a label"], labels: 32),
            yes("trips.csv", target: "minutes", "started: timestamp", "\n  time: started", "\n  label_time: ended"),
            yes("trips-by-end.csv", target: "minutes", said: ["--time 'started' --label-time 'ended'"]),
            yes("trips-unsorted.csv", target: "minutes", "# time: started", said: ["--sort"]),
            yes("late-labels.csv", "horizon: 92d", labels: 12), no("duplicate-names.csv", "columns 1 and 2 are both"),
            no("empty.csv", "has no header line"), no("header-only.csv", "no rows below the header"),
            yes("one-row.csv", said: ["one value only"]), yes("mark-and-returns.csv", "name: category"),
            yes("quotes.csv", "'the \"name\"': category"), yes("nul.csv", "c: category"),
            yes("nul-class.csv", "type: multiclass"), yes("empty-and-constant.csv", "nothing is left out", "always 7"),
            yes("identifiers.csv", "id: order_id", "token is left out"),
            yes("identifiers.csv", "id: token", options: ["--id", "token"]),
            yes("huge-integers.csv", "user: category", "beyond 2^53"),
            yes("beyond-double.csv", "far is left out: 1e400 in row 8"),
            no("beyond-double-target.csv", "1e400 in row 8"),
            yes("yes-and-no.csv", target: "target is", "flag: boolean", "'yes': category", "classes: ['n o', 'y e s']"),
            yes("reserved.csv", "c is left out: '(other)' in row 7"), no("reserved-class.csv", "'(other)' in row 7"),
            yes("empty-strings.csv", "c: {type: category, optional: true}", "4 of 16 missing"),
            yes("latin-1.csv", "c is left out: not all of it is UTF-8"),
            yes("ragged.csv", "Left out: 2 rows", refused: 2), no("blanks.csv", target: " y", "blanks around them"),
            yes("percent.csv", "rate is left out: '0 %' in row 1"), no("time-target.csv", "it is a time"),
            yes("hostile-names.csv", "'a: b': number", "'*s': category"),
        ]

        @Test(arguments: files)
        func initWritesWhatWorksOrSaysWhyItCannot(file: File) throws {
            let scratch = try Scratch()
            let (data, spec) = ("\(Program.repository)/Tests/Ugly/\(file.name)", scratch("spec.yaml"))
            let result = try Program.run(
                Program.headrace, ["init", data, "--target", file.target, "--output", spec] + file.options)
            for words in file.said { #expect(result.errors.contains(words), "\(words) in \(result.errors)") }
            guard !file.fails else {
                #expect(result.status == 2 && !FileManager.default.fileExists(atPath: spec))
                return
            }
            try #require(result.status == 0, "\(result.errors)")
            let yaml = try String(contentsOfFile: spec, encoding: .utf8)
            for words in file.spec { #expect(yaml.contains(words), "\(words) in \(yaml)") }
            #expect(try Program.headrace("check", spec).status == 0)
            let evaluated = try Program.headrace("evaluate", spec, "--data", data, "--format", "json")
            #expect(evaluated.status == (file.refused == 0 ? 0 : 1), "\(evaluated.errors)")
            #expect(evaluated.json["refused"].int == file.refused)
            if let labels = file.labels { #expect(evaluated.json["labels"].int == labels) }
        }

        @Test("Every file is tried")
        func allAreNamed() throws {
            let there = try names(in: "\(Program.repository)/Tests/Ugly")
            #expect(there == Set(Self.files.map(\.name)).sorted())
            #expect(there.count >= 40)
        }

        @Test("Beyond the limits of a spec columns are left out, and a target cannot be")
        func beyondLimits() throws {
            let scratch = try Scratch()
            let long = String(repeating: "n", count: 1_025)
            let wide = (0..<10_001).map { "c\($0)" }.joined(separator: ",")
            let ones = (0..<3).map { row in
                String(repeating: "\(row),", count: 10_001) + "\(Double(row) * 1.5)\n"
            }.joined()
            let many = try scratch.file("many.csv", wide + ",y\n" + ones)
            let wideSpec = try Program.headrace("init", many, "--target", "y")
            #expect(wideSpec.status == 0 && wideSpec.text.contains("c10000 is left out: a spec has at most 10,000"))
            let named = try scratch.file("long.csv", "x,\(long),y\n1,2,0.5\n2,3,1.5\n")
            let spec = scratch("long.yaml")
            #expect(try Program.headrace("init", named, "--target", "y", "--output", spec).status == 0)
            #expect(try Program.headrace("evaluate", spec, "--data", named).status == 0)
            let refused = try Program.headrace("init", named, "--target", long)
            #expect(refused.status == 2 && refused.errors.contains("its name has 1,025 bytes"))
        }

        @Test("What an option wants and a column is not is said")
        func wishes() throws {
            let ugly = "\(Program.repository)/Tests/Ugly/"
            func said(_ file: String, _ target: String, _ options: String...) throws -> String {
                let result = try Program.run(
                    Program.headrace, ["init", ugly + file, "--target", target] + options)
                #expect(result.status == 2)
                return result.errors
            }
            #expect(try said("coded-classes.csv", "cover", "--type", "binary").contains("it has 7 values"))
            #expect(try said("leading-zeros.csv", "zip", "--id", "y").contains("no column is left to predict from"))
            #expect(try said("local-times.csv", "y", "--time", "when").contains("write it as 2024-12-31T08:00:00Z"))
            #expect(try said("trips.csv", "minutes", "--id", "station").contains("stands in two rows"))
            #expect(try said("yes-and-no.csv", "yes", "--type", "regression").contains("'yes' in row 1 is no number"))
            #expect(try said("trips.csv", "minutes", "--time", "begun").contains("there is no column 'begun'"))
        }

        @Test("A time out of the rows' order is taken where it is asked for, and learned in time with --sort")
        func unsorted() throws {
            let scratch = try Scratch()
            let (data, spec) = ("\(Program.repository)/Tests/Ugly/trips-by-end.csv", scratch("s.yaml"))
            let made = try Program.headrace(
                "init", data, "--target", "minutes", "--time", "started", "--label-time", "ended", "--output", spec)
            #expect(made.status == 0 && made.errors.contains("use --sort"))
            #expect(try Program.headrace("evaluate", spec, "--data", data, "--sort").status == 0)
            #expect(try Program.headrace("evaluate", spec, "--data", data).status == 2)
        }
    }
}
