"""The measured rows of pipe_vs_queue by who, how large, which mode and where.

    results = Results(rows)
    results.rate(("pipe", ""), 64)                # Estimate of messages per second
    results.launches(("pipe", ""), 64, "throughput", "ops_per_s")    # {launch: value}

Each contender in its own way of waiting: our spinning variants are other cases, left out here.
"""

import collections

import contenders
from estimate import estimate, per_launch
from run_folder import measured


class Results:
    def __init__(self, rows):
        self.case_of = {}
        self._groups = collections.defaultdict(list)
        for row in measured(rows):
            if contenders.is_ours(row["impl"]) and row["wait"] == "spin":
                continue
            key = (row["impl"], row["interpreter"], int(row["msg_bytes"]), row["mode"],
                   row["placement"])
            self._groups[key].append(row)
            self.case_of[key] = row["case"]

    def contenders(self):
        return sorted({key[:2] for key in self._groups}, key=lambda who: contenders.order(*who))

    def sizes(self, mode):
        return sorted({key[2] for key in self._groups if key[3] == mode})

    def launches(self, who, size, mode, column, placement="core"):
        return per_launch(self._groups.get((*who, size, mode, placement), []), column)

    def rate(self, who, size):
        return estimate(self.launches(who, size, "throughput", "ops_per_s").values())

    def round_trip(self, who, placement="core", column="lat_p50_ns", size=64):
        return estimate(self.launches(who, size, "ping_pong", column, placement).values())

    def by_size(self, mode, column):
        """{who: {bytes: Estimate}}, without those that are zero at every size."""
        lines = {who: {size: found for size in self.sizes(mode) if (
                     found := estimate(self.launches(who, size, mode, column).values()))}
                 for who in self.contenders()}
        return {who: points for who, points in lines.items()
                if any(point.median > 0 for point in points.values())}

    def window(self, who, size):
        """Seconds that the longest measured window of this throughput case lasted, or None."""
        rows = self._groups.get((*who, size, "throughput", "core"), [])
        return max((float(row["window_s"]) for row in rows if row.get("window_s")), default=None)
