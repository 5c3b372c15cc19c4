"""Exports: what other tools read obeys their rules, and holds the medians of the launches."""

import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

from support import ROOT, SCRIPTS, example_under, fixture_run

KEYS = {"name", "run_name", "run_type", "repetitions", "repetition_index", "threads", "iterations",
        "real_time", "cpu_time", "time_unit", "family_index", "per_family_instance_index"}

COMPARE = "/usr/share/benchmark/compare.py"  # of Debian's libbenchmark-tools
EXPORT = (sys.executable, "-I", os.path.join(SCRIPTS, "export.py"))


class Export(unittest.TestCase):
    def setUp(self):
        context = fixture_run()
        run = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        run.throughput("pipe", 64, [1e6, 2e6, 3e6])
        run.throughput("queue", 64, [4e6, 4e6, 4e6])
        run.skipped("posix_mq", 65536, "message \x01 too <long>")
        run.write()
        self.folder, self.run_ = run.folder, run

    def export(self, *words, code=0):
        result = subprocess.run([*EXPORT, *words], capture_output=True, text=True, check=False)
        self.assertEqual(result.returncode, code, result.stderr)
        return result.stderr

    def read(self, name):
        with open(os.path.join(self.folder, name), encoding="utf-8") as file:
            return file.read()

    def loaded(self, name):
        def refuse(word):
            self.fail("%s is no JSON" % word)  # NaN, Infinity

        return json.loads(self.read(name), parse_constant=refuse)

    def change_facts(self, change):
        facts = json.loads(self.read("run.json"))
        change(facts)
        with open(os.path.join(self.folder, "run.json"), "w", encoding="utf-8") as file:
            json.dump(facts, file)

    def edit(self, name, old, new):
        text = self.read(name)
        self.assertIn(old, text)
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text.replace(old, new))

    def test_3_and_the_line_for_a_row_that_is_damaged(self):
        self.edit("samples.csv", "2000000.0", "5e-324")
        said = self.export(self.folder, code=3)
        self.assertRegex(said, r"export.py: samples.csv, line \d+: ops_per_s is '5e-324', not a number; the row is left out\n")
        self.assertEqual({each["name"] for each in self.loaded("gha.json")}, {each["run_name"] for each in self.loaded("bench.json")["benchmarks"]})

    def test_buckets_without_a_count_or_with_one_that_cannot_be_are_left_out_and_named(self):
        path = os.path.join(self.folder, "hist.csv")
        for count in ("0", "9" * 400):
            with self.subTest(count[:3]):
                with open(path, encoding="utf-8") as file:
                    header = file.readline()
                with open(path, "w", encoding="utf-8") as file:
                    cells = {"case": "a/b", "launch": "1", "repetition": "1", "bucket_lo_ns": "1", "bucket_hi_ns": "9", "count": count}
                    file.write(header + ",".join(cells.get(name, "") for name in header.strip().split(",")) + "\n")
                self.assertIn("hist.csv, line 2: is not a bucket", self.export(self.folder, "hgrm", code=3))

    def test_files_of_an_earlier_export_do_not_stay(self):
        os.makedirs(os.path.join(self.folder, "hgrm"))
        for name in ("old.hgrm", "notes.txt"):
            open(os.path.join(self.folder, "hgrm", name), "w", encoding="ascii").close()
        self.export(self.folder, "hgrm")
        self.assertEqual([name for name in os.listdir(os.path.join(self.folder, "hgrm")) if name in ("old.hgrm", "notes.txt")], ["notes.txt"])

    def test_a_date_that_is_no_text_is_written_as_one(self):
        self.change_facts(lambda facts: facts.update(started_utc=float("nan")))
        self.export(self.folder)
        self.assertEqual(self.loaded("bench.json")["context"]["date"], "nan")

    def test_a_run_that_was_cut_short_is_exported_and_that_is_said(self):
        self.change_facts(lambda facts: facts.pop("finished_utc"))
        self.assertIn("The run was cut short", self.export(self.folder, code=3))
        self.assertEqual(self.whole_run(), [("1", "The run was cut short: this is what it had measured until then.")])

    def test_a_run_that_measured_nothing_is_an_error_in_junit_and_ends_with_3(self):
        _, rows = self.read("samples.csv").split("\n", 1)
        self.edit("samples.csv", rows, "")
        self.assertIn("The run measured nothing", self.export(self.folder, code=3))
        self.assertEqual(self.whole_run(), [("1", "The run measured nothing.")])

    def whole_run(self):
        """[(errors of the suite, message of the error)] of junit.xml."""
        suite = xml.etree.ElementTree.fromstring(self.read("junit.xml"))[0]
        return [(suite.get("errors"), error.get("message")) for error in suite.iter("error")]

    def test_2_and_what_to_give_instead_for_what_ab_and_aa_wrote(self):
        with tempfile.TemporaryDirectory() as folder:
            for file, said in (("aa.jsonl", "`bench-all aa` wrote it: its trials are there"),
                               ("aa.json", "`bench-all aa` wrote it: its rates are there and in aa.md"),
                               ("ab.jsonl", "`bench-all ab` wrote it: go on with it by `bench-all ab ... --resume`, which writes "
                                            "compare.json and compare.csv"),
                               ("compare.json", "`bench-all ab` wrote it: its rows are there and in compare.csv, and `bench-all ab "
                                                "--format junit|github|md` prints them")):
                with self.subTest(file):
                    with open(os.path.join(folder, file), "w", encoding="utf-8"):
                        pass
                    self.assertEqual(self.export(folder, code=2), "export.py: %s: %s; name a folder that `bench-all run` wrote\n"
                                     % (folder, said))

    def test_google_benchmark_has_an_entry_for_each_launch_with_the_keys_that_compare_py_sorts_by(self):
        self.export(self.folder, "gbench")
        whole = self.loaded("bench.json")
        self.assertEqual(set(whole), {"context", "benchmarks"})
        self.assertEqual(whole["context"]["json_schema_version"], 1)
        self.assertEqual(whole["context"]["caches"], [])
        entries = whole["benchmarks"]
        self.assertEqual(len(entries), 6)
        for entry in entries:
            self.assertEqual(KEYS - set(entry), set())
        pipe = [entry for entry in entries if entry["items_per_second"] < 4e6]
        self.assertEqual(len({entry["name"] for entry in pipe}), 1)
        self.assertEqual([entry["real_time"] for entry in pipe], [1e9 / 1e6, 1e9 / 2e6, 1e9 / 3e6])
        self.assertEqual([entry["repetition_index"] for entry in pipe], [0, 1, 2])

    def test_a_contender_of_a_scenario_is_a_family_and_its_cases_are_numbered_in_it(self):
        self.run_.throughput("pipe", 1024, [5e6])
        self.run_.lock("lock", 2, [1e6])
        self.run_.write()
        self.export(self.folder, "gbench")
        places = {entry["name"]: (entry["family_index"], entry["per_family_instance_index"])
                  for entry in self.loaded("bench.json")["benchmarks"]}
        found = {tuple(re.split("[:/]", name)[2:5:2] if "bytes" in name else ["lock"]): place for name, place in places.items()}
        self.assertEqual(found, {("pipe", "64"): (0, 0), ("queue", "64"): (1, 0), ("pipe", "1024"): (0, 1), ("lock",): (2, 0)})

    def test_real_time_is_that_of_the_rate_and_the_cpu_time_of_all_parties_may_exceed_it(self):
        self.run_.queue_around("queue", "thread", 2, [1e6], cpu=1500)
        self.run_.write()
        self.export(self.folder, "gbench")
        entries = [entry for entry in self.loaded("bench.json")["benchmarks"] if entry["name"].startswith("producer_consumer")]
        self.assertEqual([(entry["real_time"], entry["cpu_time"], entry["time_unit"]) for entry in entries], [(1000, 1500, "ns")])

    def test_what_is_not_known_is_left_out_and_a_known_governor_is_told(self):
        known = {"date", "executable", "caches", "json_schema_version", "run_id", "git_sha"}
        for host, environment, more in (({}, {"governor": None}, {}), ({"cpus": 2}, {"governor": "performance"}, {
                "num_cpus": 2, "cpu_scaling_enabled": False}), ({"cpus": 2}, {"governor": "powersave"}, {
                "num_cpus": 2, "cpu_scaling_enabled": True})):
            self.run_.facts.update(host=host, environment=environment)
            self.run_.write()
            self.export(self.folder, "gbench")
            context = self.loaded("bench.json")["context"]
            self.assertEqual(set(context), known | set(more))
            self.assertEqual({name: context[name] for name in more}, more)

    def test_github_action_benchmark_and_bencher_have_the_median(self):
        self.export(self.folder, "gha", "bmf")
        value = {entry["name"]: entry["value"] for entry in self.loaded("gha.json")}
        self.assertEqual(sorted(value.values()), [2e6, 4e6])
        for entry in self.loaded("gha.json"):
            self.assertEqual(set(entry), {"name", "unit", "value", "range", "extra"})
        bmf = self.loaded("bmf.json")
        self.assertEqual({name: each["throughput"]["value"] for name, each in bmf.items()}, value)
        throughput = [each["throughput"] for each in bmf.values()]
        self.assertIn({"value": 2e6, "lower_value": 1e6, "upper_value": 3e6}, throughput)

    def test_junit_is_xml_that_names_what_was_skipped(self):
        self.export(self.folder, "junit")
        suite = xml.etree.ElementTree.fromstring(self.read("junit.xml").encode())[0]
        self.assertEqual((suite.get("tests"), suite.get("failures"), suite.get("skipped")),
                         ("3", "0", "1"))
        self.assertEqual(suite.find("testcase/skipped").get("message"),
                         "skipped: message ? too <long>")

    @unittest.skipUnless(importlib.util.find_spec("junitparser"), "no junitparser here (python3-junitparser)")
    def test_junitparser_reads_each_case_and_why_it_failed(self):
        import junitparser

        name = 'odd/na\x02me<&"|'
        for launch, status, error in ((1, "skipped", "not here"), (2, "hung", "100 % \x1b[1m")):
            self.run_.row(name, launch, scenario="odd\x03", impl="odd", status=status, error=error)
        self.run_.write()
        self.export(self.folder, "junit")
        suites = list(junitparser.JUnitXml.fromfile(os.path.join(self.folder, "junit.xml")))
        self.assertEqual([(suite.tests, suite.failures, suite.skipped) for suite in suites], [(4, 1, 1)])
        odd = list(suites[0])[-1]
        self.assertEqual((odd.name, odd.classname), ('odd/na?me<&"|', "odd?"))
        self.assertEqual([(type(each).__name__, each.message) for each in odd.result],
                         [("Failure", "hung: 100 % ?[1m")])

    def test_a_case_of_which_a_launch_failed_has_no_number_and_is_named_and_hgrm_has_its_good_launches(self):
        name = self.run_.channel("pipe", 64, "throughput", 4, status="failed", error="3 payloads\narrived wrong", ops_per_s=9e6)
        for launch, low in ((1, 100), (4, 9000)):
            self.run_.bucket(name, launch, low, 10)
        self.run_.write()
        self.assertEqual(self.export(self.folder), "export.py: not in gbench gha bmf, since launches failed: %s (failed: 3 payloads?"
                                                   "arrived wrong)\n" % name)
        good = self.run_.channel("queue", 64, "throughput", 9)
        self.assertEqual([entry["name"] for entry in self.loaded("gha.json")], [good])
        self.assertEqual(list(self.loaded("bmf.json")), [good])
        self.assertEqual({entry["name"] for entry in self.loaded("bench.json")["benchmarks"]}, {good})
        suite = xml.etree.ElementTree.fromstring(self.read("junit.xml").encode())[0]
        self.assertEqual(suite.get("failures"), "1")
        (file,) = os.listdir(os.path.join(self.folder, "hgrm"))
        self.assertIn("Total count    =           10", self.read(os.path.join("hgrm", file)))
        self.assertEqual(self.export(self.folder, "junit", "hgrm"), "")

    def test_the_example_of_the_readme_is_one_format_more(self):
        with open(os.path.join(SCRIPTS, "export.py"), encoding="utf-8") as file:
            text = file.read()
        self.assertEqual(text.count("\nFORMATS = "), 1)
        with tempfile.TemporaryDirectory() as scripts:
            os.symlink(os.path.join(SCRIPTS, "data"), os.path.join(scripts, "data"))
            command = os.path.join(scripts, "export.py")
            with open(command, "w", encoding="utf-8") as file:
                file.write(text.replace("\nFORMATS = ", "\n" + example_under("Adding an export format") + "\nFORMATS = "))
            self.run_.channel("queue", 64, "throughput", 4, status="failed", error="it broke")
            self.run_.write()
            done = subprocess.run([sys.executable, "-I", "-B", command, self.folder, "tsv"], capture_output=True, text=True,
                                  check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("not in tsv, since launches failed: ", done.stderr)
        header, row = self.read("rates.tsv").splitlines()
        self.assertEqual((header, row.split("/")[:2], row.split("\t")[1]),
                         ("case\tops_per_s", ["pipe_vs_queue", "channel:pipe"], "2e+06"))

    def test_each_format_is_in_the_help_and_in_the_page_of_the_harness(self):
        spec = importlib.util.spec_from_file_location("export", os.path.join(SCRIPTS, "export.py"))
        export = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(export)
        with open(os.path.join(ROOT, "harness", "README.md"), encoding="utf-8") as file:
            page = file.read().split("\n## For other tools")[1].split("\n## ")[0]
        for text in (export.__doc__, page):
            formats = re.findall(r"^\| (\w+) \| ", text, re.M)
            self.assertEqual([name for name in formats if name != "format"], list(export.FORMATS))

    def test_nothing_else_is_written_and_a_mistake_is_one_line(self):
        before = set(os.listdir(self.folder))
        self.export(self.folder, "gha")
        self.assertEqual(set(os.listdir(self.folder)) - before, {"gha.json"})
        self.assertEqual(self.export(self.folder, "xls", code=2),
                         "export.py: there is no format 'xls'; choose of gbench gha bmf junit hgrm\n")
        self.assertEqual(self.export("/nowhere", code=2).count("\n"), 1)

    def test_an_output_that_cannot_be_written_is_one_line_and_7(self):
        for arguments in ((), ("--help",)):
            with open("/dev/full", "w", encoding="utf-8") as full:
                done = subprocess.run([*EXPORT, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
            self.assertEqual((done.returncode, done.stderr), (7, "export.py: cannot write: No space left on device\n"))
        done = subprocess.run([*EXPORT, "--help"], stderr=subprocess.PIPE, text=True, check=False,
                              preexec_fn=lambda: os.close(1))
        self.assertEqual((done.returncode, done.stderr), (7, "export.py: cannot write: standard output is closed\n"))

    @unittest.skipUnless(os.path.exists(COMPARE), "no compare.py here (libbenchmark-tools)")
    def test_compare_py_of_google_benchmark_reads_it(self):
        self.export(self.folder, "gbench")
        file = os.path.join(self.folder, "bench.json")
        result = subprocess.run([sys.executable, COMPARE, "--no-color", "benchmarks", file, file],
                                capture_output=True, text=True, check=False)
        if "No module named" in result.stderr:
            self.skipTest("compare.py lacks its modules (python3-scipy)")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn(self.loaded("bench.json")["benchmarks"][0]["name"], result.stdout)


if __name__ == "__main__":
    unittest.main()
