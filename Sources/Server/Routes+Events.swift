import Engine
import EventLog
import Hummingbird
import ModelLifecycle

/// The log, page by page.
extension Routes {
    /// Events on a page of the log.
    static let pageEventsMax = 1_000

    /// A page from `from` on, which ends before `to` at the latest; both are offsets, times or names.
    @Sendable
    func page(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let (from, to) = (try point(request, "from"), try point(request, "to"))
        let limit = try number(request, "limit", default: 100, 1...Self.pageEventsMax)
        return .json(
            try await application(context).withLog { log in
                let end = try log.endOffset
                let range = try Self.range(request, from, to, end: end, log)
                return try Self.page(range, limit: limit, end: end, log)
            })
    }

    private static func page(
        _ range: Range<Int>, limit: Int, end: Int, _ log: StoreAccess.Store
    ) throws -> JSONWriter {
        var json = JSONWriter()
        var failure: (any Error)?
        json.object { json in
            var next = range.lowerBound
            json.member("events", array: { json in
                do {
                    next = try EventListing.write(from: next, limit: min(limit, range.count), in: log) { $0(&json) }
                } catch { failure = error }
            })
            json.key("next")
            if next < range.upperBound { json.integer(next) } else { json.null() }
            json.member("to", range.upperBound)
            json.member("end", end)
        }
        if let failure { throw failure }
        return json
    }

    /// The part of the log that a page is of, and those that follow it.
    static func range(
        _ request: Request, _ from: RestorePoint?, _ to: RestorePoint?, end: Int, _ log: StoreAccess.Store
    ) throws -> Range<Int> {
        // Who goes from page to page may come to the end before there is more.
        if let next = request.uri.queryParameters["from"].flatMap({ Int($0) }), next > end { return end..<end }
        return try LogRange.resolve(from: from, to: to, in: log)
    }

    /// A point of the log: an offset with or without its sign, a time or the name of a version.
    func point(_ request: Request, _ name: String) throws(Refusal) -> RestorePoint? {
        guard let text = request.uri.queryParameters[name[...]] else { return nil }
        if Int(text) != nil { return .offset(try number(request, name, default: 0, 0...Int.max / 2)) }
        return try RestorePoint(String(text))
    }
}
