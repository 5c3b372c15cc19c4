"""The page in a headless Chromium, where there is one: nothing on its console, every figure shown, tables that sort and filter,
both themes, a phone and a screen.
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest

import support
from page import colours
import fills
from answers.tables import Cell, Table
from page import markup

# Opens page.html in a frame of one width after the other; the title becomes what LOOK says of each, as JSON.
FRAME = """<!doctype html><title></title><iframe height="900"></iframe><script>
const frame = document.querySelector("iframe"), widths = %s, found = [];
const next = () => {
  if (widths.length) { frame.width = widths.shift(); frame.src = "page.html?" + frame.width; }
  else document.title = JSON.stringify(found);
};
frame.onload = () => {
  const page = frame.contentDocument;
  if (page.querySelector("h1")) { found.push(((page, view) => { %s })(page, frame.contentWindow)); next(); }
  else next();
};
next();
</script>"""

# How many elements with text of their own the link to the contents would cover, wherever the page is scrolled to.
COVERED = """
const link = page.querySelector("a.up").getBoundingClientRect();
return [...page.querySelectorAll("main *")].filter((each) => !each.closest(".up, details, svg, .wide") &&
  [...each.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()) &&
  each.getBoundingClientRect().right > link.left + 1).length;
"""

SIDEWAYS = "return page.documentElement.scrollWidth - page.documentElement.clientWidth;"

FIGURES = """
page.querySelectorAll("details").forEach((each) => { each.open = true; });
const luminance = (colour) => {
  const [r, g, b] = colour.match(/[\\d.]+/g).map((each) => each / 255)
    .map((each) => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const paper = luminance(view.getComputedStyle(page.body).backgroundColor);
const worst = [...page.querySelectorAll("svg text")].map((text) => luminance(view.getComputedStyle(text).fill))
  .map((ink) => (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05));
const figures = [...page.querySelectorAll("svg")].map((svg) => {
  const box = svg.getBoundingClientRect(), drawn = svg.getBBox();
  return box.width > 100 && box.height > 80 && drawn.width > 100 && svg.querySelectorAll("path, use").length > 5 &&
    svg.querySelectorAll("text").length > 3;
});
return {shown: figures.filter(Boolean).length, all: figures.length, contrast: Math.min(...worst), paper: paper};
"""

TABLE = """
const table = page.querySelector("table.sortable"), said = {};
const column = () => [...table.tBodies[0].rows].map((row) => row.cells[1].textContent.replace(/\\[\\d\\]$/, ""));
const button = table.tHead.rows[0].cells[1].querySelector("button");
button.click(); said.up = column();
button.click(); said.down = column();
said.direction = table.tHead.rows[0].cells[1].getAttribute("aria-sort");
const raw = page.querySelector(".tools button");
raw.click(); said.raw = [...table.tBodies[0].rows].map((row) => row.cells[1].firstChild.textContent);
raw.click(); said.again = column();
const input = page.querySelector("input");
input.value = "NONE row"; input.dispatchEvent(new view.Event("input"));
said.kept = [...table.tBodies[0].rows].filter((row) => !row.hidden).map((row) => row.cells[0].textContent);
return said;
"""


PRINTED = """
const closed = () => page.querySelectorAll("details:not([open])").length, said = [closed()];
for (const event of ["beforeprint", "afterprint"]) { view.dispatchEvent(new view.Event(event)); said.push(closed()); }
return said;
"""


def chromium():
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@unittest.skipUnless(chromium(), "there is no Chromium here (apt-get install chromium)")
class Browser(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with support.fixture_run() as run:
            support.full(run)
            fills.everything(run)
            run.samples = list({(row["case"], row["launch"]): row for row in run.samples}.values())
            run.write()
            support.report(run.folder)
            cls.page = run.read("report.html")

    def look(self, page, what, widths=(1280,), dark=False):
        """What the JavaScript says of the page at each width. Fails if anything is on the console."""
        with tempfile.TemporaryDirectory() as folder:
            for name, text in (("page", page), ("frame", FRAME % (list(widths), what))):
                with open(os.path.join(folder, name + ".html"), "w", encoding="utf-8") as file:
                    file.write(text)
            done = subprocess.run(
                [chromium(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                 "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
                 "--allow-file-access-from-files", "--enable-logging=stderr", "--virtual-time-budget=20000",
                 "--blink-settings=preferredColorScheme=%d" % (0 if dark else 1), "--window-size=1400,900",
                 "--user-data-dir=" + os.path.join(folder, "profile"), "--dump-dom", "file://%s/frame.html" % folder],
                capture_output=True, text=True, check=False, timeout=240)
        title = re.search("<title>(.*?)</title>", done.stdout)
        self.assertTrue(title and title[1], done.stderr[-500:])
        self.assertEqual([line for line in done.stderr.splitlines() if "CONSOLE" in line], [])
        return json.loads(markup.html.unescape(title[1]))

    def test_neither_a_phone_nor_a_screen_has_to_scroll_sideways(self):
        self.assertEqual(self.look(self.page, SIDEWAYS, (390, 1280)), [0, 0])

    def test_what_is_folded_is_printed(self):
        (found,) = self.look(self.page, PRINTED)
        self.assertGreater(found[0], 0)
        self.assertEqual(found[1:], [0, found[0]])

    def test_the_link_to_the_contents_covers_no_text_on_a_screen(self):
        self.assertEqual(self.look(self.page, COVERED, (700, 1280, 1920)), [0, 0, 0])

    def test_every_figure_is_shown_and_can_be_read_in_both_themes(self):
        for dark in (False, True):
            (found,) = self.look(self.page, FIGURES, dark=dark)
            self.assertEqual(found["paper"] < 0.1, dark)
            self.assertEqual(found["shown"], found["all"])
            self.assertEqual(found["all"], self.page.count("<svg"))
            self.assertGreaterEqual(found["contrast"], colours.READABLE - 0.01)

    def test_tables_sort_by_their_values_filter_by_words_and_show_raw_values(self):
        values = [3000, 20000, 100000, None, 1000.25]
        rows = [[Cell("row %d" % at), Cell("none", None, [1]) if value is None else Cell("%d k" % (value // 1000), value)]
                for at, value in enumerate(values)] + [[Cell("more %d" % at), Cell("7 k", 7000)] for at in range(9)]
        page = markup.document("A table", "", [], [("one", "One", markup.table_text(Table("", ["name", "rate"], rows, ["why"]), "A table"))])
        (found,) = self.look(page, TABLE)
        self.assertEqual(found["up"][:2] + found["up"][-3:], ["1 k", "3 k", "20 k", "100 k", "none"])
        self.assertEqual(found["down"][:2] + found["down"][-2:], ["100 k", "20 k", "1 k", "none"])
        self.assertEqual((found["direction"], found["kept"]), ("descending", ["row 3"]))
        self.assertEqual((found["raw"][0], found["raw"][-2:]), ("100000", ["1000.25", "none"]))
        self.assertEqual(found["again"], found["down"])


if __name__ == "__main__":
    unittest.main()
