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

    def test_what_chance_may_explain_is_measured_until_it_may_not(self):
        for side in "ab":
            self.side(side)
            with open(self.path(side + ".lists"), "w", encoding="ascii") as file:
                file.write('["noisy", "same", "slightly"]')
        result = self.run_it(["ab", "--a", self.path("a"), "--b", self.path("b"), "--rounds", "8", "--time-budget", "10m",
                              "--out", self.path("out"), "-q"])
        self.assertEqual(result.code, 1, result)
        found = {row["case"]: (row["verdict"], row["rounds"]) for row in self.rows(name="compare.csv")}
        # Nine signs of ten are told from chance alone (p = 0.021), but not among three cases (0.064); those of 20 are.
        self.assertEqual(found, {"same": ("same", "6"), "slightly": ("worse", "20"), "noisy": ("undecided", "40")})

    def test_nothing_judged_is_an_error_in_each_format(self):
        for side in "ab":
            self.side(side)
        for form, said in (("junit", ' name="the comparison as a whole"><error message="nothing was judged: '),
                           ("github", "\n::error title=incomparable::the comparison as a whole: nothing was judged: ")):
            result = self.run_it(["ab", "--a", self.path("a"), "--b", self.path("b"), "--rounds", "3", "--out", self.path(form), "-q",
                                  "--format", form])
            self.assertEqual(result.code, 4, result)
            self.assertIn(said, result.out)


if __name__ == "__main__":
    unittest.main()
