// swift-tools-version:6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// Foundation with what it needs, which the compiler names only where everything was compiled to be linked statically.
let staticFoundation =
    ["-static-stdlib"]
    + [
        "--start-group", "-lFoundation", "-lFoundationEssentials", "-lFoundationInternationalization",
        "-l_FoundationICU", "-l_FoundationCollections", "-l_FoundationCShims", "-lCoreFoundation", "--end-group",
        "-lstdc++",
    ].flatMap { ["-Xlinker", $0] }

let package = Package(
    name: "headrace",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "OnlineLearning", targets: ["OnlineLearning"]),
        .library(name: "OnlineLearningChecks", targets: ["OnlineLearningChecks"]),
        .library(name: "EventLogChecks", targets: ["EventLogChecks"]),
        .executable(name: "headrace", targets: ["Main"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .target(
            name: "Determinism",
            dependencies: [.product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: settings
        ),
        .target(name: "OnlineLearning", dependencies: ["Determinism"], swiftSettings: settings),
        // Laws that learners must pass; for the tests of whoever adds one.
        .target(name: "OnlineLearningChecks", dependencies: ["OnlineLearning", "Determinism"], swiftSettings: settings),
        .target(name: "ModelLifecycle", dependencies: ["OnlineLearning", "Determinism"], swiftSettings: settings),
        .target(name: "EventLog", dependencies: ["Determinism"], swiftSettings: settings),
        // Laws that engines of a log must pass; for the tests of whoever adds one.
        .target(name: "EventLogChecks", dependencies: ["EventLog", "Determinism"], swiftSettings: settings),
        .target(
            name: "SQLiteStore",
            dependencies: ["EventLog", "Determinism", .product(name: "GRDB", package: "GRDB.swift")],
            swiftSettings: settings
        ),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
        .target(
            name: "Engine",
            dependencies: ["EventLog", "ModelLifecycle", "OnlineLearning", "Determinism", "CZlib"],
            swiftSettings: settings
        ),
        .target(
            name: "Server",
            dependencies: [
                "Engine", "EventLog", "ModelLifecycle", "OnlineLearning", "Determinism",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "Command",
            dependencies: [
                "Server", "Engine", "SQLiteStore", "EventLog", "ModelLifecycle", "OnlineLearning", "Determinism",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "Main", dependencies: ["Command"], swiftSettings: settings,
            // Swift's libraries inside: the program runs where no Swift is, and starts in a third of the time.
            linkerSettings: [.unsafeFlags(staticFoundation, .when(platforms: [.linux]))]
        ),
        // The real streams of Tests/Data, for tests and for the table of learners.
        .target(
            name: "BundledStreams", dependencies: ["Engine", "ModelLifecycle", "OnlineLearning", "Determinism"],
            path: "Tests/BundledStreams", swiftSettings: settings),
        // `make learners`: docs/learners.md and docs/components.md.
        .executableTarget(
            name: "LearnerTable",
            dependencies: ["BundledStreams", "OnlineLearningChecks", "OnlineLearning", "Determinism"],
            path: "Benchmarks/LearnerTable", exclude: ["Late/auto_before.csv"], swiftSettings: settings),
        // The library OnlineLearning alone; see Examples/library/README.md.
        .executableTarget(
            name: "LibraryExample", dependencies: ["OnlineLearning"], path: "Examples/library", exclude: ["README.md"],
            swiftSettings: settings),
        .executableTarget(
            name: "LearnerBenchmark", dependencies: ["Engine", "ModelLifecycle", "OnlineLearning", "Determinism"],
            path: "Benchmarks/LearnerBenchmark", swiftSettings: settings,
            linkerSettings: [.unsafeFlags(staticFoundation, .when(platforms: [.linux]))]),
        // The simulation of docs/decisions/0037.
        .executableTarget(
            name: "ExpiryLabels", dependencies: ["OnlineLearning", "Determinism"], path: "Benchmarks/ExpiryLabels",
            swiftSettings: settings),
        .testTarget(name: "HouseTests", swiftSettings: settings),
        .testTarget(
            name: "DeterminismTests", dependencies: ["Determinism"],
            exclude: [
                "decimal_reference.py", "decimal_reference.txt", "elementary_reference.py",
                "elementary_reference.txt", "error_function_reference.py", "error_function_reference.txt",
                "siphash_reference.py", "siphash_reference.txt",
            ],
            swiftSettings: settings),
        .testTarget(
            name: "OnlineLearningTests", dependencies: ["OnlineLearning", "Determinism", "CZlib"],
            exclude: [
                "linear_reference.py", "linear_reference.txt", "twin_ada_grad_prototype.py", "Linear/vw_reference.py",
                "Linear/vw_reference.txt", "Linear/ladder_prototype.py", "Linear/ladder_reference.py",
                "Linear/ladder_reference.txt", "Tree/Regression/regression_tree_reference.py",
                "Tree/Regression/regression_tree_reference.txt",
            ],
            swiftSettings: settings),
        .testTarget(
            name: "OnlineLearningChecksTests", dependencies: ["OnlineLearningChecks", "OnlineLearning", "Determinism"],
            swiftSettings: settings),
        // The worked example of docs/writing-a-learner.md.
        .testTarget(
            name: "LearnerExampleTests",
            dependencies: ["BundledStreams", "OnlineLearningChecks", "OnlineLearning", "Determinism"],
            path: "Examples/learner", swiftSettings: settings),
        .testTarget(
            name: "ModelLifecycleTests", dependencies: ["ModelLifecycle", "OnlineLearning", "Determinism"],
            swiftSettings: settings),
        .testTarget(
            name: "EventLogChecksTests",
            dependencies: [
                "EventLogChecks", "SQLiteStore", "EventLog", "Determinism",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "EngineTests",
            dependencies: [
                "BundledStreams", "Engine", "SQLiteStore", "EventLogChecks", "EventLog", "ModelLifecycle", "OnlineLearningChecks",
                "OnlineLearning", "Determinism", .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "CommandTests",
            dependencies: [
                "Command", "Engine", "SQLiteStore", "EventLog", "ModelLifecycle", "OnlineLearning", "Determinism",
            ],
            swiftSettings: settings),
        // Runs the program, which the tests' build makes with everything else.
        .testTarget(
            name: "EndToEndTests", exclude: ["Support/count_allocations.c", "Support/faulty_disk.c"],
            swiftSettings: settings),
    ]
)
