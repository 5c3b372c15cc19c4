"""The page: contents, headings in order, terms, alt texts; read as a browser does. What a browser shows: test_browser.py."""

import html.parser
import os
import re
import unittest
import urllib.parse

import support
from answers import answer
from data import contenders
from data.run_folder import Row
from page import colours, summary
import fills
from page.glossary import TERMS

VOID = {"meta", "input", "br", "link", "img"}


class Reader(html.parser.HTMLParser):
    """What the tests ask of a page."""

    def __init__(self, text):
        super().__init__()
        self.open, self.headings, self.ids, self.links, self.outside, self.pictures = [], [], [], [], [], []
        self.tables, self.terms, self.unclosed = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        facts = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        self.ids += [facts["id"]] if "id" in facts else []
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        self.links += [facts["href"]] if tag == "a" else []
        self.outside += [value for name, value in attrs
                         if tag != "a" and name in ("src", "href", "xlink:href") and not value.startswith("#")]
        self.pictures += [facts] if tag == "svg" else []
        if tag == "table":
            self.tables.append({"class": facts.get("class"), "headings": [], "rows": []})
        if tag == "tr" and self.tables:
            self.tables[-1]["rows"].append([])
        if tag == "td":
            self.tables[-1]["rows"][-1].append([facts, ""])

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            self.unclosed.append(tag)

    def handle_data(self, data):
        if "th" in self.open and "thead" in self.open:
            self.tables[-1]["headings"].append(data)
        elif "td" in self.open:
            self.tables[-1]["rows"][-1][-1][1] += data
        elif self.open and self.open[-1] == "dt":
            self.terms.append(data)


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        context = support.fixture_run()
        cls.run_ = context.__enter__()
        cls.addClassCleanup(context.__exit__, None, None, None)
        support.full(cls.run_)
        fills.everything(cls.run_)
        cls.run_.lock("carrier_pigeon", 2, [1])
        cls.run_.samples = list({(row["case"], row["launch"]): row for row in cls.run_.samples}.values())
        cls.run_.write()
        cls.code, cls.out, cls.err = support.report(cls.run_.folder)
        cls.text = cls.run_.read("report.html")
        cls.page = Reader(cls.text)

    def test_it_is_made_without_a_word_of_trouble(self):
        self.assertEqual((self.code, self.err), (0, ""))

    def test_every_element_is_closed(self):
        self.assertEqual((self.page.open, self.page.unclosed), ([], []))

    def test_it_fetches_nothing(self):
        self.assertEqual(self.page.outside, [])
        self.assertNotRegex(self.text, r"@import|url\((?!#)")

    def test_all_that_can_be_seen_is_in_a_landmark(self):
        body = self.text[self.text.index("<body>") + len("<body>"):]
        outside = re.sub(r"<(header|main|script)\b.*?</\1>", "", body, flags=re.S)
        self.assertEqual(re.sub(r"\s", "", outside), "</body></html>")

    def test_headings_are_in_order_and_there_is_one_first(self):
        self.assertEqual((self.page.headings[0], self.page.headings.count(1)), (1, 1))
        for before, after in zip(self.page.headings, self.page.headings[1:]):
            self.assertLessEqual(after, before + 1)

    def test_the_contents_lead_to_every_section(self):
        links = {link for link in self.page.links if link.startswith("#")}
        self.assertEqual(len(links), 10 + 7 + len(["#top"]))
        for link in links:
            self.assertIn(link[1:], self.page.ids)

    def test_other_links_lead_to_files_beside_it_and_each_figure_has_its_numbers(self):
        links = {link for link in self.page.links if not link.startswith("#")}
        for link in links:
            self.assertTrue(os.path.exists(self.run_.path(urllib.parse.unquote(link))), link)
        for name in os.listdir(self.run_.path("plots")):
            self.assertIn("plots/" + name, links)
        self.assertLessEqual({"samples.csv", "hist.csv", "summary.csv", "summary.json", "run.json"}, links)

    def test_it_says_first_what_it_is_and_where_its_words_are_explained(self):
        before, after = self.text.split('<h2 id="which">')
        self.assertIn("Python&#x27;s multiprocessing, threading and queue in C++20", before)
        self.assertRegex(before, r"[0-9,]+ cases, measured on 2026-01-02 with the profile quick")
        self.assertIn('<a href="#terms">Terms</a>', after[:1000])

    def test_a_phone_shows_each_row_of_where_gilfree_is_slower_as_a_card_with_its_headings(self):
        (slower,) = (table for table in self.page.tables if "best of gilfree" in table["headings"])
        self.assertEqual(slower["class"], "sortable cards")
        for row in filter(None, slower["rows"]):
            self.assertEqual([facts["data-heading"] for facts, _ in row], slower["headings"])

    def test_a_heading_that_is_a_term_says_what_it_means(self):
        heading = re.search('<th scope="col"[^>]*>fairness</th>', self.text)[0]
        self.assertIn(TERMS["fairness"].replace("'", "&#x27;"), heading)

    def test_ids_are_there_once(self):
        self.assertEqual(len(self.page.ids), len(set(self.page.ids)))

    def test_every_figure_is_inside_and_says_what_it_shows(self):
        files = [name for name in os.listdir(self.run_.path("plots")) if name.endswith(".svg")]
        self.assertEqual(len(self.page.pictures), len(files))
        for facts in self.page.pictures:
            self.assertEqual(facts["role"], "img")
            self.assertRegex(facts["aria-label"], "plot|curves|map")

    def test_every_heading_of_a_table_that_is_not_plain_is_explained(self):
        plain = {"contender", "need", "times as fast as the next library", "and as the usual", "where", "faster", "best of gilfree",
                 "times as fast as gilfree", "object", "work", "case", "status", "reason", "claim", "in cpython here",
                 "in gilfree here", "verdict"}
        known = {term.lower() for term in TERMS} | plain
        for table in self.page.tables:
            for heading in table["headings"]:
                words = re.sub(", p50$", "", heading)
                self.assertTrue(words.lower() in known or re.search(r"/s$|B$|^round trip|^wake-up|^start and join", words), heading)
        self.assertEqual(self.page.terms, list(TERMS))

    def test_numbers_stand_to_the_right_and_words_to_the_left(self):
        cells = [cell for table in self.page.tables for row in table["rows"] for cell in row]
        self.assertGreater(len(cells), 500)
        for table in self.page.tables:
            for column in zip(*(row for row in table["rows"] if row)):
                numbers = [facts for facts, text in column if "data-value" in facts and ": " not in text]
                for facts, _ in column:
                    self.assertEqual(facts.get("class") == "num", bool(numbers))

    def test_no_cell_is_empty_and_a_dash_stands_only_where_its_row_says_why(self):
        for table in self.page.tables:
            for row in table["rows"]:
                texts = [text for _, text in row]
                self.assertNotIn("", texts)
                if "-" in texts:
                    self.assertRegex(" ".join(texts), "measured|skipped|failed|timeout")

    def test_limits_are_said_once_and_at_the_top(self):
        self.assertEqual(self.text.count("Preliminary:"), 1)
        self.assertLess(self.text.index("Preliminary:"), self.text.index('<h2 id="which">'))
        self.assertNotIn("first look", self.text)

    def test_each_section_says_how_it_was_measured_and_how_to_repeat_it(self):
        for scenario in [*fills.FILLS, "pipe_vs_queue"]:
            self.assertIn("<pre>./scripts/bench-all %s --profile quick --seed 7</pre>" % scenario, self.text)
            self.assertIn('the rows of %s in <a href="samples.csv">samples.csv</a>' % scenario, self.text)

    def test_how_long_a_launch_measures_and_how_much_a_queue_holds_is_said(self):
        self.assertEqual(summary.windows_text({"settings": {"windows": 1, "window_ns": 55000000, "warmup_ns": 35000000}}),
                         "Each launch measures one window of 55 ms, after 35 ms of warm-up.")
        self.assertEqual((summary.windows_text({}), summary.windows_text({"settings": {"windows": 2}})), ("", ""))

        def row(impl, size, depth):
            return Row({"status": "ok", "impl": impl, "interpreter": "", "msg_bytes": size, "queue_depth": depth})
        both = [row(impl, "8", "1024") for impl in ("pipe", "queue", "boost_mq")]
        self.assertEqual(answer.capacity_text(both), "Capacity, in items: 1,024.")
        self.assertEqual(answer.capacity_text([row("lock", "", ""), row("pipe", "8", "0")]), "")
        self.assertEqual(answer.capacity_text([*both, row("pipe2", "8", "8192"), row("pipe2", "65536", "1")]),
                         "Capacity, in items: 1,024. pipe(2): 8,192 of 8 B; 1 of 64 KiB.")

    def test_what_the_run_says_is_escaped(self):
        self.assertIn("Some &lt;CPU&gt; &amp; more", self.text)
        self.assertNotIn("Some <CPU>", self.text)


class Colours(unittest.TestCase):
    def test_contrast_is_that_of_wcag(self):
        self.assertAlmostEqual(colours.contrast("#ffffff", "#000000"), 21)
        self.assertAlmostEqual(colours.contrast("#777777", "#ffffff"), 4.48, 2)

    def test_every_colour_of_a_figure_can_be_read_on_both_papers(self):
        for colour in colours.USED:
            for paper in (colours.LIGHT, colours.DARK):
                self.assertGreaterEqual(colours.contrast(colours.readable(colour, paper), paper), colours.READABLE)

    def test_a_colour_that_can_be_read_is_left_as_it_is(self):
        self.assertEqual(colours.readable("#0072b2", colours.LIGHT), "#0072b2")

    def test_the_colours_of_the_page_can_be_read(self):
        with open(os.path.join(support.SCRIPTS, "page", "report.css"), encoding="utf-8") as file:
            light, dark = re.findall(r":root \{([^}]*)\}", file.read())
        for text, paper in ((light, colours.LIGHT), (dark, colours.DARK)):
            found = dict(re.findall(r"--(\w+): (#\w{6})", text))
            self.assertEqual(found["paper"], paper)
            for ink in ("ink", "pale", "link"):
                for ground in ("paper", "code", "ours", "note") if ink != "pale" else ("paper",):
                    self.assertGreaterEqual(colours.contrast(found[ink], found[ground]), colours.READABLE, (ink, ground))

    def test_a_figure_has_no_colour_left_that_the_theme_does_not_set(self):
        with support.fixture_run() as run:
            run.lock("lock", 2, [1e6] * 6)
            run.lock("spinning_flag", 2, [1e6] * 6)
            run.write()
            support.report(run.folder)
            svgs = re.findall("<svg.*?</svg>", run.read("report.html"), re.S)
        for svg in svgs:
            self.assertEqual(re.findall(r"#[0-9a-fA-F]{6}\b", svg), [])
            self.assertNotRegex(svg, r"fill: (black|white)\b")


class Inline(unittest.TestCase):
    def test_two_pages_of_one_run_are_the_same(self):
        with support.fixture_run() as run:
            run.lock("lock", 2, [1e6] * 6)
            run.write()
            support.report(run.folder)
            first = run.read("report.html")
            support.report(run.folder)
            self.assertEqual(run.read("report.html"), first)

    def test_what_was_not_measured_is_folded_with_its_reasons(self):
        with support.fixture_run() as run:
            run.lock("lock", 2, [1e6] * 6)
            run.skipped("posix_mq", 65536, "message too long")
            run.write()
            support.report(run.folder)
            text = run.read("report.html")
        self.assertIn("<summary>Not measured: 1 case (1 skipped).</summary>", text)
        self.assertIn("<td>message too long</td>", text)

    def test_long_tables_and_many_figures_are_folded(self):
        with support.fixture_run() as run:
            for each in range(60):
                run.wake("event", [100 + each], mode="mode_%02d" % each)
            run.write()
            support.report(run.folder)
            text = run.read("report.html")
        self.assertIn("<summary>52 more figures</summary>", text)
        self.assertIn("<summary>60 rows of", text)

    def test_a_contenders_colour_is_its_familys_variable(self):
        colour = contenders.style("queue")["color"].lower()
        self.assertEqual(colours.themed("fill: %s; stroke: #123456" % colour), "fill: var(--c%s); stroke: #123456" % colour[1:])


if __name__ == "__main__":
    unittest.main()
