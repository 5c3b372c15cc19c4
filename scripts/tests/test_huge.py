"""A huge run: 1,000 cases of 100 launches are reported, in a page that a browser opens."""

import itertools
import os
import unittest

import support


class Huge(unittest.TestCase):
    def test_a_hundred_thousand_rows_are_reported_in_a_page_of_a_few_megabytes(self):
        with support.fixture_run() as run:
            for scenario, impl, launch in itertools.product(range(10), range(100), range(1, 101)):
                run.row("s%d/impl:i%d" % (scenario, impl), launch, scenario="s%d" % scenario, impl="i%d" % impl,
                        metric_kind="throughput", ops_per_s=1000 * (impl + 1) + launch)
            run.write()
            code, out, err = support.report(run.folder)
            self.assertEqual((code, err, out.count("\n")), (0, "", 10))
            self.assertLess(os.path.getsize(run.path("report.html")), 5e6)


if __name__ == "__main__":
    unittest.main()
