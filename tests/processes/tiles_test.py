#!/usr/bin/python3
"""The log as files, between programs that know nothing of each other: entente-audit verifies what a maker in Python
wrote, a checker in Python verifies what entente-broker exported, and both find whatever is changed.

  tests/processes/tiles_test.py --bin build/release/bin
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

from desk import ROOT

sys.path.insert(0, str(ROOT / "tests/tiles"))

import check_tiles  # noqa: E402
import make_tiles  # noqa: E402
import tlog  # noqa: E402
from federation import Federation  # noqa: E402

SIZES = (0, 1, 255, 256, 257, 65_535, 65_536, 65_537, 70_000)
SENDER, RECIPIENT = "FR.fiu", "DE.fiu"


class Audit:
    def __init__(self, program):
        self.program, self.runs = program, 0

    def run(self, *words):
        self.runs += 1
        got = subprocess.run([self.program, *map(str, words)], capture_output=True, text=True, check=False)
        return got.returncode, got.stdout + got.stderr

    def verify(self, folder, vkey):
        return self.run("verify-tiles", folder, "--vkey", vkey)

    def expect(self, code, folder, vkey, *said):
        got, text = self.verify(folder, vkey)
        assert got == code and all(one in text for one in said), f"exit {got}, not {code} with {said}:\n{text}"


def files_in(folder):
    return sorted(str(path.relative_to(folder)) for path in pathlib.Path(folder).rglob("*") if path.is_file())


def flipped(path, byte):
    """The file with one bit changed; gives what it was."""
    good = path.read_bytes()
    bad = bytearray(good)
    bad[byte] ^= 1 << (byte % 8)
    path.write_bytes(bad)
    return good


def each_flip(audit, folder, vkey, positions, by_python=True, step=1):
    """Both find one flipped bit, and entente-audit names the file. `positions` of so many bytes; `step`: not in every
    file."""
    count = 0
    for name in files_in(folder)[::step]:
        path = pathlib.Path(folder) / name
        for byte in positions(len(path.read_bytes())):
            good = flipped(path, byte)
            audit.expect(1, folder, vkey, f"\n{name}: " if name != "checkpoint" else "checkpoint: ")
            assert not by_python or check_tiles.check(folder, vkey), f"{name}, byte {byte}: not seen"
            path.write_bytes(good)
            count += 1
    audit.expect(0, folder, vkey)
    return count


def made_elsewhere(audit, folder):
    for size in SIZES:
        for entries in (True, False):
            shutil.rmtree(folder, ignore_errors=True)
            log = make_tiles.log_of(size)
            log.write(folder, entries=entries)
            assert not check_tiles.check(folder, log.vkey()), "the checker does not take what the maker wrote"
            said = "HASHES ALONE" if size and not entries else "VERIFIED"
            audit.expect(0, folder, log.vkey(), f"Size {size}, ", said)
    print(f"  {len(SIZES)} sizes, with and without entries: verified", flush=True)


def of_any_form(audit, folder):
    """What the texts of C2SP permit and no log of ours has."""
    shutil.rmtree(folder, ignore_errors=True)
    log = make_tiles.log_of(300, origin="Les journaux d'autrui + 1", key_name="clés.example/é")
    others = [make_tiles.other_signature(name=f"w{number}.example") for number in range(20)]
    others.append(make_tiles.other_signature(name=log.key_name))
    log.write(folder, extensions=("an extension", "— looks like a signature AAAA"), others=others)
    (folder / "index.html").write_text("beside the log")
    audit.expect(0, folder, log.vkey(), "Log Les journaux d'autrui + 1\n", "index.html")
    (folder.parent / "key").write_text(log.vkey() + "\n")
    audit.expect(0, folder, folder.parent / "key")
    for before in (7, 256 + 9):
        for path, data in tlog.tiles_of(log.leaves[:before]):
            make_tiles.write(folder, path, data)
    audit.expect(0, folder, log.vkey())
    assert not check_tiles.check(folder, log.vkey()), "earlier partial tiles"
    for path, data in tlog.tiles_of(make_tiles.log_of(512).leaves):
        if path.startswith("tile/0"):
            make_tiles.write(folder, path, data)
    shutil.rmtree(folder / "tile/0/001.p")
    audit.expect(0, folder, log.vkey(), "more than the checkpoint covers: 1.")
    print("  other names, lines and signers, earlier partial tiles, a full one for a partial one: verified", flush=True)


def changed(audit, folder):
    for size, positions, step in ((3, range, 1), (600, lambda length: {0, length // 2, length - 1}, 1),
                                  (5_000, lambda length: {length // 3}, 1), (70_000, lambda length: {length // 3}, 11)):
        shutil.rmtree(folder, ignore_errors=True)
        log = make_tiles.log_of(size)
        log.write(folder)
        count = each_flip(audit, folder, log.vkey(), positions, size < 10_000, step)
        print(f"  size {size}: {count} flipped bits in every {step}. of {len(files_in(folder))} files, each found there", flush=True)


def with_more_or_less(audit, folder):
    shutil.rmtree(folder, ignore_errors=True)
    log = make_tiles.log_of(600)
    log.write(folder)
    for name in files_in(folder):
        path = folder / name
        good = path.read_bytes()
        path.unlink()
        audit.expect(3 if name == "checkpoint" else 1, folder, log.vkey(), name)
        path.symlink_to("/dev/null")
        audit.expect(3 if name == "checkpoint" else 1, folder, log.vkey(), name)
        path.unlink()
        for bad in (b"", good[:-1], good + b"\0", good + good):
            path.write_bytes(bad)
            audit.expect(1, folder, log.vkey(), name)
        path.write_bytes(good)
    for name in ("tile/0/003", "tile/3/000.p/1", "tile/0/000.tmp", "tile/entries/002.p/89", "tile/0/x000/001", "tile/data/000"):
        make_tiles.write(folder, name, (folder / "tile/0/000").read_bytes())
        audit.expect(1, folder, log.vkey(), f"\n{name}: ")
        (folder / name).unlink()
    audit.expect(0, folder, log.vkey())
    audit.expect(1, folder, make_tiles.log_of(1, seed=bytes(32)).vkey(), "checkpoint: bad-signature")
    print("  missing, cut, longer, linked and foreign files: each found", flush=True)


def two_histories(audit, folder):
    """Checkpoints of one key over a log and one that differs at entry 200."""
    shutil.rmtree(folder, ignore_errors=True)
    log = make_tiles.log_of(600)
    other = make_tiles.Log(log.entries[:200] + [b"another"] + log.entries[201:])
    log.write(folder / "tiles", entries=False)
    proof = folder / "proof"

    def prove(left, right, *more):
        for name, note in (("a", left), ("b", right)):
            (folder / name).write_bytes(note)
        return audit.run("prove-fork", folder / "a", folder / "b", "--vkey", log.vkey(), "--json", *more)

    for size in (201, 256, 300, 599, 600):
        code, said = prove(other.checkpoint(size), log.checkpoint(), "--tiles", folder / "tiles", "--out", proof)
        assert code == 0 and json.loads(said)["forked"], said
        assert audit.run("verify-fork", proof, "--vkey", log.vkey())[0] == 0
        assert audit.run("verify-fork", proof, "--vkey", make_tiles.log_of(1, seed=bytes(32)).vkey())[0] == 3
    for size in (0, 1, 200):
        code, said = prove(other.checkpoint(size), log.checkpoint(), "--tiles", folder / "tiles")
        assert code == 1 and not json.loads(said)["forked"], said
    assert prove(other.checkpoint(300), log.checkpoint())[0] == 3, "of two sizes, without the tiles"
    assert prove(log.checkpoint(300), other.checkpoint(), "--tiles", folder / "tiles")[0] == 3, "of another tree"
    good = proof.read_bytes()
    for byte in range(0, len(good), 3):
        flipped(proof, byte)
        assert audit.run("verify-fork", proof, "--vkey", log.vkey())[0] in (1, 3), f"byte {byte}"
        proof.write_bytes(good)
    print("  forks proven and not, flipped bits in a proof found", flush=True)


class Exporter:
    def __init__(self, binaries, federation):
        self.program, self.demo = pathlib.Path(binaries) / "entente-broker", federation.demo

    def run(self, folder, *words):
        got = subprocess.run([self.program, "export", "--config", self.demo / "broker.toml", "--out", folder, *words],
                             capture_output=True, text=True, check=False)
        return got.returncode, got.stdout + got.stderr

    def export(self, folder, *words):
        """The log's verifier key, and how many files were written."""
        code, said = self.run(folder, *words)
        assert code == 0, said
        return said.split("verifier-key ")[1].strip(), int(said.split(" files written")[0].split()[-1])


def send(federation, count, marker):
    desk = federation.desk(SENDER)
    for number in range(count):
        desk.send_lead((RECIPIENT,), f"{marker}-{number}", int(time.time() * 1000))
    deadline = time.time() + 120
    while sum(lead.recipients[0].state == 6 for lead in desk.leads()) < count:
        assert time.time() < deadline, "the leads do not arrive"
        time.sleep(0.3)


def exported_here(audit, federation, exporter, folder):
    hashes, entries = folder / "hashes", folder / "entries"
    assert exporter.run(hashes, "--hashes")[0] != 0, "the broker runs"
    federation.stop()
    vkey, written = exporter.export(hashes, "--hashes")
    exporter.export(entries, "--entries")
    for place, said in ((hashes, "HASHES ALONE"), (entries, "VERIFIED: ")):
        audit.expect(0, place, vkey, said)
        assert not check_tiles.check(place, vkey)
    assert not (hashes / "tile/entries").exists()
    assert exporter.export(hashes, "--hashes") == (vkey, 0), "again, nothing is new"
    assert exporter.run(entries, "--hashes")[0] == 3 and exporter.run(folder / "none")[0] == 2
    size = int((entries / "checkpoint").read_text().split("\n")[1])
    print(f"  {size} entries of a real broker, {written} files of hashes: verified by both", flush=True)
    return vkey, size


def exported_again(audit, federation, exporter, folder, vkey, before):
    entries = folder / "entries"
    first = folder / "first"
    first.write_bytes((entries / "checkpoint").read_bytes())
    federation.start_all()
    # Each is an entry at least, so that a tile becomes full.
    send(federation, 257, "more")
    federation.stop()
    exporter.export(entries, "--entries")
    audit.expect(0, entries, vkey, "VERIFIED: ")
    assert not check_tiles.check(entries, vkey)
    size = int((entries / "checkpoint").read_text().split("\n")[1])
    assert size > max(before, 256), "no full tile: this test looks at little"
    code, said = audit.run("prove-fork", first, entries / "checkpoint", "--vkey", vkey, "--tiles", entries)
    assert code == 1 and "NO FORK" in said, said
    receipt = next((federation.demo / SENDER).rglob("*.tlog-proof"))
    code, said = audit.run("prove-fork", receipt, entries / "checkpoint", "--vkey", vkey, "--tiles", entries)
    assert code == 1 and "NO FORK" in said, said
    print(f"  brought up to {size} entries; the first checkpoint and a receipt fit", flush=True)


def exported_and_changed(audit, exporter, folder, vkey):
    count = each_flip(audit, folder / "entries", vkey, lambda length: {length // 2})
    place = folder / "entries/tile/0/000"
    good = flipped(place, 5)
    code, said = exporter.run(folder / "entries", "--entries")
    assert code == 3 and "tile/0/000" in said, said
    place.write_bytes(good)
    os.rename(folder / "entries/checkpoint", folder / "kept")
    make_tiles.log_of(3).write(folder / "foreign")
    code, said = exporter.run(folder / "foreign", "--entries")
    assert code == 3 and "of another log" in said, said
    exporter.export(folder / "entries", "--entries")
    assert (folder / "entries/checkpoint").read_bytes() == (folder / "kept").read_bytes()
    print(f"  {count} flipped bits found by both; another log's folder and a changed tile refused", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    options = parser.parse_args()
    audit = Audit(pathlib.Path(options.bin).resolve() / "entente-audit")
    with tempfile.TemporaryDirectory(prefix="entente-tiles-") as name:
        folder = pathlib.Path(name)
        print("written by a maker in Python:", flush=True)
        for story in (made_elsewhere, of_any_form, changed, with_more_or_less, two_histories):
            story(audit, folder / "made")
        print("exported by entente-broker:", flush=True)
        federation = Federation(options.bin, folder / "demo", (SENDER, RECIPIENT))
        federation.found()
        try:
            exporter = Exporter(options.bin, federation)
            vkey, size = exported_here(audit, federation, exporter, folder)
            exported_again(audit, federation, exporter, folder, vkey, size)
            exported_and_changed(audit, exporter, folder, vkey)
        finally:
            federation.stop()
    print(f"tiles: {audit.runs} runs of entente-audit, each said what it must")


if __name__ == "__main__":
    sys.exit(main())
