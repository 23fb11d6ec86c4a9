/// A grid of character cells with eight dots each, two wide and four high (Unicode block U+2800).
///
/// Dot (0, 0) is at the top left. A character written into a cell covers its dots.
struct BrailleCanvas {
    let columns: Int
    let rows: Int
    private var dots: [UInt8]
    private var marks: [Character?]

    init(columns: Int, rows: Int) {
        precondition(columns > 0 && rows > 0)
        self.columns = columns
        self.rows = rows
        dots = .init(repeating: 0, count: columns * rows)
        marks = .init(repeating: nil, count: columns * rows)
    }

    var dotColumns: Int { 2 * columns }
    var dotRows: Int { 4 * rows }

    /// Sets a dot; outside the grid nothing.
    mutating func set(x: Int, y: Int) {
        guard x >= 0, x < dotColumns, y >= 0, y < dotRows else { return }
        let bits: [[UInt8]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]
        dots[y / 4 * columns + x / 2] |= bits[y % 4][x % 2]
    }

    /// Sets the dots between two dots, both included (Bresenham 1965).
    mutating func line(from: (x: Int, y: Int), to: (x: Int, y: Int)) {
        var (x, y) = from
        let (width, height) = (abs(to.x - x), -abs(to.y - y))
        let (stepX, stepY) = (to.x >= x ? 1 : -1, to.y >= y ? 1 : -1)
        var error = width + height
        while true {
            set(x: x, y: y)
            if (x, y) == to { return }
            let twice = 2 * error
            if twice >= height {
                error += height
                x += stepX
            }
            if twice <= width {
                error += width
                y += stepY
            }
        }
    }

    /// Writes a character into the cell unless one is there; tells whether it was written.
    mutating func mark(_ character: Character, column: Int, row: Int) -> Bool {
        guard column >= 0, column < columns, row >= 0, row < rows, marks[row * columns + column] == nil else {
            return false
        }
        marks[row * columns + column] = character
        return true
    }

    /// The text of one row of cells, `columns` characters.
    func text(row: Int) -> String {
        String(
            (0..<columns).map { column -> Character in
                let cell = row * columns + column
                if let mark = marks[cell] { return mark }
                return dots[cell] == 0 ? " " : Character(UnicodeScalar(0x2800 + UInt32(dots[cell])) ?? " ")
            })
    }
}
