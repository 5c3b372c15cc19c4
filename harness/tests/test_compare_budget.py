"""bench-all ab --time-budget: rounds go where they decide."""

import unittest

from comparing import InstantTest


class Budget(InstantTest):
    def test_rounds_go_where_they_decide_and_what_is_worse_is_still_confirmed(self):
        result = self.run_it(["ab", "--a", self.side("a"), "--b", self.side("b"), "--rounds", "8", "--time-budget", "10m",
                              "--out", self.path("out"), "-q"])
        self.assertEqual(result.code, 1, result)
        rows = {row["case"]: row for row in self.rows(name="compare.csv")}
        found = {name: (row["verdict"], row["confirmed"], row["rounds"]) for name, row in rows.items()}
        # Ten rounds tell a change of one of three cases, with up to five metrics each, from chance.
        self.assertEqual(found, {"same": ("same", "0", "6"), "slow": ("worse", "1", "10"),
                                 "noisy": ("undecided", "0", "40")})


if __name__ == "__main__":
    unittest.main()
