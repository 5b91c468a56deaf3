#!/usr/bin/python3
"""After a recall and after an expiry no file of a node holds what a record said, or the key that opened it: not
the key slots, the write-ahead log, old tables, or the program's own log. The nodes are killed, so that nothing is
tidied up, and every file is read.

  tests/processes/erasure_test.py --bin build/release/bin
"""
import argparse
import pathlib
import sys
import tempfile
import time
import uuid

from federation import Federation

ORIGIN, RECIPIENT = "FR.fiu", "DE.fiu"
DELIVERED, ERASED = 6, 18
PLACE, NONCE = 128, 24  # bytes: of a key slot, and of what no two keys share


def until(what, holds, seconds=60):
    for _ in range(seconds * 5):
        if holds():
            print(f"  yes: {what}", flush=True)
            return
        time.sleep(0.2)
    raise AssertionError(f"not within {seconds} s: {what}")


class World:
    def __init__(self, federation):
        self.federation = federation

    def files(self, agency):
        return [path for path in (self.federation.demo / agency).rglob("*") if path.is_file()]

    def keys(self, agency):
        """Every key as it stands in its slot, wrapped."""
        slots = (self.federation.demo / agency / "data/slots").read_bytes()
        places = {slots[at:at + PLACE] for at in range(0, len(slots), PLACE)}
        return {place[:NONCE] for place in places if any(place)}

    def holding(self, agency, needle):
        return [str(path) for path in self.files(agency) if needle in path.read_bytes()]

    def state(self, record):
        for lead in self.federation.desk(ORIGIN).leads():
            if lead.record_id == record:
                return lead.recipients[0].state
        return 0

    def inbox(self):
        return [item.record_id for item in self.federation.desk(RECIPIENT).inbox()]

    def send(self, marker, seconds):
        before = {agency: self.keys(agency) for agency in (ORIGIN, RECIPIENT)}
        record = self.federation.desk(ORIGIN).send_lead((RECIPIENT,), marker, int(time.time() * 1000), seconds)
        until("the lead is delivered", lambda: self.state(record) == DELIVERED)
        added = {agency: self.keys(agency) - before[agency] for agency in before}
        for agency, keys in added.items():
            assert keys, f"{agency} has no key of the record: this test looks at nothing"
            assert all(self.holding(agency, key) for key in keys), "a key that stands in its slot was not found"
        return record, added

    def look(self, marker, added):
        """Killed, then read; and started again."""
        for agency in (ORIGIN, RECIPIENT):
            self.federation.kill(agency)
        for agency, keys in added.items():
            read = sum(len(path.read_bytes()) for path in self.files(agency))
            assert read > 0
            found = self.holding(agency, marker.encode())
            assert not found, f"{agency} still says what was erased: {found}"
            left = [place for key in keys for place in self.holding(agency, key)]
            assert not left, f"{agency} still has a key of what was erased: {left}"
            print(f"  yes: {agency}: neither text nor {len(keys)} key(s) in {read} bytes of {len(self.files(agency))} files",
                  flush=True)
        for agency in (ORIGIN, RECIPIENT):
            self.federation.start(agency)


def recalled(world):
    marker = f"recalled-{uuid.uuid4().hex}"
    record, added = world.send(marker, 5 * 86_400)
    world.federation.desk(ORIGIN).recall(record)
    until("the recipient has signed that it erased it", lambda: world.state(record) == ERASED)
    world.look(marker, added)
    assert record not in world.inbox(), "a recalled record is in the inbox"


def expired(world):
    marker = f"expired-{uuid.uuid4().hex}"
    record, added = world.send(marker, 12)
    until("the recipient's inbox has lost it", lambda: record not in world.inbox())
    until("its keys are gone", lambda: not any(added[agency] & world.keys(agency) for agency in added))
    world.look(marker, added)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="entente-erasure-") as folder:
        federation = Federation(options.bin, pathlib.Path(folder) / "demo", (ORIGIN, RECIPIENT))
        federation.found()
        world = World(federation)
        try:
            # The first one of a month also makes the key of its pseudonyms, which stays.
            world.send("the first", 5 * 86_400)
            for story in (recalled, expired):
                print(f"{story.__name__}:", flush=True)
                story(world)
        finally:
            federation.stop()
    print("erasure: neither text nor key is left")


if __name__ == "__main__":
    sys.exit(main())
