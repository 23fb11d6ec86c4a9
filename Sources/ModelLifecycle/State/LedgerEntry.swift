import Determinism

/// What the ledger holds of an id.
extension Ledger {
    enum Status: UInt8, Sendable {
        /// A prediction without its label.
        case pending = 0
        /// A label without its prediction.
        case waiting = 1
        /// A prediction that was labelled, or an example.
        case labelled = 2
        /// A prediction whose horizon passed.
        case expired = 3
        /// In no queue.
        case free = 4

        @inline(__always)
        var queue: Int { self == .pending ? 0 : self == .waiting ? 1 : 2 }
    }

    struct Entry: Sendable {
        var id: Fingerprint
        /// Of the prediction, example or waiting label.
        var offset: Int64
        /// When it came into its queue.
        var time: Timestamp
        /// Hash of the features asked with; 0 for a waiting label.
        var content: UInt64
        /// Hash of the label that came first; 0 while there is none.
        var label: UInt64
        var previous: Int32 = -1
        var next: Int32 = -1
        /// The status, above its byte the ``place``, above that ``labelOffset``: an entry fills 64 bytes.
        private var packed: Int64

        /// - Parameter place: of the model that answered, from 0 to 255.
        @inline(__always)
        init(
            id: Fingerprint, offset: Int64, time: Timestamp, content: UInt64, label: UInt64, labelOffset: Int64 = -1,
            status: Status, place: Int = 0
        ) {
            (self.id, self.offset, self.time, self.content, self.label) = (id, offset, time, content, label)
            packed = labelOffset << 16 | Int64(place) << 8 | Int64(status.rawValue)
        }

        @inline(__always)
        var status: Status {
            // Nothing but the raw value of one is ever put there.
            get { Status(rawValue: UInt8(truncatingIfNeeded: packed)) ?? .free }
            set { packed = packed & ~0xFF | Int64(newValue.rawValue) }
        }

        /// Of a question without its label: the place of the model whose answer was given, where its voice is here.
        @inline(__always)
        var place: Int {
            get { Int(packed >> 8 & 0xFF) }
            set { packed = packed & ~0xFF00 | Int64(newValue) << 8 }
        }

        /// Of the event that gave the label first; -1 while there is none, or where a snapshot did not say. Of an open
        /// question the ``provisionalOffset``.
        @inline(__always)
        var labelOffset: Int64 {
            get { packed >> 16 }
            set { packed = newValue << 16 | packed & 0xFFFF }
        }
    }

    /// What corrected the label of an entry last.
    struct Correction: Sendable {
        /// Hash of the label as it counts now.
        let label: UInt64
        let offset: Int64
    }
}

extension Ledger.Entry {
    /// Of an open question that was learned provisionally, the event which let so much time pass; else nil.
    @inline(__always)
    var provisionalOffset: Int? { isProvisional ? Int(labelOffset) : nil }

    /// Whether it is an open question that was learned provisionally.
    @inline(__always)
    var isProvisional: Bool { status == .pending && label == 0 && labelOffset >= 0 }

    /// Whether it came into its queue after another of the same queue.
    ///
    /// At one time, what was labelled came before what expired: a question is in time up to its deadline, and expires
    /// with the first event after it.
    func isLater(than other: Ledger.Entry) -> Bool {
        guard time == other.time else { return time > other.time }
        let (hasEnded, otherHasEnded) = (status == .expired && label == 0, other.status == .expired && other.label == 0)
        guard hasEnded == otherHasEnded else { return hasEnded }
        return hasEnded ? offset > other.offset : arrival > other.arrival
    }

    /// The event by which it came into its queue.
    private var arrival: Int64 { status == .pending ? offset : max(offset, labelOffset) }
}
