import Determinism
import EventLog
import ModelLifecycle
import OnlineLearning

/// A spec that is to be tried on the past, and what people call it.
public struct Candidate: Sendable {
    public let name: String
    public let spec: Spec

    public init(name: String, spec: Spec) {
        (self.name, self.spec) = (name, spec)
    }

    /// What two candidates must differ in to be two: everything but the application's name and how rows are read.
    var digest: Digest {
        Digest(encoding: { encoder in
            spec.contract.encode(to: &encoder)
            spec.settings.encode(to: &encoder)
        })
    }

    /// - Throws: a `Refusal` where there is none, there are too many, or two are the same.
    static func check(_ candidates: [Candidate]) throws(Refusal) {
        guard !candidates.isEmpty, candidates.count <= Backtest.candidatesMax else {
            throw Refusal(
                .impossibleBacktest, "\(candidates.count) candidates: there are 1 to \(Backtest.candidatesMax) at once")
        }
        for (index, candidate) in candidates.enumerated() {
            guard let twin = candidates[..<index].first(where: { $0.digest == candidate.digest }) else { continue }
            throw Refusal(
                .impossibleBacktest, "'\(twin.name)' and '\(candidate.name)' are the same candidate",
                hint: "leave one out, or change its model")
        }
    }

    /// What keeps a contract from feeding it: every feature that is missing or of another kind.
    private func complaints(of contract: Contract) -> [String] {
        spec.contract.features.compactMap { feature in
            guard let index = contract.layout.index(of: feature.name) else {
                return feature.isOptional ? nil : "'\(feature.name)' (\(feature.kind.name)) is missing"
            }
            let kind = contract.layout.kinds[index]
            return kind == feature.kind
                ? nil : "'\(feature.name)' is a \(feature.kind.name), and a \(kind.name) in the log"
        }
    }

    /// - Parameter place: where the contract holds, such as ` before @100`; empty for the present.
    /// - Throws: a `Refusal` where events under a contract cannot be folded by it.
    func check(_ contract: Contract, _ place: String) throws(Refusal) {
        let (own, target) = (spec.contract.target, contract.target)
        let isSame = own.name.utf8.elementsEqual(target.name.utf8) && own.task == target.task
            && own.classes == target.classes && own.maxClasses == target.maxClasses
        guard isSame else {
            throw Refusal(
                .impossibleBacktest,
                "'\(name)' answers another target: \(own.summary); the log's\(place) is \(target.summary)",
                hint: place.isEmpty
                    ? "a candidate has the target of the application" : "begin where the target is the same")
        }
        let complaints = complaints(of: contract)
        guard complaints.isEmpty else {
            throw Refusal(
                .missingFeature, "the log\(place) cannot feed '\(name)': " + complaints.joined(separator: "; "),
                hint: "the log has \(contract.layout.names.joined(separator: ", "))")
        }
    }
}

extension TargetDeclaration {
    fileprivate var summary: String {
        "'\(name)', \(task.name)" + (classes.map { " of \($0.prefix(8).joined(separator: ", "))" } ?? "")
    }
}

/// The contracts and versions under which the events of a range lie in a log.
struct LogContracts {
    /// The offsets at which another contract may begin, with it; the first is the range's own.
    private(set) var parts: [(start: Int, contract: Contract)] = []

    init(_ range: Range<Int>, in log: StoreAccess.Store) throws {
        var reader = LogReader(log)
        let adoptions = try Adoptions.list(in: log, range).map { $0.offset + 1 }.filter { range.contains($0) }
        for start in [range.lowerBound] + adoptions {
            guard let (_, contract) = try reader.block(containing: start), parts.last?.contract != contract
            else { continue }
            parts.append((start, contract))
        }
    }
}
