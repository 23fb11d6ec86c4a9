import Command
import Determinism
import Foundation
import ModelLifecycle
import OnlineLearning
import Testing

/// What `headrace check` would say of a text, a line a mistake, without the count at the end.
private func complaints(_ yaml: String) -> [String] {
    complaints(Array(yaml.utf8))
}

private func complaints(_ bytes: [UInt8]) -> [String] {
    do throws(SpecFileError) {
        _ = try SpecFile.check(bytes, path: "s.yaml")
        return []
    } catch {
        return error.description.split(separator: "\n").dropLast().map(String.init)
    }
}

private func spec(_ yaml: String) throws -> Spec {
    let spec = try SpecFile.check(Array(yaml.utf8), path: "s.yaml").spec
    #expect(try SpecFile.check(Array(SpecNode(describing: spec).yaml.utf8), path: "again.yaml").spec == spec)
    return spec
}

private let plain = """
    application: a
    features: {x: number, c: category}
    target: {name: y, type: regression}
    model: [one_hot, linear_regression]

    """

@Suite("Specs in files of YAML")
struct SpecFileTests {
    @Test func theSpecOfTheDesignIsTaken() throws {
        let (spec, warnings) = try SpecFile.check(
            Array(
                """
                application: flight-delays
                clock: claimed                     # every event carries its time
                features:
                  carrier: category
                  origin: category
                  dest: category
                  distance: {type: number, min: 0}
                  hour: number
                target: {name: arr_delay, type: regression, horizon: 24h}
                data:                              # how rows of a file become events
                  id: flight_id
                  time: scheduled_departure        # the prediction is asked for here
                  label_time: arrival              # the label becomes known here
                model:
                  - one_hot: [carrier, origin, dest]
                  - standard_scaler
                  - linear_regression
                metrics: [mae, rmse, r2]
                challengers:
                  rates: [{one_hot: [dest]}, linear_regression: {optimizer: {sgd: {lr: 0.01}}, l2: 0.0}]
                """.utf8), path: "s.yaml")
        #expect(spec.application == "flight-delays")
        #expect(spec.contract.clock == .claimed)
        #expect(spec.contract.features.map(\.name) == ["carrier", "origin", "dest", "distance", "hour"])
        #expect(spec.contract.features[3].minimum == 0)
        #expect(spec.contract.target.horizon == TimeSpan("24h"))
        #expect(spec.data == DataMapping(id: "flight_id", time: "scheduled_departure", labelTime: "arrival"))
        let champion = spec.settings.model.pipeline
        #expect(champion.transformers.map(\.features) == [["carrier", "origin", "dest"], ["distance", "hour"]])
        #expect(champion.numbers == ["distance", "hour"])
        #expect(spec.settings.challengers.map(\.name) == ["rates"])
        #expect(
            warnings.map(\.description) == [
                "20:30: warning: challengers.rates[1].linear_regression: 'carrier', 'origin' (categories) are not "
                    + "used by linear_regression (put one_hot: [carrier, origin] before it)"
            ])
    }

    @Test func theExampleIsTakenWithoutWarning() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let (spec, warnings) = try SpecFile.load(path: root.path + "/Examples/flights/flights.yaml")
        #expect(spec.settings.model.pipeline.transformers.map(\.features.count) == [5, 1])
        #expect(warnings == [])
        var encoder = CanonicalEncoder()
        spec.encode(to: &encoder)
        var decoder = CanonicalDecoder(encoder.bytes)
        #expect(try Spec(from: &decoder) == spec)
    }

    @Test func everyMistakeIsReportedWithItsPosition() {
        let yaml = """
            application: Flights
            clok: claimed
            features:
              carrier: category
              distance: {type: number, min: abc}
              distance: number
              hour: nmber
            target: {name: arr_delay, type: regression, horizon: 24}
            data:
              label_time: arrival
            model:
              - one_hot: [carier]
              - standard_scalar
              - linear_regression: {optimizer: {sgd: {lr: '0.1'}}}
            metrics: [mae, auc]
            """
        #expect(
            complaints(yaml) == [
                "s.yaml:1:14: application: found 'Flights', expected a name of a–z, 0–9, - and _ that begins with a "
                    + "letter or digit, at most 64 long (such as 'flights')",
                "s.yaml:2:1: clok: found the unknown key 'clok', expected application, clock, durability, recovery, "
                    + "retention, limits, features, target, data, model, challengers or metrics "
                    + "(did you mean 'clock'?)",
                "s.yaml:5:33: features.distance.min: found 'abc', expected a number",
                "s.yaml:6:3: features.distance: found 'distance' again, first on line 5, expected each name once",
                "s.yaml:7:9: features.hour: found 'nmber', expected number, boolean, category, text or timestamp "
                    + "(did you mean 'number'?)",
                "s.yaml:8:54: target.horizon: found '24', expected a time from 1us to 3650d, such as 24h "
                    + "(with a unit: 24h, or w, d, h, m, s, ms, us)",
                "s.yaml:10:15: data.label_time: label_time needs time: when the prediction is asked for",
                "s.yaml:12:15: model[0].one_hot[0]: found 'carier', expected a feature (did you mean 'carrier'?)",
                "s.yaml:13:5: model[1]: found 'standard_scalar', expected a transformer: one of "
                    + "standard_scaler, max_abs_scaler, min_max_scaler, robust_scaler, target_encoder, feature_hasher, "
                    + "binarizer, stat_imputer, target_agg, discard, ordinal_encoder, normalizer and 15 more "
                    + "(did you mean 'standard_scaler'?)",
                "s.yaml:14:47: model[2].linear_regression.optimizer.sgd.lr: found '0.1' in quotes, expected a number "
                    + "≥ 0 (write it without quotes)",
                "s.yaml:15:16: metrics[1]: found 'auc', expected a metric for regression: interval_coverage, "
                    + "interval_width, mae, mape, mse, quantile_loss, r2, rmse, rmsle, smape, rolling or time_rolling",
            ])
    }

    @Test func theNumberOfMistakesStandsAtTheEnd() {
        #expect(throws: SpecFileError.self) { try SpecFile.check([], path: "s.yaml") }
        do throws(SpecFileError) {
            _ = try SpecFile.check(Array((plain + "a: 1\nb: 2\n").utf8), path: "s.yaml")
        } catch {
            #expect(error.description.hasSuffix("\n2 mistakes"))
        }
    }

    @Test func repeatedKeysAreFoundHoweverTheyAreWritten() {
        let yaml = """
            application: a
            features: {x: number, "x": text, 'x': {type: number, min: q}, x: blob, z: blob}
            target: {name: y, type: regression}
            model: linear_regression
            "application": b
            ? application
            : c
            """
        #expect(
            complaints(yaml) == [
                "s.yaml:2:23: features.x: found 'x' again, first on line 2, expected each name once",
                "s.yaml:2:34: features.x: found 'x' again, first on line 2, expected each name once",
                "s.yaml:2:63: features.x: found 'x' again, first on line 2, expected each name once",
                "s.yaml:2:75: features.z: found 'blob', expected number, boolean, category, text or timestamp",
                "s.yaml:5:1: application: found 'application' again, first on line 1, expected each name once",
                "s.yaml:6:3: application: found 'application' again, first on line 1, expected each name once",
            ])
        let many = (0..<60).map { "  x\($0): number\n  x\($0): number\n" }.joined()
        #expect(complaints("features:\n" + many).count == 1)
    }

    @Test func textsAreTakenAsWritten() throws {
        let yaml = """
            application: 007
            features: {c: {type: category, values: [yes, No, 1.0, 0x10, 2013-01-01, ~, null, "a b", 'it''s', .5]}}
            target: {name: on, type: binary, classes: [off, "on"]}
            model: [one_hot, logistic_regression]
            """
        let spec = try spec(yaml)
        #expect(spec.application == "007")
        #expect(
            spec.contract.features[0].categories
                == ["yes", "No", "1.0", "0x10", "2013-01-01", "~", "null", "a b", "it's", ".5"])
        #expect(spec.contract.target.name == "on")
        #expect(spec.contract.target.classes == ["off", "on"])
    }

    @Test func blockTextsAndLineEndsOfWindowsAreYAMLToo() throws {
        #expect(try spec("\u{FEFF}" + plain.replacingOccurrences(of: "\n", with: "\r\n")).application == "a")
        #expect(try spec("---\n" + plain + "...\n").application == "a")
        #expect(try spec(plain + "data:\n  id: |-\n    row\n").data.id == "row")
    }

    @Test func columnsAreCountedInCharacters() {
        let yaml = plain + "metrics: [\"ä\u{1F600}\", x]\n"
        #expect(complaints(yaml).map { $0.prefix { $0 != " " } } == ["s.yaml:5:11:", "s.yaml:5:17:"])
    }

    @Test func whatIsNoYAMLIsReportedWhereItBegins() {
        #expect(
            complaints("application: a\nfeatures:\n\tx: number\n") == [
                "s.yaml:3:1: this is no YAML: found character that cannot start any token "
                    + "(indent with spaces, not with tabs)"
            ])
        #expect(complaints("a: [1, 2\nb: 3\n").count == 1)
        #expect(complaints("a: b: c\n").first?.hasPrefix("s.yaml:1:5: this is no YAML: mapping values") == true)
        #expect(complaints("a: \"x\n").count == 1)
        #expect(complaints("a: b\u{7}c\n").first?.hasPrefix("s.yaml:1:5: this is no YAML: control characters") == true)
        #expect(
            complaints("a: *nowhere\n").first?.hasPrefix("s.yaml:1:4: this is no YAML: found undefined alias") == true)
        #expect(complaints("[[[[").count == 1)
        #expect(complaints(String(repeating: "[", count: 100_000)).count == 1)
        #expect(complaints(String(repeating: "- ", count: 100_000)).count == 1)
    }

    @Test func whatIsNoTextIsReportedWhereItBegins() {
        #expect(
            complaints(Array("a: b\n\u{E4}: ".utf8) + [0xFF, 0x0A]) == [
                "s.yaml:2:4: the file is no UTF-8 from here on (save it as UTF-8)"
            ])
        #expect(
            complaints([UInt8](repeating: 0x20, count: 1 << 20 + 1)) == [
                "s.yaml:1:1: the file is larger than 1 MiB (is it the data, not the spec?)"
            ])
    }

    @Test(arguments: ["", "\n", "# nothing\n", " \n\n"])
    func anEmptyFileIsNoSpec(_ yaml: String) {
        #expect(complaints(yaml) == ["s.yaml:1:1: the file is empty ('headrace init' writes a spec from data)"])
    }

    @Test func aFileHoldsOneDocument() {
        #expect(
            complaints(plain + "---\nb: c\n") == [
                "s.yaml:6:1: a second document; a file holds one spec (remove the line '---' and what follows)"
            ])
        #expect(complaints("---\n").count == 1)
    }

    @Test func anchorsAliasesAndTagsAreRefused() {
        #expect(
            complaints(plain + "data: &d {id: row}\nmetrics: *d\n") == [
                "s.yaml:5:7: '&d' is an anchor, which a spec has not (write values where they belong)"
            ])
        #expect(
            complaints(plain + "clock: !!str server\ndurability: !mine fast\nlimits: !!map {}\n") == [
                "s.yaml:5:8: 'tag:yaml.org,2002:str' is a tag, which a spec has not (put texts in quotes and "
                    + "leave tags out)",
                "s.yaml:6:13: '!mine' is a tag, which a spec has not (put texts in quotes and leave tags out)",
                "s.yaml:7:9: 'tag:yaml.org,2002:map' is a tag, which a spec has not (put texts in quotes and "
                    + "leave tags out)",
            ])
        #expect(complaints(plain + "clock: ! server\n").count == 1)
        #expect(complaints(plain + "? [a, b]\n: 1\n") == ["s.yaml:5:3: found a list, expected a name"])
        #expect(complaints(plain + "# " + String(repeating: "* ", count: 50)) == [])
    }

    @Test func treesThatGrowFromAFewLinesAreRefusedAtOnce() {
        var values = "a0: &a0 [x, x]\n"
        for level in 1...12 { values += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
        #expect(!complaints(values).isEmpty)
        for level in 13...40 { values += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
        #expect(complaints(values + "? *a40\n: 1\n").count == 1)
        let deep = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
        #expect(complaints(plain + "data: \(deep)\n").first?.hasPrefix("s.yaml:5:7: data: found a list") == true)
        #expect(complaints(plain + "data: \(deep)\n").last?.hasPrefix("s.yaml:5:38: nested deeper than 32") == true)
    }

    @Test func controlCharactersDoNotReachTheTerminal() {
        let yaml = plain + "clock: \"\\e[2J\"\n\"k\\e\": 1\n"
        #expect(complaints(yaml).count == 2)
        #expect(complaints(yaml).allSatisfy { !$0.unicodeScalars.contains("\u{1B}") })
    }

    @Test func aFileThatCannotBeReadIsNamed() {
        do throws(SpecFileError) {
            _ = try SpecFile.load(path: "/nowhere/s.yaml")
        } catch {
            #expect(error.description == "/nowhere/s.yaml: cannot be read: No such file or directory")
        }
        #expect(throws: SpecFileError.unreadable(path: "/", reason: "Is a directory")) { try SpecFile.load(path: "/") }
    }

    @Test func tenThousandFeaturesAreCheckedAtOnce() throws {
        let features = (0..<10_000).map { "  f\($0): {type: number, min: 0}\n" }.joined()
        let yaml =
            "application: a\nfeatures:\n" + features
            + "target: {name: y, type: regression}\nmodel: [standard_scaler, linear_regression]\n"
        #expect(try spec(yaml).settings.model.pipeline.transformers[0].features.count == 10_000)
    }
}
