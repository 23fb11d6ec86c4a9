import Hummingbird

/// Which methods each path of the routes answers, to tell a wrong method from a wrong path.
struct PathMethods: Sendable {
    /// The parts of a path between slashes; nil stands for any one part, such as a name.
    private let paths: [(parts: [String?], methods: Set<String>)]

    init(_ routes: [(path: String, method: HTTPRequest.Method)]) {
        var methods: [String: Set<String>] = [:]
        for route in routes { methods[route.path, default: []].insert(route.method.rawValue) }
        paths = methods.map { path, methods in
            let all = methods.contains("GET") ? methods.union(["HEAD"]) : methods
            return (Self.parts(path).map { $0.hasPrefix(":") || $0.hasPrefix("{") ? nil : $0 }, all.union(["OPTIONS"]))
        }
    }

    /// The methods of a path as the header `Allow` lists them; nil where there is no such path.
    func allowed(_ path: String) -> String? {
        let parts = Self.parts(path)
        let found = paths.filter { candidate in
            candidate.parts.count == parts.count && zip(candidate.parts, parts).allSatisfy { $0 == nil || $0 == $1 }
        }
        // A path in its own words goes before one with a name in the same place, as in the router.
        guard let best = found.max(by: { Self.words($0.parts) < Self.words($1.parts) }) else { return nil }
        return best.methods.sorted().joined(separator: ", ")
    }

    private static func words(_ parts: [String?]) -> Int { parts.count { $0 != nil } }

    private static func parts(_ path: String) -> [String] {
        path.split(separator: "/").map(String.init)
    }
}
