/// Finds what somebody may have meant.
public enum Spelling {
    /// The name nearest to a misspelt one, where one is near: at most a third of its letters apart, case aside.
    /// Complexity: O(names × length²).
    public static func nearest(_ name: String, in names: [String]) -> String? {
        let wanted = Array(name.lowercased().utf8)
        var best: (name: String, distance: Int)?
        for candidate in names {
            let distance = distance(wanted, Array(candidate.lowercased().utf8))
            if distance < best?.distance ?? Int.max { best = (candidate, distance) }
        }
        guard let best, best.distance <= max(1, (wanted.count + 1) / 3) else { return nil }
        return best.name
    }

    /// The number of letters to insert, delete, replace or swap with their neighbour (optimal string alignment).
    static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        let zeros = [Int](repeating: 0, count: b.count + 1)
        var rows = [Array(0...b.count), zeros, zeros]
        for i in 0..<a.count {
            let (current, previous, before) = ((i + 1) % 3, i % 3, (i + 2) % 3)
            rows[current][0] = i + 1
            for j in 0..<b.count {
                var best = min(rows[previous][j + 1], rows[current][j]) + 1
                best = min(best, rows[previous][j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, rows[before][j - 1] + 1) }
                rows[current][j + 1] = best
            }
        }
        return rows[a.count % 3][b.count]
    }
}
