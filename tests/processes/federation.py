"""A federation of real processes on this machine, founded by the demo's own script. It can be copied as
files, started with another broker program or another clock, killed and stopped."""
import os
import pathlib
import shutil
import subprocess
import time

from desk import Desk, ROOT

FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"
OFFICER = {"FR.fiu": "anna", "BR.fiu": "bruno", "DE.fiu": "dieter", "NL.fiu": "nina", "CH.fiu": "chiara", "AE.fiu": "amal"}


def is_zombie(pid):
    """Over, with all its threads: one that stands in a sync still holds the files after the first has gone."""
    process = pathlib.Path(f"/proc/{pid}")
    try:
        first = (process / "stat").read_text().rsplit(")", 1)[1].split()[0]
        return first == "Z" and len(list((process / "task").iterdir())) == 1
    except OSError:
        return True


class Federation:
    """Broker and nodes in one folder. Not started by the constructor."""

    def __init__(self, bin_dir, demo, agencies, quorum=False):
        self.bin, self.demo, self.agencies = pathlib.Path(bin_dir).resolve(), pathlib.Path(demo), tuple(agencies)
        self.quorum = "yes" if quorum else ""
        self.pids, self.broker_program, self.environment, self.clock = {}, self.bin / "entente-broker", {}, None

    def found(self, names=""):
        """Makes everything and starts it; returns when every agency can receive. `names`: bash, of people with other names than the
        demo's."""
        codes = " ".join(dict.fromkeys(agency[:2] for agency in self.agencies))
        script = (f"set -euo pipefail; cd {ROOT}; source deploy/say; source deploy/demo-data/federation; bin={self.bin}; {names}"
                  f"AGENCIES='{' '.join(self.agencies)}'; JURISDICTIONS='{codes}'; QUORUM='{self.quorum}'; make_federation {self.demo}; start_broker; "
                  "found_federation; for a in $AGENCIES; do start_node $demo $a; done; wait_ready")
        subprocess.run(["bash", "-c", script], check=True, env={**os.environ, **self.environment})
        self.pids = {name: int((self.demo / name / "pid").read_text()) for name in ("broker", *self.agencies)}

    def copy(self, demo):
        """The same federation, stopped, in another folder."""
        shutil.copytree(self.demo, demo, ignore=shutil.ignore_patterns("*.sock", "pid"))
        for config in pathlib.Path(demo).glob("*/officers/*.toml"):
            config.write_text(config.read_text().replace(str(self.demo), str(demo)))
        return Federation(self.bin, demo, self.agencies, bool(self.quorum))

    def desk(self, agency):
        return Desk(self.demo, agency, OFFICER[agency])

    def start_all(self):
        self.start("broker")
        for agency in self.agencies:
            self.start(agency)

    def program(self, name):
        """What runs as the broker, or as the node of an agency."""
        return self.broker_program if name == "broker" else self.bin / "entente-node"

    def clock_environment(self):
        """Of a process that has the clock of this federation."""
        if not self.clock:
            return {}
        # Not by the program `faketime`: it would stand between us and the process we stop.
        return {"LD_PRELOAD": FAKETIME, "FAKETIME": self.clock, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}

    def start(self, name):
        folder = self.demo / name
        out = (folder / "out").open("w")
        log = (folder / "log").open("a")
        if name == "broker":
            command = [self.program(name), "run", "--config", self.demo / "broker.toml"]
        else:
            command = [self.program(name), "--config", folder / "node.toml"]
        environment = {**os.environ, **self.environment, **self.clock_environment()}
        process = subprocess.Popen(command, stdout=out, stderr=log, cwd=ROOT, env=environment)
        self.pids[name] = process.pid
        (folder / "pid").write_text(f"{process.pid}\n")
        for _ in range(300):
            if "listening" in (folder / "out").read_text():
                return
            if process.poll() is not None:
                break
            time.sleep(0.05)
        tail = "\n".join((folder / "log").read_text().splitlines()[-5:])
        raise RuntimeError(f"{name} did not come up:\n{tail}")

    def kill(self, name, while_stopped=lambda pid: None):
        """SIGKILL; `while_stopped` looks at the process, stopped, just before."""
        pid = self.pids.pop(name)
        subprocess.run(["kill", "-STOP", str(pid)], check=True)
        seen = while_stopped(pid)
        subprocess.run(["kill", "-KILL", str(pid)], check=True)
        while pathlib.Path(f"/proc/{pid}").exists() and not is_zombie(pid):
            time.sleep(0.005)
        return seen

    def stop(self):
        for pid in self.pids.values():
            subprocess.run(["kill", "-TERM", str(pid)], check=False)
        for pid in self.pids.values():
            for _ in range(300):
                if not pathlib.Path(f"/proc/{pid}").exists() or is_zombie(pid):
                    break
                time.sleep(0.05)
        self.pids = {}
