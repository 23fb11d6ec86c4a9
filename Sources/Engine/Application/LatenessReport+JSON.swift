import ModelLifecycle
import OnlineLearning

extension LatenessReport {
    /// As `lateness` in the status, in seconds.
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("metric", metric)
            json.member("bigger_is_better", biggerIsBetter)
            json.member("labels", labels)
            json.member("lag_seconds", object: { json in
                for (name, lag) in [("p50", median), ("p90", ninth), ("p99", last), ("max", longest)] {
                    json.key(name)
                    json.seconds(lag)
                }
            })
            json.member("lags", array: { json in
                for (start, end, count) in lags {
                    json.object { json in
                        json.key("from_seconds")
                        json.seconds(start)
                        json.key("below_seconds")
                        json.seconds(end)
                        json.member("labels", count)
                    }
                }
            })
            json.member("ages", array: { json in
                for age in ages {
                    json.object { json in
                        json.key("up_to_seconds")
                        json.seconds(age.end)
                        json.member("labels", age.labels)
                        json.member("open", age.open)
                        json.member("still_open", orNull: age.stillOpen)
                        age.figures.write(to: &json)
                    }
                }
            })
            json.member("days", array: { json in
                for day in days {
                    json.object { json in
                        json.member("day", day.name)
                        json.member("questions", day.questions)
                        json.member("labels", day.labels)
                        json.member("open", day.open)
                        day.figures.write(to: &json)
                    }
                }
            })
        }
    }
}

extension LatenessReport.Figures {
    fileprivate func write(to json: inout JSONWriter) {
        json.member("scored", scored)
        json.member("metric", orNull: metric)
        json.member("baseline", orNull: baseline)
        json.member("mean_answer", orNull: meanAnswer)
        json.member("mean_label", orNull: meanTruth)
    }
}

extension JSONWriter {
    fileprivate mutating func seconds(_ microseconds: Int64?) {
        if let microseconds { number(Double(microseconds) / 1e6) } else { null() }
    }

    fileprivate mutating func member(_ name: String, orNull value: Double?) {
        key(name)
        if let value { number(value) } else { null() }
    }
}
