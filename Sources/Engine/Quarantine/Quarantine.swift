import Determinism
import Dispatch
import EventLog
import ModelLifecycle
import Synchronization

/// Keeps what the contract refused, beside the log and behind the answers: whoever is refused waits for nothing here.
///
/// Where more is refused than can be written, the rest is not kept. Where the file fails, that is said once, and
/// nothing more is kept until the next start.
public final class Quarantine: Sendable {
    /// Bytes of texts that wait to be written.
    static let waitingBytesMax = 4 << 20

    private let store: any QuarantineStore
    private let clock: @Sendable () -> Timestamp
    private let sayFailure: @Sendable (String) -> Void
    private let queue = DispatchQueue(label: "headrace.quarantine", qos: .utility)
    private let waitingBytes = Atomic(0)
    private let hasFailed = Atomic(false)
    /// Entries that are being sent: each goes once.
    private let underWay = Mutex(Set<Int>())

    /// - Parameters:
    ///   - clock: says when something was refused.
    ///   - sayFailure: is told why nothing is kept any more, at most once.
    public init(
        _ store: any QuarantineStore, clock: @escaping @Sendable () -> Timestamp,
        sayFailure: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        (self.store, self.clock, self.sayFailure) = (store, clock, sayFailure)
    }

    /// Keeps refused events, soon. Returns at once.
    public func keep(_ refused: [RefusedEvent]) {
        let bytes = refused.reduce(0) { $0 + $1.text.count }
        guard bytes > 0, !hasFailed.load(ordering: .relaxed) else { return }
        guard waitingBytes.add(bytes, ordering: .relaxed).oldValue < Self.waitingBytesMax else {
            waitingBytes.subtract(bytes, ordering: .relaxed)
            return
        }
        let now = clock()
        queue.async { [self] in
            defer { waitingBytes.subtract(bytes, ordering: .relaxed) }
            do {
                // What is no JSON is a mistake of the client's program, not of an event.
                try store.add(refused.filter(\.isJSON).map { $0.quarantined(at: now) })
            } catch {
                if !hasFailed.exchange(true, ordering: .relaxed) { sayFailure("\(error)") }
            }
        }
    }

    /// How many events there are.
    public func count() async throws -> Int { try await use { try $0.count } }

    /// Entries by number, from a number on.
    public func events(from number: Int, limit: Int) async throws -> [QuarantinedEvent] {
        try await use { try $0.events(from: number, limit: limit) }
    }

    /// - Throws: a `Refusal` where there is no entry of this number.
    public func remove(_ number: Int) async throws {
        guard try await use({ try $0.remove(number) }) else { throw Self.unknown(number) }
    }

    public func removeAll() async throws { try await use { try $0.removeAll() } }

    /// Sends an entry to its application, as it was or corrected; where it is taken, it leaves.
    ///
    /// - Parameter corrected: the event as it should have been: a text of JSON; nil sends what came.
    /// - Returns: the reply of the application. What is refused stays.
    /// - Throws: a `Refusal`, also by the contract; `Unavailable`.
    public func send(_ number: Int, corrected: [UInt8]?, to application: Application) async throws -> Acceptance {
        guard underWay.withLock({ $0.insert(number).inserted }) else {
            throw Refusal(.conflict, "entry \(number) is being sent", hint: "wait for the answer")
        }
        defer { underWay.withLock { _ = $0.remove(number) } }
        let found = try await use { try $0.events(from: number, limit: 1) }.first
        guard let entry = found, entry.number == number else { throw Self.unknown(number) }
        let event = try entry.event(corrected ?? entry.text, application.spec.contract)
        switch try await application.submit([event])[0] {
        case .refused(let refusal): throw refusal
        case .unavailable(let reason): throw reason
        case .accepted(let acceptance):
            _ = try await use { try $0.remove(number) }
            return acceptance
        }
    }

    /// Returns when everything refused before is written, and closes the file.
    public func close() {
        queue.sync { store.close() }
    }

    private func use<T: Sendable>(
        _ body: @escaping @Sendable (any QuarantineStore) throws -> T
    ) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { [store] in continuation.resume(with: Result { try body(store) }) }
        }
    }

    private static func unknown(_ number: Int) -> Refusal {
        Refusal(
            .unknownQuestion, "there is no entry \(number) in quarantine",
            hint: "`headrace quarantine list` lists them")
    }
}

/// An event that was just refused.
public struct RefusedEvent: Sendable {
    let kind: Event.Kind?
    let source: String
    let refusal: Refusal
    let text: [UInt8]

    /// - Parameters:
    ///   - kind: nil where the event says so itself.
    ///   - source: the route it came by, or the file and line.
    ///   - text: the event as it came: JSON.
    public init(kind: Event.Kind?, source: String, refusal: Refusal, text: [UInt8]) {
        (self.kind, self.source, self.refusal, self.text) = (kind, source, refusal, text)
    }

    /// Reads a row that whoever plays a file has refused: `{"source", "type", "detail", "hint", "event"}`.
    /// - Throws: where it is none of them, or was not refused by a contract.
    public init(_ json: JSONValue) throws(Refusal) {
        let keys = ["source", "type", "detail", "hint", "event"]
        for member in json.members ?? [] where !keys.contains(member.key) {
            throw Refusal(
                .unknownField, "unknown field '\(member.key)'", hint: "there are \(keys.joined(separator: ", "))")
        }
        func text(_ key: String) throws(Refusal) -> String {
            guard let text = json[key]?.string, text.utf8.count <= Self.textBytesMax else {
                throw Refusal(.missingField, "'\(key)' is a text of at most \(Self.textBytesMax) bytes")
            }
            return text
        }
        let prefix = "urn:headrace:"
        let type = try text("type")
        let kind = Refusal.Kind(rawValue: String(type.dropFirst(type.hasPrefix(prefix) ? prefix.count : 0)))
        let hint = json["hint"] == nil ? nil : try text("hint")
        guard let kind, Refusal(kind, "").isOfContract else {
            throw Refusal(.outOfRange, "'\(type)' is no type of problem for which a contract refuses an event")
        }
        guard let event = json["event"], event.members != nil else {
            throw Refusal(.missingField, "'event' is the event as it would have been sent: an object")
        }
        var writer = JSONWriter()
        event.write(to: &writer)
        self.init(
            kind: nil, source: try text("source"), refusal: Refusal(kind, try text("detail"), hint: hint),
            text: writer.bytes)
    }

    /// Bytes of a source, a detail or a hint that a client gives.
    static let textBytesMax = 4_096

    var isJSON: Bool { text.withUnsafeBufferPointer { JSONReader.isWhole($0) } }

    func quarantined(at time: Timestamp) -> QuarantinedEvent {
        QuarantinedEvent(
            time: time, kind: kind?.name, source: source, problem: refusal.kind.rawValue, detail: refusal.message,
            hint: refusal.hint, text: text)
    }
}

extension JSONReader {
    /// Whether bytes are one value of JSON and nothing else.
    fileprivate static func isWhole(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var reader = JSONReader(bytes)
        return (try? reader.skip()) != nil && (try? reader.finish()) != nil
    }
}

extension Refusal {
    /// Whether the contract refused: what a corrected event may put right.
    public var isOfContract: Bool {
        switch kind {
        case .unknownField, .missingField, .unknownFeature, .missingFeature, .wrongType, .outOfRange,
            .unknownCategory, .wrongTime: true
        case .malformed, .tooLarge, .conflict, .impossibleRestore, .unknownQuestion, .impossibleBacktest: false
        }
    }
}

extension QuarantinedEvent {
    /// Reads an event in this one's place. One that says what it is may be another kind.
    func event(_ text: [UInt8], _ contract: Contract) throws(Refusal) -> Event {
        let value: JSONValue
        do throws(JSONReader.Failure) { value = try JSONValue(parsing: text) } catch {
            throw Refusal(.malformed, "this is not JSON: \(error)")
        }
        let saysKind = value["event"] != nil
        let kind = saysKind ? nil : Event.Kind.allCases.first { $0.name == self.kind }
        var event = Event(contract.layout)
        var reader = EventReader(contract)
        var refusal: Refusal?
        text.withUnsafeBufferPointer { bytes in
            var json = JSONReader(bytes)
            do throws(Refusal) { try reader.read(&json, expecting: kind, into: &event) } catch { refusal = error }
        }
        if let refusal { throw refusal }
        return event
    }

    /// `{"number", "time", "source", "type", "detail", "hint", "event"}`; `event` is the event as it came.
    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("number", number)
            json.member("time", time.description)
            json.member("source", source)
            if let kind { json.member("kind", kind) }
            json.member("type", "urn:headrace:\(problem)")
            json.member("detail", detail)
            if let hint { json.member("hint", hint) }
            json.key("event")
            json.raw(text)
        }
    }
}
