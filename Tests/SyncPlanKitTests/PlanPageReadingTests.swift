import ReconcileEngine
import SyncPlanKit
import TestSupport
import Testing

/// The page of a plan as it is read: on a screen, on paper, and by a screen reader.
@Suite(.enabled(if: Chromium.isInstalled)) struct PlanPageReadingTests {
    @Test func paperHasNoControls() throws {
        let page = try ChromiumPage(of: Plans.everything)
        try page.click(".facet button")
        let controls = "seen('#skip, .filters, input, select, .facet button, .approve button, #reset').length"
        let rows = "seen('.group tbody tr').length"
        let (controlsBefore, rowsBefore): (Int, Int) = try (page.value(controls), page.value(rows))
        #expect(controlsBefore > 10 && rowsBefore > 0)
        try page.show(on: "print", ["prefers-color-scheme": "dark"])
        #expect(try page.value(controls) == 0)
        #expect(try page.value(rows) == rowsBefore)
        // What is left of buttons is text: titles, addresses and heads.
        #expect(try page.value("seen('button').every(button => button.matches('h2 button, td.account button, .sort'))"))
        #expect(try page.value("getComputedStyle(document.body).color") == "rgb(0, 0, 0)")
    }

    /// What a screen reader reads: names, headings, tables, landmarks.
    @Test func aScreenReaderReadsIt() throws {
        let page = try ChromiumPage(of: Plans.everything)
        try page.click("td.account button")
        try read(page)
        // A table whose cells stand one below the other is one still.
        try page.resize(width: 400, height: 900)
        try read(page)
    }

    private func read(_ page: ChromiumPage) throws {
        let tree = try page.accessibilityTree()
        let focusable = tree.filter { $0["focusable"] == "true" }
        #expect(focusable.count > 20)
        for node in focusable { #expect(!node.title.isEmpty, "\(node)") }
        let levels = tree.filter { $0.kind == "heading" }.map { Int($0["level"]) ?? 0 }
        #expect(levels.first == 1 && levels.filter { $0 == 1 }.count == 1 && levels.count > 5)
        for (level, next) in zip(levels, levels.dropFirst()) { #expect(next <= level + 1) }
        let titles: [String] = try page.value("texts(seen('.group h2 button > span:first-child'))")
        #expect(tree.filter { $0.kind == "heading" && $0["level"] == "2" }.map(\.title) == titles)
        for landmark in ["main", "banner", "search"] {
            #expect(tree.filter { $0.kind == landmark }.count == 1, "\(landmark)")
        }
        let tables = tree.filter { $0.kind == "table" }
        #expect(tables.map(\.title) == titles)
        #expect(tree.filter { $0.kind == "columnheader" && $0.title == "kind" }.count == tables.count)
        let rows = tree.filter { $0.kind == "rowheader" }
        #expect(try rows.count == page.value("seen('tbody tr:not(.trace)').length"))
        #expect(rows.contains { $0.title.contains("old@corp.example") })
        #expect(try page.value("document.documentElement.lang") == "en")
        #expect(try page.value("document.title.startsWith('Plan')"))
    }

    /// Text stands out by 4.5 to 1 (WCAG 2.2, 1.4.3), and the edge of a field by 3 to 1 (1.4.11).
    @Test func everythingIsLegible() throws {
        struct Sample: Decodable {
            let what: String
            let ratio: Double
            let least: Double
        }
        let page = try ChromiumPage(of: Plans.everything)
        try page.click("td.account button")
        try page.click(".facet button")
        try page.click(".facet:nth-of-type(2) button")
        try page.resize(width: 1280, height: 6000)
        let measure = """
            (() => {
              const samples = [];
              const sample = (what, least, ...place) => samples.push({ what, ratio: contrast(...place), least });
              const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
              for (let node; node = walker.nextNode();) {
                const element = node.parentElement;
                if (!node.data.trim() || !element.checkVisibility()) continue;
                if (element.closest('select, script, .skip')) continue;
                const range = document.createRange();
                range.selectNodeContents(node);
                for (const box of range.getClientRects()) for (const x of [box.left + 1, box.right - 1]) {
                  const what = `${element.closest('[class]').className}: ${node.data}`;
                  sample(what, 4.5, element, getComputedStyle(element).color, x, box.top + box.height / 2);
                }
              }
              for (const field of seen('input, select')) {
                const box = field.getBoundingClientRect();
                const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
                const style = getComputedStyle(field);
                sample(field.id, 4.5, field, style.color, x, y);
                const faint = getComputedStyle(field, '::placeholder').color;
                if (field.placeholder) sample('placeholder', 4.5, field, faint, x, y);
                sample(`edge of ${field.id}`, 3, field.parentElement, style.borderTopColor, box.x - 1, y);
              }
              return samples;
            })()
            """
        for (scheme, ground) in [("light", "rgb(245, 246, 248)"), ("dark", "rgb(18, 22, 28)")] {
            try page.show(["prefers-color-scheme": scheme])
            #expect(try page.value("getComputedStyle(document.body).backgroundColor") == ground)
            let samples: [Sample] = try page.value(measure)
            #expect(samples.count > 100 && samples.contains { $0.what == "placeholder" }, "\(samples.count)")
            let faint = Set(samples.filter { $0.ratio < $0.least }.map { "\($0.what) \($0.ratio)" })
            #expect(faint.isEmpty, "\(scheme): \(faint.sorted())")
        }
    }

    /// Nothing is asked of anywhere, and nothing goes wrong, whatever is done.
    @Test func thePageIsQuiet() throws {
        let page = try ChromiumPage(of: Plans.everything)
        try page.type("/")
        try page.type("corp")
        #expect(try page.waits(for: "document.getElementById('count').textContent.includes(' of ')"))
        for control in [".approve button", ".facet button", "td.account button", ".sort", "h2 button", "#reset"] {
            try page.click(control)
        }
        #expect(page.complaints == [])
        #expect(page.requests.count == 1 && page.requests[0].hasSuffix("/plan.html"))
        // Were there something, it would be seen here; and nothing can be asked, as the policy has it.
        let asked = "fetch('https://elsewhere.example/').then(() => 'answered', () => 'refused')"
        #expect(try page.value(asked) == "refused")
        #expect(try page.value("(console.error('seen'), true)"))
        #expect(page.complaints.contains { $0.contains("Content Security Policy") })
        #expect(page.complaints.contains { $0.contains("\"seen\"") })
    }
}
