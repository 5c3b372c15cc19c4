"""The rule of the report: the fastest is named first, ours or not, and each race that ours loses is listed."""

import random
import unittest

import support  # noqa: F401, finds the scripts
from data import races
from data.contenders import is_ours, label
from data.run_folder import Row
from answers import needs

IMPLS = ("lock", "rlock", "std_mutex", "tbb_mutex", "tbb_spin_mutex", "spinning_flag", "cpython_lock")


def rows_of(rates, column="ops_per_s", kind="throughput", **cells):
    """rates: {impl: [a number per launch]}."""
    return [Row({"scenario": "lock_contention", "impl": impl, "interpreter": "", "case": impl, "launch": str(launch),
                 "status": "ok", "metric_kind": kind, "wait": "yield" if "spin" in impl else "block",
                 column: repr(float(rate)), "scope": "thread", "parties": "2", **cells})
            for impl, values in rates.items() for launch, rate in enumerate(values, start=1)]


def race_of(rates, **more):
    (race,) = races.races_of(rows_of(rates, **more))
    return race


class Rule(unittest.TestCase):
    """Held against made-up numbers of every kind."""

    def some(self, source):
        launches = source.choice((1, 2, 5, 6, 12))
        return {impl: [source.lognormvariate(source.choice((0, 0, 0.02, 3)), source.choice((0, 0.01, 0.3)))
                       for _ in range(launches)] for impl in source.sample(IMPLS, source.randint(1, len(IMPLS)))}

    def test_the_first_name_is_the_best_median(self):
        source = random.Random(1)
        for turn in range(500):
            better = source.choice((("ops_per_s", "throughput", max), ("lat_p50_ns", "latency", min)))
            rates = self.some(source)
            race = race_of(rates, column=better[0], kind=better[1])
            medians = {impl: entry.estimate.median for entry in race.entries for impl in [entry.contender[0]]}
            best = better[2](medians, key=medians.get)
            self.assertTrue(races.verdict(race).startswith(label(best)), (turn, races.verdict(race)))

    def test_who_is_ahead_of_ours_is_named_in_the_verdict_and_listed(self):
        source = random.Random(2)
        lost = 0
        for _ in range(500):
            race = race_of(self.some(source))
            ours, first = races.ours_of(race), race.entries[0]
            if ours is None or is_ours(first.contender[0]):
                self.assertEqual(races.lost([race]), [])
                continue
            self.assertIn(label(*ours.contender), races.verdict(race))
            certain = races.told_apart(races.speed_ratio(race, first, ours))
            if certain == 1 or (certain is None and first.estimate.median >= 1.05 * ours.estimate.median):
                lost += 1
                self.assertEqual(races.lost([race]), [race])
                line, *_ = needs.loss_rows({"lock_contention": support_answer(race)})
                self.assertTrue(line[1].startswith(label(*races.ahead_of_ours(race)[0].contender)))
        self.assertGreater(lost, 50)

    def test_no_claim_without_six_launches(self):
        source = random.Random(3)
        for _ in range(300):
            race = race_of(self.some(source))
            for one in race.entries[1:]:
                text = races.sureness(race, race.entries[0], one)
                self.assertEqual(text.startswith("preliminary"), race.entries[0].estimate.n < 6, text)


def support_answer(race):
    from answers import answer
    return answer.Answer("", [], [], [("threads", race)])


class Verdicts(unittest.TestCase):
    def verdict(self, rates, **more):
        return races.verdict(race_of(rates, **more))

    def test_a_win_of_ours_is_measured_against_the_best_other(self):
        self.assertEqual(self.verdict({"lock": [200, 210] * 3, "rlock": [190] * 6, "std_mutex": [100, 105] * 3}),
                         "gilfree Lock is the fastest with 205/s; 2.0 times (2.0 to 2.0) as fast as std::mutex (102/s)")

    def test_a_loss_of_ours_is_said_as_plainly(self):
        self.assertEqual(self.verdict({"lock": [100] * 6, "std_mutex": [160] * 6}),
                         "std::mutex is the fastest with 160/s; 1.60 times (1.60 to 1.60) as fast as gilfree Lock (100/s)")

    def test_less_is_better_of_a_latency(self):
        self.assertEqual(self.verdict({"lock": [300], "std_mutex": [100]}, column="lat_p50_ns", kind="latency"),
                         "std::mutex leads with 100 ns; 3.0 times as fast as gilfree Lock (300 ns), preliminary")

    def test_what_cannot_be_told_apart_is_not_called_equal_nor_faster(self):
        text = self.verdict({"lock": [100, 99, 101, 100, 98, 103], "std_mutex": [101, 98, 100, 101, 99, 101]})
        self.assertIn("has the best median", text)
        self.assertIn("not told apart from", text)
        self.assertNotIn("fastest", text)

    def test_a_small_lead_without_an_interval_is_none(self):
        self.assertEqual(self.verdict({"lock": [102], "std_mutex": [100]}),
                         "gilfree Lock has the best median, 102/s; not told apart from std::mutex (100/s): 1.02 times")

    def test_a_winner_that_burns_its_core_is_named_first_and_then_the_best_that_blocks(self):
        self.assertEqual(self.verdict({"lock": [100], "tbb_spin_mutex": [160], "std_mutex": [80]}),
                         "tbb::spin_mutex (yields while it waits) leads with 160/s; 1.60 times as fast as gilfree "
                         "Lock (100/s), preliminary. Of those to pick, gilfree Lock leads with 100/s; 1.25 times as fast as "
                         "std::mutex (80/s), preliminary")

    def beside_spinning(self, rates, spinning, **more):
        """The verdict of rates, and beside them a variant of ours that only spins."""
        (race,) = races.races_of(rows_of(rates, **more) + rows_of({"lock": spinning}, wait="spin", **more))
        return races.verdict(race)

    def test_where_a_variant_of_ours_that_only_spins_is_ahead_the_sentence_says_whom_it_speaks_of(self):
        rates, rest = {"lock": [100] * 6, "std_mutex": [50] * 6}, "; 2.0 times (2.0 to 2.0) as fast as std::mutex (50/s)"
        self.assertEqual(self.beside_spinning(rates, [120] * 6),
                         "gilfree Lock is the fastest with 100/s, of those that do not only spin" + rest)
        self.assertEqual(self.beside_spinning(rates, [90] * 6), "gilfree Lock is the fastest with 100/s" + rest)
        for spinning, said in ((80, "gilfree Lock has the best median, 100 ns, of those that do not only spin; not told apart from"),
                               (120, "gilfree Lock has the best median, 100 ns; not told apart from")):
            text = self.beside_spinning({"lock": [100] * 6, "std_mutex": [102] * 6}, [spinning] * 6, column="lat_p50_ns", kind="latency")
            self.assertEqual(text[:len(said)], said)

    def test_also_of_a_leader_that_burns_its_core_itself_but_not_of_those_to_pick(self):
        text = self.beside_spinning({"lock": [100], "tbb_spin_mutex": [160], "std_mutex": [80]}, [170])
        self.assertEqual(text, "tbb::spin_mutex (yields while it waits) leads with 160/s, but for a variant of gilfree that only spins; "
                               "1.60 times as fast as gilfree Lock (100/s), preliminary. Of those to pick, gilfree Lock leads with 100/s; "
                               "1.25 times as fast as std::mutex (80/s), preliminary")

    def test_one_launch_leads_no_verdict_that_can_rest_on_enough(self):
        firm = {"lock": [100] * 6, "std_mutex": [50] * 6}
        said = "gilfree Lock is the fastest with 100/s; 2.0 times (2.0 to 2.0) as fast as std::mutex (50/s)"
        self.assertEqual(self.verdict({**firm, "tbb_mutex": [40]}), said)
        self.assertEqual(self.verdict({**firm, "tbb_mutex": [160]}), said + "; preliminary: tbb::mutex showed 160/s in 1 launch")
        self.assertEqual(self.verdict({**firm, "tbb_mutex": [160] * 5, "absl_mutex": [170], "rlock": [110]}),
                         said + "; preliminary: absl::Mutex showed 170/s in 1 launch, 2 more are ahead too")
        self.assertEqual(self.verdict({**firm, "tbb_mutex": [160], "absl_mutex": [170]}),
                         said + "; preliminary: absl::Mutex showed 170/s in 1 launch, 1 more is ahead too")

    def test_but_what_is_behind_the_first_is_compared_however_often_it_was_measured(self):
        self.assertEqual(self.verdict({"lock": [100] * 6, "std_mutex": [50] * 6, "tbb_mutex": [80]}),
                         "gilfree Lock leads with 100/s; 1.25 times as fast as tbb::mutex (80/s), preliminary")
        self.assertIn("not told apart from tbb::mutex (99/s)",
                      self.verdict({"lock": [100] * 6, "std_mutex": [50] * 6, "tbb_mutex": [99]}))

    def test_one_launch_of_ours_hides_no_certain_loss(self):
        race = race_of({"tbb_mutex": [200] * 6, "lock": [100] * 6, "rlock": [210]})
        self.assertEqual(races.lost([race]), [race])

    def test_enough_launches_of_ours_alone_decide_nothing(self):
        self.assertTrue(self.verdict({"lock": [100] * 6, "rlock": [90] * 6, "std_mutex": [300] * 5}).startswith("std::mutex leads"))

    def test_also_where_it_is_ahead_of_what_may_be_picked_alone(self):
        text = self.verdict({"lock": [100] * 6, "tbb_spin_mutex": [160] * 6, "std_mutex": [80] * 6, "tbb_mutex": [120]})
        self.assertIn("Of those to pick, gilfree Lock is the fastest with 100/s;", text)
        self.assertTrue(text.endswith("; preliminary: tbb::mutex showed 120/s in 1 launch"), text)

    def test_without_two_that_have_enough_or_without_enough_of_ours_all_are_compared(self):
        self.assertTrue(self.verdict({"lock": [100] * 6, "std_mutex": [160] * 5}).startswith("std::mutex leads with 160/s;"))
        self.assertTrue(self.verdict({"lock": [100], "std_mutex": [80] * 6, "tbb_mutex": [70] * 6}).startswith("gilfree Lock leads"))

    def test_one_alone_is_not_the_fastest(self):
        self.assertEqual(self.verdict({"lock": [100]}), "gilfree Lock: 100/s; nothing else was measured beside it")
        self.assertEqual(self.beside_spinning({"lock": [100]}, [90]),
                         "gilfree Lock: 100/s; nothing else was measured beside it but a variant that only spins")

    def test_without_ours_the_next_is_named(self):
        self.assertIn("2.0 times as fast as std::mutex", self.verdict({"std_mutex": [100], "tbb_mutex": [200]}))

    def test_one_that_moved_nothing_gives_no_ratio(self):
        self.assertIn("std::mutex moved nothing", self.verdict({"lock": [100], "std_mutex": [0]}))

    def test_the_fastest_is_told_apart_from_each_other_also_of_ours(self):
        text = self.verdict({"lock": [100, 99, 101, 100, 98, 103], "rlock": [99, 100, 100, 101, 99, 98], "std_mutex": [50] * 6})
        self.assertRegex(text, "^gilfree Lock has the best median, 100/s; not told apart from gilfree RLock .*; 2.0 times .* std::mutex")

    def test_a_ratio_lies_in_its_interval_also_where_launches_fall_into_two_groups(self):
        race = race_of({"lock": [100, 100, 100, 40, 40, 40], "std_mutex": [100, 99, 98, 97, 42, 41]})
        ratio = races.speed_ratio(race, *race.entries)
        self.assertTrue(ratio.low <= ratio.value <= ratio.high, ratio)
        self.assertAlmostEqual(abs(1 - ratio.value), 0, delta=0.05)  # that of the two medians is 0.7


class Grouping(unittest.TestCase):
    def test_only_cases_of_one_setting_are_compared(self):
        rows = rows_of({"lock": [1], "std_mutex": [2]}) + rows_of({"lock": [3]}, parties="4")
        self.assertEqual([len(race.entries) for race in races.races_of(rows)], [2, 1])

    def test_threads_come_before_processes_and_numbers_in_their_order(self):
        rows = [row for parties in ("16", "2") for scope in ("process", "thread")
                for row in rows_of({"lock": [1]}, parties=parties, scope=scope)]
        found = [(race.entries[0].rows[0]["scope"], race.entries[0].rows[0]["parties"]) for race in races.races_of(rows)]
        self.assertEqual(found, [("thread", "2"), ("thread", "16"), ("process", "2"), ("process", "16")])

    def test_our_variant_that_spins_is_not_ours_own_way_of_waiting(self):
        rows = rows_of({"lock": [1], "std_mutex": [2]}) + rows_of({"lock": [9]}, wait="spin")
        (race,) = races.races_of(rows)
        self.assertEqual(races.ours_of(race).estimate.median, 1)

    def test_what_a_row_is_about_decides_the_metric(self):
        rate, wait = (Row({"metric_kind": kind, "ops_per_s": "5", "lat_p50_ns": "9"}) for kind in ("throughput", "latency"))
        self.assertEqual((races.metric_of([rate]), races.metric_of([wait])), (races.RATE, races.P50))
        self.assertEqual(races.metric_of([Row({"metric_kind": "latency", "lat_mean_ns": "9"})]), races.MEAN)
        self.assertEqual(races.metric_of([Row({"metric_kind": "latency"})]), races.P50)


class Lost(unittest.TestCase):
    def test_a_lead_too_small_to_notice_is_no_loss(self):
        self.assertEqual(races.lost([race_of({"lock": [100] * 6, "std_mutex": [104] * 6})]), [])
        self.assertEqual(races.lost([race_of({"lock": [100], "std_mutex": [104]})]), [])

    def test_a_second_that_is_certainly_ahead_counts_where_the_first_is_not(self):
        race = race_of({"lock": [100] * 6, "std_mutex": [1, 2, 500, 500, 500, 500], "tbb_mutex": [200] * 6})
        self.assertEqual([label(*entry.contender) for entry in races.ahead_of_ours(race)], ["tbb::mutex"])


if __name__ == "__main__":
    unittest.main()
