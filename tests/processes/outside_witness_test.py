#!/usr/bin/python3
"""A broker whose genesis file names a quorum, and two witnesses that it asks over HTTP: the log is cosigned as it
grows, one witness alone is no quorum, a restart forgets nothing, and a database put back from a copy is told.

  tests/processes/outside_witness_test.py --bin build/release/bin
"""
import argparse
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

from desk import ROOT
from witness_log import cosigned_at
from witness_test import Witness, said

sys.path.insert(0, str(ROOT / "tests/client"))

from entente_messages import pb, stub  # noqa: E402
from entente_node import open_channel  # noqa: E402

FEDERATION, BROKER, AGENCIES = "entente.test", "broker-1", ("FR.fiu", "BR.fiu")
SECONDS = 60  # a witness that failed is asked again after 30


class OutsideWitness(Witness):
    """Keeps its port when it is started again."""
    port = 0

    def words(self):
        return ["--listen", f"127.0.0.1:{self.port}", *super().words()[2:]]


def until(what, seconds=SECONDS):
    for _ in range(seconds * 10):
        if what():
            return True
        time.sleep(0.1)
    return False


class World:
    def __init__(self, bin_dir, folder):
        self.bin, self.folder, self.broker = bin_dir, folder, None
        self.witnesses = [OutsideWitness(bin_dir, folder / agency, [], f"{FEDERATION}/witness/{agency}")
                          for agency in AGENCIES]
        self.program(ROOT / "certs-dev/make", folder / "certs", "--trust-domain", FEDERATION, "--broker", BROKER,
                     "--agencies", ",".join(AGENCIES))
        for agency in AGENCIES:
            self.entente("authority", "new", agency[:2], "--out", folder / f"authority-{agency[:2]}")

    def program(self, *words, code=0):
        got = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False)
        assert got.returncode == code, f"{words}: exit {got.returncode}: {got.stdout}{got.stderr}"
        return got.stdout + got.stderr

    def entente(self, *words):
        return self.program(self.bin / "entente", *words)

    def init(self, quorum, code=0):
        (self.folder / "quorum").write_text(quorum)
        authorities = []
        for agency in AGENCIES:
            public = (self.folder / f"authority-{agency[:2]}/authority.pub").read_text().strip()
            authorities += ["--authority", f"{agency[:2]}={public}"]
        return self.program(self.bin / "entente-broker", "init", "--federation", FEDERATION, "--name", BROKER,
                            "--data", self.folder / "data", "--keys", self.folder / "keys", "--genesis",
                            self.folder / "genesis.toml", "--quorum", self.folder / "quorum", *authorities, code=code)

    def witness_lines(self):
        return "".join(f"witness {agency} {witness.vkey}\n" for agency, witness in zip(AGENCIES, self.witnesses))

    def write_config(self):
        asked = "".join(f'\n[[witness]]\nkey = "{one.vkey}"\nurl = "http://127.0.0.1:{one.port}/"\n'
                        for one in self.witnesses)
        (self.folder / "broker.toml").write_text(
            'genesis = "genesis.toml"\ndata = "data"\nkeys = "keys"\n\n[listen]\naddress = "127.0.0.1:0"\n'
            f'metrics = "127.0.0.1:0"\n\n[tls]\ncertificate = "certs/broker/{BROKER}.pem"\nkey = '
            f'"certs/broker/{BROKER}.key"\n\n[authorities]\nFR = "certs/ca/FR.pem"\nBR = "certs/ca/BR.pem"\n' + asked)

    def start(self):
        log = (self.folder / "log").open("a")
        self.broker = subprocess.Popen([self.bin / "entente-broker", "run", "--config", self.folder / "broker.toml"],
                                       stdout=subprocess.PIPE, stderr=log, text=True)
        lines = [self.broker.stdout.readline() for _ in range(2)]
        assert lines[0].startswith("listening "), f"{lines}: {self.log()}"
        self.address, self.metrics = (line.split()[1] for line in lines)

    def stop(self):
        self.broker.send_signal(signal.SIGTERM)
        assert self.broker.wait(20) == 0

    def log(self):
        return (self.folder / "log").read_text()

    def level(self, name):
        with urllib.request.urlopen(f"http://{self.metrics}/metrics") as answer:
            text = answer.read().decode()
        return int(float(re.search(rf"^{name} (\S+)$", text, re.MULTILINE).group(1)))

    def size(self):
        return self.level("entente_tree_size")

    def witnessed(self):
        return self.level("entente_witnessed_tree_size")

    def is_witnessed(self):
        return self.witnessed() == self.size()

    def publish(self, agency):
        kind, folder = agency[3:], self.folder / f"enrol-{agency}"
        folder.mkdir()
        self.entente("agency", "enrol", agency, "--federation", FEDERATION, "--kind", kind, "--name", "A service",
                     "--keys", folder / "keys", "--request", folder / "request.txt")
        self.entente("agency", "approve", folder / "request.txt", "--federation", FEDERATION, "--authority-key",
                     self.folder / f"authority-{agency[:2]}/authority.key", "--out", folder / "admission.txt")
        self.entente("authority", "publish", folder / "admission.txt", "--broker", self.address, "--broker-name", BROKER,
                     "--broker-authority", self.folder / "certs/ca/broker.pem", "--certificate",
                     self.folder / "certs/agency/FR.fiu.pem", "--key", self.folder / "certs/agency/FR.fiu.key")

    def note(self):
        """What a member is given as witnessed."""
        certs = self.folder / "certs"
        with open_channel(self.address, certs / "ca/broker.pem", certs / "agency/FR.fiu.pem",
                          certs / "agency/FR.fiu.key", "localhost") as channel:
            return stub(channel, "Transparency").GetCheckpoint(pb.GetCheckpointRequest()).witnessed.decode()


def refused(world):
    group = "group members 1 FR.fiu BR.fiu\nquorum members\n"
    why = world.init(world.witness_lines() + group, code=3)
    assert f"{world.folder}/quorum:1:1: " in why and "not more than two thirds" in why, why
    why = world.init(world.witness_lines() + "group members 3 FR.fiu BR.fiu\nquorum members\n", code=3)
    assert f"{world.folder}/quorum:3:15: " in why, why
    assert not (world.folder / "genesis.toml").exists()
    said("a quorum that could be split, or cannot be read, makes no genesis file")


def found(world):
    out = world.init(world.witness_lines() + "group members 2 FR.fiu BR.fiu\nquorum members\n")
    vkey = re.search(r"^verifier-key (\S+)$", out, re.MULTILINE).group(1)
    for witness in world.witnesses:
        witness.logs.write_text(vkey + "\n")
        witness.start()
    world.write_config()
    world.start()


def cosigned(world):
    assert until(lambda: world.witnessed() == 1), world.log()
    text, lines = world.note().split("\n\n")
    lines = lines.splitlines(keepends=True)
    assert len(lines) == 3 and text.split("\n")[1] == "1", text
    for witness in world.witnesses:
        own = [line for line in lines if f" {witness.name} " in line]
        assert abs(cosigned_at(own[0], witness.vkey, text + "\n") - time.time()) < SECONDS
    said("both cosign the genesis entry, and a member is given the note with their signatures")


def minority(world):
    shutil.copytree(world.folder / "data", world.folder / "old")
    away = world.witnesses[1]
    assert away.stop() == 0
    world.publish("FR.fiu")
    assert world.size() > 1
    time.sleep(8)
    assert world.witnessed() == 1, "one of two is no quorum"
    assert f"the witness at http://127.0.0.1:{away.port}: " in world.log(), world.log()
    away.start()
    assert until(world.is_witnessed), world.log()
    said("one witness alone is none; when the other is back, it is asked again, and the log is witnessed")


def restarted(world):
    before = world.size()
    world.stop()
    for witness in world.witnesses:
        assert witness.stop() == 0
    world.start()
    assert world.witnessed() == before and world.note().split("\n")[1] == str(before)
    for witness in world.witnesses:
        witness.start()
    world.publish("BR.fiu")
    assert world.size() > before and until(world.is_witnessed), world.log()
    last = world.size()
    world.stop()
    found_nothing = world.program(world.bin / "entente-broker", "fsck", "--config", world.folder / "broker.toml")
    assert f"{last} entries, 0 findings" in found_nothing, found_nothing
    said("a restart forgets nothing that was witnessed, and asks each from the size that it holds")
    return last


def put_back(world, size):
    shutil.rmtree(world.folder / "data")
    shutil.copytree(world.folder / "old", world.folder / "data")
    (world.folder / "log").write_text("")
    world.start()
    assert until(lambda: world.log().count(f"cosigned this log at size {size}, and the log has 1 entries") == 2)
    assert "put back from an older copy" in world.log()
    world.stop()
    said("both say so when the database was put back from an older copy")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", default="build/release/bin")
    bin_dir = pathlib.Path(parser.parse_args().bin).resolve()
    with tempfile.TemporaryDirectory() as folder:
        world = World(bin_dir, pathlib.Path(folder))
        try:
            for test in (refused, found, cosigned, minority):
                test(world)
            put_back(world, restarted(world))
        finally:
            for one in [world.broker] + [witness.process for witness in world.witnesses]:
                if one and one.poll() is None:
                    one.kill()
    print("outside witnesses: passed", flush=True)


if __name__ == "__main__":
    sys.exit(main())
