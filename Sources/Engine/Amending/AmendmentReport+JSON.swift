import Determinism
import EventLog
import ModelLifecycle
import OnlineLearning

extension AmendmentReport {
    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("offset", adopted.offset)
            json.member("questions", questions)
            if let times {
                json.member("first_time", times.lowerBound.description)
                json.member("last_time", times.upperBound.description)
            }
            json.member("state_digest", adopted.stateDigest.description)
            if let heads {
                json.member("old_head", heads.oldHead.description)
                json.member("new_head", heads.newHead.description)
            }
            json.member("before", object: { $0.members(of: before) })
            json.member("after", object: { $0.members(of: after) })
            json.member("elapsed_seconds", adopted.elapsed / .seconds(1))
        }
    }
}

extension JSONWriter {
    /// Metrics by role.
    mutating func members(of roles: [RoleMetrics]) {
        for role in roles {
            member(role.role, object: { json in
                for metric in role.values { json.member(metric.name, metric.value) }
            })
        }
    }
}
