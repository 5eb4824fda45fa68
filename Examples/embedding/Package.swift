// swift-tools-version: 6.2
import PackageDescription

// A tool of one's own that imports the pure half of the package. It compiles no C library, no network and no database.
let package = Package(
    name: "embedding",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "sync-plan", path: "../..")],
    targets: [
        .executableTarget(
            name: "embedding",
            dependencies: [
                .product(name: "DirectoryModel", package: "sync-plan"),
                .product(name: "ReconcileEngine", package: "sync-plan"),
            ])
    ]
)
