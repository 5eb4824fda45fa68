import Foundation

/// A web browser without a window.
public enum Chromium {
    /// Whether it is installed; where it is not, a run with `CI` in its environment fails.
    public static var isInstalled: Bool { hasPrograms(["chromium"]) }

    /// Opens a page from a file, lets its script run, and answers the document that came of it.
    ///
    /// - Parameter fragment: what stands after `#` in the page's address.
    public static func document(of page: URL, fragment: String = "") throws -> String {
        let profile = try temporaryFolder("chromium")
        defer { try? FileManager.default.removeItem(at: profile) }
        var address = URLComponents(url: page, resolvingAgainstBaseURL: false) ?? URLComponents()
        if !fragment.isEmpty { address.percentEncodedFragment = fragment }
        return try run(
            program("chromium"), arguments(profile) + ["--dump-dom", address.string ?? page.absoluteString])
    }

    /// What it is started with, for a profile in a folder of its own.
    static func arguments(_ profile: URL) -> [String] {
        var arguments = [
            "--headless", "--disable-gpu", "--no-first-run", "--log-level=3", "--user-data-dir=\(profile.path)",
            "--disable-extensions", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--disable-default-apps",
        ]
        // Its sandbox cannot be set up by root; the page has no other source than itself.
        if geteuid() == 0 { arguments.append("--no-sandbox") }
        return arguments
    }
}
