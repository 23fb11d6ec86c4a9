import Determinism
import EventLog
import ModelLifecycle
import OnlineLearning

extension AmendmentReport {
    public func write(to json: inout JSONWriter) {
        json.object { json in
            // The amendment is the event before the adoption.
            json.member("amendment", adopted.offset - 1)
            json.member("offset", adopted.offset)
            json.members(of: counts, openCount: adopted.openCount)
            json.member("state_digest", adopted.stateDigest.description)
            if let heads {
                json.member("old_head", heads.oldHead.description)
                json.member("new_head", heads.newHead.description)
            }
            json.members(before: adopted.before, after: adopted.after)
            json.member("elapsed_seconds", adopted.elapsed / .seconds(1))
        }
    }
}

extension AmendmentPreview {
    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("dry_run", true)
            json.member("state_offset", offset)
            json.members(of: counts, openCount: openCount)
            json.members(before: before, after: after)
            json.member("elapsed_seconds", elapsed / .seconds(1))
        }
    }
}

extension JSONWriter {
    fileprivate mutating func members(of counts: AmendedCounts, openCount: Int) {
        member("questions", counts.questions)
        member("open", openCount)
        member("labels", counts.labels)
        if counts.forgotten > 0 { member("forgotten", counts.forgotten) }
        if let times = counts.times {
            member("first_time", times.lowerBound.description)
            member("last_time", times.upperBound.description)
        }
    }

    fileprivate mutating func members(before: ModelsShown, after: ModelsShown) {
        member("before", object: { $0.members(of: before.metrics) })
        member("after", object: { $0.members(of: after.metrics) })
        for (name, shown) in [("roles_before", before), ("roles_after", after)] {
            member(name, object: { json in for model in shown.roles { json.member(model.name, model.role.name) } })
        }
    }

    /// Metrics by role.
    mutating func members(of roles: [RoleMetrics]) {
        for role in roles {
            member(role.role, object: { json in
                for metric in role.values { json.member(metric.name, metric.value) }
            })
        }
    }
}
