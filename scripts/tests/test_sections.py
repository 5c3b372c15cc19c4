"""The section of a scenario, with and without a module: a new figure is one file, and none is needed."""

import os
import re
import unittest

import support
from data import contenders
import report
import scenarios
from data.run_folder import read_run
from figures import figure
from scenarios import sections


class WithoutModule(unittest.TestCase):
    """A scenario and contenders that no script has heard of."""

    @classmethod
    def setUpClass(cls):
        context = support.fixture_run()
        cls.run_ = context.__enter__()
        cls.addClassCleanup(context.__exit__, None, None, None)
        cls.addClassCleanup(contenders.learn, {})
        cls.run_.facts["questions"] = {"tides": "How fast do tides come in?"}
        cls.run_.facts["contenders"] = {"moon": {"label": "gilfree Moon", "family": "gilfree"},
                                        "sun": {"label": "The Sun", "family": "boost"}}
        for impl, factor in (("moon", 1), ("sun", 2), ("wind", 0.5)):
            for parties in (1, 2, 4):
                for launch in range(1, 7):
                    cls.run_.row("tides/impl:%s/parties:%d" % (impl, parties), launch, scenario="tides", impl=impl,
                                 parties=parties, metric_kind="throughput", ops_per_s=1000 * factor * parties)
        cls.run_.write()
        cls.code, cls.out, cls.err = support.report(cls.run_.folder)
        cls.page = cls.run_.read("report.html")

    def test_it_is_reported_like_any_other(self):
        self.assertEqual((self.code, self.err), (0, ""))
        self.assertEqual(self.out, "tides: 1 party: The Sun is the fastest with 2 k/s; 2.0 times (2.0 to 2.0) as fast as "
                                   "gilfree Moon (1 k/s).\n")

    def test_it_has_its_question_a_figure_and_a_table(self):
        self.assertIn('<h2 id="tides">How fast do tides come in?</h2>', self.page)
        self.assertEqual(self.page.count("<svg"), 1)
        self.assertIn("<td>gilfree Moon</td>", self.page)
        self.assertIn("./scripts/bench-all tides", self.page)

    def test_its_losses_are_listed(self):
        cells = re.sub(' data-heading="[^"]*"', "", self.page)
        self.assertIn('<td><a href="#tides">tides: 1 party</a></td><td>The Sun, 2 k/s</td><td>gilfree Moon, 1 k/s</td>', cells)

    def test_its_figures_may_be_drawn_alone(self):
        lines, mistakes = report.draw_alone(self.run_.folder, ["tides"])
        self.assertEqual((lines, mistakes), ([self.run_.path("plots/tides_rate.svg")], []))

    def test_a_contender_that_no_one_names_is_shown_by_its_word(self):
        self.assertIn("<td>wind</td>", self.page)


class WithModule(unittest.TestCase):
    """A module is found by its scenario's name. It may say all, or only what differs from the default."""

    def setUp(self):
        context = support.fixture_run()
        self.run_ = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        scenarios.__path__.append(self.run_.folder)
        self.addCleanup(scenarios.__path__.remove, self.run_.folder)

    def report(self, scenario, text):
        with open(self.run_.path("plot_%s.py" % scenario), "w", encoding="utf-8") as file:
            file.write(text)
        self.run_.row(scenario + "/impl:moon", 1, scenario=scenario, impl="moon", ops_per_s=5, metric_kind="throughput")
        self.run_.throughput("pipe", 64, [1e6])
        self.run_.write()
        return support.report(self.run_.folder)

    def test_words_of_its_own_are_enough(self):
        code, _, err = self.report("ebb", "from scenarios import sections\nSECTION = sections.Section('Ebb?', 'By looking at the sea.',\n"
                                          "                           {'ops_per_s': 'ebbs/s'})\n")
        self.assertEqual((code, err), (0, ""))
        page = self.run_.read("report.html")
        self.assertIn("By looking at the sea.", page)
        self.assertIn(">ebbs/s</th>", page)
        self.assertTrue(os.path.exists(self.run_.path("plots/ebb_rate.svg")))

    def test_the_example_of_the_readme_draws_what_it_says(self):
        example = support.example_under("Adding a figure")
        for impl, fair in (("moon", 0.9), ("sun", 0.6)):
            self.run_.row("tides/" + impl, 1, scenario="tides", impl=impl, ops_per_s=7, fair_jain=fair, parties=2,
                          metric_kind="throughput")
        code, out, err = self.report("tides", example)
        self.assertEqual((code, err.count("\n")), (3, 1))
        self.assertIn("tides: left out 1 row without parties", err)
        self.assertTrue(os.path.exists(self.run_.path("plots/tides_rate.svg")))
        self.assertEqual([row.split(",")[0] for row in self.run_.read("plots/tides_even.csv").splitlines()],
                         ["impl", "moon", "sun"])
        self.assertIn("Waves are counted at a pole", self.run_.read("report.html"))

    def test_its_mistakes_do_not_cost_the_others(self):
        code, _, err = self.report("flow", "def draw(folder, run, rows):\n    raise KeyError('moon')\n")
        self.assertEqual((code, err.count("\n")), (3, 1))
        self.assertIn("flow is not all drawn: KeyError: 'moon'", err)
        self.assertIn("flow is not all drawn", self.run_.read("summary.md"))
        self.assertIn("moon", self.run_.read("summary.md"))
        self.assertTrue(os.path.exists(self.run_.path("plots/pipe_vs_queue_rate.svg")))

    def test_a_module_that_cannot_be_imported_is_a_mistake_like_any_other(self):
        code, _, err = self.report("surge", "import nowhere\n")
        self.assertEqual(code, 3)
        self.assertIn("surge is not all drawn: ModuleNotFoundError", err)

    def test_a_name_that_is_no_module_has_none(self):
        self.assertIsNone(report.module_of("../evil"))
        self.assertIsNone(report.module_of("no_such_scenario"))

    def test_every_module_of_ours_has_words_and_columns_that_exist(self):
        names = [name[5:-3] for name in os.listdir(scenarios.__path__[0]) if name.startswith("plot_") and name.endswith(".py")]
        self.assertGreater(len(names), 8)
        for name in names:
            module = report.module_of(name)
            self.assertTrue(module.SECTION.title and module.SECTION.about, name)
            self.assertLessEqual(set(getattr(module, "COLUMNS", ())), set(support.columns()), name)


class Axes(unittest.TestCase):
    def test_producers_and_consumers_follow_the_parties(self):
        with support.fixture_run() as run:
            for parties in (2, 4):
                run.queue_around("queue", "thread", parties, [1e6] * 6)
            run.write()
            facts, rows = read_run(run.folder)
            (path,) = sections.draw(sections.default(""), run.folder, facts, rows)
        self.assertTrue(path.endswith("producer_consumer_rate.svg"))

    def test_names_of_files_are_plain(self):
        self.assertEqual(figure.slug("wakeup", "Event, set", "", "64 B/µs"), "wakeup_event_set_64_b_s")

    def test_at_most_so_many_races_are_named_and_the_rest_is_counted(self):
        with support.fixture_run() as run:
            for parties in range(1, 12):
                run.lock("lock", parties, [1e6] * 6)
            run.write()
            found = sections.answer(sections.default(""), read_run(run.folder)[1])
        self.assertEqual(len([found.headline, *found.points]), sections.NAMED + 1)
        self.assertEqual(found.points[-1], "5 comparisons more in the table.")


if __name__ == "__main__":
    unittest.main()
