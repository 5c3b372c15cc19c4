"""Other load (--load none,full): cases beside it are rows of their own, and never mix with those that ran alone."""

import unittest

import support
import fills
from data.run_folder import measured, read_run, without_load
from support import answered, dicts, drawn

SLOWER = 10


def channels(run):
    for impl in ("pipe", "queue", "pipe2"):
        run.throughput(impl, 64, [1e6] * 6)
        run.round_trips(impl, [500] * 6)


def beside_load(fill):
    """Fills in everything twice: alone, and beside a full load at which all take SLOWER times as long."""
    def both(run):
        fill(run)
        for row in list(run.samples):
            slow = dict(row, case=row["case"] + "/load:full", load="full")
            for column in ("ops_per_s", "bytes_per_s"):
                slow[column] = float(row[column]) / SLOWER if row.get(column) else ""
            for column in ("lat_p50_ns", "lat_p99_ns", "lat_mean_ns"):
                slow[column] = float(row[column]) * SLOWER if row.get(column) else ""
            run.samples.append(slow)
        run.histogram += [(key, case + "/load:full", *rest) for key, case, *rest in run.histogram]
    return both


class Load(unittest.TestCase):
    def test_rows_beside_a_load_count_only_where_there_are_no_others(self):
        with support.fixture_run() as run:
            beside_load(channels)(run)
            run.write()
            rows = measured(read_run(run.folder)[1])
        loaded = [row for row in rows if row["load"]]
        self.assertEqual(2 * len(without_load(rows)), len(rows))
        self.assertEqual(without_load(loaded), loaded)

    def test_the_answer_to_pipe_or_queue_is_that_of_cases_that_ran_alone(self):
        alone, both = answered(channels), answered(beside_load(channels))
        self.assertEqual(both.headline, alone.headline)
        self.assertEqual([str(row) for row in dicts(both.tables[0])], [str(row) for row in dicts(alone.tables[0])])
        self.assertEqual([each for each in both.points if each.startswith("Messages")],
                         [each for each in alone.points if each.startswith("Messages")])

    def test_sentences_and_tables_of_their_own_do_not_mix_them_either(self):
        for name in ("cpu_scaling", "single_operation"):
            alone, both = answered(fills.FILLS[name]), answered(beside_load(fills.FILLS[name]))
            self.assertEqual((both.headline, both.points), (alone.headline, alone.points), name)
            self.assertEqual([str(row) for row in dicts(both.tables[0])], [str(row) for row in dicts(alone.tables[0])], name)
        for name, words in (("lifecycle", "With "), ("pool_tasks", "50 tasks: ")):
            alone, both = ([each for each in answered(fill).points if each.startswith(words)]
                           for fill in (fills.FILLS[name], beside_load(fills.FILLS[name])))
            self.assertTrue(alone, name)
            self.assertEqual(both, alone, name)

    def test_latencies_that_are_drawn_are_of_cases_that_ran_alone(self):
        _, tables = drawn(beside_load(channels))
        curve = tables["pipe_vs_queue_percentiles_core"]
        self.assertEqual({row["impl"] for row in curve}, {"pipe", "queue", "pipe2"})


if __name__ == "__main__":
    unittest.main()
