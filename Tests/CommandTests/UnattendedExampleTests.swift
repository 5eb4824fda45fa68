import Foundation
import TestSupport
import Testing

/// `Examples/unattended`, as far as it can be tried without a service manager, a cluster or a forge.
@Suite struct UnattendedExampleTests {
    private static let folder = testsFolder.deletingLastPathComponent().appendingPathComponent("Examples/unattended")

    private static func read(_ name: String) throws -> String {
        try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
    }

    /// What a script of Python, with YAML, says of a file of the examples.
    private static func python(_ script: String, _ file: String) throws -> String {
        try TestSupport.run(
            "/usr/bin/python3", ["-c", "import json, sys, yaml\n\(script)", folder.appendingPathComponent(file).path])
    }

    @Test(.enabled(if: hasPrograms(["systemd-analyze"]))) func systemdTakesTheUnits() async throws {
        let site = try Site()
        let analyze = URL(fileURLWithPath: try #require(findProgram("systemd-analyze")))
        let units = ["sync-plan@.service", "sync-plan@.timer", "sync-plan-service@.service"]
        for unit in units {
            let text = try Self.read("systemd/\(unit)").replacingOccurrences(
                of: "/usr/bin/sync-plan", with: Command.program.path)
            for name in [unit, unit.replacingOccurrences(of: "@", with: "@staff")] { try site.write(text, to: name) }
        }
        let names = units.map { "./" + $0.replacingOccurrences(of: "@", with: "@staff") }
        let verified = try await Command.run(analyze, ["verify", "--man=no"] + names, in: site.folder)
        #expect(verified.status == 0, "\(verified)")
        #expect(!verified.errors.contains("sync-plan"), "\(verified)")
        for name in names where name.hasSuffix(".service") {
            let security = try await Command.run(
                analyze, ["security", "--offline=true", "--threshold=15", name], in: site.folder)
            #expect(security.status == 0, "\(security)")
        }
    }

    @Test(arguments: ["systemd/sync-plan@.service", "systemd/sync-plan-service@.service", "cron"])
    func theCommandIsOne(_ file: String) async throws {
        let line = try #require(try Self.read(file).firstMatch(of: /\/usr\/bin\/sync-plan (run [^\n]*)/)?.output.1)
        let arguments = line.split(separator: " ").map(String.init).filter { $0 != "--every" && $0 != "30m" }
        let outcome = try await Site().run(arguments)
        // All that it misses is the configuration.
        #expect(outcome.status == 78, "\(outcome)")
        #expect(outcome.errors.contains(".yaml: The configuration cannot be read"), "\(outcome)")
    }

    @Test(.enabled(if: hasPrograms(["python3"]))) func theJobHasAConfigurationAndRunsAlone() async throws {
        let configuration = try Self.python(
            "print([d for d in yaml.safe_load_all(open(sys.argv[1])) if d['kind'] == 'ConfigMap'][0]['data']['staff.yaml'])",
            "kubernetes/cronjob.yaml")
        let site = try Site(files: [
            "ldap.secret": "x", "hook.secret": "https://chat.example/hooks/x", "staff.yaml": "",
        ])
        try site.write(
            configuration.replacingOccurrences(of: "/run/secrets/sync-plan", with: site.folder.path)
                .replacingOccurrences(of: "/var/lib/sync-plan", with: site.folder.path), to: "staff.yaml")
        let profiles = try await site.run("profiles")
        #expect(profiles.status == 0 && profiles.output.contains("ldaps://dc1.corp.example"), "\(profiles)")
        let job = try Self.python(
            """
            job = [d for d in yaml.safe_load_all(open(sys.argv[1])) if d['kind'] == 'CronJob'][0]['spec']
            pod = job['jobTemplate']['spec']['template']['spec']
            assert job['concurrencyPolicy'] == 'Forbid' and pod['restartPolicy'] == 'Never'
            names = {v['name'] for v in pod['volumes']}
            containers = pod['containers'] + pod['initContainers']
            assert all(m['name'] in names for c in containers for m in c['volumeMounts'])
            assert all(c['securityContext']['readOnlyRootFilesystem'] for c in containers)
            print(' '.join(pod['containers'][0]['args']))
            """, "kubernetes/cronjob.yaml")
        let arguments = job.split(separator: " ").map { $0.trimmingCharacters(in: .newlines) }
        let outcome = try await site.run(
            arguments.map { $0.replacingOccurrences(of: "/etc/sync-plan", with: site.folder.path + "/nowhere") })
        #expect(outcome.status == 78 && outcome.errors.contains("cannot be read"), "\(outcome)")
    }

    /// The scripts of a pipeline, in a repository of rules, with a forge that keeps what it is sent.
    @Test(
        .enabled(if: hasPrograms(["python3", "git", "jq"])),
        arguments: [
            ("pipelines/gitlab-ci.yml", "[l for j in ('test', 'plan') for l in y[j]['script']]"),
            ("pipelines/github-actions.yml", "[s['run'] for s in y['jobs']['rules']['steps'] if 'run' in s]"),
        ])
    func aPipelinePostsThePlan(_ file: String, scripts: String) async throws {
        let script = try Self.python(
            "y = yaml.safe_load(open(sys.argv[1]))\nprint('\\n'.join(\(scripts)))", file)
        let examples = Self.folder.deletingLastPathComponent()
        let quickstart = examples.appendingPathComponent("quickstart")
        let site = try Site(
            files: [
                "staff.yaml": try String(
                    contentsOf: quickstart.appendingPathComponent("sync-plan.yaml"), encoding: .utf8),
                "today.ldif": try String(
                    contentsOf: quickstart.appendingPathComponent("directory.ldif"), encoding: .utf8),
                "curl": "#!/bin/sh\n{ echo \"$*\"; cat; } >posted\n",
            ])
        try site.setMode(0o700, of: "curl")
        try FileManager.default.createDirectory(atPath: site.path("rules"), withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            atPath: examples.appendingPathComponent("rule-tests/scope.yaml").path, toPath: site.path("rules/scope.yaml")
        )
        let setUp = """
            set -e
            git init -q . && git -c user.name=t -c user.email=t@corp.example add staff.yaml
            git -c user.name=t -c user.email=t@corp.example commit -qm rules && git update-ref refs/remotes/origin/main HEAD
            sed -i 's/Sooma_50GB, value: 50/Sooma_50GB, value: 60/' staff.yaml
            \(file.contains("gitlab") ? "export SNAPSHOT=today.ldif" : "export SNAPSHOT=$(base64 <today.ldif)")
            export CI_MERGE_REQUEST_TARGET_BRANCH_NAME=main CI_API_V4_URL=https://forge.example/api/v4 CI_PROJECT_ID=7
            export CI_MERGE_REQUEST_IID=42 COMMENT_TOKEN=t0ken TOKEN=t0ken URL=https://forge.example/comments

            """
        let path =
            "\(site.folder.path):\(Command.program.deletingLastPathComponent().path):/usr/local/bin:/usr/bin:/bin"
        let outcome = try await Command.run(
            URL(fileURLWithPath: "/bin/sh"), ["-c", setUp + script], in: site.folder, environment: ["PATH": path])
        #expect(outcome.status == 0, "\(outcome)")
        #expect(try site.read("rules.xml").contains("<testsuite"))
        let posted = try site.read("posted").split(separator: "\n", maxSplits: 1)
        #expect(posted[0].contains("https://forge.example/"))
        struct Comment: Decodable { let body: String }
        let comment = try JSONDecoder().decode(Comment.self, from: Data(posted[1].utf8)).body
        #expect(comment.contains("ann@corp.example") && comment.contains("60 GB"), "\(comment)")
        if file.contains("gitlab") { #expect(comment.contains("50 GB"), "what it was before: \(comment)") }
    }
}
