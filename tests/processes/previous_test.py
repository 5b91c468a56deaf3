#!/usr/bin/python3
"""This release among programs of the previous one, which tests/previous names: a federation that the previous release
founded is upgraded program by program, its broker first and its nodes first. In every mixture all that both releases know
goes both ways, what came before is still there, both releases verify what the log says, and what neither knows is refused
and costs nobody anything.

  tests/processes/previous_test.py --bin build/release/bin [--previous-bin FOLDER]
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import uuid

from federation import Federation, OFFICER
from later_member import LATER, LaterMember
import previous_release
from previous_release import NotThere
from terminal import Person

NODES = ("FR.fiu", "FR.border", "DE.fiu", "DE.border")
LATER_AGENCY = "NL.fiu"  # speaks through LaterMember
PAIRS = (("FR", "DE"), ("DE", "FR"))
OFFICERS = {**OFFICER, "FR.border": "felix", "DE.border": "doris"}
WHY = ("--justification", "a test")
READING = ("--purpose", "asset-recovery", *WHY)
HOURS = 26  # from one mixture to the next: each has its pair heads

ALERT = """
[[section]]
about = ["suspect"]
data = ["travel-document"]
basis = "fact"
essential = true
[[section.document]]
kind = "passport"
number = "{number}"
"""
INFORMATION = """draft = "information/1"
purpose = "asset-recovery"
handling = ["H1"]
evaluation = "B2"
expires = "P60D"
[[section]]
about = ["suspect"]
data = ["narrative"]
basis = "fact"
essential = true
text = "the papers of the case"
[[section]]
about = ["suspect"]
data = ["financial"]
basis = "fact"
[section.attachment]
file = "{file}"
"""


def until(what, holds, seconds=120, otherwise=lambda: ""):
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what} {otherwise()}"
        time.sleep(0.2)
    print(f"  yes: {what}", flush=True)


class Mixed(Federation):
    """Founded by the previous release, with its scripts and its policies; each program is of one of the two."""

    def __init__(self, previous, demo):
        super().__init__(previous.bin, demo, NODES)
        self.previous, self.release, self.hours = previous, {name: previous for name in ("broker", *NODES)}, 0
        self.begun_ms = 0  # of this mixture, by its clock

    def program(self, name):
        return self.release[name].bin / ("entente-broker" if name == "broker" else "entente-node")

    def found(self):
        everyone = (*NODES, LATER_AGENCY)
        script = (f"set -euo pipefail; cd {self.previous.root}; source deploy/say; source deploy/demo-data/federation; bin={self.bin}; "
                  f"AGENCIES='{' '.join(everyone)}'; JURISDICTIONS='{' '.join(sorted({name[:2] for name in everyone}))}'; "
                  f"make_federation {self.demo}; start_broker; found_federation; AGENCIES='{' '.join(NODES)}'; "
                  "for a in $AGENCIES; do start_node $demo $a; done; wait_ready; echo $broker_address >$demo/broker/address")
        done = subprocess.run(["bash", "-c", script], check=False)
        started = [name for name in ("broker", *NODES) if (self.demo / name / "pid").exists()]
        self.pids = {name: int((self.demo / name / "pid").read_text()) for name in started}
        assert done.returncode == 0, "the previous release's federation does not come up"

    def copy(self, demo):
        super().copy(demo)
        return Mixed(self.previous, demo)

    def later_member(self):
        return LaterMember(self, LATER_AGENCY, (self.demo / "broker/address").read_text().strip())

    def upgrade(self, names, release):
        """A day later these programs are started in place, from another release; the others as they were."""
        self.stop()
        self.release.update({name: release for name in names})
        self.hours += HOURS
        self.clock = f"+{self.hours}h"
        self.begun_ms = int((time.time() + self.hours * 3600) * 1000)
        self.start_all()


class World:
    def __init__(self, federation, today, folder):
        self.federation, self.today, self.folder = federation, today, pathlib.Path(folder)
        self.releases = (federation.previous, today)
        self.kept = []  # (what it is, a check in a world that it is still there)
        self.alerts = []  # (issuer, holder, number) of those that stand

    def copy(self, folder):
        """The same, stopped, with all that it has."""
        other = World(self.federation.copy(folder), self.today, self.folder)
        other.kept, other.alerts = list(self.kept), list(self.alerts)
        return other

    # ---- officers

    def attempt(self, agency, *words):
        """By the officer's program of the same release as the node, with the federation's clock."""
        program = self.federation.release[agency].bin / "entente"
        config = self.federation.demo / agency / "officers" / f"{OFFICERS[agency]}.toml"
        return Person(program, config, self.federation.clock_environment()).run(words, "json")

    def run(self, agency, *words):
        got = self.attempt(agency, *words)
        assert got.returncode == 0, f"{agency}: {words}: {got.stdout}{got.stderr}"
        return json.loads(got.stdout)

    def draft(self, text, name="draft"):
        path = self.folder / f"{name}.toml"
        path.write_text(text)
        return path

    def has(self, agency, record):
        return any(item["record_id"] == record for item in self.run(agency, "inbox")["items"])

    def state(self, agency, kind, record):
        """What the sender's desk says of the one recipient."""
        sent = [one for one in self.run(agency, kind, "list")["records"] if one["record_id"] == record]
        row = sent[0]["recipients"][0]
        return row["state"].removeprefix("RECIPIENT_STATE_"), row["reason"]

    def hit(self, agency, number):
        got = self.attempt(agency, "search", "--document", number, "--purpose", "border-control", *WHY)
        assert got.returncode in (0, 1), got.stderr
        hits = json.loads(got.stdout)["hits"]
        assert len(hits) <= 1, hits
        return hits[0] if hits else None

    # ---- what both releases know

    def lead(self, origin, recipient):
        a, b = f"{origin}.fiu", f"{recipient}.fiu"
        draft = self.federation.previous.root / "deploy/demo-data/lead.toml"
        record = self.run(a, "lead", "send", "--draft", draft, "--to", b, *WHY)["record_id"]
        until(f"{a}'s lead is at {b}", lambda: self.has(b, record))
        self.keep(f"the lead of {a} at {b}",
                  lambda world: "Cash deposits on Mondays" in json.dumps(world.run(b, "show", record, *READING)))
        self.run(b, "lead", "take", record, "--reference", "17", "--measure", "suspend", "--on", "the account", "--until", "P60D", *WHY)
        until("its answer is back", lambda: self.state(a, "lead", record)[0] == "TAKEN")

        def standing(world):
            shown = world.run(a, "lead", "show", record, *WHY)["standings"]
            return shown[0]["measures"][0]["measure"]["on"] == "the account"
        self.keep(f"what {b} answered to {a}", standing)

    def publish_alert(self, a, b):
        number = f"X{uuid.uuid4().int % 10**8:08}"
        head = (self.federation.previous.root / "deploy/demo-data/alert.toml").read_text()
        record = self.run(a, "alert", "publish", "--draft", self.draft(head + ALERT.format(number=number)), "--to", b, *WHY)["record_id"]
        until(f"{a}'s alert is a hit at {b}", lambda: self.hit(b, number))
        return record, number

    def alert(self, origin, recipient):
        a, b = f"{origin}.border", f"{recipient}.border"
        _, stays = self.publish_alert(a, b)
        record, goes = self.publish_alert(a, b)
        self.run(a, "alert", "recall", record, "--ground", "withdrawn", *WHY)
        until(f"{b} has signed that it erased the one recalled", lambda: self.state(a, "alert", record)[0] == "ERASED")
        assert self.hit(b, goes) is None and self.hit(b, stays), "recalled, and still a hit; or the other went"
        self.alerts.append((a, b, stays))
        self.keep(f"the alert of {a} at {b}", lambda world: world.hit(b, stays))
        self.keep(f"what {a} recalled is gone at {b}", lambda world: world.hit(b, goes) is None)

    def information(self, origin, recipient):
        a, b = f"{origin}.fiu", f"{recipient}.fiu"
        path = self.folder / f"{uuid.uuid4().hex}.bin"
        path.write_bytes(os.urandom(1_500_000))
        record = self.run(a, "information", "send", "--draft", self.draft(INFORMATION.format(file=path)), "--to", b, *WHY)["record_id"]

        def saved(world):
            out = world.folder / "out"
            out.unlink(missing_ok=True)
            got = world.attempt(b, "attachment", "save", record, "--out", out, *READING)
            return got.returncode == 0 and out.read_bytes() == path.read_bytes()
        until(f"{a}'s attachment is whole at {b}", lambda: saved(self))
        self.keep(f"the attachment of {a} at {b}", saved)

    # ---- what stays

    def keep(self, what, check):
        self.kept.append((what, check))

    def check_kept(self):
        for what, check in self.kept:
            assert check(self), f"lost by an upgrade: {what}"
        print(f"  yes: all {len(self.kept)} that came before are as they were", flush=True)

    def check_heads(self):
        """By an alert of before: up to its issuer's last word it is whole, and that is of this mixture."""
        for a, b, number in self.alerts:
            until(f"{a}'s pair head is at {b}, and nothing is missing",
                  lambda b=b, number=number: int(self.hit(b, number)["current_as_of_ms"]) >= self.federation.begun_ms)

    def check_quiet(self):
        for agency in NODES:
            def status(agency=agency):
                return self.run(agency, "status")
            until(f"{agency} is connected, and no alarm stands", lambda: status()["broker_connected"] and not status()["alarms"],
                  otherwise=status)

    def check_receipts(self):
        for agency in NODES:
            folder = self.federation.demo / agency / "data/receipts"
            assert any(folder.glob("*.tlog-proof")), f"{agency} has no receipt"
            for release in self.releases:
                self.succeeds(release.bin / "entente-audit", "verify-receipt", folder, "--genesis", self.federation.demo / "genesis.toml")
        print("  yes: both releases' entente-audit verify every receipt", flush=True)

    def check_log(self):
        """Broker stopped. Going back is not promised: what this release's broker wrote the previous one need not read."""
        writer = self.federation.release["broker"]
        for release in self.releases if writer.name == "previous" else (self.today,):
            self.succeeds(release.bin / "entente-broker", "fsck", "--config", self.federation.demo / "broker.toml")
            print(f"  yes: fsck of {release.name} finds the broker of {writer.name} in order", flush=True)

    def succeeds(self, *command):
        got = subprocess.run(command, capture_output=True, text=True, check=False,
                             env={**os.environ, **self.federation.clock_environment()})
        assert got.returncode == 0, f"{' '.join(map(str, command))}: exit {got.returncode}\n{got.stdout}{got.stderr}"

    # ---- what neither knows

    def later(self):
        """Each thing that a later release may say is refused with a reason, and what all know goes on."""
        member, to = self.federation.later_member(), "FR.fiu"
        reason = member.publish_later_key()
        assert reason == "unknown-field", f"a key of a later release: {reason}"
        for sent, reason, named in ((member.send_later_format(to), "malformed", "version"),
                                    (member.send_later_field(to), "unknown-field", "Access"),
                                    (member.send_later_notice(to), "malformed", "otice")):
            assert not sent["committed"] and sent["reason"] == reason and named in sent["text"], f"{sent}, and not {reason}, {named}"
        print("  yes: key, record and notice of a later release are refused, each with its reason", flush=True)
        # Only the formats that a member reads may be any.
        reason = member.list_formats([1, LATER + self.federation.hours])
        assert reason is None, f"formats that a member reads: {reason}"
        for agency in ("FR.fiu", "DE.fiu"):
            sent = member.send(agency)
            assert sent["committed"], sent
            until(f"an ordinary record of a node that reads later formats is at {agency}",
                  lambda agency=agency, sent=sent: self.has(agency, sent["record_id"]))
            assert member.send_head(agency)["committed"]
            self.not_sent_to_who_does_not_read(agency)

    def not_sent_to_who_does_not_read(self, agency):
        """It does not list format 2: what is written in that waits, and says why; what is not goes."""
        draft = self.draft(INFORMATION.format(file=self.draft("papers", "papers")))
        waits = self.run(agency, "information", "send", "--draft", draft, "--to", LATER_AGENCY, *WHY)["record_id"]
        until(f"{agency}'s attachment waits for who does not read its format",
              lambda: self.state(agency, "information", waits) == ("WAITING", "key-unknown:format"))


def live(world, what):
    print(f"{what}: " + ", ".join(f"{name} of {release.name}" for name, release in world.federation.release.items()), flush=True)
    world.check_quiet()
    world.check_kept()
    world.check_heads()
    for origin, recipient in PAIRS:
        world.lead(origin, recipient)
        world.alert(origin, recipient)
        world.information(origin, recipient)
    world.later()
    world.check_quiet()
    world.check_receipts()
    world.federation.stop()
    world.check_log()


def upgrade(world, order):
    """Program by program, all of a State's nodes at once."""
    for step in order:
        names = ("broker",) if step == "broker" else [name for name in NODES if name.startswith(step)]
        world.federation.upgrade(names, world.today)
        live(world, f"{step} upgraded")


def run(options, folder):
    previous, today = previous_release.previous(options.previous_bin), previous_release.today(options.bin)
    federation = Mixed(previous, folder / "demo")
    federations = [federation]
    try:
        federation.found()
        federation.later_member().join(federation.demo / LATER_AGENCY / "node-keys/identity.key")
        world = World(federation, today, folder)
        live(world, "as the previous release left it")
        other = world.copy(folder / "other")
        federations.append(other.federation)
        print("the broker first", flush=True)
        upgrade(world, ("broker", "FR", "DE"))
        print("the nodes first", flush=True)
        upgrade(other, ("FR", "DE", "broker"))
    finally:
        for one in federations:
            one.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default="build/release/bin")
    parser.add_argument("--previous-bin", help="the previous release's programs, built before; without it they are built")
    options = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="entente-previous-"))
    try:
        run(options, folder)
    except NotThere as error:
        folder.rmdir()
        print(f"previous: NOT LOOKED AT: {error}")
        return 1
    except (AssertionError, RuntimeError) as error:
        print(f"previous: NOT AS PROMISED: {error}\nwhat is left to look at: {folder}")
        return 1
    shutil.rmtree(folder)
    print("previous: all as promised, in either order")
    return 0


if __name__ == "__main__":
    sys.exit(main())
