"""Who gets the lock: the table has a column for what was measured, and says of how many parties."""

import unittest

import support
from plot_lock_contention import answer
from run_folder import read_run


def table_of(fill):
    """[{heading: cell}] of the answer to what fill(run) puts into a run."""
    with support.fixture_run() as run:
        fill(run)
        run.write()
        found = answer(*read_run(run.folder))
    return [dict(zip(found.header, row)) for row in found.table]


class Table(unittest.TestCase):
    def test_of_two_parties_alone_it_says_two(self):
        def fill(run):
            run.lock("lock", 2, [2e6] * 6, fair=0.75, p50=200)
        self.assertEqual(table_of(fill), [{
            "contender": "gilfree Lock", "scope": "threads", "2 parties, 1/s": "2 M",
            "2 parties, fairness": "0.75", "2 parties, wait p50": "200 ns",
            "2 parties, p99": "600 ns"}])

    def test_one_party_is_not_parties(self):
        (row,) = table_of(lambda run: run.lock("lock", 1, [2e6] * 6))
        self.assertIn("1 party, 1/s", row)

    def test_as_many_with_four_as_with_two_are_shown_with_four(self):
        def fill(run):
            for parties in (1, 2, 4, 8):
                run.lock("lock", parties, [2e6] * 6, fair=parties / 10)
                run.lock("lock", parties, [2e6] * 6, "process", fair=parties / 20)
            run.lock("std_mutex", 2, [1e6] * 6)
            run.lock("std_recursive_mutex", 4, [1e6] * 6)
        cells = {(row["contender"], row["scope"]): (row["2 parties, 1/s"],
                                                    row["4 parties, fairness"])
                 for row in table_of(fill)}
        self.assertEqual(cells, {
            ("gilfree Lock", "threads"): ("2 M", "0.4"), ("std::mutex", "threads"): ("1 M", "-"),
            ("std::recursive_mutex", "threads"): ("-", "0.5"),
            ("gilfree Lock", "processes"): ("2 M", "0.2")})

    def test_a_count_that_few_were_measured_with_does_not_empty_the_column(self):
        def fill(run):
            for impl in ("lock", "rlock", "std_mutex"):
                run.lock(impl, 2, [1e6] * 6, fair=0.9)
            run.lock("lock", 4, [1e6] * 6)
        self.assertEqual([row["2 parties, fairness"] for row in table_of(fill)], ["0.9"] * 3)

    def test_of_eight_alone_it_says_eight(self):
        (row,) = table_of(lambda run: run.lock("lock", 8, [1e6] * 6, fair=0.3))
        self.assertEqual(row["8 parties, fairness"], "0.3")

    def test_nothing_measured_is_no_table(self):
        self.assertEqual(table_of(lambda run: None), [])


if __name__ == "__main__":
    unittest.main()
