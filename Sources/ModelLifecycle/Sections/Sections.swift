import Determinism

/// The sections that a block, a snapshot may be made of: a table of all that this program knows.
///
/// A section is its number (a byte), the count of its bytes, and the bytes. Sections stand in the order of their
/// numbers, each at most once. What meets a number that it does not know refuses the whole: a newer program wrote it.
/// So a section is added by a case in the table, what writes and reads it, and a line on the page in `docs/formats`.
protocol SectionTable: RawRepresentable<UInt8>, Equatable, Sendable {
    /// What is made of these sections, as messages call it.
    static var whole: String { get }
}

/// Of a block: `docs/formats/block.md`.
enum BlockSection: UInt8, SectionTable {
    static let whole = "block"

    case head = 1
    case dictionary = 2
    case events = 3
    /// Not there where there are none.
    case notices = 4
}

/// Of a snapshot: `docs/formats/snapshot.md`.
enum SnapshotSection: UInt8, SectionTable {
    static let whole = "snapshot"

    case head = 1
    /// The half of the state that restores and adoptions replace.
    case learned = 2
    /// The half that never goes back.
    case present = 3
    /// The names of versions, of that half; where there are none, it is not there.
    case names = 4
    /// What exclusions have set aside, of that half; where nobody signed an amendment, it is not there.
    case marks = 5
    /// What was said to open questions, of that half; where nothing is kept of it, it is not there.
    case voices = 6
    /// What the models have learned provisionally, of the learned half; where nothing is, it is not there.
    case taught = 7
    /// How late labels come, and how answers proved by that, of the present half; before the first question, it is not
    /// there.
    case lateness = 8
    /// The range of labels and which are set aside, of the learned half, and what became of such labels, of the other;
    /// not there before there is any of it.
    case outliers = 9
}

extension CanonicalEncoder {
    /// Writes a section; they come in the order of their numbers.
    mutating func section(_ section: some SectionTable, _ write: (inout CanonicalEncoder) -> Void) {
        byte(section.rawValue)
        sized(write)
    }
}

/// The sections of some bytes, each where it lies.
struct Sections<Table: SectionTable> {
    private var found: [(section: Table, start: Int, part: CanonicalDecoder)] = []

    /// Reads all that is left of what a decoder was given.
    init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        var last: UInt8 = 0
        while !decoder.isAtEnd {
            let start = decoder.offset
            let number = try decoder.byte()
            guard let section = Table(rawValue: number) else {
                throw .unknown("section \(number) of a \(Table.whole)", at: start)
            }
            guard number > last else {
                throw CanonicalDecodingError(offset: start, reason: "sections of a \(Table.whole) out of order")
            }
            last = number
            let part = try decoder.part()
            found.append((section, decoder.offset - part.remainingCount, part))
        }
    }

    /// What reads a section that may not be there.
    func optional(_ section: Table) -> CanonicalDecoder? {
        found.first { $0.section == section }?.part
    }

    /// What reads a section. - Throws: where it is not there.
    func callAsFunction(_ section: Table) throws(CanonicalDecodingError) -> CanonicalDecoder {
        guard let decoder = optional(section) else { throw missing(section) }
        return decoder
    }

    /// Where a section lies, in bytes from the start of what the decoder was given; nil where it is not there.
    func range(of section: Table) -> Range<Int>? {
        found.first { $0.section == section }.map { $0.start..<$0.start + $0.part.remainingCount }
    }

    private func missing(_ section: Table) -> CanonicalDecodingError {
        CanonicalDecodingError(offset: 0, reason: "a \(Table.whole) without its section \(section)")
    }
}
