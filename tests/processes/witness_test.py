#!/usr/bin/python3
"""The witness over HTTP, against a client that shares no code with it: a recorded conversation, races, kills, a
state that was damaged, and what an operator may do wrong.

  tests/processes/witness_test.py --bin build/release/bin
"""
import argparse
import hashlib
import http.client
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from witness_log import Log, cosigned_at

NAME = "entente.test/witness/FR.fiu"
ORIGIN = "log.example/one"
CONVERSATION = pathlib.Path(__file__).with_name("witness_conversation.json")
TEXT = "text/plain; charset=utf-8"
RACERS, ROUNDS, KILLS = 8, 25, 20
IDLE_SECONDS, CONNECTIONS = 10, 256


def said(what):
    print(f"  yes: {what}", flush=True)


class Witness:
    """A folder as an operator lays it out, and the program on it."""

    def __init__(self, bin_dir, folder, log_vkeys, name=NAME):
        self.program, self.folder = pathlib.Path(bin_dir) / "entente-node", pathlib.Path(folder)
        self.folder.mkdir()
        self.key, self.state, self.logs = self.folder / "witness.key", self.folder / "state", self.folder / "logs.vkey"
        self.logs.write_text("# the logs\n" + "".join(f"{one}\n" for one in log_vkeys))
        self.name, self.process = name, None
        self.vkey = self.make_key()

    def run(self, *words):
        return subprocess.run([self.program, "witness", *words], capture_output=True, text=True, check=False)

    def make_key(self):
        made = self.run("--make-key", self.name, "--key", self.key)
        assert made.returncode == 0, made.stderr
        return re.fullmatch(r"verifier-key (\S+)\n", made.stdout).group(1)

    def words(self):
        return ["--listen", "127.0.0.1:0", "--state", self.state, "--key", self.key, "--log-vkey", self.logs]

    def start(self):
        self.stderr = (self.folder / "stderr").open("a+")
        self.process = subprocess.Popen([self.program, "witness", *self.words()], stdout=subprocess.PIPE,
                                        stderr=self.stderr, text=True)
        line = self.process.stdout.readline()
        assert line.startswith("listening 127.0.0.1:"), line + (self.folder / "stderr").read_text()
        self.port = int(line.rsplit(":", 1)[1])
        assert self.process.stdout.readline() == f"verifier-key {self.vkey}\n"
        return self

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        code = self.process.wait(10)
        self.stderr.close()
        return code

    def refuses(self, *words):
        """It does not start, as one who looks is to know; what it says."""
        got = subprocess.run([self.program, "witness", *(words or self.words())], capture_output=True, text=True,
                             check=False, timeout=20)
        assert got.returncode == 3 and not got.stdout, f"exit {got.returncode}: {got.stdout}{got.stderr}"
        return got.stderr

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)

    def ask(self, body, method="POST", path="/add-checkpoint", connection=None):
        one = connection or self.connect()
        one.request(method, path, body.encode())
        answer = one.getresponse()
        got = answer.status, answer.getheader("Content-Type"), answer.read().decode()
        if connection is None:
            one.close()
        return got

    def held(self, log):
        """The size that it holds, as a log asks for it that does not know."""
        status, kind, body = self.ask(log.body(1, 1))
        if status == 200:
            return 1
        assert (status, kind) == (409, "text/x.tlog.size") and re.fullmatch(r"(0|[1-9]\d*)\n", body), body
        return int(body)


def text_of(request):
    """The checkpoint's text of a body."""
    return request.split("\n\n", 1)[1].rsplit("\n\n", 1)[0] + "\n"


def check_step(witness, step, connection):
    got = witness.ask(step["request"], step.get("method", "POST"), step.get("path", "/add-checkpoint"), connection)
    where = f"{step['why']}: {got}"
    assert got[0] == step["status"], where
    if step["status"] == 409:
        assert got[1:] == ("text/x.tlog.size", step["body"]), where
    elif step["status"] == 200:
        assert got[1] == TEXT and abs(cosigned_at(got[2], witness.vkey, text_of(step["request"])) - time.time()) < 60, where
    else:
        assert got[1] == TEXT and re.fullmatch(r"[^\n]+\n", got[2]), where


def conversation(place):
    recorded = json.loads(CONVERSATION.read_text())
    witness = Witness(*place("conversation"), recorded["log_vkeys"]).start()
    connection, kept, asked = witness.connect(), None, 0
    for step in recorded["steps"]:
        if "restart" in step:
            assert witness.stop() == 0
            witness.start()
            connection, kept = witness.connect(), None
            continue
        check_step(witness, step, connection)
        assert kept in (None, connection.sock), "the connection was not kept alive"
        kept = connection.sock
        asked += 1
    assert asked > 70
    text = (witness.folder / "stderr").read_text()
    assert "two roots for one size" in text and Log(ORIGIN, entry="another").text(5) in text, text
    said(f"{asked} requests of the recorded conversation have their answer, on connections that are kept alive")
    state = sorted(path.name for path in witness.state.iterdir())
    files = [f"{hashlib.sha256(name.encode()).hexdigest()}.checkpoint" for name in (ORIGIN, "log.example/two")]
    assert state == sorted(files + ["lock"]), state
    assert (witness.state / files[0]).read_text().startswith(Log(ORIGIN).text(65)), "not the last note"
    said("what is held is one text file for each log, the last note cosigned")
    assert witness.stop(signal.SIGINT) == 0


def at_once(calls):
    """Runs all at the same moment; their results."""
    results, barrier = [None] * len(calls), threading.Barrier(len(calls))

    def run(place, call):
        barrier.wait()
        results[place] = call()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def races(place):
    log, fork = Log(ORIGIN), Log(ORIGIN, entry="another")
    witness = Witness(*place("races"), [log.vkey]).start()
    size = 0
    for round_number in range(ROUNDS):
        # At first the fork is as good as the log; later all are true, and each goes another way.
        pick = [fork if size == 0 and i % 2 else log for i in range(RACERS)]
        bodies = [pick[i].body(size, size + 1 + i % 3) for i in range(RACERS)]
        got = at_once([lambda body=body: witness.ask(body) for body in bodies])
        assert {one[0] for one in got} == {200, 409}, got
        # Also who sends the very text that has won had the old size: that is a conflict, not an answer.
        won = [i for i, one in enumerate(got) if one[0] == 200]
        assert len(won) == 1, f"{len(won)} of {RACERS} were cosigned from size {size}"
        if pick[won[0]] is fork:
            log, fork = fork, log
        size = int(text_of(bodies[won[0]]).split("\n")[1])
        assert witness.held(log) == size, f"round {round_number}: rolled back"
    assert witness.stop() == 0
    said(f"{ROUNDS} times of {RACERS} that raced exactly one was cosigned, and nothing was rolled back")


class Climber(threading.Thread):
    """A log that goes up as fast as it is let, and remembers what was cosigned."""

    def __init__(self, witness, log):
        super().__init__()
        self.witness, self.log, self.cosigned = witness, log, {}

    def run(self):
        size = 0
        while True:
            try:
                request = self.log.body(size, size + random.randint(0, 3))
                status, _, body = self.witness.ask(request)
            except (OSError, http.client.HTTPException):
                return
            if status == 409:
                size = int(body)
            elif status == 200:
                text = text_of(request)
                size = int(text.split("\n")[1])
                self.cosigned[size] = (text, cosigned_at(body, self.witness.vkey, text))


def kills(place):
    """Two logs of one origin, each true to itself; only one of them can ever be cosigned."""
    logs = Log(ORIGIN), Log(ORIGIN, entry="another")
    witness = Witness(*place("kills"), [logs[0].vkey])
    seen, last_time = {}, 0
    for _ in range(KILLS):
        witness.start()
        assert witness.held(logs[0]) >= max(seen, default=0), "what was cosigned is not held"
        climbers = [Climber(witness, log) for log in logs]
        for climber in climbers:
            climber.start()
        time.sleep(random.uniform(0.01, 0.15))
        witness.stop(signal.SIGKILL)
        for climber in climbers:
            climber.join()
            for size, (text, when) in climber.cosigned.items():
                assert seen.setdefault(size, text) == text, f"two roots were cosigned at size {size}"
                assert when >= last_time
        last_time = max([last_time] + [when for one in climbers for _, when in one.cosigned.values()])
    assert len(seen) > KILLS // 2, seen
    said(f"killed {KILLS} times under load: {len(seen)} sizes cosigned, none with two roots, none forgotten")


def damaged(place):
    log = Log(ORIGIN)
    witness = Witness(*place("damaged"), [log.vkey]).start()
    assert witness.ask(log.body(0, 5))[0] == 200
    assert "another witness runs" in witness.refuses()
    said("two never run on one folder")
    assert witness.stop() == 0
    note = witness.state / f"{hashlib.sha256(ORIGIN.encode()).hexdigest()}.checkpoint"
    good = note.read_bytes()
    for bad in (good.replace(b"\n5\n", b"\n4\n"), good[:-2], b"", good + b"x"):
        note.write_bytes(bad)
        why = witness.refuses()
        assert str(note) in why and "new key" in why, why
    note.unlink()
    why = witness.refuses()
    assert "may not be mounted" in why and "new key" in why, why
    shutil.move(witness.state, witness.folder / "elsewhere")
    assert "may not be mounted" in witness.refuses()
    shutil.rmtree(witness.state)
    shutil.move(witness.folder / "elsewhere", witness.state)
    note.write_bytes(good)
    assert witness.start().held(log) == 5
    assert witness.stop() == 0
    said("a state that is damaged, missing or elsewhere keeps it from starting, and it says what to do")


def operator(place):
    log = Log(ORIGIN)
    witness = Witness(*place("operator"), [log.vkey])
    assert (witness.key.stat().st_mode & 0o777) == 0o600
    before = witness.key.read_bytes()
    again = witness.run("--make-key", NAME, "--key", witness.key)
    assert again.returncode == 3 and witness.key.read_bytes() == before, again.stderr
    witness.key.chmod(0o644)
    assert "chmod 600" in witness.refuses()
    witness.key.chmod(0o600)
    vkey = pathlib.Path(f"{witness.key}.vkey")
    good = vkey.read_text()
    assert good == witness.vkey + "\n"
    for bad in (log.vkey + "\n", "x\n", "", good + good):
        vkey.write_text(bad)
        assert f"{vkey}:1:1: " in witness.refuses()
    vkey.write_text(good)
    for bad, line in ((f"\n# two\n{log.vkey}x\n", 3), ("# none\n", 1)):
        witness.logs.write_text(bad)
        assert f"{witness.logs}:{line}:1: " in witness.refuses()
    witness.logs.write_text(f"{witness.vkey}\n")
    assert "type 4" in witness.refuses()
    witness.logs.write_text(f"{log.vkey}\n{log.vkey}\n")
    assert "twice" in witness.refuses()
    witness.logs.write_text(log.vkey)
    for left_out in ("--state", "--log-vkey", "--key"):
        words = witness.words()
        at = words.index(left_out)
        got = witness.run(*words[:at], *words[at + 2:])
        assert got.returncode == 2 and left_out in got.stderr, got
    witness.start()
    taken = Witness(*place("taken"), [log.vkey])
    words = taken.words()
    words[1] = f"127.0.0.1:{witness.port}"
    assert taken.run(*words).returncode == 4
    assert witness.stop() == 0
    said("a key that others may read, keys and files that do not fit, and an address in use are refused")


def closed(connection, seconds):
    connection.settimeout(seconds)
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False


def bounds(place):
    log = Log(ORIGIN)
    witness = Witness(*place("bounds"), [log.vkey]).start()
    address = "127.0.0.1", witness.port
    slow = socket.create_connection(address)
    slow.sendall(b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: 100\r\n\r\nold")
    began = time.monotonic()
    many = [socket.create_connection(address) for _ in range(CONNECTIONS + 50)]
    time.sleep(0.5)
    taken = sum("socket" in os.readlink(one) for one in pathlib.Path(f"/proc/{witness.process.pid}/fd").iterdir())
    assert CONNECTIONS // 2 < taken <= CONNECTIONS + 1, taken
    for one in many:
        one.close()
    assert witness.ask(log.body(0, 5))[0] == 200
    said(f"of {len(many)} connections {taken - 1} were taken, and it answers when they are gone")
    head = socket.create_connection(address)
    head.sendall(b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nX: " + b"x" * 100_000)
    head.settimeout(5)
    try:
        answer = head.recv(4096)
    except ConnectionResetError:
        answer = b""
    assert answer == b"" or b" 4" in answer[:13] or b" 5" in answer[:13], answer
    assert closed(slow, IDLE_SECONDS + 10), "an idle connection is kept open"
    assert time.monotonic() - began > IDLE_SECONDS - 2
    said(f"headers without end are refused, and a connection on which nothing comes is closed after {IDLE_SECONDS} s")
    assert witness.ask(log.body(5, 6))[0] == 200
    assert witness.stop() == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", default="build/release/bin")
    bin_dir = pathlib.Path(parser.parse_args().bin).resolve()
    with tempfile.TemporaryDirectory() as folder:
        for test in (conversation, races, kills, damaged, operator, bounds):
            test(lambda name: (bin_dir, pathlib.Path(folder) / name))
    print("witness: passed", flush=True)


if __name__ == "__main__":
    sys.exit(main())
