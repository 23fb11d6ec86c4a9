import ArgumentParser
import Engine
import Foundation
import ModelLifecycle

struct InitVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Look at a data file and write a spec for it.",
        discussion: """
            Reads the whole file. What was found is written as comments, so that later rows are not refused. What the \
            file cannot show is said by options: numbers that name classes, the time of the question and of its label.
            """)

    @Argument(help: "A CSV or JSON file, gzipped or not; '-' is standard input.")
    var data: String

    @Option(name: .long, help: "The column to predict.")
    var target: String

    @Option(name: .long, help: "regression, binary or multiclass (default: as the values are).")
    var type: SpecDraft.TargetType?

    @Option(name: .long, help: "The column with the time of the question.")
    var time: String?

    @Option(name: .long, help: "The column with the time at which the label became known.")
    var labelTime: String?

    @Option(name: .long, help: "The column of ids.")
    var id: String?

    @Option(name: .long, help: "The application's name (default: from the file's).")
    var name: String?

    @Option(name: .shortAndLong, help: "The file to write (default: standard output).")
    var output: String?

    @Flag(name: .long, help: "Overwrite the output file.")
    var force = false

    @OptionGroup var format: FormatOption

    mutating func run() async throws {
        try OutputFile.check(output, reading: [data])
        if let output, !force, FileManager.default.fileExists(atPath: output) {
            throw ValidationError("\(output) exists; --force overwrites it")
        }
        let (yaml, remarks) = try draft()
        if let output {
            do {
                try yaml.write(toFile: output, atomically: true, encoding: .utf8)
            } catch {
                throw ValidationError("cannot write \(output): \(error.localizedDescription)")
            }
            for remark in remarks { Failure.say(remark) }
            Failure.say("wrote \(output); next: headrace evaluate \(output) --data \(data)")
        }
        if format.isJSON {
            format.print { json in
                json.object { json in
                    json.member("spec", yaml)
                    if let output { json.member("output", output) }
                    json.member("remarks", array: { json in for one in remarks { json.string(one) } })
                }
            }
        } else if output == nil {
            print(yaml, terminator: "")
        }
    }

    private func draft() throws -> (yaml: String, remarks: [String]) {
        let source = try ByteSource(path: data)
        switch try FileFormat(of: source) {
        case .csv:
            var records = try CSVRecordSource(source: source)
            return try draft(&records)
        case .ndjson:
            var records = try JSONRecordSource(source: source)
            return try draft(&records)
        }
    }

    private func draft<Source: RecordSource & ~Copyable>(
        _ records: inout Source
    ) throws -> (yaml: String, remarks: [String]) {
        if records.hasHeader { try SpecDraft.checkTarget(target, among: records.columnNames) }
        var bar = ProgressBar("reading", unit: "rows")
        let profile = try DataProfile(reading: &records, target: target) { rows, fraction in
            bar.update(count: rows, fraction: fraction)
        }
        bar.finish()
        var wishes = SpecDraft.Wishes()
        (wishes.name, wishes.type, wishes.id) = (name, type, id)
        (wishes.time, wishes.labelTime) = (time, labelTime)
        let draft = try SpecDraft(profile, target: target, wishes: wishes)
        let yaml = SpecWriter.yaml(draft)
        do throws(SpecFileError) {
            _ = try SpecFile.check(Array(yaml.utf8), path: "the spec")
        } catch {
            throw InitError.specRefused(reason: "\(error)")
        }
        return (yaml, draft.remarks)
    }
}

extension SpecDraft.TargetType: ExpressibleByArgument {}
