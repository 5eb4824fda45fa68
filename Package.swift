// swift-tools-version: 6.2
import PackageDescription

// One list of settings for every target: Swift 6 mode comes with the tools version.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .strictMemorySafety(),
]

// The tests of `@testable`-free public API keep the strict settings, less the markers for unsafe code.
let testSettings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
    name: "sync-plan",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "DirectoryModel", targets: ["DirectoryModel"]),
        .library(name: "FileSource", targets: ["FileSource"]),
        .library(name: "LDAPSource", targets: ["LDAPSource"]),
        .library(name: "ReconcileEngine", targets: ["ReconcileEngine"]),
        .library(name: "ProviderClient", targets: ["ProviderClient"]),
        .library(name: "ProviderTesting", targets: ["ProviderTesting"]),
        .library(name: "MailboxDatabase", targets: ["MailboxDatabase"]),
        .library(name: "SCIMProvider", targets: ["SCIMProvider"]),
        .library(name: "PlanExecution", targets: ["PlanExecution"]),
        .library(name: "SyncPlanKit", targets: ["SyncPlanKit"]),
        .executable(name: "sync-plan", targets: ["sync-plan"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.81.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.30.0"),
    ],
    targets: [
        // Pure values and functions: no I/O, no clock, no C, no dependency.
        .target(name: "DirectoryModel", swiftSettings: settings),
        .target(name: "ReconcileEngine", dependencies: ["DirectoryModel"], swiftSettings: settings),

        // Sources: where users and groups are read from.
        .systemLibrary(name: "COpenLDAP", pkgConfig: "ldap", providers: [.apt(["libldap2-dev"]), .brew(["openldap"])]),
        .systemLibrary(name: "CResolver"),
        .target(
            name: "LDAPSource", dependencies: ["COpenLDAP", "CResolver", "DirectoryModel"], swiftSettings: settings),
        .target(name: "FileSource", dependencies: ["DirectoryModel"], swiftSettings: settings),

        // Providers: where accounts live.
        .target(name: "ProviderClient", dependencies: ["DirectoryModel", "ReconcileEngine"], swiftSettings: settings),
        .target(
            name: "ProviderTesting", dependencies: ["DirectoryModel", "ProviderClient", "ReconcileEngine"],
            swiftSettings: settings),
        .target(
            name: "MailboxDatabase",
            dependencies: [
                "DirectoryModel", "ProviderClient", "ReconcileEngine", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: settings),

        .target(
            name: "SCIMProvider",
            dependencies: [
                "DirectoryModel", "ProviderClient", "ReconcileEngine",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: settings),

        // Carrying a plan out, and everything the command does.
        .target(
            name: "PlanExecution",
            dependencies: [
                "DirectoryModel", "ProviderClient", "ReconcileEngine",
                .product(name: "Crypto", package: "swift-crypto"), .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: settings),
        .target(
            name: "SyncPlanKit",
            dependencies: [
                "DirectoryModel", "FileSource", "LDAPSource", "MailboxDatabase", "PlanExecution", "ProviderClient",
                "ReconcileEngine", "SCIMProvider", .product(name: "Crypto", package: "swift-crypto"), "Yams",
            ],
            // A plan's page and the schema are a part of the program, so that it needs no file beside it.
            resources: [
                .embedInCode("Configuration/sync-plan.schema.json"),
                .embedInCode("Rendering/Page/page.html"), .embedInCode("Rendering/Page/page.css"),
                .embedInCode("Rendering/Page/page.js"),
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "sync-plan",
            dependencies: [
                "DirectoryModel", "LDAPSource", "PlanExecution", "ReconcileEngine", "SyncPlanKit",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings),

        // Examples that are programs. No product has them, so whoever uses the package does not build them.
        .executableTarget(
            name: "example-plan-from-ldif", dependencies: ["DirectoryModel", "FileSource", "ReconcileEngine"],
            path: "Examples/programs/plan-from-ldif", swiftSettings: settings),
        .executableTarget(
            name: "example-read-directory", dependencies: ["DirectoryModel", "LDAPSource"],
            path: "Examples/programs/read-directory", swiftSettings: settings),
        .executableTarget(
            name: "example-custom-provider",
            dependencies: ["DirectoryModel", "ProviderClient", "ProviderTesting", "ReconcileEngine"],
            path: "Examples/programs/custom-provider", swiftSettings: settings),
        .executableTarget(
            name: "example-embedded-run", dependencies: ["PlanExecution", "ReconcileEngine", "SyncPlanKit"],
            path: "Examples/programs/embedded-run", swiftSettings: settings),
        .executableTarget(
            name: "example-plan-server",
            dependencies: [
                "SyncPlanKit", .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Examples/programs/plan-server", swiftSettings: settings),

        // Tests. TestSupport starts the real servers and makes seeded random values.
        .target(
            name: "TestSupport", dependencies: ["DirectoryModel", "ReconcileEngine"], path: "Tests/TestSupport",
            swiftSettings: testSettings),
        .testTarget(
            name: "DirectoryModelTests", dependencies: ["DirectoryModel", "TestSupport"], swiftSettings: testSettings),
        .testTarget(
            name: "FileSourceTests", dependencies: ["DirectoryModel", "FileSource", "TestSupport"],
            swiftSettings: testSettings),
        .testTarget(
            name: "LDAPSourceTests", dependencies: ["DirectoryModel", "LDAPSource", "ReconcileEngine", "TestSupport"],
            swiftSettings: testSettings),
        .testTarget(
            name: "ReconcileEngineTests", dependencies: ["DirectoryModel", "ReconcileEngine", "TestSupport"],
            swiftSettings: testSettings),
        .testTarget(
            name: "MailboxDatabaseTests",
            dependencies: [
                "DirectoryModel", "MailboxDatabase", "PlanExecution", "ProviderClient", "ProviderTesting",
                "ReconcileEngine", "TestSupport", .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: testSettings),
        .testTarget(
            name: "SCIMProviderTests",
            dependencies: [
                "DirectoryModel", "PlanExecution", "ProviderClient", "ProviderTesting", "ReconcileEngine",
                "SCIMProvider",
                "TestSupport",
            ],
            swiftSettings: testSettings),
        .testTarget(
            name: "PlanExecutionTests",
            dependencies: [
                "DirectoryModel", "PlanExecution", "ProviderClient", "ProviderTesting", "ReconcileEngine",
                "TestSupport", .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: testSettings),
        .testTarget(
            name: "SyncPlanKitTests",
            dependencies: [
                "DirectoryModel", "FileSource", "LDAPSource", "PlanExecution", "ProviderClient", "ReconcileEngine",
                "SyncPlanKit", "TestSupport", "Yams",
            ],
            exclude: ["Golden"], swiftSettings: testSettings),
        .testTarget(
            name: "CommandTests",
            dependencies: [
                "DirectoryModel", "FileSource", "ReconcileEngine", "SyncPlanKit", "TestSupport", "sync-plan",
                "example-custom-provider", "example-embedded-run", "example-plan-from-ldif", "example-plan-server",
                "example-read-directory", .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: testSettings),
    ]
)
