#!/usr/bin/python3
"""Attachments among real processes: a large one in constant memory, one that is broken off on both sides and goes
on, and urgent leads that pass one on a line of 256 kbit/s, 600 ms and 5 % loss, each way.

  tests/processes/attachment_test.py --bin build/release/bin [--large MiB]
"""
import argparse
import hashlib
import os
import pathlib
import re
import sys
import tempfile
import time
import uuid

from federation import Federation, OFFICER
from line import Line
from terminal import Person

ORIGIN, RECIPIENT = "FR.fiu", "DE.fiu"
DELIVERED = 6
URGENT_WITHIN = 10.0  # seconds
MEMORY = 96 * 1024  # KiB that a process may need beyond what it had: many pieces, and no file
MIB = 1024 * 1024

DRAFT = """draft = "information/1"
purpose = "asset-recovery"
handling = ["H1"]
evaluation = "B2"
urgency = "{urgency}"
expires = "P5D"

[[section]]
about = ["suspect"]
data = ["narrative"]
basis = "fact"
essential = true
text = "the papers of the case"
"""
FILE_SECTION = """
[[section]]
about = ["suspect"]
data = ["financial"]
basis = "fact"
[section.attachment]
file = "{file}"
note = "as seized"
"""


def until(what, holds, seconds=120, step=0.2):
    started = time.monotonic()
    while not holds():
        assert time.monotonic() - started < seconds, f"not within {seconds} s: {what}"
        time.sleep(step)
    took = time.monotonic() - started
    print(f"  yes: {what} ({took:.1f} s)", flush=True)
    return took


def peak_kib(pid):
    return int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text()).group(1))


class World:
    def __init__(self, federation, folder):
        self.federation, self.folder = federation, pathlib.Path(folder)

    def person(self, agency):
        return Person(self.federation.bin / "entente", self.federation.demo / agency / "officers" / f"{OFFICER[agency]}.toml")

    def run(self, agency, *words):
        got = self.person(agency).run(words, "json")
        assert got.returncode == 0, f"{words}: {got.stdout}{got.stderr}"
        return got.stdout

    def file(self, name, size):
        path = self.folder / name
        with path.open("wb") as out:
            for _ in range(0, size, MIB):
                out.write(os.urandom(min(MIB, size - out.tell())))
        return path

    def send(self, path, urgency="normal"):
        draft = self.folder / f"{path.name}.toml"
        draft.write_text(DRAFT.format(urgency=urgency) + FILE_SECTION.format(file=path.relative_to(draft.parent)))
        sent = self.run(ORIGIN, "information", "send", "--draft", draft, "--to", RECIPIENT, "--justification", "a test")
        return re.search(r'"record_id":\s*"([0-9a-f]{32})"', sent).group(1)

    def save(self, record, out):
        return self.person(RECIPIENT).run(["attachment", "save", record, "--out", out, "--purpose", "asset-recovery",
                                           "--justification", "a test"], "json")

    def arrived(self, record):
        return any(item.record_id == record for item in self.federation.desk(RECIPIENT).inbox())

    def check_same(self, record, path):
        out = self.folder / f"{path.name}.out"
        until("the attachment can be saved", lambda: self.save(record, out).returncode == 0, 400)
        digests = [hashlib.sha256(one.read_bytes()).digest() for one in (path, out)]
        assert digests[0] == digests[1], "another file came out"
        out.unlink()

    def kept(self, agency):
        return sorted(path.name for path in (self.federation.demo / agency / "data/attachments").iterdir())


def put_on_line(federation, agency, **how):
    """The node speaks to the broker through a slow line of its own."""
    config = federation.demo / agency / "node.toml"
    text = config.read_text()
    host, port = re.search(r'^address = "(.*):(\d+)"', text, re.M).groups()
    line = Line((host, int(port)), **how)
    config.write_text(text.replace(f'address = "{host}:{port}"', f'address = "127.0.0.1:{line.port}"', 1))
    federation.kill(agency)
    federation.start(agency)
    return line, text


def off_line(federation, agency, line, text):
    (federation.demo / agency / "node.toml").write_text(text)
    federation.kill(agency)
    federation.start(agency)
    line.stop()


def large(world, mib):
    print(f"a file of {mib} MiB, in constant memory", flush=True)
    path = world.file("large.bin", mib * MIB)
    before = {name: peak_kib(pid) for name, pid in world.federation.pids.items()}
    started = time.monotonic()
    record = world.send(path)
    world.check_same(record, path)
    took = time.monotonic() - started
    for name, pid in world.federation.pids.items():
        more = peak_kib(pid) - before[name]
        print(f"  {name}: {more // 1024} MiB more at its peak", flush=True)
        assert more < MEMORY, f"{name} took {more} KiB more for one file"
    print(f"  desk to desk in {took:.1f} s", flush=True)
    path.unlink()


def broken_off(world):
    print("broken off again and again, on a line of 4 Mbit/s", flush=True)
    path = world.file("broken.bin", 4 * MIB)
    line, text = put_on_line(world.federation, ORIGIN, bits=4_000_000, round_trip=0.05, loss=0.0)
    record = world.send(path)
    for _ in range(3):
        base = line.bytes["up"]
        until("another 700 KiB are up", lambda base=base: line.bytes["up"] - base > 700 * 1024)
        world.federation.kill(ORIGIN)
        world.federation.start(ORIGIN)
    world.federation.kill("broker")
    world.federation.start("broker")
    until("the record arrives", lambda: world.arrived(record))
    sent = line.bytes["up"]
    print(f"  {sent / MIB:.1f} MiB went up for 4 MiB and three breaks", flush=True)
    assert sent < 7 * MIB, "it began anew each time"
    off_line(world.federation, ORIGIN, line, text)
    line, text = put_on_line(world.federation, RECIPIENT, bits=4_000_000, round_trip=0.05, loss=0.0)
    path2 = world.file("broken2.bin", 4 * MIB)
    record2 = world.send(path2)
    until("the second record arrives", lambda: world.arrived(record2))
    for _ in range(2):
        base = line.bytes["down"]
        until("another MiB is down", lambda base=base: line.bytes["down"] - base > MIB)
        world.federation.kill(RECIPIENT)
        world.federation.start(RECIPIENT)
    world.check_same(record2, path2)
    got = line.bytes["down"]
    print(f"  {got / MIB:.1f} MiB came down for at most 8 MiB and two breaks", flush=True)
    assert got < 11 * MIB, "it began anew each time"
    off_line(world.federation, RECIPIENT, line, text)
    world.check_same(record, path)


def urgent_passes(world):
    print("urgent leads pass an attachment on 256 kbit/s, 600 ms, 5 % loss", flush=True)
    lines = {agency: put_on_line(world.federation, agency) for agency in (ORIGIN, RECIPIENT)}
    up, down = lines[ORIGIN][0], lines[RECIPIENT][0]
    until("the sender's node speaks to the broker", lambda: up.bytes["down"] > 10_000)
    path = world.file("slow.bin", 640 * 1024)
    record = world.send(path)
    took = []

    def lead(what):
        lead_id = world.federation.desk(ORIGIN).send_lead((RECIPIENT,), what, int(time.time() * 1000), urgency=3)
        took.append(until(f"the urgent lead arrives, {what}", lambda: world.arrived(lead_id), 60, 0.1))

    def carried(line, way, base):
        return line.bytes[way] - base

    base = up.bytes["up"]
    until("the attachment is on its way up", lambda: carried(up, "up", base) > 100_000, 60)
    for _ in range(2):
        lead("while it goes up")
    assert not world.arrived(record), "the attachment was up before: nothing was passed"
    until("the record arrives", lambda: world.arrived(record), 200)
    base = down.bytes["down"]
    until("the attachment is on its way down", lambda: carried(down, "down", base) > 100_000, 60)
    for _ in range(2):
        lead("while it comes down")
    out = world.folder / "early.out"
    assert world.save(record, out).returncode != 0, "the attachment was down before: nothing was passed"
    assert max(took) < URGENT_WITHIN, f"an urgent lead took {max(took):.1f} s"
    world.check_same(record, path)
    for agency, (line, text) in lines.items():
        off_line(world.federation, agency, line, text)


def recalled(world):
    print("what was recalled leaves no file, and never lay there in the clear", flush=True)
    path = world.file("recalled.bin", 2 * MIB)
    marker = f"marker-{uuid.uuid4().hex}".encode()
    path.write_bytes(marker + path.read_bytes() + marker)
    record = world.send(path)
    world.check_same(record, path)
    before = {agency: world.kept(agency) for agency in (ORIGIN, RECIPIENT)}
    for name in ("broker", ORIGIN, RECIPIENT):
        for one in (world.federation.demo / name).rglob("*"):
            assert not one.is_file() or marker not in one.read_bytes(), f"{one} says what the file says"
    world.federation.desk(ORIGIN).recall(record)
    until("the recipient has lost it", lambda: not world.arrived(record))
    assert world.save(record, world.folder / "late.out").returncode != 0
    for agency, names in before.items():
        until(f"{agency} has one file less", lambda a=agency, n=names: len(world.kept(a)) == len(n) - 1, 150, 1.0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--large", type=int, default=256, help="MiB")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="entente-attachment-") as folder:
        federation = Federation(options.bin, pathlib.Path(folder) / "demo", (ORIGIN, RECIPIENT))
        federation.found()
        world = World(federation, folder)
        try:
            large(world, options.large)
            broken_off(world)
            urgent_passes(world)
            recalled(world)
        finally:
            federation.stop()
    print("4 passed, 0 failed")


if __name__ == "__main__":
    sys.exit(main())
