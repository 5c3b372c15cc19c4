"""The tables of a run are read alike by Python's csv, by pandas and by sqlite3."""

import importlib.util
import shutil
import subprocess
import unittest

from command import CommandTest

# Reasons with commas and quotes, words in no known encoding, and rows without most of the cells.
WORDS = ["counting", "trouble/kind:(skip|throw|latin_1|crash)", "--launches", "2", "--windows", "2",
         "--window", "5ms"]


class Readers(CommandTest):
    def setUp(self):
        super().setUp()
        self.measures(WORDS, code=3)

    def expected(self):
        """Table: how many rows it must have, by the events."""
        samples = [event for event in self.events() if event["event"] == "sample"]
        return {"samples.csv": len(samples),
                "hist.csv": sum(len(event.get("latency", ())) for event in samples)}

    def test_csv_reads_every_row_with_every_column(self):
        for name, count in self.expected().items():
            rows = self.rows(name=name)
            self.assertEqual(len(rows), count, name)
            self.assertGreater(count, 0, name)
            self.assertTrue(all(None not in row and None not in row.values() for row in rows), name)

    @unittest.skipUnless(importlib.util.find_spec("pandas"), "no pandas (python3-pandas)")
    def test_pandas_reads_as_many(self):
        import pandas

        for name, count in self.expected().items():
            table = pandas.read_csv(self.path("out", name))
            self.assertEqual(len(table), count, name)
        samples = pandas.read_csv(self.path("out", "samples.csv"))
        self.assertEqual(list(samples["ops"].dropna()),
                         [int(row["ops"]) for row in self.rows() if row["ops"]])
        self.assertIn('not on a Sunday, "they" say', set(samples["error"]))

    @unittest.skipUnless(shutil.which("sqlite3"), "no sqlite3 on the path")
    def test_sqlite_reads_as_many(self):
        for name, count in self.expected().items():
            answer = subprocess.run(
                ["sqlite3", ":memory:", ".import --csv %s rows" % self.path("out", name),
                 "select count(*) from rows"], capture_output=True, text=True, check=True)
            self.assertEqual((answer.stdout, answer.stderr), ("%d\n" % count, ""), name)

    def test_lines_end_as_everywhere_and_the_first_names_the_columns(self):
        for name in self.expected():
            with open(self.path("out", name), "rb") as file:
                text = file.read()
            self.assertNotIn(b"\r", text)
            self.assertTrue(text.endswith(b"\n"))
            self.assertTrue(text.startswith(b"schema_version,run_id," if name == "samples.csv"
                                            else b"run_id,case,"))


if __name__ == "__main__":
    unittest.main()
