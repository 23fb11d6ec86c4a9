import Testing

/// Small pieces: no line, function or file over the limits of the house, and no exceptions.
struct TidyTests {
    static let lineLengthMax = 120
    static let functionLinesMax = 70
    static let fileLinesMax = 500

    private static func files() throws -> [SwiftFile] {
        try House.swiftFiles(in: "Sources") + House.swiftFiles(in: "Tests")
    }

    @Test func noLineIsTooLong() throws {
        for file in try Self.files() {
            for (index, line) in file.lines.enumerated() where line.count > Self.lineLengthMax {
                Issue.record("\(file.path):\(index + 1) has \(line.count) characters")
            }
        }
    }

    @Test func noFunctionIsTooLong() throws {
        for file in try Self.files() {
            for function in file.functions where function.lineCount > Self.functionLinesMax {
                Issue.record("\(file.path):\(function.line) has \(function.lineCount) lines")
            }
        }
    }

    @Test func noFileIsTooLong() throws {
        for file in try Self.files() where file.lines.count > Self.fileLinesMax {
            Issue.record("\(file.path) has \(file.lines.count) lines")
        }
    }

    @Test func functionsAreMeasuredFromTheirKeywordToTheirBrace() {
        let file = SwiftFile(
            path: "",
            text: """
                struct A {
                    init() {}
                    func long(
                        _ a: Int
                    ) throws
                        -> Int
                    {
                        let text = "} \\(a) {" // }
                        return text.count
                    }
                }
                protocol P {
                    func bare(_ a: [Int]) throws
                    var x: Int { get }
                }
                let y = P.init(1)
                """)
        #expect(file.functions.map(\.line) == [2, 3])
        #expect(file.functions.map(\.lineCount) == [1, 8])
    }
}
