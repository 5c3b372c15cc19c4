"""Tables: a reason for each cell without a value, launches and noise in each row, no column of nothing."""

import unittest

import support  # noqa: F401, finds the scripts
from data.races import races_of
from data.run_folder import Row
from answers import tables
from support import dicts


def row(impl, launch=1, **cells):
    return Row({"scenario": "lock_contention", "impl": impl, "interpreter": "", "case": impl, "launch": str(launch),
                "status": "ok", "metric_kind": "throughput", "scope": "thread", "parties": "2", **{
                    name: str(value) for name, value in cells.items()}})


def six(impl, rate, **cells):
    return [row(impl, launch, ops_per_s=rate * (1 + launch / 100), **cells) for launch in range(1, 7)]


class Cases(unittest.TestCase):
    def table(self, rows):
        (found,) = tables.tables_of(rows)
        return found

    def test_the_best_of_a_setting_is_on_top_and_the_others_are_measured_by_it(self):
        found = dicts(self.table(six("lock", 100) + six("std_mutex", 200)))
        self.assertEqual([line["contender"] for line in found], ["std::mutex", "gilfree Lock"])
        self.assertEqual([line["of the fastest"] for line in found], ["fastest", "0.50"])

    def test_each_row_says_how_many_launches_it_has_and_how_noisy_they_are(self):
        wild = [row("std_mutex", launch, ops_per_s=value) for launch, value in enumerate((1, 5, 9, 2, 7, 4), start=1)]
        found = dicts(self.table(six("lock", 100) + wild + [row("tbb_mutex", ops_per_s=50)]))
        self.assertEqual([(line["launches"], line["noise"].split()[-1]) for line in found],
                         [("6", "%"), ("1", "none"), ("6", "noisy")])

    def test_what_was_measured_and_has_no_such_value_has_a_row_and_a_reason(self):
        rows = [row(impl, launch, metric_kind="latency", mode="round_trip", **({"lat_p50_ns": 5} if impl != "rlock" else {"lat_mean_ns": 9}))
                for impl in ("lock", "std_mutex", "tbb_mutex", "rlock") for launch in range(1, 7)]
        found = self.table(rows)
        self.assertEqual(len(found.rows), 4)
        line = dicts(found)[-1]
        self.assertEqual((line["contender"], line["p50"]), ("gilfree RLock", "none"))
        self.assertIn("needs more operations", found.notes[line["p50"].notes[0] - 1])

    def test_contenders_are_compared_by_what_most_of_them_have(self):
        rows = [row(impl, metric_kind="latency", ops_per_s=7, **more) for impl, more in (
            ("lock", {"lat_p50_ns": 5}), ("std_mutex", {}), ("tbb_mutex", {}), ("rlock", {}))]
        self.assertEqual([line["operations/s"] for line in dicts(self.table(rows))], ["7"] * 4)

    def test_a_variant_of_ours_that_spins_has_a_row_and_is_in_no_race(self):
        rows = six("lock", 100, wait="adaptive") + six("std_mutex", 50, wait="block") + [
            row("lock", launch, case="spinning", wait="spin", ops_per_s=999) for launch in range(1, 7)]
        found = dicts(self.table(rows))
        self.assertEqual([(line["contender"], line["waits"]) for line in found], [
            ("gilfree Lock", "adaptive"), ("std::mutex", "sleeps"), ("gilfree Lock, spinning", "spins")])
        self.assertEqual(len(races_of(rows)[0].entries), 2)

    def test_a_latency_as_short_as_the_clock_says_so_also_where_it_is_what_is_compared(self):
        rows = [row(impl, launch, metric_kind="latency", lat_p50_ns=value, timer_cost_ns=30)
                for impl, value in (("lock", 55), ("std_mutex", 90)) for launch in range(1, 7)]
        found = self.table(rows)
        self.assertEqual([line["p50"].notes for line in dicts(found)], [(1,), ()])
        self.assertIn("two readings of the clock", found.notes[0])

    def test_a_cell_without_a_value_has_a_note_that_says_why(self):
        rows = six("lock", 100, lat_p50_ns=50, lat_p99_ns=90) + [row("tbb_mutex", ops_per_s=50)]
        found = self.table(rows)
        line = dicts(found)[1]
        for heading, words in (("95 % interval", "fewer than six launches"), ("p99", "needs 300"),
                               ("p50", "no latencies were recorded")):
            self.assertEqual(line[heading], "none")
            self.assertIn(words, found.notes[line[heading].notes[0] - 1])

    def test_a_column_in_which_nothing_has_a_value_is_left_out_and_that_is_said(self):
        found = self.table([row("lock", ops_per_s=5), row("std_mutex", ops_per_s=4)])
        self.assertEqual(found.header, ["contender", "operations/s", "of the fastest", "launches"])
        self.assertIn("No case has six launches: no intervals.", found.caption)

    def test_notes_of_columns_that_are_left_out_are_left_out_too(self):
        found = self.table([row("lock", ops_per_s=5, lat_p50_ns=9), row("std_mutex", ops_per_s=4)])
        self.assertEqual(found.notes, ["p50: no latencies were recorded here"])
        self.assertEqual(dicts(found)[1]["p50"].notes, (1,))

    def test_an_axis_that_does_not_vary_is_named_once(self):
        found = self.table([row("lock", ops_per_s=5, parties=2), row("lock", ops_per_s=4, parties=4)])
        self.assertIn("parties", found.header)
        self.assertNotIn("between", found.header)
        self.assertIn("In all rows: threads.", found.caption)

    def test_a_case_that_was_skipped_is_a_row_with_its_reason(self):
        found = self.table(six("lock", 100) + [row("posix_sem", status="skipped", error="no\nsuch call")])
        line = dicts(found)[1]
        self.assertEqual((line["contender"], line["operations/s"]), ("POSIX sem_t", "skipped"))
        self.assertEqual(found.notes[line["operations/s"].notes[0] - 1], "skipped: no such call")

    def test_a_skipped_case_without_a_reason_says_that(self):
        found = self.table(six("lock", 100) + [row("posix_sem", status="timeout", error="")])
        self.assertIn("timeout: no reason was recorded", found.notes)

    def test_launches_that_failed_are_noted_beside_those_that_did_not(self):
        found = self.table(six("lock", 100) + [row("lock", 7, status="failed", error="lost a message")])
        cell = dicts(found)[0]["launches"]
        self.assertEqual(cell, "6")
        self.assertEqual(found.notes[cell.notes[0] - 1], "1 launch failed: lost a message")

    def test_a_wait_as_short_as_the_clock_is_noted(self):
        found = self.table(six("lock", 100, lat_p50_ns=40, timer_cost_ns=25))
        self.assertIn("no wait", found.notes[dicts(found)[0]["p50"].notes[0] - 1])
        found = self.table(six("lock", 100, lat_p50_ns=51, timer_cost_ns=25))
        self.assertEqual(dicts(found)[0]["p50"].notes, ())

    def test_cells_sort_by_their_value_not_by_their_text(self):
        found = self.table(six("lock", 2e6) + six("std_mutex", 900e3))
        self.assertEqual([line["operations/s"] for line in dicts(found)], ["2.07 M", "932 k"])
        self.assertGreater(*(line["operations/s"].value for line in dicts(found)))

    def test_a_run_without_numbers_has_no_table(self):
        self.assertEqual(tables.tables_of([row("lock", status="skipped", error="x")]), [])


class Pivots(unittest.TestCase):
    def test_what_was_not_measured_says_why_in_its_place(self):
        rows = six("lock", 100, parties=2) + six("lock", 80, parties=4) + six("std_mutex", 50, parties=2) + [
            row("std_mutex", parties=4, status="failed", error="lost"), *six("tbb_mutex", 40, parties=2)]
        found = tables.pivot(races_of(rows), rows, "parties", "by parties")
        self.assertEqual(found.header, ["contender", "2 parties", "4 parties", "launches"])
        by_name = {line["contender"]: line["4 parties"] for line in dicts(found)}
        self.assertEqual(by_name, {"gilfree Lock": "82.8", "std::mutex": "failed", "tbb::mutex": "none"})
        reasons = [found.notes[by_name[name].notes[0] - 1] for name in ("std::mutex", "tbb::mutex")]
        self.assertEqual(reasons, ["failed: lost", "not a case of this run"])

    def test_a_size_at_which_all_were_skipped_is_a_column(self):
        rows = six("lock", 100, parties=2) + [row("lock", parties=8, status="skipped", error="no cores")]
        found = tables.pivot(races_of(rows), rows, "parties", "")
        self.assertEqual(list(dicts(found)[0].values())[1:3], ["104", "skipped"])

    def test_a_noisy_cell_is_marked(self):
        rows = [row("lock", launch, ops_per_s=value) for launch, value in enumerate((1, 5, 9, 2, 7, 4), start=1)]
        found = tables.pivot(races_of(rows), rows, "parties", "")
        self.assertTrue(dicts(found)[0]["2 parties"].endswith("~"))


if __name__ == "__main__":
    unittest.main()
