// swift-tools-version: 6.2
import PackageDescription

// Feeds the parsers with whatever libFuzzer thinks of. The root package neither builds nor needs it; Tests/Soak/fuzz
// builds it, with the flags that make every module tell which of its branches were taken.
let package = Package(
    name: "fuzz",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "sync-plan", path: "../..")],
    targets: [
        .executableTarget(
            name: "Fuzz",
            dependencies: [
                .product(name: "DirectoryModel", package: "sync-plan"),
                .product(name: "FileSource", package: "sync-plan"),
                .product(name: "LDAPSource", package: "sync-plan"),
                .product(name: "ReconcileEngine", package: "sync-plan"),
                .product(name: "SyncPlanKit", package: "sync-plan"),
            ])
    ]
)
