import Determinism
import EventLog
import ModelLifecycle

/// Notices of a log as a person or a program reads them. Blocks keep them: nothing is folded.
public enum NoticeListing {
    /// Events that are looked through for one page, because notices may lie far apart.
    public static let eventsMax = 65_536

    /// Hands out the notices of a range in order: so many, and with the last one all of its event.
    /// - Parameter application: its name.
    /// - Returns: the offset after the last event looked at.
    public static func write(
        _ range: Range<Int>, limit: Int, of application: String, in log: StoreAccess.Store,
        _ write: ((inout JSONWriter) -> Void) throws -> Void
    ) throws -> Int {
        let stop = StopFlag.current
        var (reader, next, left) = (LogReader(log), range.lowerBound, limit)
        while next < range.upperBound, left > 0, let (block, _) = try reader.block(containing: next) {
            try stop?.check()
            let end = min(range.upperBound, block.firstOffset + block.count)
            var (event, index) = (-1, 0)
            for (place, notice) in block.told {
                let offset = block.firstOffset + place
                guard (next..<end).contains(offset) else { continue }
                if offset != event {
                    guard left > 0 else { return offset }
                    (event, index) = (offset, 0)
                }
                let time = try Self.time(of: place, in: block)
                // Who amended and why is in the event.
                let remark = notice.kind == .amended ? try reader.read(offset)?.event.payload.remark : nil
                try write { notice.write(to: &$0, offset: offset, index: index, time: time, application, remark) }
                (index, left) = (index + 1, left - 1)
            }
            next = end
        }
        return next
    }

    private static func time(of place: Int, in block: BlockReader) throws(LogFailure) -> Timestamp {
        do {
            return try block.time(of: place)
        } catch {
            throw LogFailure(undecodable: "event \(block.firstOffset + place)", error, hint: LogReader.hint)
        }
    }
}

extension Notice {
    /// - Parameters:
    ///   - offset: of its event.
    ///   - index: its number among those of its event.
    fileprivate func write(
        to json: inout JSONWriter, offset: Int, index: Int, time: Timestamp, _ application: String,
        _ remark: Remark?
    ) {
        json.object { json in
            json.member("offset", offset)
            json.member("index", index)
            json.key("time")
            if time == Ledger.beginning { json.null() } else { json.string(time.description) }
            json.member("application", application)
            json.member("kind", kind.name)
            json.key("model")
            if let model { json.string(model) } else { json.null() }
            json.member("cause", cause)
            remark?.write(to: &json)
            json.member("evidence", object: { json in
                for one in evidence { json.member(one.name, one.value) }
            })
        }
    }
}
