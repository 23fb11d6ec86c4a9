import Determinism
import EventLog
import ModelLifecycle

/// Which events the models of a version were fed, and which lie in the log beside them: a restore goes around what came
/// after the moment that it goes back to.
enum FoldedPast {
    /// The ranges of offsets, in ascending order, none touching the next, whose events led to the state before an
    /// offset, adoptions among them. Complexity: O(adoptions).
    static func ranges(before offset: Int, in log: StoreAccess.Store) throws -> [Range<Int>] {
        var reader = LogReader(log)
        var (end, ranges) = (offset, [Range<Int>]())
        while end > 0, let last = try reader.block(containing: end - 1) {
            let version = last.reader.version
            ranges.append(min(version, end)..<end)
            guard version > 0, let recipe = try reader.read(version)?.event.adoption?.recipe else { break }
            let beginning = try beginning(ofAdoption: version, &reader)
            switch recipe {
            case .spec, .upgrade: end = beginning
            case .restore(let target): end = min(target, beginning)
            case .candidate(_, let start):
                ranges.append(start..<version)
                end = 0
            }
        }
        return union(ranges)
    }

    /// The first offset of an adoption's block. The amendments that it was derived under lie there before it, and teach
    /// nothing; they are of its version, so that whoever goes back from version to version must go on from there.
    private static func beginning(ofAdoption offset: Int, _ reader: inout LogReader) throws -> Int {
        try reader.block(containing: offset)?.reader.firstOffset ?? offset
    }

    /// What of some ranges is in none of others; both ascending and apart.
    static func subtracting(_ others: [Range<Int>], from ranges: [Range<Int>]) -> [Range<Int>] {
        ranges.flatMap { range -> [Range<Int>] in
            var (rest, next) = ([Range<Int>](), range.lowerBound)
            for other in others where other.upperBound > next && other.lowerBound < range.upperBound {
                if other.lowerBound > next { rest.append(next..<other.lowerBound) }
                next = other.upperBound
            }
            return next < range.upperBound ? rest + [next..<range.upperBound] : rest
        }
    }

    private static func union(_ ranges: [Range<Int>]) -> [Range<Int>] {
        var all: [Range<Int>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) where !range.isEmpty {
            if let last = all.last, range.lowerBound <= last.upperBound {
                all[all.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                all.append(range)
            }
        }
        return all
    }
}

/// Events that an adoption leaves out of the models, or brings back to them.
public struct PassedOver: Sendable, Equatable {
    /// What became of them.
    public enum Fate: String, Sendable {
        /// They stay in the log and no longer count; an adoption of a candidate counts them again.
        case setAside = "set_aside"
        /// A restore had gone around them, and the models have been fed them now.
        case takenUpAgain = "taken_up_again"
    }

    public let fate: Fate
    /// Ascending. What is excluded by an amendment is left out.
    public let ranges: [Range<Int>]

    public var isEmpty: Bool { ranges.isEmpty }

    /// - Parameters:
    ///   - amendments: what they exclude does not count either way.
    ///   - reader: says which events at the ends of a range teach something.
    init(
        _ fate: Fate, _ ranges: [Range<Int>], under amendments: Amendments, _ reader: inout LogReader
    ) throws {
        self.fate = fate
        var telling: [Range<Int>] = []
        for range in FoldedPast.subtracting(amendments.voids.ranges, from: ranges) {
            var (first, end) = (range.lowerBound, range.upperBound)
            while first < end, try reader.read(first)?.event.kind.isOfClients == false { first += 1 }
            while first < end, try reader.read(end - 1)?.event.kind.isOfClients == false { end -= 1 }
            if first < end { telling.append(first..<end) }
        }
        self.ranges = telling
    }

    func write(to json: inout JSONWriter) {
        json.member(fate.rawValue, array: { json in
            for range in ranges {
                json.object { json in
                    json.member("from", range.lowerBound)
                    json.member("to", range.upperBound)
                }
            }
        })
    }
}

extension Application {
    /// What an adoption has left out of the models, or brought back to them.
    public func passedOver(by adopted: Adopted) async throws -> PassedOver? {
        let amendments = try await inspect { $0.amendments }
        return try await withLog { log in
            var reader = LogReader(log)
            let before = try FoldedPast.ranges(before: adopted.offset, in: log)
            switch try reader.read(adopted.offset)?.event.adoption?.recipe {
            case .restore(let target)? where target < adopted.offset:
                let kept = try FoldedPast.ranges(before: target, in: log)
                let left = FoldedPast.subtracting(kept, from: before)
                return try PassedOver(.setAside, left, under: amendments, &reader)
            case .candidate(_, let start)? where start < adopted.offset:
                let again = FoldedPast.subtracting(before, from: [start..<adopted.offset])
                return try PassedOver(.takenUpAgain, again, under: amendments, &reader)
            default: return nil
            }
        }
    }
}
