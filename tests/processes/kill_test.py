#!/usr/bin/python3
"""Kills broker and nodes with SIGKILL at random instants while leads are in flight, and holds the
federation to its promise: no acknowledged lead is lost, none is shown twice in an inbox, the log and every
receipt verify. Prints how many kills fell inside a write to disk.

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
RECIPIENTS = ("DE.fiu", "NL.fiu")
SENDERS = 6
DISK_CALLS = {1, 18, 20, 74, 75, 82, 277, 296}  # write, pwrite, writev, fsync, fdatasync, rename, sync_file_range, pwritev
DISK_SYNC = {74, 75, 277}


def wait_stopped(pid):
    for _ in range(100):
        states = [path.read_text().rsplit(")", 1)[1].split()[0] for path in pathlib.Path(f"/proc/{pid}/task").glob("*/stat")]
        if all(state in "TtZ" for state in states):
            return
        time.sleep(0.002)


def calls_of(pid):
    """The system call each stopped thread stood in that acts on a file, as numbers."""
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        try:
            words = (task / "syscall").read_text().split()
            number = int(words[0])
        except (OSError, ValueError, IndexError):
            continue
        if number in DISK_SYNC or number == 82:
            yield number
        elif number in DISK_CALLS:
            try:
                target = (pathlib.Path(f"/proc/{pid}/fd") / str(int(words[1], 16))).readlink()
            except OSError:
                continue
            if str(target).startswith("/") and not str(target).startswith("/dev"):
                yield number


def inside_write(pid):
    """True when some thread of the stopped process stands inside a write to disk."""
    wait_stopped(pid)
    return any(call in DISK_CALLS for call in calls_of(pid))


class Senders:
    """Threads that send leads as fast as the desk takes them and remember what it acknowledged."""

    def __init__(self, demo):
        self.accepted, self.lock, self.stopping = {}, threading.Lock(), False
        self.unknown = 0
        self.threads = [threading.Thread(target=self.run, args=(demo, index)) for index in range(SENDERS)]
        for thread in self.threads:
            thread.start()

    def run(self, demo, index):
        desk, count = Desk(demo, "FR.fiu", "anna"), 0
        while not self.stopping:
            reference = f"k{index}-{count}"
            count += 1
            try:
                record_id = desk.send_lead(RECIPIENTS, reference, int(time.time() * 1000))
                with self.lock:
                    self.accepted[record_id] = reference
                time.sleep(0.02)
            except grpc.RpcError:
                with self.lock:
                    self.unknown += 1
                time.sleep(0.1)
                desk.connect()

    def stop(self):
        self.stopping = True
        for thread in self.threads:
            thread.join()


def wait_delivered(demo, accepted, seconds):
    """Until every accepted lead stands as delivered at its sender; gives what is missing."""
    deadline = time.time() + seconds
    missing = set(accepted)
    while time.time() < deadline:
        desk = Desk(demo, "FR.fiu", "anna")
        done = {lead.record_id for lead in desk.leads()
                if lead.recipients and all(recipient.state == 6 for recipient in lead.recipients)}
        missing = set(accepted) - done
        if not missing:
            return missing
        time.sleep(1)
    return missing


def check_inboxes(demo, accepted):
    """Every accepted lead exactly once in every inbox; nothing twice at all."""
    errors = []
    for agency in RECIPIENTS:
        seen = collections.Counter(item.record_id for item in Desk(demo, agency, OFFICER[agency]).inbox())
        twice = [record for record, count in seen.items() if count > 1]
        lost = set(accepted) - set(seen)
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
    inside, killed = 0, collections.Counter()
    try:
        for number in range(options.kills):
            time.sleep(rng.uniform(0.2, 0.8))
            name = rng.choice(("broker", "broker", *AGENCIES))
            fell_inside = federation.kill(name, inside_write)
            inside += fell_inside
            killed[name] += 1
            print(f"kill {number + 1}/{options.kills}: {name}{', inside a write' if fell_inside else ''}", flush=True)
            federation.start(name)
    finally:
        senders.stop()
    print(f"{len(senders.accepted)} leads acknowledged, {senders.unknown} calls cut off; waiting for delivery", flush=True)
    missing = wait_delivered(demo, senders.accepted, 120)
    errors = [f"{len(missing)} acknowledged leads were never delivered, such as {min(missing)}"] if missing else []
    errors += check_inboxes(demo, senders.accepted)
    federation.stop()
    errors += check_log(federation)
    share = inside / options.kills
    print(f"{options.kills} kills ({dict(killed)}), {inside} inside a write to disk ({share:.0%}), seed {options.seed}")
    if share < 0.1:
        errors.append("fewer than a tenth of the kills fell inside a write: this run proves too little")
    return errors


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--bin", default="build/release/bin")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    options = parser.parse_args()
    demo = tempfile.mkdtemp(prefix="entente-kill-")
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
