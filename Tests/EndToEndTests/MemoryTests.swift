import Foundation
import Testing

extension EndToEnd {
    /// Memory does not grow with the stream: four times the events, the same peak.
    @Suite(.serialized)
    struct Memory {
        @Test("Peak memory of evaluate and of a server is the same for one January and for four")
        func bounded() async throws {
            let scratch = try Scratch()
            let python = try #require(Program.path("python3"), "needs python3; `make test` installs it")
            let made = try Program.run(
                python, ["-c", Self.repeating, Program.january, scratch("1.csv"), "1", scratch("4.csv"), "4"])
            try #require(made.status == 0, "\(made.errors)")
            var evaluated: [Int] = []
            var served: [Int] = []
            for count in ["1", "4"] {
                evaluated.append(try Self.peakOfEvaluate(scratch("\(count).csv")))
                let server = try await HeadraceProcess(Program.flights, directory: scratch("data-\(count)"))
                let fed = try Program.headrace(
                    "feed", "--data", scratch("\(count).csv"), "--url", server.url, "--format", "json")
                #expect(fed.status == 0, "\(fed.errors)")
                served.append(try server.memoryKilobytes())
                try server.stop()
            }
            #expect(Double(evaluated[1]) <= 1.1 * Double(evaluated[0]), "\(evaluated) kB")
            #expect(Double(served[1]) <= 1.1 * Double(served[0]), "\(served) kB")
        }

        /// Runs evaluate under a shell of Python that waits for it and prints its peak in kB.
        private static func peakOfEvaluate(_ data: String) throws -> Int {
            let script = """
                import resource, subprocess, sys
                subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
                print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
                """
            let result = try Program.run(
                Program.path("python3") ?? "python3",
                ["-c", script, Program.headrace, "evaluate", Program.flights, "--data", data, "--format", "json"])
            return try #require(Int(result.text.trimmingCharacters(in: .whitespacesAndNewlines)), "\(result.errors)")
        }

        /// Writes January several times, each 31 days after the one before, with ids of its own.
        private static let repeating = """
            import csv, datetime, gzip, sys
            rows = list(csv.DictReader(gzip.open(sys.argv[1], "rt")))
            def later(text, month):
                if not text: return ""
                time = datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ") + datetime.timedelta(days=31 * month)
                return time.strftime("%Y-%m-%dT%H:%M:%SZ")
            for path, count in zip(sys.argv[2::2], sys.argv[3::2]):
                with open(path, "w", newline="") as file:
                    writer = csv.DictWriter(file, rows[0])
                    writer.writeheader()
                    for month in range(int(count)):
                        for row in rows:
                            writer.writerow(row | {
                                "flight_id": f"{row['flight_id']}-{month}",
                                "scheduled_departure": later(row["scheduled_departure"], month),
                                "arrival": later(row["arrival"], month)})
            """
    }
}
