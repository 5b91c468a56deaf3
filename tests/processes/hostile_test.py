#!/usr/bin/python3
"""Every lie of the hostile broker (the real program with one altered step, tests/hostile/) against real nodes
over the real wire: what was done to the record must be seen by a node, and nothing forged may be shown. A lie
counts when the broker says that it told it; and where it tells none, nothing may look like one.

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
    """One lie, from the founding copied to the verdict. An empty lie is an honest broker."""

    def __init__(self, options, founded, lie, folder):
        self.lie = lie
        self.federation = founded.copy(folder)
        self.federation.broker_program = pathlib.Path(options.hostile).resolve()
        self.federation.environment = {"HOSTILE": lie, "HOSTILE_TO": VICTIM, "HOSTILE_KEYS": str(folder / "broker/keys")}
        self.federation.start_all()
        self.sent = []

    def send(self, recipients=(VICTIM, "NL.fiu"), origin="FR.fiu", days=0):
        """`days`: how far the clocks are ahead of this one's."""
        desk = self.federation.desk(origin)
        now_ms = int((time.time() + days * 86_400) * 1000)
        self.sent.append(desk.send_lead(recipients, f"h{len(self.sent)}", now_ms))

    def told(self):
        """How often the broker says that it lied."""
        log = (self.federation.demo / "broker/log").read_text(errors="replace")
        return log.splitlines().count(f"lied: {self.lie}") if self.lie else log.count("lied: ")

    def alarms(self, agency):
        return {alarm.code for alarm in self.federation.desk(agency).status().alarms}

    def state(self, agency, record=0, origin="FR.fiu"):
        for lead in self.federation.desk(origin).leads():
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

    def confess(self):
        """The broker goes on without its lie."""
        self.federation.kill("broker")
        self.federation.environment["HOSTILE"] = ""
        self.federation.start("broker")


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


# ---- what is done


def send(story):
    story.send()


def one_lead(story):
    story.send()
    until("the honest recipient has it", lambda: story.inbox("NL.fiu") == story.sent)


def one_lead_and_a_day(story):
    one_lead(story)
    pass_a_day(story)


def two_leads_and_a_day(story):
    story.send()
    story.send()
    until("the second record arrives", lambda: story.sent[1] in story.inbox(VICTIM))
    pass_a_day(story)


def pass_a_day(story):
    story.restart_at("+25h")
    time.sleep(3)  # the daily pair head goes out and is delivered
    story.restart_at("+28h")


def next_keys(story):
    """The nodes publish their next keys, as soon as an entry of the log confirms that ten days went by."""
    story.restart_at("+10d")
    story.send(recipients=("NL.fiu",), days=10)


def two_logs(story):
    """The victim's log differs in a record for others. As long as all that it is answered fits that, it sees
    nothing; the first true answer gives the broker away."""
    story.send(recipients=("NL.fiu",))
    until("the record for another is there", lambda: story.inbox("NL.fiu") == story.sent)
    story.send()
    until("the victim takes what fits the log it is shown", lambda: story.state(VICTIM, 1) == DELIVERED)
    story.send(recipients=("FR.fiu",), origin=VICTIM)
    until("the victim's own record too", lambda: story.state("FR.fiu", 2, VICTIM) == DELIVERED)
    for agency in AGENCIES:
        assert not story.alarms(agency), f"{agency} sees what nobody alone can see"
    story.confess()


# ---- by what it is seen: true once it is


def refused_by_recipient(story):
    """The victim's node opens nothing, and the sender is told."""
    return story.state(VICTIM) == NOT_OPENED and not story.inbox(VICTIM)


def number_missed(story):
    return "numbers-missing" in story.alarms(VICTIM)


def replay_shown_once(story):
    return story.told() and story.state(VICTIM) == DELIVERED and story.inbox(VICTIM) == story.sent


def forged_acknowledgement(story):
    return "acknowledgement-forged" in story.alarms("FR.fiu")


def obligation_removed(story):
    """The sender sees another decision than its own, and so does the recipient."""
    return "decision-differs" in story.alarms("FR.fiu") and (
        "obligation-removed" in story.alarms(VICTIM) or story.state(VICTIM) == NOT_OPENED)


def statement_of_nobody(story):
    """Its owner sees it, and so do others."""
    return all("statement-invalid" in story.alarms(agency) for agency in ("FR.fiu", VICTIM))


def forked(story):
    """By the one who was shown two logs."""
    return "fork" in story.alarms(VICTIM)


LIES = {
    "strip-section": (one_lead, refused_by_recipient),
    "alter-label": (one_lead, refused_by_recipient),
    "remove-obligation": (send, obligation_removed),
    "keep-back": (two_leads_and_a_day, number_missed),
    "keep-last": (one_lead_and_a_day, number_missed),
    "replay": (one_lead, replay_shown_once),
    "forge-acknowledgement": (one_lead, forged_acknowledgement),
    "swap-key": (next_keys, statement_of_nobody),
    "fork": (two_logs, forked),
    "cut-short": (one_lead, forked),
}
HONEST = "honest"


def tell(story):
    """One lie, and how it is caught."""
    act, caught = LIES[story.lie]
    act(story)
    until(f"{caught.__name__}: {caught.__doc__ or 'is seen'}", lambda: caught(story))
    if story.lie in ("replay", "keep-back"):
        time.sleep(3)
        assert caught(story), "what was seen is not seen any more"
    if caught is number_missed:
        missing = story.sent[0]
        assert missing not in story.inbox(VICTIM), "the record was not kept back"
    if caught is forked:
        for agency in set(AGENCIES) - {VICTIM}:
            assert "fork" not in story.alarms(agency), f"{agency} was shown one log alone"
    # The confession is no lie: what was told before it counts.
    assert story.told(), "the broker told no lie: whatever it is that was caught, this test does not hold it"
    print(f"hostile {story.lie}: told {story.told()}x, caught", end="", flush=True)


def nothing_looks_like_a_lie(story):
    found = [lie for lie, (_, caught) in LIES.items() if caught(story)]
    assert not found, f"an honest broker looks like one that lies: {found}"


def tell_the_truth(story):
    """What the stories do, with an honest broker: nobody may see a lie."""
    story.send()
    story.send()
    until("both recipients have both", lambda: all(
        sorted(story.inbox(agency)) == sorted(story.sent) for agency in (VICTIM, "NL.fiu")))
    until("the sender knows", lambda: {story.state(VICTIM, record) for record in (0, 1)} == {DELIVERED})
    nothing_looks_like_a_lie(story)
    pass_a_day(story)
    time.sleep(3)
    nothing_looks_like_a_lie(story)
    next_keys(story)
    time.sleep(5)
    nothing_looks_like_a_lie(story)
    assert not story.told()
    print("hostile broker without a lie: nobody sees one", end="", flush=True)


def run(options, base):
    founded = Federation(options.bin, base / "founded", AGENCIES)
    founded.found()
    founded.stop()
    failures = 0
    for lie in options.lies or [HONEST, *LIES]:
        begun = time.time()
        story = Story(options, founded, "" if lie == HONEST else lie, base / lie)
        try:
            tell(story) if story.lie else tell_the_truth(story)
            print(f", {time.time() - begun:.1f} s", flush=True)
        except (AssertionError, grpc.RpcError) as error:
            failures += 1
            print(f"hostile {lie}: FAILED: {error}", flush=True)
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
        print(f"{failures} stories failed; what is left to look at: {base}")
        return 1
    shutil.rmtree(base)
    print(f"{len(set(options.lies or LIES) - {HONEST})} lies, all told and all caught")
    return 0


if __name__ == "__main__":
    sys.exit(main())
