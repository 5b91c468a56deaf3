#!/usr/bin/python3
"""That entente-bench runs, that what it prints can be read, and that nothing was lost. Nothing is timed.

Usage: bench_test.py ENTENTE-BENCH
"""
import json
import subprocess
import sys
import unittest


def run(*arguments):
    return json.loads(subprocess.run([BENCH, *arguments, "--json"], check=True, capture_output=True, text=True,
                                     timeout=300).stdout)


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

    def test_says_why_it_cannot(self):
        done = subprocess.run([BENCH, "--broker", "/nowhere/entente-broker", "latency"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 5)
        self.assertIn("cannot run /nowhere/entente-broker", done.stderr)


if __name__ == "__main__":
    BENCH = sys.argv.pop(1)
    unittest.main()
