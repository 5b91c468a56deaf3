#!/usr/bin/python3
"""That entente-bench runs, that what it prints can be read, and that nothing was lost. Nothing is timed.

Usage: bench_test.py ENTENTE-BENCH
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest


def run(*arguments):
    return json.loads(subprocess.run([BENCH, *map(str, arguments), "--json"], check=True, capture_output=True, text=True,
                                     timeout=300).stdout)


# Invented persons.
LIST = """<CONSOLIDATED_LIST><INDIVIDUALS>
<INDIVIDUAL><DATAID>2</DATAID><FIRST_NAME>KARIM</FIRST_NAME><SECOND_NAME>AL-HADDADI</SECOND_NAME>
<REFERENCE_NUMBER>XXi.001</REFERENCE_NUMBER>
<INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Kareem Hadadi</ALIAS_NAME></INDIVIDUAL_ALIAS>
<INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>EXACT</TYPE_OF_DATE><YEAR>1971</YEAR></INDIVIDUAL_DATE_OF_BIRTH></INDIVIDUAL>
<INDIVIDUAL><DATAID>3</DATAID><FIRST_NAME>YEVGENY</FIRST_NAME><SECOND_NAME>MALINOVSKY</SECOND_NAME>
<REFERENCE_NUMBER>XXi.002</REFERENCE_NUMBER></INDIVIDUAL>
</INDIVIDUALS><ENTITIES/></CONSOLIDATED_LIST>
"""


class Bench(unittest.TestCase):
    def exchange(self, *arguments, recipients=1):
        out = run("exchange", "--records", "200", *arguments)
        self.assertEqual((out["submitted"], out["delivered"], out["acknowledged"]),
                         (200, 200 * recipients, 200 * recipients))
        # Each submission is a command, and so is each acknowledgement of a message of deliveries.
        self.assertGreaterEqual(out["broker"]["commands"], 200 + recipients)
        for name in ("in_per_s", "out_per_s", "acknowledged_per_s"):
            self.assertGreater(out[name], 0)
        for name in ("fdatasync_us", "echo_per_s", "verify_per_s"):
            self.assertGreater(out["limits"][name], 0)
        self.assertGreater(out["broker"]["peak_mib"], 1)
        return out

    def test_one_signature_for_each_batch(self):
        out = self.exchange("--batch-signed")
        self.assertEqual((out["signed"], out["sealed"]), ("batch", "ahead"))

    def test_one_signature_each_sealed_live_to_two_recipients_over_two_streams(self):
        out = self.exchange("--single-signed", "--seal", "live", "--recipients", "2", "--streams", "2", recipients=2)
        self.assertEqual((out["signed"], out["sealed"], out["streams"]), ("single", "live", 2))

    def test_alerts_are_found_by_number_and_by_name(self):
        out = run("alerts", "--alerts", "2000", "--questions", "200", "--name-questions", "50")
        self.assertEqual((out["alerts"], out["by_number"]["found"]), (2000, 100))
        self.assertGreater(out["by_name"]["found"], 0.8)

    def test_one_record_at_a_time(self):
        out = run("latency", "--records", "20")
        self.assertEqual(out["records"], 20)
        self.assertLessEqual(out["p50_us"], out["p99_us"])

    def test_starts_with_an_empty_and_a_filled_log(self):
        out = run("startup", "--records", "100", "--times", "1")
        self.assertGreater(out["founded_ms"], 0)
        self.assertGreater(out["filled_ms"], 0)

    def test_the_parts(self):
        names = [one["name"] for one in run("micro", "--filter", "Ed25519|Decide|Commit/1/")["benchmarks"]]
        self.assertEqual(len(names), 4, names)

    def test_a_decision(self):
        out = run("decide", "--cases", "8", "--repeats", "10", "--cold", "3", "--cedar", "0")
        self.assertEqual((out["sections"], out["jurisdictions"], out["rules_a_side"], out["cases"]), (8, 60, 256, 8))
        self.assertEqual(sum(out["verdicts"].values()), 8)
        self.assertLessEqual(out["p50_us"], out["p99_us"])
        self.assertLessEqual(out["cold_p50_us"], out["cold_p99_us"])
        self.assertGreater(min(out[name] for name in ("p50_us", "in_turn_us", "words_p50_us", "cold_p50_us")), 0)
        self.assertNotIn("ratio_to_cedar", out)

    def test_says_that_node_is_missing_and_measures_the_rest(self):
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "dirname").symlink_to("/usr/bin/dirname")
            done = subprocess.run([BENCH, "decide", "--cases", "2", "--repeats", "2", "--cold", "0", "--cedar", "1", "--json"],
                                  capture_output=True, text=True, env={**os.environ, "PATH": folder}, check=True)
        self.assertIn("apt-get install nodejs npm", done.stderr)
        out = json.loads(done.stdout)
        self.assertGreater(out["p50_us"], 0)
        self.assertIn("cedar_missing", out)
        self.assertNotIn("ratio_to_cedar", out)

    def test_a_queue_decided_again(self):
        out = run("redecide", "--records", "5000")
        self.assertEqual(out["records"], 5000)
        self.assertTrue(0 < out["changed"] < 2500, out)
        self.assertGreater(out["seconds"], 0)
        self.assertGreater(out["one_thread_seconds"], 0)

    def test_two_versions_compared(self):
        out = run("diff")
        self.assertGreater(out["changes"], 0)
        self.assertGreater(out["classes"], 1000)

    def test_names_are_found_and_others_are_not(self):
        out = self.names("HADDADI, Kareem\t1971\tXXi.001\n\nMalinovskij Evgenij\t\tXXi.002\r\nKim Song\t1980\t\n"
                         "Nobody Listed\t\tXXi.001\nKarim al-Haddadi\t\t\n")
        self.assertEqual((out["queries"], out["expected"], out["found"]), (5, 3, 2))
        self.assertAlmostEqual(out["recall"], 2 / 3)
        self.assertEqual((out["not_listed"], out["false_alarms"], out["false_alarm_rate"]), (2, 1, 0.5))
        self.assertGreater(out["ms_per_query"], 0)

    def test_a_name_left_out_is_found_by_another(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "list.xml")
            path.write_text(LIST)
            even = run("names", "--list", path, "--leave-one-out", "--dataids", "even")
            both = run("names", "--list", path, "--leave-one-out")
        # The person with an even number has two good names; that with an odd one has one, and none without it.
        self.assertEqual((even["asked"], even["asked_left_out"], even["recall"], even["recall_left_out"]), (2, 2, 1, 1))
        self.assertEqual((both["asked"], both["asked_left_out"], both["recall"]), (3, 2, 1))

    def test_an_unreadable_line_is_named(self):
        for text, place, sentence in (("A B\t1971\tX\tY\n", 1, "a line has a name"), ("A B\t\t\nC D\t71\t\n", 2, "four digits"),
                                      ("\n...\t\t\n", 2, "no letters")):
            done = self.ask(text)
            self.assertEqual(done.returncode, 3, done)
            self.assertIn(f"queries.tsv:{place}:1: ", done.stderr)
            self.assertIn(sentence, done.stderr)
        self.assertEqual(self.ask("A B\t\t\n", "<broken").returncode, 3)
        self.assertEqual(subprocess.run([BENCH, "names", "--list", "x"], capture_output=True).returncode, 2)

    def ask(self, queries, text=None):
        with tempfile.TemporaryDirectory() as folder:
            listed, asked = pathlib.Path(folder, "list.xml"), pathlib.Path(folder, "queries.tsv")
            listed.write_text(text or LIST)
            asked.write_bytes(queries.encode())
            return subprocess.run([BENCH, "names", "--list", listed, "--queries", asked, "--json"], capture_output=True,
                                  text=True)

    def names(self, queries):
        done = self.ask(queries)
        self.assertEqual(done.returncode, 0, done)
        self.assertEqual(done.stdout.count("\n"), 1)
        return json.loads(done.stdout)

    def test_says_why_it_cannot(self):
        done = subprocess.run([BENCH, "--broker", "/nowhere/entente-broker", "latency"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 5)
        self.assertIn("cannot run /nowhere/entente-broker", done.stderr)


if __name__ == "__main__":
    BENCH = sys.argv.pop(1)
    unittest.main()
