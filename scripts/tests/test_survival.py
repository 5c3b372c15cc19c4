"""After a kill -9: what the page says is what was found, it leads to where that is said, and what is not known is called so."""

import os
import re
import unittest

import support
from data.run_folder import read_run
from answers import needs, survival
from page import outcomes


class Killed(unittest.TestCase):
    """What the page says of kill -9 is what the crash tests found."""

    # The words of a contender: rows of survivors.md (library, object).
    FOUND = {"queue": ("gilfree", "Queue"), "lock": ("gilfree", "Lock"), "semaphore": ("gilfree", "Semaphore"),
             "bounded_semaphore": ("gilfree", "BoundedSemaphore"), "event": ("gilfree", "Event"), "condition": ("gilfree", "Condition"),
             "barrier": ("gilfree", "Barrier"), "pthread_mutex_pshared": ("glibc", "mutex"), "pthread_robust": ("glibc", "robust mutex"),
             "posix_sem": ("glibc", "sem_t"), "pthread_barrier_pshared": ("glibc", "barrier"),
             "pthread_cond_pshared": ("glibc", "cond, robust mutex"), "boost_interprocess_mutex": ("Boost", "interprocess_mutex"),
             "boost_interprocess_semaphore": ("Boost", "interprocess_semaphore"),
             "boost_interprocess_condition": ("Boost", "interprocess_condition"), "boost_message_queue": ("Boost", "message_queue"),
             "cpython_queue": ("CPython", "Queue"), "cpython_simple_queue": ("CPython", "SimpleQueue"), "cpython_lock": ("CPython", "Lock"),
             "cpython_bounded_semaphore": ("CPython", "BoundedSemaphore"), "cpython_event": ("CPython", "Event"),
             "cpython_condition": ("CPython", "Condition"), "cpython_barrier": ("CPython", "Barrier")}
    def bad(self):
        """{(library, object): points at which a survivor hung or found something wrong}"""
        found = {}
        with open(os.path.join(support.ROOT, "primitives/docs/survivors.md"), encoding="utf-8") as file:
            for line in file:
                cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
                if len(cells) == 9 and cells[4].isdigit():
                    key = cells[1].split()[0], cells[2]
                    found[key] = found.get(key, 0) + int(cells[7]) + int(cells[8])
        return found

    def test_where_the_crash_tests_saw_a_survivor_hang_the_page_says_so_and_only_there(self):
        bad = self.bad()
        for impl, key in self.FOUND.items():
            self.assertEqual("may wait for ever" in survival.SURVIVORS[impl], bad[key] > 0, impl)

    def test_what_the_stress_tests_of_this_machine_found_after_a_kill_stands_beside_it(self):
        def test(contender, verdict, config="actors:2,kill:1", scope="processes"):
            return outcomes.Found("t", contender, scope, verdict, "9", [{"config": config}])
        self.addCleanup(survival.learn, [])
        survival.learn([test("queue", "passed"), test("queue", "passed"), test("queue", "FAILED", "actors:2"),
                        test("lock", "passed", scope="threads"), test("posix_sem", "HUNG"), test("pool", "undecided")])
        self.assertEqual([survival.text_of(impl, "process") for impl in ("queue", "lock", "posix_sem", "process_pool")], [
            "the others go on (bench-all stress: passed 2 tests with kills)", survival.REPORTED,
            "the others may wait for ever (bench-all stress: hung in 1 of 1 test with kills)", survival.TASK_LOST])

    def test_nothing_else_is_claimed(self):
        self.assertEqual(set(survival.SURVIVORS), set(self.FOUND) | survival.PROMISED)
        self.assertEqual(survival.text_of("pipe2", "process"), "not tested (to test it: harness/docs/stress.md)")
        self.assertIn("threads end together", survival.text_of("queue", "thread"))

    def test_one_object_has_one_answer_by_each_of_its_names(self):
        self.assertEqual(survival.text_of("posix_sem_pshared", "process"), survival.text_of("posix_sem", "process"))
        self.assertEqual(survival.text_of("posix_sem", "process"), survival.HANG)


HEADER = "run_id,test,config,seed,iterations,outcome,samples,frequency,expect,description,verdict,replay_cmd"
STRESSED = 'r,lock_deaths/contender:lock/scope:processes,"actors:2,kill:1",7,90,went on,99,1,acceptable,it went on,passed,again'


def page_of(fill, stress=()):
    """(the report's HTML, the decision table) of what fill(run) puts into a run, and of these lines of stress.csv."""
    with support.fixture_run() as run:
        fill(run)
        run.write()
        if stress:
            with open(run.path("stress.csv"), "w", encoding="utf-8") as file:
                file.write("\n".join([HEADER, *stress]) + "\n")
        code, _, err = support.report(run.folder)
        assert code == 0, err
        return run.read("report.html"), needs.decisions(*read_run(run.folder))[0]


def cell_of(table):
    return table.rows[0][table.header.index("after kill -9")]


class Links(unittest.TestCase):
    """The cell of the decision table leads to the section that says what it rests on."""

    def setUp(self):
        self.addCleanup(survival.learn, [])

    def section(self, text, name):
        return text.split('<h2 id="%s">' % name)[1].split("<h2")[0]

    def test_without_stress_tests_it_leads_to_what_the_crash_tests_found(self):
        text, table = page_of(lambda run: run.lock("lock", 2, [100] * 6, "process"))
        self.assertEqual((cell_of(table), cell_of(table).link), (survival.REPORTED, "killed"))
        self.assertIn('<a href="#killed">%s</a>' % survival.REPORTED, text)
        self.assertIn("<td>crash tests (primitives/docs/survivors.md)</td>", self.section(text, "killed"))

    def test_with_stress_tests_that_kill_it_leads_to_them(self):
        text, table = page_of(lambda run: run.lock("lock", 2, [100] * 6, "process"), [STRESSED])
        self.assertEqual(cell_of(table), survival.REPORTED + " (bench-all stress: passed 1 test with kills)")
        self.assertIn('<a href="#stress">%s</a>' % cell_of(table), text)
        self.assertIn('<a href="#stress">crash tests (primitives/docs/survivors.md), the stress tests of this machine</a>',
                      self.section(text, "killed"))

    def test_stress_tests_of_another_or_without_kills_are_not_what_it_rests_on(self):
        for line in (STRESSED.replace("contender:lock", "contender:queue"), STRESSED.replace(",kill:1", "")):
            _, table = page_of(lambda run: run.lock("lock", 2, [100] * 6, "process"), [line])
            self.assertEqual((cell_of(table), cell_of(table).link), (survival.REPORTED, "killed"))

    def test_of_a_rival_that_is_the_pick_it_says_what_is_known(self):
        _, table = page_of(lambda run: (run.limit("semaphore", [50] * 6, "process"), run.limit("posix_sem", [100] * 6, "process")))
        self.assertIn("POSIX sem_t", table.rows[0][1])
        self.assertEqual(cell_of(table), survival.HANG)

    def test_of_a_rival_of_which_nothing_is_known_it_says_so_and_how_to_test_it(self):
        text, table = page_of(lambda run: (run.throughput("pipe", 64, [50] * 6, scope="process"),
                                           run.throughput("pipe2", 64, [100] * 6, scope="process")))
        self.assertEqual((cell_of(table), cell_of(table).link), ("not tested (to test it: harness/docs/stress.md)", "killed"))
        self.assertRegex(re.sub("<[^>]*>", "", self.section(text, "killed")),
                         r"Not tested: pipe\(2\)\. .*harness/docs/stress\.md, Writing a test")

    def test_the_documents_that_it_names_are_there(self):
        named = " ".join((survival.CRASH_TESTS, survival.PROMISE, survival.HOW))
        paths = re.findall(r"[\w/]+\.md", named)
        self.assertEqual(len(paths), 3)
        for path in paths:
            self.assertTrue(os.path.exists(os.path.join(support.ROOT, path)), path)

    def test_of_threads_it_leads_to_a_section_that_is_there(self):
        text, table = page_of(lambda run: run.lock("lock", 2, [100] * 6))
        self.assertEqual((cell_of(table), cell_of(table).link), (survival.TOGETHER, "killed"))
        self.assertIn("A kill -9 ends all threads of a process together", self.section(text, "killed"))


if __name__ == "__main__":
    unittest.main()
