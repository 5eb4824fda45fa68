// swift-tools-version: 6.2
import PackageDescription

// Measures the products from outside, in release builds. The root package neither builds nor needs it.
let package = Package(
    name: "benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "sync-plan", path: "../.."),
        // What SCIMProvider is made of too, for a load generator and a server to compare with.
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.81.0"),
    ],
    targets: [
        // What the engine's join is compared with.
        .target(name: "JoinFloor", cxxSettings: [.unsafeFlags(["-O3"])]),
        // The server and the directory that the tests use too, through a symbolic link.
        .target(
            name: "TestSupport",
            sources: [
                "DirectoryGenerator.swift", "SeededGenerator.swift", "ServerProcess.swift", "Slapd.swift",
                "SambaDomain.swift", "Certificates.swift",
            ]),
        .executableTarget(
            name: "benchmarks",
            dependencies: [
                "JoinFloor", "TestSupport",
                .product(name: "DirectoryModel", package: "sync-plan"),
                .product(name: "FileSource", package: "sync-plan"),
                .product(name: "LDAPSource", package: "sync-plan"),
                .product(name: "PlanExecution", package: "sync-plan"),
                .product(name: "ProviderClient", package: "sync-plan"),
                .product(name: "ReconcileEngine", package: "sync-plan"),
                .product(name: "SCIMProvider", package: "sync-plan"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Sources/Benchmarks"),
    ],
    cxxLanguageStandard: .cxx17
)
