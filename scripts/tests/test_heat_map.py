"""Heat maps: latency over the time of a run, window by window."""

import os
import re
import unittest
from unittest import mock

import support
from data.run_folder import read_run, read_windows
from figures import heat_map

NEED = "Ask another process and wait for the answer (64 B)"


def fill(run, launches=8, stall=None):
    """Round trips of a Pipe and of pipe(2); in launch `stall` of the Pipe one took a second."""
    for impl, p50 in (("pipe", 200), ("pipe2", 2000)):
        run.round_trips(impl, [p50] * launches)
    for order, row in enumerate(run.samples):
        row.update(order_index=len(run.samples) - order, ts_start_utc="2026-11-29T10:%02d:00.000Z" % (59 - order))
        if stall and row["impl"] == "pipe" and int(row["launch"]) == stall:
            run.bucket(row["case"], stall, 10**9, 1)
    run.facts["started_utc"] = "2026-11-29T10:00:00.000Z"


class HeatMaps(unittest.TestCase):
    def draw(self, **how):
        with support.fixture_run() as run:
            fill(run, **how)
            run.write()
            facts, rows = read_run(run.folder)
            paths = heat_map.draw_needs(run.folder, facts, rows)
            return {os.path.basename(path)[:-4]: (run.read("plots/" + os.path.basename(path)), run.read(
                "plots/%s.csv" % os.path.basename(path)[:-4])) for path in paths}

    def test_gilfrees_best_and_the_next_to_pick_have_one_each(self):
        self.assertEqual(sorted(name.rsplit("_", 1)[-1] for name in self.draw()), ["2", "pipe"])

    def test_threads_and_processes_have_one_scale(self):
        with support.fixture_run() as run, mock.patch.object(heat_map, "draw_map") as drawn:
            for impl, scope, p50 in (("thread", "thread", 30000), ("process", "process", 900000)):
                run.start_join(impl, scope, 0, [p50] * 6)
            for row in run.samples:
                run.bucket(row["case"], row["launch"], row["lat_p50_ns"], 500)
            run.write()
            heat_map.draw_needs(run.folder, *read_run(run.folder))
        (first, *others) = ((call.args[5], call.args[6]) for call in drawn.call_args_list)
        self.assertEqual(others, [first])
        self.assertLess(first[0][0] * 20, first[0][1])
        self.assertIn("the same scale", first[1])

    def test_each_window_is_a_column_and_its_shares_are_one_in_all(self):
        for _, table in self.draw().values():
            shares = {}
            for line in table.splitlines()[1:]:
                cells = line.split(",")
                shares[cells[2]] = shares.get(cells[2], 0) + float(cells[-1])
            self.assertEqual(len(shares), 8)
            self.assertTrue(all(abs(share - 1) < 1e-9 for share in shares.values()), shares)

    def test_columns_follow_the_order_of_the_run_and_say_when_they_began(self):
        for _, table in self.draw().values():
            since = [float(line.split(",")[4]) for line in table.splitlines()[1:]]
            self.assertEqual(since, sorted(since))
            self.assertEqual(since[0] % 60, 0)

    def test_a_stall_is_named_with_its_window(self):
        picture, _ = next(each for name, each in self.draw(stall=3).items() if name.endswith("pipe"))
        self.assertEqual(re.findall("the longest, (.*?)[.]<", picture)[0], "1 s, came in window 6")  # the run made launch 8 first

    def test_each_column_says_when_it_began_where_there_is_room_else_every_so_many_th(self):
        for launches, wanted in ((6, 6), (24, None)):
            for picture, _ in self.draw(launches=launches).values():
                labels = re.findall(r">(\d+):(\d\d)</text>", picture)
                starts = [60 * int(minutes) + int(seconds) for minutes, seconds in labels]
                self.assertIn(len(starts), (wanted,) if wanted else range(3, 12))
                self.assertEqual(len({there - here for here, there in zip(starts, starts[1:])}), 1, starts)

    def test_the_caption_says_that_both_maps_of_a_need_have_one_scale(self):
        for picture, _ in self.draw().values():
            self.assertIn("the same scale as in the figures beside it", " ".join(re.findall(r"<text[^>]*>([^<]*)", picture)))

    def test_few_windows_have_no_map(self):
        self.assertEqual(self.draw(launches=heat_map.FEWEST - 1), {})

    def test_a_bin_holds_what_its_edges_say(self):
        for ns in (1, 7, 99.5, 100, 12345.6, 9e9):
            place = heat_map.bin_of(ns)
            self.assertLessEqual(heat_map.edge_of(place), ns * (1 + 1e-12))
            self.assertGreater(heat_map.edge_of(place + 1), ns)

    def test_neighbours_of_one_level_are_one_box(self):
        windows = [heat_map.Window(1, 1, 0, {3: 0.4, 4: 0.4, 6: 0.1999, 7: 0.0001}, 1, 1)]
        self.assertEqual(heat_map.boxes_of(windows), {4: [(0, 3, 4)], 3: [(0, 6, 6)], 0: [(0, 7, 7)]})

    def test_windows_of_a_launch_are_kept_apart(self):
        with support.fixture_run() as run:
            run.round_trips("pipe", [200])
            run.write()
            windows = read_windows(run.folder)[run.samples[0]["case"]]
            self.assertEqual(list(windows), [(1, 1)])


if __name__ == "__main__":
    unittest.main()
