#!/usr/bin/python3
"""A federation whose log is cosigned by its members: what is exchanged while they cosign, what is marked and what waits while too
few do, how the quorum is changed, how two members compare what they saw, and what becomes of what a stolen key signed. By the
commands and the desk, over real processes.

  tests/processes/quorum_test.py --bin build/release/bin
"""
import subprocess
import sys
import time

from commands_test import WHY
from desk import ROOT
from story import tell
from terminal import DONE, NO, Person, until

AGENCIES = ("FR.fiu", "DE.fiu", "NL.fiu", "CH.fiu")
NAMES = {"FR.fiu": "anna", "DE.fiu": "dieter", "NL.fiu": "nina", "CH.fiu": "chiara"}
SLEEPERS = ("NL.fiu", "CH.fiu")


class Quorum:
    def __init__(self, federation, folder):
        self.federation, self.folder = federation, folder
        self.people = {agency: Person(federation.bin / "entente", federation.demo / agency / "officers" / f"{name}.toml", {})
                       for agency, name in NAMES.items()}
        self.sent = 0

    def send(self, origin="FR.fiu", to=("DE.fiu",)):
        self.sent += 1
        return self.federation.desk(origin).send_lead(to, f"q{self.sent}", int(time.time() * 1000))

    def item(self, record, agency="DE.fiu"):
        return next((one for one in self.federation.desk(agency).inbox() if one.record_id == record), None)

    def status(self, agency="DE.fiu"):
        return self.federation.desk(agency).status()

    def run(self, agency, words, code=DONE):
        got = self.people[agency].run(words, "en")
        assert got.returncode == code, f"{words}: {got.returncode} {got.stdout}{got.stderr}"
        return got.stdout

    def authority(self, *words):
        done = subprocess.run([self.federation.bin / "entente", "authority", *map(str, words)], capture_output=True, text=True,
                              check=False, cwd=ROOT)
        assert done.returncode == 0, done.stdout + done.stderr

    def publish(self, file):
        demo = self.federation.demo
        address = next(line.split('"')[1] for line in (demo / "broker.toml").read_text().splitlines() if line.startswith("address"))
        self.authority("publish", file, "--broker", address, "--broker-name", "broker-1", "--broker-authority", demo / "certs/ca/broker.pem",
                       "--certificate", demo / "certs/agency/FR.fiu.pem", "--key", demo / "certs/agency/FR.fiu.key")

    def keys_of_authorities(self):
        return ",".join(str(self.federation.demo / f"authority-{agency[:2]}" / "authority.key") for agency in AGENCIES)

    # ---- the parts

    def cosigned(self):
        """Three of four, and every desk says so."""
        until("the log is cosigned", lambda: self.status().witnessed_size == self.status().tree_size)
        assert self.status().quorum == "3 of 4", self.status().quorum
        assert "Quorum 3 of 4: witnesses have cosigned" in self.run("DE.fiu", ["status"])
        record = self.send()
        until("a record is exchanged", lambda: self.item(record))
        until("it is cosigned", lambda: not self.item(record).not_yet_witnessed)

    def too_few(self):
        """A record is opened and marked; what changes keys waits, and what is above it."""
        for agency in SLEEPERS:
            self.federation.kill(agency)
        record = self.send()
        until("it is opened all the same", lambda: self.item(record))
        assert self.item(record).not_yet_witnessed, "two of four are no quorum"
        assert "NOT YET WITNESSED" in self.run("DE.fiu", ["inbox"])
        assert "NOT YET WITNESSED: too few" in self.run("DE.fiu", ["show", record, "--purpose", "asset-recovery", *WHY])
        for agency in SLEEPERS:
            self.federation.start(agency)
        until("its mark goes", lambda: not self.item(record).not_yet_witnessed)
        assert "NOT YET WITNESSED" not in self.run("DE.fiu", ["inbox"])

    def compared(self):
        """By file, past the broker."""
        note = self.folder / "today"
        self.run("FR.fiu", ["checkpoint", "show", "--out", note])
        # Cosigned by three at least.
        assert note.read_text().count("\n\u2014 ") >= 4, note.read_text()
        said = self.run("DE.fiu", ["checkpoint", "compare", note, "--from", "FR.fiu"])
        assert "is what this node has read" in said, said
        forged = self.folder / "forged"
        forged.write_text(note.read_text().replace("\n", "\nx", 1))
        self.run("DE.fiu", ["checkpoint", "compare", forged, "--from", "FR.fiu"], NO)
        assert "No two checkpoints" in self.run("DE.fiu", ["checkpoint", "fork", "--out", self.folder / "proof"])
        assert not (self.folder / "proof").exists()

    def changed(self):
        """By more than two thirds of the authorities; it is asked from then on."""
        demo = self.federation.demo
        lines = (demo / "quorum").read_text().splitlines()
        log = next(line.split('"')[1] for line in (demo / "genesis.toml").read_text().splitlines() if line.startswith("checkpoint"))
        kept = [line for line in lines if line.startswith("witness ") and "CH.fiu" not in line]
        policy = self.folder / "policy"
        policy.write_text("\n".join([f"log {log}", *kept, "group states 3 FR.fiu DE.fiu NL.fiu", "quorum states"]) + "\n")
        signed = self.folder / "quorum.st"
        self.authority("sign-quorum", policy, "--genesis", demo / "genesis.toml", "--number", 1, "--authority-key", self.keys_of_authorities(),
                       "--out", signed)
        self.publish(signed)
        until("it is asked", lambda: self.status().quorum == "3 of 3")
        self.federation.kill("CH.fiu")
        record = self.send()
        until("a record is cosigned without who left", lambda: self.item(record) and not self.item(record).not_yet_witnessed)
        self.federation.start("CH.fiu")

    def stolen(self):
        """What a key signed that was in other hands is flagged wherever it lies; what it signed before is not."""
        before, after = self.send(), None
        until("it is there", lambda: self.item(before))
        after = self.send()
        until("it is there", lambda: self.item(after))
        keys = self.federation.desk("FR.fiu").signing_keys()
        signed = self.folder / "revoked.st"
        for key in keys:
            self.authority("revoke", "FR.fiu", key, "--federation", "entente.test", "--reason", "stolen", "--doubted-from",
                           self.item(after).log_index, "--authority-key", self.federation.demo / "authority-FR/authority.key", "--out", signed)
            self.publish(signed)
        until("it is flagged", lambda: self.item(after).doubted)
        assert not self.item(before).doubted
        assert "DOUBTED" in self.run("DE.fiu", ["inbox"])
        shown = self.run("DE.fiu", ["show", after, "--purpose", "asset-recovery", *WHY])
        assert "DOUBTED: the key that signed this" in shown and "ask FR.fiu by telephone" in shown, shown
        record = self.send()
        until("it goes on with new keys", lambda: self.item(record))
        assert not self.item(record).doubted


if __name__ == "__main__":
    sys.exit(tell(__doc__, "quorum", AGENCIES, Quorum, ("cosigned", "too_few", "compared", "changed", "stolen"), quorum=True))
