import Determinism
import OnlineLearning

/// All laws of metrics, for a component or everything in the catalogue.
///
///     #expect(MetricChecks.violations(of: MetricSubject(Component(named: "mae"), task: .regression)) == [])
public enum MetricChecks {
    public static func violations(of subject: MetricSubject) -> [Violation] {
        MetricLaw.allCases.flatMap { $0.violations(of: subject) }
    }

    /// A metric's digest: of its values over a stream of answers and of the state after. Another digest is another
    /// behaviour, and wants another ``ComponentDeclaration/revision``.
    public static func digest(of subject: MetricSubject) -> Digest {
        var scorecard = subject.scorecard()
        var encoder = CanonicalEncoder()
        for example in ScoredStream.examples(400, subject.task, seed: 21) {
            scorecard.update(example)
            for (_, reading) in scorecard.readings {
                switch reading {
                case .value(let value): encoder.double(value)
                case .slices(let slices): encoder.doubles(slices.map(\.value))
                }
            }
        }
        encoder.blob(scorecard.bytes)
        return Digest(hashing: encoder.bytes)
    }

    /// Every metric of the catalogue for each of its tasks: at its defaults, over a window, over a time and by slices;
    /// those with parameters at others, too.
    public static var subjects: [MetricSubject] {
        var subjects: [MetricSubject] = []
        for type in Catalogue.metrics {
            let plain = type.declaration.withDefaults
            for task in type.tasks {
                let subject = MetricSubject(plain, task: task)
                subjects.append(subject)
                if !subject.isWindowed {
                    subjects.append(MetricSubject(subject.rolling(50), task: task))
                    let timed = Component(
                        named: "time_rolling",
                        ["metric": .component(plain), "period": .integer(20_000_000), "max_answers": .integer(100)])
                    subjects.append(MetricSubject(timed, task: task))
                }
                subjects.append(MetricSubject(subject.with("by", .choice("slice")), task: task))
            }
        }
        return subjects + [
            MetricSubject(Component(named: "fbeta", ["beta": .number(2)]), task: .binary),
            MetricSubject(Component(named: "roc_auc", ["n_thresholds": .integer(101)]), task: .binary),
            MetricSubject(Component(named: "calibration_error", ["n_bins": .integer(3)]), task: .multiclass),
            MetricSubject(Component(named: "quantile_loss", ["alpha": .number(0.9)]), task: .regression),
        ]
    }
}
