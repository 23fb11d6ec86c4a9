import Foundation

/// Programs that are run with it find the machine's clock some seconds ahead.
enum ClockAhead {
    static let isAvailable = library != nil

    struct NotBuilt: Error, CustomStringConvertible {
        let description = "the clock cannot be set ahead: it needs Linux and a C compiler"
    }

    private static let source = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <stdlib.h>
        #include <time.h>
        int clock_gettime(clockid_t id, struct timespec *time) {
            static int (*real)(clockid_t, struct timespec *);
            if (!real) *(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
            int result = real(id, time);
            const char *ahead = getenv("CLOCK_AHEAD_SECONDS");
            if (id == CLOCK_REALTIME && ahead) time->tv_sec += atol(ahead);
            return result;
        }
        """

    private static let library: String? = {
        #if os(Linux)
            guard let compiler = Program.path("clang") ?? Program.path("cc") else { return nil }
            let name = NSTemporaryDirectory() + "headrace-clock-ahead-\(getpid())"
            guard (try? source.write(toFile: name + ".c", atomically: true, encoding: .utf8)) != nil else { return nil }
            let arguments = ["-O1", "-shared", "-fPIC", "-o", name + ".so", name + ".c", "-ldl"]
            return (try? Program.run(compiler, arguments).status) == 0 ? name + ".so" : nil
        #else
            return nil
        #endif
    }()

    /// What a program is run with.
    static func environment(days: Int) throws -> [String: String] {
        guard let library else { throw NotBuilt() }
        return ["LD_PRELOAD": library, "CLOCK_AHEAD_SECONDS": "\(days * 86_400)"]
    }
}
