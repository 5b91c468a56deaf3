#!/usr/bin/python3
"""Every lie of the hostile broker (the real program with one altered step, tests/hostile/) against real nodes
over the real wire: what was done to the record must be seen by a node, and nothing forged may be shown.

  tests/processes/hostile_test.py --bin build/release/bin --hostile build/release/tests/hostile-broker [LIE…]
"""
import argparse
import pathlib
import shutil
import sys
import tempfile
import time

import grpc

from federation import Federation

AGENCIES = ("FR.fiu", "DE.fiu", "NL.fiu")
VICTIM = "DE.fiu"
DELIVERED, NOT_OPENED = 6, 7


class Story:
    """One lie, from the founding copied to the verdict."""

    def __init__(self, options, founded, lie, folder):
        self.federation = founded.copy(folder)
        self.federation.broker_program = pathlib.Path(options.hostile).resolve()
        self.federation.environment = {"HOSTILE": lie, "HOSTILE_TO": VICTIM, "HOSTILE_KEYS": str(folder / "broker/keys")}
        self.federation.start_all()
        self.sent = []

    def send(self, count=1):
        for _ in range(count):
            desk = self.federation.desk("FR.fiu")
            self.sent.append(desk.send_lead([VICTIM, "NL.fiu"], f"h{len(self.sent)}", int(time.time() * 1000)))

    def alarms(self, agency):
        return {alarm.code for alarm in self.federation.desk(agency).status().alarms}

    def state(self, agency, record=0):
        for lead in self.federation.desk("FR.fiu").leads():
            if lead.record_id == self.sent[record]:
                return {row.recipient: row.state for row in lead.recipients}[agency]
        return 0

    def inbox(self, agency):
        return [item.record_id for item in self.federation.desk(agency).inbox()]

    def restart_at(self, offset):
        """All clocks, the broker's too, later by `offset` (faketime's form: +2h)."""
        self.federation.stop()
        self.federation.clock = offset
        self.federation.start_all()


def until(what, condition, seconds=30):
    deadline = time.time() + seconds
    while time.time() < deadline:
        try:
            if condition():
                return
        except grpc.RpcError:
            pass
        time.sleep(0.2)
    raise AssertionError(f"not within {seconds} s: {what}")


def refused_by_recipient(story):
    """The victim's node opens nothing, and the sender is told."""
    story.send()
    until("the honest recipient has it", lambda: story.inbox("NL.fiu") == story.sent)
    until("the sender sees that it was not accepted", lambda: story.state(VICTIM) == NOT_OPENED)
    assert story.inbox(VICTIM) == [], "a record that was tampered with is shown"


def missed_after_head(story):
    story.restart_at("+25h")
    time.sleep(3)  # the daily pair head goes out and is delivered
    story.restart_at("+28h")
    until("the recipient misses a number", lambda: "numbers-missing" in story.alarms(VICTIM))


def kept_back(story):
    story.send(2)
    until("the second record arrives", lambda: story.sent[1] in story.inbox(VICTIM))
    assert story.sent[0] not in story.inbox(VICTIM)
    missed_after_head(story)


def kept_last_back(story):
    story.send()
    until("the honest recipient has it", lambda: story.inbox("NL.fiu") == story.sent)
    missed_after_head(story)


def replayed(story):
    story.send()
    until("it is shown", lambda: story.inbox(VICTIM) == story.sent)
    time.sleep(3)
    assert story.inbox(VICTIM) == story.sent, "a replay is shown twice"


def forged_acknowledgement(story):
    story.send()
    until("the sender alarms", lambda: "acknowledgement-forged" in story.alarms("FR.fiu"))


def obligation_removed(story):
    story.send()
    until("the sender sees another decision than its own", lambda: "decision-differs" in story.alarms("FR.fiu"))
    until("the recipient sees it too", lambda: "obligation-removed" in story.alarms(VICTIM)
          or story.state(VICTIM) == NOT_OPENED)


def key_swapped(story):
    story.restart_at("+10d")  # the nodes publish their next keys
    until("the nodes see a statement that nobody signed", lambda: "statement-invalid" in story.alarms("FR.fiu"))
    until("its owner sees it too", lambda: "statement-invalid" in story.alarms(VICTIM))


def forked(story):
    story.send()
    until("a node sees two logs", lambda: any("fork" in story.alarms(agency) for agency in AGENCIES))


LIES = {
    "strip-section": refused_by_recipient,
    "alter-label": refused_by_recipient,
    "remove-obligation": obligation_removed,
    "keep-back": kept_back,
    "keep-last": kept_last_back,
    "replay": replayed,
    "forge-acknowledgement": forged_acknowledgement,
    "swap-key": key_swapped,
    "fork": forked,
    "cut-short": forked,
}


def run(options, base):
    founded = Federation(options.bin, base / "founded", AGENCIES)
    founded.found()
    founded.stop()
    failures = 0
    for lie in options.lies or LIES:
        begun = time.time()
        story = Story(options, founded, lie, base / lie)
        try:
            LIES[lie](story)
            print(f"hostile {lie}: caught, {time.time() - begun:.1f} s", flush=True)
        except (AssertionError, grpc.RpcError) as error:
            failures += 1
            print(f"hostile {lie}: NOT CAUGHT: {error}", flush=True)
            for agency in AGENCIES:
                try:
                    print(f"  alarms at {agency}: {sorted(story.alarms(agency))}; inbox {len(story.inbox(agency))}")
                except grpc.RpcError as down:
                    print(f"  {agency}: {down.code()}")
        finally:
            story.federation.stop()
    return failures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default="build/release/bin")
    parser.add_argument("--hostile", default="build/release/tests/hostile-broker")
    parser.add_argument("lies", nargs="*")
    options = parser.parse_args()
    base = pathlib.Path(tempfile.mkdtemp(prefix="entente-hostile-"))
    failures = run(options, base)
    if failures:
        print(f"{failures} lies were not caught; what is left to look at: {base}")
        return 1
    shutil.rmtree(base)
    print(f"{len(options.lies or LIES)} lies, all caught")
    return 0


if __name__ == "__main__":
    sys.exit(main())
