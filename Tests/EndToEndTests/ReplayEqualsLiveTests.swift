import Foundation
import Testing

extension EndToEnd {
    /// Invariant 1, *replay equals live*, with a month of real flights.
    @Suite(.serialized)
    struct ReplayEqualsLive {
        static let application = "flight-delays"

        private static func evaluated(_ environment: [String: String] = [:]) throws -> JSON {
            let result = try Program.headrace(
                "evaluate", Program.flights, "--data", Program.january, "--format", "json", environment: environment)
            #expect(result.status == 0, "\(result.errors)")
            return result.json
        }

        @Test("January has the same digests evaluated, fed to a server, read from its files and verified")
        func fourWays() async throws {
            let scratch = try Scratch()
            let evaluated = try Self.evaluated()
            let server = try await HeadraceProcess(Program.flights, directory: scratch("data"))
            let fed = try Program.headrace(
                "feed", "--application", Self.application, "--data", Program.january, "--url", server.url, "--format",
                "json")
            #expect(fed.status == 0, "\(fed.errors)")
            #expect(try server.stop() == 0)
            let status = try Program.headrace("status", "--data-dir", scratch("data"), "--format", "json").json
            let verified = try Program.headrace("verify", "--data-dir", scratch("data"), "--format", "json")
            #expect(Standing(evaluated).offset == 53_403)
            #expect(Standing(fed.json) == Standing(evaluated))
            #expect(Standing(status) == Standing(evaluated))
            #expect(verified.status == 0)
            #expect(verified.json["ok"].bool == true)
            #expect(verified.json["events"].int == 53_403)
            #expect(verified.json["state_digest"].string == evaluated["state_digest"].string)
            #expect(verified.json["ledger_digest"].string == evaluated["ledger_digest"].string)
            for metric in ["mae", "rmse", "r2"] {
                let expected = evaluated["metrics"][metric].double
                #expect(expected != nil)
                #expect(fed.json["metrics"][metric].double == expected)
                #expect(status["metrics"][metric].double == expected)
            }
        }

        @Test("Three kill -9 while a feed retries lose and repeat nothing", arguments: [UInt64(1), 20130131])
        func killed(seed: UInt64) async throws {
            let scratch = try Scratch()
            let fed = try await Self.feedThroughKills(Program.flights, scratch("data"), seed: seed)
            #expect(fed.status == 0, "\(fed.errors)")
            #expect(Standing(fed.json) == Standing(try Self.evaluated()))
            let verified = try Program.headrace("verify", "--data-dir", scratch("data"), "--format", "json").json
            #expect(verified["ok"].bool == true)
        }

        @Test("In relaxed, kill -9 may lose what was answered last, and what is left is whole")
        func killedRelaxed() async throws {
            let scratch = try Scratch()
            let spec = try String(contentsOfFile: Program.flights, encoding: .utf8) + "durability: relaxed\n"
            let fed = try await Self.feedThroughKills(try scratch.file("r.yaml", spec), scratch("data"), seed: 3)
            #expect(fed.status == 0, "\(fed.errors)")
            let verified = try Program.headrace("verify", "--data-dir", scratch("data"), "--format", "json").json
            #expect(verified["ok"].bool == true)
            #expect(verified["state_digest"].string == fed.json["state_digest"].string)
        }

        /// Feeds January, kills the server three times on the way, and starts it again at the same port each time.
        /// When is told by the log's offset, so that each kill hits, however fast the machine is.
        private static func feedThroughKills(
            _ spec: String, _ directory: String, seed: UInt64
        ) async throws -> Program.Result {
            var server = try await HeadraceProcess(spec, directory: directory)
            let feed = try Running(
                Program.headrace, ["feed", "--data", Program.january, "--url", server.url, "--format", "json"])
            var random = seed
            for kill in 0..<3 {
                random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let target = 4_000 + 14_000 * kill + Int(random >> 33) % 8_000
                #expect(try await eventually { try await server.status(application)["offset"].int ?? 0 >= target })
                let port = server.port
                try server.kill()
                server = try await HeadraceProcess(spec, directory: directory, port: port)
            }
            let result = try feed.wait()
            #expect(try server.stop() == 0)
            return result
        }

        @Test("The digests do not depend on AVX2 and FMA")
        func withoutVectorInstructions() throws {
            let without = ["GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA"]
            #expect(Standing(try Self.evaluated(without)) == Standing(try Self.evaluated()))
        }

        /// Shows that the tunable of the test before has an effect: the C library picks other code, other last bits.
        @Test(
            "libm's bits do depend on them",
            .enabled(if: Self.hasFMA, "needs a C compiler, glibc and a CPU with FMA"))
        func libmDiffers() throws {
            let scratch = try Scratch()
            let source = try scratch.file("sum.c", Self.sumOfBits)
            let built = try Program.run(
                Program.path("cc") ?? "cc", ["-O0", "-o", scratch("sum"), source, "-lm"])
            try #require(built.status == 0, "\(built.errors)")
            let with = try Program.run(scratch("sum"), [])
            let without = try Program.run(
                scratch("sum"), [], environment: ["GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA"])
            #expect(with.text != without.text)
        }

        static let hasFMA: Bool = {
            let processor = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
            let hasCompiler = Program.path("cc") != nil || Program.isOnCI
            return hasCompiler && processor.contains(" fma ") && processor.contains(" avx2 ")
        }()

        /// Mixes the bits of many values of exp, log, sin, tan and pow.
        private static let sumOfBits = """
            #include <math.h>
            #include <stdint.h>
            #include <stdio.h>
            #include <string.h>
            static uint64_t hash = 14695981039346656037u;
            static void mix(double x) {
                uint64_t bits;
                memcpy(&bits, &x, 8);
                hash = (hash ^ bits) * 1099511628211u;
            }
            int main(void) {
                for (int i = 1; i < 200000; i++) {
                    volatile double x = i * 0.0001234567;
                    mix(exp(x)); mix(log(x)); mix(sin(x)); mix(tan(x)); mix(atan(x)); mix(pow(x, 1.7));
                }
                printf("%016llx\\n", (unsigned long long)hash);
                return 0;
            }

            """
    }
}
