import Engine
import EventLog
import Hummingbird
import ModelLifecycle

/// What the world is told, page by page.
extension Routes {
    /// Notices on a page.
    static let pageNoticesMax = 1_000

    func addNotices(to router: Router<BasicRequestContext>) {
        router.get("/v1/applications/:name/notices") { request, context in try await notices(request, context) }
    }

    /// A page from `from` on, which ends before `to` at the latest. It ends early where little was told: `next` says
    /// where to go on, or nothing at the end.
    @Sendable
    private func notices(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let (from, to) = (try point(request, "from"), try point(request, "to"))
        let limit = try number(request, "limit", default: 100, 1...Self.pageNoticesMax)
        let application = try application(context)
        return .json(
            try await application.withLog { [name = application.name] log in
                let end = try log.endOffset
                let range = try Self.range(request, from, to, end: end, log)
                let last = min(range.upperBound, range.lowerBound + NoticeListing.eventsMax)
                var (json, next, failure) = (JSONWriter(), range.lowerBound, (any Error)?.none)
                json.object { json in
                    json.member("notices", array: { json in
                        do {
                            next = try NoticeListing.write(next..<last, limit: limit, of: name, in: log) { $0(&json) }
                        } catch { failure = error }
                    })
                    json.key("next")
                    if next < range.upperBound { json.integer(next) } else { json.null() }
                    json.member("to", range.upperBound)
                    json.member("end", end)
                }
                if let failure { throw failure }
                return json
            })
    }
}
