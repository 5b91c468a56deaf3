#!/usr/bin/python3
"""What a lying broker can do where members cosign its log (the real program with one altered step, tests/hostile/): it asks a
minority alone, shows one member the log of yesterday, hides a revocation, or shows two histories to two members who never spoke
before. Each is caught or held, and the proof of two histories holds without any of these programs running.

  tests/processes/hostile_quorum_test.py --bin build/release/bin --hostile build/release/tests/hostile-broker [LIE…]
"""
import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from desk import ROOT
from federation import Federation
from terminal import DONE, Person, until

AGENCIES = ("FR.fiu", "DE.fiu", "NL.fiu", "CH.fiu")
VICTIM = "DE.fiu"
NAMES = {"FR.fiu": "anna", "DE.fiu": "dieter", "NL.fiu": "nina", "CH.fiu": "chiara"}
STALE = "+20m"  # a quorum is fresh for fifteen


class Story:
    def __init__(self, options, founded, lie, folder):
        self.lie, self.folder = lie, folder
        self.federation = founded.copy(folder / "demo")
        self.federation.broker_program = pathlib.Path(options.hostile).resolve()
        self.people = {agency: Person(self.federation.bin / "entente", folder / "demo" / agency / "officers" / f"{name}.toml", {})
                       for agency, name in NAMES.items()}
        self.sent = 0

    def start(self, lie, clock=None):
        demo = self.federation.demo
        self.federation.environment = {"HOSTILE": lie, "HOSTILE_TO": VICTIM, "HOSTILE_KEYS": str(demo / "broker/keys"),
                                       "HOSTILE_FROZEN": str(self.folder / "note")}
        self.federation.clock = clock
        self.federation.start_all()

    def send(self, origin="FR.fiu", to=(VICTIM,), ahead_ms=0):
        self.sent += 1
        return self.federation.desk(origin).send_lead(to, f"w{self.sent}", int(time.time() * 1000) + ahead_ms)

    def item(self, record, agency=VICTIM):
        return next((one for one in self.federation.desk(agency).inbox() if one.record_id == record), None)

    def status(self, agency=VICTIM):
        return self.federation.desk(agency).status()

    def alarms(self, agency=VICTIM):
        return {alarm.code for alarm in self.status(agency).alarms}

    def told(self):
        log = (self.federation.demo / "broker/log").read_text(errors="replace")
        return log.splitlines().count(f"lied: {self.lie}")

    def run(self, agency, words, code=DONE):
        got = self.people[agency].run(words, "en")
        assert got.returncode == code, f"{words}: {got.returncode} {got.stdout}{got.stderr}"
        return got.stdout

    def recipient(self, origin, record):
        """How the recipient's line of a sent lead stands."""
        return next(lead.recipients[0] for lead in self.federation.desk(origin).leads() if lead.record_id == record)

    def publish(self, file):
        demo = self.federation.demo
        address = next(line.split('"')[1] for line in (demo / "broker.toml").read_text().splitlines() if line.startswith("address"))
        done = subprocess.run(
            [self.federation.bin / "entente", "authority", "publish", file, "--broker", address, "--broker-name", "broker-1",
             "--broker-authority", demo / "certs/ca/broker.pem", "--certificate", demo / "certs/agency/NL.fiu.pem",
             "--key", demo / "certs/agency/NL.fiu.key"], capture_output=True, text=True, check=False, cwd=ROOT)
        assert done.returncode == 0, done.stdout + done.stderr

    def revoke(self):
        """FR.fiu's signing keys, by its authority."""
        for key in self.federation.desk("FR.fiu").signing_keys():
            signed = self.folder / f"revoked-{key[:8]}"
            subprocess.run([self.federation.bin / "entente", "authority", "revoke", "FR.fiu", key, "--federation", "entente.test",
                            "--reason", "stolen", "--authority-key", self.federation.demo / "authority-FR/authority.key", "--out", signed],
                           check=True, capture_output=True)
            self.publish(signed)

    # ---- the lies, and how each is caught

    def minority(self):
        """One of four is asked. What is exchanged is marked, and no key changes for anybody."""
        self.start(self.lie)
        record = self.send()
        until("it is opened", lambda: self.item(record))
        for agency in (VICTIM, "NL.fiu"):
            assert self.status(agency).witnessed_size < self.status(agency).tree_size, f"{agency} takes one cosignature of four for a quorum"
        assert self.item(record).not_yet_witnessed
        self.revoke()
        size = self.status("NL.fiu").tree_size
        later = self.send(origin="NL.fiu")
        time.sleep(3)
        assert not self.item(later), "judged above a revocation that no quorum has cosigned"
        assert self.status("NL.fiu").tree_size >= size
        self.confess()
        until("it is held, not lost", lambda: self.item(later))
        until("marks go", lambda: not self.item(record).not_yet_witnessed)

    def frozen(self):
        """The victim is shown the log of twenty minutes ago, with the cosignatures of then: nothing leaves it any more."""
        self.start("")
        until("all is cosigned", lambda: self.status().witnessed_ms and self.status().witnessed_size == self.status().tree_size)
        self.run(VICTIM, ["checkpoint", "show", "--out", self.folder / "note"])
        self.federation.stop()
        self.start(self.lie, STALE)
        ahead = 20 * 60_000
        others = self.send(to=("NL.fiu",), ahead_ms=ahead)
        until("the others go on", lambda: self.item(others, "NL.fiu"))
        kept = self.send(origin=VICTIM, to=("NL.fiu",), ahead_ms=ahead)
        until("the victim says why it waits", lambda: self.recipient(VICTIM, kept).reason == "below-quorum")
        assert not self.item(kept, "NL.fiu"), "it left on a state that was not cosigned for twenty minutes"
        self.confess()
        until("it leaves with the truth", lambda: self.item(kept, "NL.fiu"), 60)

    def hide_revocation(self):
        """The victim's log has a notice in place of the revocation. The first checkpoint that others cosigned is of another tree."""
        self.start(self.lie)
        self.revoke()
        until("the victim stops", lambda: "fork" in self.alarms())
        self.proven()

    def fork(self):
        """Two histories, for two members who never spoke before; each answer fits the one that is shown. The victim is
        neither asked to cosign nor shown who did: it is the record alone that gives it away."""
        self.start(self.lie)
        first = self.send(origin="NL.fiu", to=("FR.fiu",))
        until("the record for another is there", lambda: self.item(first, "FR.fiu"))
        index = self.item(first, "FR.fiu").log_index
        until("both have followed their log so far", lambda: all(self.status(agency).tree_size > index for agency in ("FR.fiu", VICTIM)))
        assert not self.alarms() & {"fork", "evidence-bad"}, "the victim sees what nobody alone can see"
        self.send()
        until("the first record between them is enough", lambda: "fork" in self.alarms())
        self.proven()

    def confess(self):
        self.federation.kill("broker")
        self.federation.environment["HOSTILE"] = ""
        self.federation.start("broker")

    def proven(self):
        """By what the victim's node has, with the log's key and nothing of ours that could be asked."""
        proof = self.folder / "proof"
        self.run(VICTIM, ["checkpoint", "fork", "--out", proof])
        log = next(line.split('"')[1] for line in (self.federation.demo / "genesis.toml").read_text().splitlines()
                   if line.startswith("checkpoint"))
        self.federation.stop()
        judged = subprocess.run([self.federation.bin / "entente-audit", "verify-fork", proof, "--vkey", log], capture_output=True, text=True,
                                check=False)
        assert judged.returncode == 0, f"{judged.returncode} {judged.stdout}{judged.stderr}"


LIES = {"minority": Story.minority, "frozen": Story.frozen, "hide-revocation": Story.hide_revocation, "fork": Story.fork}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default="build/release/bin")
    parser.add_argument("--hostile", default="build/release/tests/hostile-broker")
    parser.add_argument("lies", nargs="*")
    options = parser.parse_args()
    base = pathlib.Path(tempfile.mkdtemp(prefix="entente-hostile-quorum-"))
    founded = Federation(options.bin, base / "founded", AGENCIES, quorum=True)
    founded.found()
    founded.stop()
    failures = 0
    for lie in options.lies or LIES:
        begun = time.time()
        (base / lie).mkdir()
        story = Story(options, founded, lie, base / lie)
        try:
            LIES[lie](story)
            assert story.told(), "the broker told no lie: whatever it is that was caught, this test does not hold it"
            print(f"hostile {lie}, under a quorum: told {story.told()}x, caught or held, {time.time() - begun:.1f} s", flush=True)
        except AssertionError as error:
            failures += 1
            print(f"hostile {lie}, under a quorum: FAILED: {error}", flush=True)
        finally:
            story.federation.stop()
    if failures:
        print(f"{failures} stories failed; what is left to look at: {base}")
        return 1
    shutil.rmtree(base)
    return 0


if __name__ == "__main__":
    sys.exit(main())
