import Foundation
import ReconcileEngine
import SyncPlanKit
import TestSupport
import Testing

/// The page of a plan as somebody uses it with a keyboard or a mouse.
@Suite(.enabled(if: Chromium.isInstalled)) struct PlanPageUseTests {
    /// What can have the focus.
    private static let controls = "a[href], button, input, select, [tabindex='0']"

    /// Tab goes to every control in the order of the page, Shift-Tab back; where one is, is seen.
    @Test func tabReachesEverything() throws {
        struct Stop: Decodable {
            let index: Int
            let what: String
            let outline: Double
            let contrast: Double
            let isInWindow: Bool
            let isOnTop: Bool
        }
        let page = try ChromiumPage(of: Plans.everything)
        try page.press(.tab)
        #expect(try page.value("document.activeElement.id") == "skip")
        let stop = """
            (() => {
              const element = document.activeElement;
              const style = getComputedStyle(element);
              const box = element.getClientRects()[0];
              const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
              const top = document.elementFromPoint(x, y);
              return {
                index: order.indexOf(element), what: element.outerHTML.slice(0, 160),
                outline: style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth),
                contrast: contrast(element, style.outlineColor, x, y),
                isInWindow: box.left >= 0 && box.right <= innerWidth + 1 && box.bottom > 0 && box.top < innerHeight,
                isOnTop: element.contains(top) || top?.contains(element) === true,
              };
            })()
            """
        for width in [1280, 700, 400] {
            try page.resize(width: width, height: 900)
            // Where there is little room the filters are folded.
            if width == 700 { try page.click("#unfold") }
            let count: Int = try page.value("(window.order = seen(\(quoted(Self.controls)))).length")
            #expect(count > 40)
            #expect(try page.value("(order[0].focus({ focusVisible: true }), true)"))
            for index in 0..<count {
                if index > 0 { try page.press(.tab) }
                let at: Stop = try page.value(stop)
                #expect(at.index == index, "\(at)")
                #expect(at.outline >= 2 && at.contrast >= 3, "\(at)")
                #expect(at.isInWindow && at.isOnTop, "\(at)")
                guard at.index == index else { break }
            }
            for index in (0..<count - 1).reversed() {
                try page.press(.tab, shift: true)
                let at: Int = try page.value("order.indexOf(document.activeElement)")
                #expect(at == index)
                guard at == index else { break }
            }
            // What comes later is not higher up.
            for part in width == 1280 ? ["facets", "groups"] : [] {
                let tops: [Int] = try page.value(
                    "seen('#\(part) button').map(button => Math.round(button.getBoundingClientRect().top))")
                let isOrdered = zip(tops, tops.dropFirst()).allSatisfy { $0 <= $1 + 12 }
                #expect(isOrdered && tops.count > 8, "\(tops)")
            }
        }
    }

    @Test func searchIsAnnounced() throws {
        let page = try ChromiumPage(of: Plans.everything)
        #expect(try page.value("(window.count = document.getElementById('count')).textContent") == "16 shown")
        try page.type("/")
        #expect(try page.value("document.activeElement.id") == "query")
        try page.type("mia.jones")
        // A screen reader hears of changes within an element that stays where it is.
        #expect(try page.waits(for: "count.isConnected && count.textContent === '1 of 16 shown'"))
        #expect(try page.value("seen('#groups tbody tr').length") == 1)
        #expect(try page.value("seen('#groups tbody tr')[0].innerText.includes('mia.jones@corp.example')"))
        let status = try page.accessibilityTree().filter { $0.kind == "status" }
        #expect(status.map { $0["live"] } == ["polite"])
        try page.press(.escape)
        #expect(try page.waits(for: "count.isConnected && count.textContent === '16 shown'"))
        try page.type("nobody")
        #expect(try page.waits(for: "count.textContent === '0 of 16 shown'"))
        try page.tab(to: "#reset")
        try page.press(.enter)
        #expect(try page.waits(for: "count.textContent === '16 shown'"))
        #expect(try page.value("document.activeElement.id") == "query")
    }

    /// Every filter with the keyboard: a choice shows what it said that it would, keeps the focus, and is taken back.
    @Test(arguments: [(Plans.everything, ["Kind", "Held by", "Reason"]), (Plans.domains, ["Domain"])])
    func filtersWithTheKeyboard(_ plan: Plan, _ facets: [String]) throws {
        struct Choice: Decodable, Equatable {
            let number: String
            let isPressed: Bool
            let shown: String
            let rows: Int
        }
        let page = try ChromiumPage(of: plan)
        let choice = """
            (() => {
              const at = document.activeElement;
              return {
                number: at.querySelector('.number')?.textContent ?? '', isPressed: at.ariaPressed === 'true',
                shown: document.getElementById('count').textContent,
                rows: new Set(seen('#groups tbody tr').map(row => row.dataset.row)).size,
              };
            })()
            """
        let titles: [String] = try page.value("texts(seen('.facet legend'))")
        for facet in facets {
            let index = try #require(titles.firstIndex(of: facet), "\(titles)")
            try page.tab(to: ".facet:nth-of-type(\(index + 1)) [data-choice]")
            let before: Choice = try page.value(choice)
            #expect(!before.isPressed && before.shown == "\(before.rows) shown")
            try page.press(.space)
            let after: Choice = try page.value(choice)
            #expect(after.isPressed && after.number == before.number, "\(facet)")
            #expect(after.rows < before.rows && "\(after.rows)" == before.number, "\(facet)")
            #expect(after.shown == "\(before.number) of \(before.shown)", "\(facet)")
            try page.press(.enter)
            #expect(try page.value(choice, as: Choice.self) == before, "\(facet)")
        }
        guard facets.contains("Reason") else { return }
        // More choices than are shown at once: the focus goes to the first that was not.
        try page.tab(to: ".facet button.plain")
        try page.press(.enter)
        let place = "[...document.activeElement.parentElement.children].indexOf(document.activeElement)"
        #expect(try page.value("document.activeElement.dataset.choice !== undefined"))
        #expect(try page.value(place) == 10, "after the legend and nine choices")
    }

    /// Up, down and back again, by the head of a column, of which a screen reader is told.
    @Test func sortsByTheHeadOfAColumn() throws {
        struct Table: Decodable, Equatable {
            let sorted: [String]
            let order: String
            let hash: String
            let isFocused: Bool
        }
        let page = try ChromiumPage(of: Plans.everything)
        let plan: [[String]] = try page.value("seen('.group').map(addresses)")
        func table(_ key: String) throws -> Table {
            try page.value(
                """
                ({
                  sorted: [...new Set(seen('th:has([data-sort="\(key)"])').map(head => head.ariaSort ?? 'none'))],
                  order: document.getElementById('order').value, hash: location.hash,
                  isFocused: document.activeElement.matches('.group:nth-of-type(2) [data-sort="\(key)"]'),
                })
                """)
        }
        for key in ["address", "reason"] {
            let head = ".group:nth-of-type(2) [data-sort=\"\(key)\"]"
            for way in ["ascending", "descending", "none"] {
                if key == "address" {
                    try page.tab(to: head)
                    try page.press(.enter)
                } else {
                    try page.click(head)
                }
                let isSorted = way != "none"
                let hash = ["ascending": "#sort=\(key)", "descending": "#sort=-\(key)"][way] ?? ""
                #expect(
                    try table(key)
                        == Table(sorted: [way], order: isSorted ? key : "plan", hash: hash, isFocused: true))
                let addresses: [[String]] = try page.value("seen('.group').map(addresses)")
                if !isSorted { #expect(addresses == plan) }
                guard key == "address", isSorted else { continue }
                #expect(addresses == plan.map { way == "ascending" ? $0.sorted() : $0.sorted().reversed() })
            }
        }
        // The list of orders says the same.
        try page.tab(to: "#order")
        try page.press(.down)
        #expect(try table("address").sorted == ["ascending"] && table("address").order == "address")
        let sorted: [String] = try page.accessibilityTree().filter { $0.kind == "columnheader" }.map(\.title)
        #expect(sorted.contains("account") && sorted.contains("why"))
    }

    @Test func foldsAndTellsWithTheKeyboard() throws {
        let page = try ChromiumPage(of: Plans.everything)
        let group = ".group:nth-of-type(1)"
        let rows = "seen('\(group) tbody tr').length"
        let before: Int = try page.value(rows)
        #expect(before > 0)
        try page.tab(to: "\(group) h2 button")
        try page.press(.enter)
        #expect(try page.value("document.activeElement.matches('\(group) h2 button[aria-expanded=false]')"))
        #expect(try page.value(rows) == 0)
        try page.press(.space)
        #expect(try page.value("document.activeElement.matches('\(group) h2 button[aria-expanded=true]')"))
        #expect(try page.value(rows) == before)
        try page.tab(to: "\(group) td.account button")
        try page.press(.space)
        #expect(try page.value("document.activeElement.ariaExpanded") == "true")
        let trace: String = try page.value("document.activeElement.closest('tr').nextElementSibling.innerText")
        #expect(trace.contains("takes something away from somebody") && trace.contains("sync-plan explain "))
        try page.press(.enter)
        #expect(try page.value("document.activeElement.ariaExpanded") == "false")
        #expect(try page.value(rows) == before)
    }

    /// The link past the filters leaves what is looked for as it is.
    @Test func theFiltersCanBeSkipped() throws {
        let page = try ChromiumPage(of: Plans.everything)
        try page.type("/")
        try page.type("mia.jones")
        #expect(try page.waits(for: "document.getElementById('count').textContent === '1 of 16 shown'"))
        for _ in 0..<5 where try page.value("document.activeElement.id !== 'skip'") {
            try page.press(.tab, shift: true)
        }
        try page.press(.enter)
        #expect(try page.value("document.activeElement.id") == "results")
        #expect(try page.value("location.hash") == "#search=mia.jones")
        #expect(try page.value("document.getElementById('count').textContent") == "1 of 16 shown")
        try page.press(.tab)
        #expect(try page.value("document.activeElement.id") == "reset")
    }
}

extension ChromiumPage {
    /// Opens the page of a plan.
    convenience init(of plan: Plan) throws {
        let folder = try ConfigurationFolder()
        let path = folder.path("plan.html")
        try PlanReport(Plans.file(plan), savedAs: "staff.plan").write(to: path)
        try self.init(URL(fileURLWithPath: path))
        #expect(try value(Self.measures))
    }

    /// Presses Tab until the focus is on an element that a selector of CSS finds.
    func tab(to selector: String) throws {
        for _ in 0..<200 {
            if try value("document.activeElement.matches(\(quoted(selector)))") { return }
            try press(.tab)
        }
        Issue.record("Tab does not reach \(selector).")
    }

    /// Functions for tests: what is visible, and the contrast of a colour with what is painted behind it, as WCAG 2.2
    /// defines it, opacity minded.
    private static let measures = #"""
        (() => {
          const parts = colour => colour.match(/[\d.]+/g).map(Number);
          const over = ([r, g, b, a = 1], under) => [r, g, b].map((part, index) => part * a + under[index] * (1 - a));
          const light = colour => colour.map(part => part / 255)
            .map(part => part <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4)
            .reduce((sum, part, index) => sum + part * [.2126, .7152, .0722][index], 0);
          window.contrastOf = (one, other) => {
            const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
            return (high + .05) / (low + .05);
          };
          window.behind = (element, x, y) => {
            const stack = document.elementsFromPoint(x, y);
            return stack.slice(Math.max(stack.indexOf(element), 0)).reverse()
              .reduce((under, layer) => over(parts(getComputedStyle(layer).backgroundColor), under), [255, 255, 255]);
          };
          window.contrast = (element, colour, x, y) => {
            const under = window.behind(element, x, y);
            let [r, g, b, alpha = 1] = parts(colour);
            for (let at = element; at; at = at.parentElement) alpha *= getComputedStyle(at).opacity;
            return window.contrastOf(over([r, g, b, alpha], under), under);
          };
          window.texts = elements => elements.map(element => element.textContent);
          window.seen = (selector, within = document) =>
            [...within.querySelectorAll(selector)].filter(element => element.checkVisibility());
          window.addresses = group => texts(seen('tbody .account button', group));
          return true;
        })()
        """#
}
