import Determinism
import EventLog
import ModelLifecycle

/// The amendments of an application, as a person or a program reads them.
public struct AmendmentListing: Sendable {
    /// What was done to the past.
    public enum Kind: String, Sendable {
        case exclude, correct, forget, withdraw, clock
    }

    /// An amendment.
    public struct Item: Sendable {
        /// Of its event.
        public let offset: Int
        public let time: Timestamp
        public let kind: Kind
        /// Questions that it is about; nil where the log does not say, because a program of before wrote it.
        public let questionCount: Int?
        public let remark: Remark
        /// Of a withdrawal: what it withdrew.
        public let withdrawn: Int?
        /// The event that withdrew it, and when.
        public internal(set) var withdrawal: (offset: Int, time: Timestamp)?
        /// The adoption of the models that were rebuilt under it; nil where it waits for the next one.
        public let adoption: Int?
    }

    /// In the order of the log.
    public let items: [Item]
    /// The offset from which to ask for more; nil where there is no more.
    public let next: Int?

    /// - Parameters:
    ///   - amendments: all of the application's.
    ///   - offset: from which on they are listed.
    public init(_ amendments: Amendments, from offset: Int = 0, limit: Int = .max, in log: StoreAccess.Store) throws {
        let stop = StopFlag.current
        var (reader, items, next, last) = (LogReader(log), [Item](), Int?.none, -1)
        for entry in amendments.entries where entry.offset >= offset && entry.offset != last {
            try stop?.check()
            guard items.count < limit else {
                next = entry.offset
                break
            }
            last = entry.offset
            guard var item = try Item(at: entry.offset, &reader) else { continue }
            if let withdrawal = amendments.withdrawal(of: entry.offset) {
                item.withdrawal = try reader.read(withdrawal).map { (withdrawal, $0.event.time) }
            }
            items.append(item)
        }
        (self.items, self.next) = (items, next)
    }

    public func write(to json: inout JSONWriter, of application: String) {
        json.object { json in
            json.member("application", application)
            json.member("amendments", array: { json in for item in items { item.write(to: &json) } })
            json.key("next")
            if let next { json.integer(next) } else { json.null() }
        }
    }
}

extension AmendmentListing.Item {
    /// - Returns: nil where the event at the offset amends nothing.
    init?(at offset: Int, _ reader: inout LogReader) throws {
        guard let (event, answer, _, _) = try reader.read(offset) else { return nil }
        var (withdrawn, count) = (Int?.none, Int?.none)
        let kind: AmendmentListing.Kind
        switch (event.payload, event.payload.amendment) {
        case (_, .exclusion(_, let isForgotten)?): kind = isForgotten ? .forget : .exclude
        case (_, .corrections(let corrections)?): (kind, count) = (.correct, corrections.count)
        case (_, .withdrawal(let target)?): (kind, withdrawn) = (.withdraw, target)
        case (.clock(let correction), _): (kind, count) = (.clock, correction.opened.count)
        case (.corrected, _) where answer.decision == .corrected: (kind, count) = (.correct, 1)
        default: return nil
        }
        if case .signed(let signed) = event.payload { count = signed.questionCount }
        let adoption = try reader.read(offset + 1)?.event.adoption
        var isRebuild = false
        if case .restore(offset + 1)? = adoption?.recipe { isRebuild = true }
        self.init(
            offset: offset, time: event.time, kind: kind, questionCount: count,
            remark: event.payload.remark ?? .none, withdrawn: withdrawn, withdrawal: nil,
            adoption: isRebuild ? offset + 1 : nil)
    }

    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("offset", offset)
            if time != Ledger.beginning { json.member("time", time.description) }
            json.member("kind", kind.rawValue)
            if let questionCount { json.member("questions", questionCount) }
            if let withdrawn { json.member("withdraws", withdrawn) }
            remark.write(to: &json)
            if let withdrawal {
                json.member("withdrawn_by", withdrawal.offset)
                json.member("withdrawn_at", withdrawal.time.description)
            }
            if let adoption { json.member("adopted", adoption) }
        }
    }
}
