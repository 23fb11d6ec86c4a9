import Foundation
import Testing

/// The words of each line of a file that lies beside the tests.
func referenceLines(_ name: String, beside file: String = #filePath) throws -> [[Substring]] {
    let url = URL(fileURLWithPath: file).deletingLastPathComponent().appendingPathComponent(name)
    return try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map { $0.split(separator: " ") }
}

func bits(_ hex: Substring) throws -> UInt64 {
    try #require(UInt64(hex, radix: 16))
}

extension Array where Element == UInt8 {
    var hex: String { map { String(format: "%02x", $0) }.joined() }
}
