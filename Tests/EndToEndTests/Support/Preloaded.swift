import Foundation

/// C files of this directory, compiled to be preloaded into programs: only where programs are linked as on Linux, and
/// there is a compiler; Swift brings one.
enum Preloaded {
    /// - Parameter name: of the file, without its `.c`.
    /// - Returns: the path of the library; nil where it cannot be made.
    static func library(_ name: String) -> String? {
        #if os(Linux)
            guard let compiler = Program.path("clang") ?? Program.path("cc") else { return nil }
            let source = "\(Program.repository)/Tests/EndToEndTests/Support/\(name).c"
            let library = NSTemporaryDirectory() + "headrace-\(name)-\(getpid()).so"
            let arguments = ["-O1", "-shared", "-fPIC", "-o", library, source, "-ldl"]
            return (try? Program.run(compiler, arguments).status) == 0 ? library : nil
        #else
            return nil
        #endif
    }
}
