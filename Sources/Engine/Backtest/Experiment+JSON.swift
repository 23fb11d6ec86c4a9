import Determinism
import EventLog
import ModelLifecycle
import OnlineLearning

extension Experiment {
    /// - Parameter stored: its number and when it was run; nil where it is not kept.
    package func write(_ stored: StoredExperiment?, to json: inout JSONWriter) {
        json.object { json in writeMembers(stored, to: &json) }
    }

    func writeMembers(_ stored: StoredExperiment?, to json: inout JSONWriter) {
        if let stored {
            json.member("experiment", stored.number)
            json.member("time", stored.time.description)
        }
        json.member("name", name)
        json.member("from", from)
        json.member("to", to)
        json.member("amendments", amendmentCount)
        json.member("spec_digest", specDigest.description)
        json.member("revision", revision.description)
        json.member("state_digest", stateDigest.description)
        json.member("result_digest", resultDigest.description)
        json.member("labels", labelCount)
        json.member("metrics", object: { Self.write(metrics, to: &$0) })
        json.member("baseline", object: { Self.write(baseline, to: &$0) })
        if !champion.isEmpty { json.member("champion", object: { Self.write(champion, to: &$0) }) }
        if let difference {
            json.member("difference", object: { json in
                json.member("loss", loss.name)
                json.member("mean", difference.mean)
                if let halfWidth = difference.halfWidth {
                    json.member("lower", difference.mean - halfWidth)
                    json.member("upper", difference.mean + halfWidth)
                }
                json.member("examples", difference.exampleCount)
                json.member("batch_size", difference.batchSize)
                json.member("batches", difference.batchCount)
            })
        }
        json.member("failed_updates", failedUpdates)
        json.member("nanoseconds_per_event", nanosecondsPerEvent)
        json.member("state_bytes", stateBytes)
    }

    static func write(_ metrics: Metrics, to json: inout JSONWriter) {
        for (name, reading) in metrics {
            switch reading {
            case .value(let value): json.member(name, value)
            case .slices(let slices):
                json.member(name, object: { json in for slice in slices { json.member(slice.name, slice.value) } })
            }
        }
    }

    /// The names of the metrics that are not sliced, in the order of ``MetricCurves/Point/values``.
    package var plainNames: [String] { Self.plainNames(metrics) }

    package static func plainNames(_ metrics: Metrics) -> [String] {
        metrics.compactMap { name, reading in if case .value = reading { name } else { nil } }
    }
}

extension BacktestResult {
    /// - Parameter kept: of each candidate what a store made of it; empty where nothing was kept.
    package func write(_ kept: [StoredExperiment], to json: inout JSONWriter) {
        json.object { json in
            json.member("application", application)
            json.member("from", experiments[0].from)
            json.member("to", experiments[0].to)
            json.member("events", eventCount)
            json.member("refused", refusedCount)
            json.member("loss", loss.name)
            if let champion {
                json.member("champion", object: { json in
                    json.member("metrics", object: { Experiment.write(champion.metrics, to: &$0) })
                    json.member("baseline", object: { Experiment.write(champion.baseline, to: &$0) })
                    Self.write(champion.curve, Experiment.plainNames(champion.metrics), to: &json)
                })
            }
            json.member("candidates", array: { json in
                for (index, experiment) in experiments.enumerated() {
                    json.object { json in
                        experiment.writeMembers(index < kept.count ? kept[index] : nil, to: &json)
                        Self.write(curves[index], experiment.plainNames, to: &json)
                    }
                }
            })
            let seconds = elapsed / .seconds(1)
            json.member("elapsed_seconds", seconds)
            json.member("events_per_second", seconds > 0 ? Double(eventCount) / seconds : 0)
        }
    }

    private static func write(_ curve: MetricCurves, _ names: [String], to json: inout JSONWriter) {
        json.member("curve", array: { json in
            for point in curve.points {
                json.object { json in
                    json.member("labels", point.labels)
                    json.member("metrics", object: { json in
                        for (name, value) in zip(names, point.values[0]) { json.member(name, value) }
                    })
                }
            }
        })
    }
}

extension StoredExperiment {
    /// One that does not decode, by what the list itself says of it.
    fileprivate func write(asDamagedBecause reason: String, to json: inout JSONWriter) {
        json.object { json in
            json.member("experiment", number)
            json.member("name", name)
            json.member("from", from)
            json.member("to", to)
            json.member("damaged", reason)
        }
    }
}

/// The experiments of an application, as a page.
public enum ExperimentListing {
    /// Writes experiments from a number on as elements of an array.
    /// - Returns: the number after the last one written; nil where there are no more.
    public static func write(
        from number: Int, limit: Int, in log: StoreAccess.Store, to json: inout JSONWriter
    ) throws -> Int? {
        let all = try log.experiments().filter { $0.number >= number }
        for stored in all.prefix(limit) {
            do throws(LogFailure) {
                try Experiment(stored).write(stored, to: &json)
            } catch {
                // The others are as good as before.
                stored.write(asDamagedBecause: error.message, to: &json)
            }
        }
        return all.count > limit ? all[limit].number : nil
    }
}
