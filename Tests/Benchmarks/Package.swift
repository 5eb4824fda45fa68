// swift-tools-version: 6.2
import PackageDescription

// Measures the products from outside, in release builds. The root package neither builds nor needs it.
let package = Package(
    name: "benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "sync-plan", path: "../..")],
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
                .product(name: "ReconcileEngine", package: "sync-plan"),
            ],
            path: "Sources/Benchmarks"),
    ],
    cxxLanguageStandard: .cxx17
)
