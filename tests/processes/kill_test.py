#!/usr/bin/python3
"""Kills broker and nodes with SIGKILL at random instants while all send each other leads, and holds the
federation to its promise: no acknowledged lead is lost, none is shown twice in an inbox, the log and every
receipt verify. Prints how many kills fell inside a commit: a write or sync of the database's write-ahead log, the
high-water file, the key slots or the store key. The instants are random; nobody looks before.

  tests/processes/kill_test.py --kills 20 --bin build/release/bin [--seed N]
"""
import argparse
import collections
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time

import grpc

from desk import Desk
from federation import Federation, OFFICER

AGENCIES = ("FR.fiu", "DE.fiu", "NL.fiu")
SENDERS = 2  # at each agency
PAUSE = 0.01  # seconds, of each after a lead that was taken
WRITES = {1: "write", 18: "write", 20: "write", 296: "write", 74: "sync", 75: "sync", 277: "sync"}  # pwritev, fdatasync…


def wait_stopped(pid):
    for _ in range(100):
        states = [path.read_text().rsplit(")", 1)[1].split()[0] for path in pathlib.Path(f"/proc/{pid}/task").glob("*/stat")]
        if all(state in "TtZ" for state in states):
            return
        time.sleep(0.002)


def kind_of(path, data):
    """What a commit writes there; None for all else: the process's own log, receipts, what the database compacts."""
    if path.parent == data and path.name in ("slots", "store-key"):
        return path.name
    if path.is_relative_to(data) and path.name.startswith("high-water"):
        return "high-water file"
    if path.is_relative_to(data) and path.suffix == ".log":
        return "write-ahead log"
    return None


def commits_of(pid, data):
    """Each write or sync of a commit that a thread of the stopped process stands in."""
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        try:
            words = (task / "syscall").read_text().split()
            call = WRITES[int(words[0])]
            target = pathlib.Path(f"/proc/{pid}/fd/{int(words[1], 16)}").readlink()
        except (OSError, ValueError, IndexError, KeyError):
            continue  # not in a system call, in another one, or gone
        kind = kind_of(target, data)
        if kind:
            yield f"{call} of the {kind}"


def inside_commit(pid, data):
    """Where in a commit some thread of the process stands when it is stopped; None when nowhere."""
    wait_stopped(pid)
    return next(commits_of(pid, data), None)


def others(agency):
    return [other for other in AGENCIES if other != agency]


class Senders:
    """Threads that send leads as fast as the desks take them and remember what was acknowledged."""

    def __init__(self, demo):
        self.accepted, self.lock, self.stopping = {}, threading.Lock(), False  # record id -> origin
        self.unknown = 0
        self.threads = [threading.Thread(target=self.run, args=(demo, agency, index))
                        for agency in AGENCIES for index in range(SENDERS)]
        for thread in self.threads:
            thread.start()

    def run(self, demo, agency, index):
        desk, count = Desk(demo, agency, OFFICER[agency]), 0
        while not self.stopping:
            count += 1
            try:
                record_id = desk.send_lead(others(agency), f"k{index}-{count}", int(time.time() * 1000))
                with self.lock:
                    self.accepted[record_id] = agency
                time.sleep(PAUSE)
            except grpc.RpcError:
                with self.lock:
                    self.unknown += 1
                time.sleep(0.1)
                desk.connect()

    def stop(self):
        self.stopping = True
        for thread in self.threads:
            thread.join()


def delivered(demo):
    """The leads that stand as delivered at their senders."""
    return {lead.record_id for agency in AGENCIES for lead in Desk(demo, agency, OFFICER[agency]).leads()
            if lead.recipients and all(recipient.state == 6 for recipient in lead.recipients)}


def wait_delivered(demo, accepted, seconds):
    """Until every accepted lead stands as delivered at its sender; gives what is missing."""
    deadline = time.time() + seconds
    missing = set(accepted)
    while time.time() < deadline and missing:
        time.sleep(1)
        missing = set(accepted) - delivered(demo)
    return missing


def check_inboxes(demo, accepted):
    """Every accepted lead exactly once in every inbox; nothing twice at all."""
    errors = []
    for agency in AGENCIES:
        seen = collections.Counter(item.record_id for item in Desk(demo, agency, OFFICER[agency]).inbox())
        twice = [record for record, count in seen.items() if count > 1]
        lost = {record for record, origin in accepted.items() if origin != agency} - set(seen)
        if twice:
            errors.append(f"{agency}: {len(twice)} records are shown twice, such as {twice[0]}")
        if lost:
            errors.append(f"{agency}: {len(lost)} acknowledged records are lost, such as {min(lost)}")
    return errors


def check_log(federation):
    errors = []
    demo, programs = federation.demo, federation.bin
    fsck = subprocess.run([programs / "entente-broker", "fsck", "--config", demo / "broker.toml"], capture_output=True, text=True,
                          check=False)
    if fsck.returncode != 0:
        errors.append(f"fsck: {fsck.stdout[-500:]}{fsck.stderr[-500:]}")
    for agency in AGENCIES:
        receipts = demo / agency / "data/receipts"
        if not any(receipts.iterdir()):
            continue
        audit = subprocess.run([programs / "entente-audit", "verify-receipt", receipts, "--genesis", demo / "genesis.toml"],
                               capture_output=True, text=True, check=False)
        if audit.returncode != 0:
            errors.append(f"receipts of {agency}: {audit.stdout[-500:]}{audit.stderr[-500:]}")
    return errors


def run(options, demo):
    rng = random.Random(options.seed)
    federation = Federation(options.bin, demo, AGENCIES)
    federation.found()
    senders = Senders(demo)
    inside, killed = collections.Counter(), collections.Counter()
    try:
        for number in range(options.kills):
            time.sleep(rng.uniform(0.1, 0.5))
            name = rng.choice(("broker", "broker", *AGENCIES))
            data = (demo / name / "data").resolve()
            place = federation.kill(name, lambda pid, data=data: inside_commit(pid, data))
            inside.update([place] if place else [])
            killed[name] += 1
            print(f"kill {number + 1}/{options.kills}: {name}{f', inside a {place}' if place else ''}", flush=True)
            federation.start(name)
    finally:
        senders.stop()
    print(f"{len(senders.accepted)} leads acknowledged, {senders.unknown} calls cut off; waiting for delivery", flush=True)
    missing = wait_delivered(demo, senders.accepted, 120)
    errors = [f"{len(missing)} acknowledged leads were never delivered, such as {min(missing)}"] if missing else []
    errors += check_inboxes(demo, senders.accepted)
    federation.stop()
    errors += check_log(federation)
    share = inside.total() / options.kills
    print(f"{options.kills} kills ({dict(killed)}), {inside.total()} inside a commit ({share:.0%}), seed {options.seed}")
    for place, count in inside.most_common():
        print(f"  {count} inside a {place}")
    if share < 0.1:
        errors.append("fewer than a tenth of the kills fell inside a commit: this run proves too little")
    return errors


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--bin", default="build/release/bin")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    options = parser.parse_args()
    demo = pathlib.Path(tempfile.mkdtemp(prefix="entente-kill-"))
    errors = run(options, demo)
    for error in errors:
        print(f"FAILED: {error}")
    if errors:
        print(f"what is left to look at: {demo}")
        return 1
    shutil.rmtree(demo)
    print("no acknowledged lead lost, none shown twice, log and receipts verify")
    return 0


if __name__ == "__main__":
    sys.exit(main())
