#!/usr/bin/python3
"""Every lie of the hostile broker (the real program with one altered step, tests/hostile/) against real nodes
over the real wire: what was done to the record must be seen by a node, and nothing forged may be shown. A lie
counts when the broker says that it told it; and where it tells none, nothing may look like one.

  tests/processes/hostile_test.py --bin build/release/bin --hostile build/release/tests/hostile-broker [LIE…]
"""
import argparse
import os
import pathlib
import re
import shutil
import sys
import tempfile
import time

import grpc

from attachment_test import DRAFT, FILE_SECTION, peak_kib
from desk import ROOT
from federation import Federation, OFFICER
from terminal import Person

AGENCIES = ("FR.fiu", "DE.fiu", "NL.fiu")
VICTIM = "DE.fiu"
BROKER = "broker-1"
REFUSED, DELIVERED, NOT_OPENED, ERASED = 3, 6, 7, 18
FILE_BYTES = 40 * 1024  # three pieces
MEMORY = 32 * 1024  # KiB that a node may need more at its peak, whatever it is sent
FETCH_LIES, UPLOAD_LIES = 8, 6  # tests/hostile/hostile_files.cc


class Story:
    """One lie, from the founding copied to the verdict. An empty lie is an honest broker."""

    def __init__(self, options, founded, lie, folder):
        self.lie = lie
        self.federation = founded.copy(folder)
        self.federation.broker_program = pathlib.Path(options.hostile).resolve()
        self.federation.environment = {"HOSTILE": lie, "HOSTILE_TO": VICTIM, "HOSTILE_KEYS": str(folder / "broker/keys")}
        self.federation.start_all()
        self.sent = []
        self.case = self.posted = self.files = self.peak = None

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

    def open_case(self):
        """Of the first agency; the others are in it."""
        self.case = self.federation.desk("FR.fiu").open_case(AGENCIES[1:], int(time.time() * 1000))
        until("all know who is in the case", lambda: all(
            self.federation.desk(agency).memberships().get(self.case) == 1 for agency in AGENCIES))

    def remove(self, member, knows):
        """Until the agency `knows` knows."""
        self.federation.desk("FR.fiu").remove_from_case(self.case, member)
        until("the removal is known", lambda: self.federation.desk(knows).memberships()[self.case] == 2)

    def post(self, agency):
        self.posted = self.federation.desk(agency).post(self.case, "what was found", int(time.time() * 1000))

    def post_state(self, agency, recipient):
        """Of what `agency` posted last, as it knows it."""
        for entry in self.federation.desk(agency).case(self.case):
            if entry.record_id == self.posted:
                return {row.recipient: row.state for row in entry.recipients}[recipient]
        return 0

    def send_files(self, count):
        """One record with so many files."""
        folder = self.federation.demo
        self.files = [os.urandom(FILE_BYTES) for _ in range(count)]
        draft = DRAFT.format(urgency="normal")
        for i, file in enumerate(self.files):
            (folder / f"file{i}").write_bytes(file)
            draft += FILE_SECTION.format(file=folder / f"file{i}")
        (folder / "draft.toml").write_text(draft)
        said = self.run("FR.fiu", "information", "send", "--draft", folder / "draft.toml", "--to", f"{VICTIM},NL.fiu",
                        "--justification", "a test")
        self.sent.append(re.search(r'"record_id":\s*"([0-9a-f]{32})"', said).group(1))

    def run(self, agency, *words):
        config = self.federation.demo / agency / "officers" / f"{OFFICER[agency]}.toml"
        got = Person(self.federation.bin / "entente", config).run(words, "json")
        assert got.returncode == 0, f"{words}: {got.stdout}{got.stderr}"
        return got.stdout

    def files_at(self, agency):
        """Section ids of the files that are whole there."""
        if self.files is None or self.sent[-1] not in self.inbox(agency):
            return []
        return [one.section_id for one in self.federation.desk(agency).show(self.sent[-1]).sections if one.fetched]

    def has_the_files(self, agency):
        """All are there. Whatever is there, is what was sent."""
        ids = self.files_at(agency)
        if self.files is None or len(ids) < len(self.files):
            return False
        saved = []
        for section in ids:
            out = self.federation.demo / f"{agency}.{section}.out"
            if not out.exists():
                self.run(agency, "attachment", "save", self.sent[-1], "--section", section, "--out", out,
                         "--purpose", "asset-recovery", "--justification", "a test")
            saved.append(out.read_bytes())
        assert sorted(saved) == sorted(self.files), f"{agency} has other files than were sent"
        return True

    def restart_at(self, offset):
        """All clocks, the broker's too, later by `offset` (faketime's form: +2h)."""
        self.federation.stop()
        self.federation.clock = offset
        self.federation.start_all()

    def publish_policy(self, code):
        """The same rules in a new version, in force at once."""
        demo, program = self.federation.demo, Person(self.federation.bin / "entente", None)
        text = (ROOT / f"policy/examples/{code.lower()}.toml").read_text()
        (demo / "policy-2.toml").write_text(text.replace("version      = 1\n", "version      = 2\n"))
        address = re.search(r'address = "(.*)"', (demo / "broker.toml").read_text()).group(1)
        for words in (["sign-policy", code, demo / "policy-2.toml", "--federation", "entente.test", "--version", "2", "--keys",
                       demo / f"authority-{code}/policy", "--out", demo / "policy-2.txt"],
                      ["publish", demo / "policy-2.txt", "--broker", address, "--broker-name", BROKER, "--broker-authority",
                       demo / "certs/ca/broker.pem", "--certificate", demo / "certs/agency/FR.fiu.pem", "--key",
                       demo / "certs/agency/FR.fiu.key"]):
            got = program.run(["authority", *words], "json")
            assert got.returncode == 0, f"{words}: {got.stdout}{got.stderr}"


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


def post_after_removal(story):
    """By one who was removed, and is not told so."""
    story.open_case()
    story.remove("NL.fiu", VICTIM)
    story.post("NL.fiu")


def post_without_the_newest(story):
    """By one who is in the case, and does not know that another was removed."""
    story.open_case()
    story.remove("NL.fiu", "FR.fiu")
    time.sleep(1)  # what is kept back would have come
    assert story.federation.desk(VICTIM).memberships()[story.case] == 1, "the removal was not hidden"
    story.post(VICTIM)
    until("the owner refuses it", lambda: story.post_state(VICTIM, "FR.fiu") == NOT_OPENED)
    pass_a_day(story)


def removed_and_posted_to(story):
    """What is posted later lies in the mailbox of the one who was removed, too."""
    story.open_case()
    story.remove(VICTIM, "NL.fiu")
    story.post("FR.fiu")
    until("who is in the case has it", lambda: story.post_state("FR.fiu", "NL.fiu") == DELIVERED)
    story.send(recipients=(VICTIM,))


def recalled(story):
    one_lead(story)
    until("both have it", lambda: story.state(VICTIM) == story.state("NL.fiu") == DELIVERED)
    story.federation.desk("FR.fiu").recall(story.sent[0])


def recalled_and_a_day(story):
    recalled(story)
    until("who is told has erased it", lambda: story.state("NL.fiu") == ERASED)
    assert story.inbox(VICTIM) == story.sent, "the recall was not kept back"
    pass_a_day(story)


def restricted_and_a_day(story):
    one_lead(story)
    until("both have it", lambda: story.state(VICTIM) == story.state("NL.fiu") == DELIVERED)
    story.run("FR.fiu", "restrict", story.sent[0], "--ground", "contested", "--processing", "--justification", "a test")
    until("who is told keeps it and does not use it", lambda: not story.inbox("NL.fiu"))
    assert story.inbox(VICTIM) == story.sent, "the restriction was not kept back"
    pass_a_day(story)


def policy_while_away(story):
    """France has a new policy while the victim's node is away for two hours."""
    story.federation.kill(VICTIM)
    one_lead(story)
    story.publish_policy("FR")
    story.restart_at("+2h")


def files_that_are_fetched(story):
    story.peak = peak_kib(story.federation.pids[VICTIM])
    story.send_files(FETCH_LIES)
    until("the honest recipient has all files", lambda: story.has_the_files("NL.fiu"))


def files_that_are_uploaded(story):
    story.send_files(UPLOAD_LIES)


def two_logs(story):
    """The victim's log differs in a record for others. All that it is answered fits that; what the sender of its own record saw of the
    log comes inside it, and the broker cannot alter that."""
    story.send(recipients=("NL.fiu",))
    until("the record for another is there", lambda: story.inbox("NL.fiu") == story.sent)
    for agency in AGENCIES:
        assert not story.alarms(agency), f"{agency} sees what nobody alone can see"
    story.send()


# ---- by what it is seen: true once it is


def refused_by_recipient(story):
    """The victim's node opens nothing, and the sender is told."""
    return story.state(VICTIM) == NOT_OPENED and not story.inbox(VICTIM)


def decided_long_ago(story):
    """The victim asks for the decision under the new policy; the other was there before it."""
    rows = next(lead.recipients for lead in story.federation.desk("FR.fiu").leads() if lead.record_id == story.sent[0])
    reason = {row.recipient: row.reason for row in rows}[VICTIM]
    return refused_by_recipient(story) and reason == "snapshot-behind" and "record-refused" in story.alarms(VICTIM)


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


def old_membership_refused(story):
    """By all who know the newer one; the poster is told."""
    return story.posted and all(story.post_state("NL.fiu", agency) == NOT_OPENED and "record-refused" in story.alarms(agency)
                                and story.posted not in story.inbox(agency) for agency in ("FR.fiu", VICTIM))


def membership_missed(story):
    """By the owner at once, by the one who lacks it a day later."""
    return "record-refused" in story.alarms("FR.fiu") and number_missed(story)


def mail_of_others_refused(story):
    return "record-refused" in story.alarms(VICTIM) and story.posted not in story.inbox(VICTIM)


def recall_missed(story):
    """Its origin has no word that it is erased; the recipient lacks a number, and looks no more."""
    return "recall-overdue" in story.alarms("FR.fiu") and number_missed(story) and story.state(VICTIM) != ERASED


def restriction_missed(story):
    """Its origin has no word that it holds; the recipient lacks a number."""
    return "restriction-overdue" in story.alarms("FR.fiu") and number_missed(story)


def erasure_forged(story):
    return "notice-bad" in story.alarms("FR.fiu") and story.state(VICTIM) != ERASED


def fetch_lies_outlived(story):
    """Each file is whole in the end, though it was lied about."""
    return story.told() >= FETCH_LIES and story.has_the_files(VICTIM) and not story.alarms(VICTIM)


def upload_lies_outlived(story):
    """The record and all its files arrive."""
    return story.told() >= UPLOAD_LIES and all(story.has_the_files(agency) for agency in (VICTIM, "NL.fiu")) and (
        not story.alarms("FR.fiu"))


def file_missed(story):
    return "attachment-lost" in story.alarms(VICTIM) and not story.files_at(VICTIM)


LIES = {
    "strip-section": (one_lead, refused_by_recipient),
    "alter-label": (one_lead, refused_by_recipient),
    "skip-again": (policy_while_away, decided_long_ago),
    "remove-obligation": (send, obligation_removed),
    "keep-back": (two_leads_and_a_day, number_missed),
    "keep-last": (one_lead_and_a_day, number_missed),
    "replay": (one_lead, replay_shown_once),
    "forge-acknowledgement": (one_lead, forged_acknowledgement),
    "swap-key": (next_keys, statement_of_nobody),
    "fork": (two_logs, forked),
    "cut-short": (one_lead, forked),
    "old-membership": (post_after_removal, old_membership_refused),
    "hide-membership": (post_without_the_newest, membership_missed),
    "mix-up": (removed_and_posted_to, mail_of_others_refused),
    "keep-recall": (recalled_and_a_day, recall_missed),
    "keep-restriction": (restricted_and_a_day, restriction_missed),
    "forge-erasure": (recalled, erasure_forged),
    "files-down": (files_that_are_fetched, fetch_lies_outlived),
    "files-up": (files_that_are_uploaded, upload_lies_outlived),
    "deny-file": (files_that_are_fetched, file_missed),
}
HONEST = "honest"


def tell(story):
    """One lie, and how it is caught."""
    act, caught = LIES[story.lie]
    act(story)
    # A stream that is left without a word is given a minute.
    patience = 150 if act in (files_that_are_fetched, files_that_are_uploaded) else 30
    until(f"{caught.__name__}: {caught.__doc__ or 'is seen'}", lambda: caught(story), patience)
    if story.lie in ("replay", "keep-back"):
        time.sleep(3)
        assert caught(story), "what was seen is not seen any more"
    if act is files_that_are_fetched:
        more = peak_kib(story.federation.pids[VICTIM]) - story.peak
        assert more < MEMORY, f"the node took {more} KiB more"
    if act in (two_leads_and_a_day, one_lead_and_a_day):
        missing = story.sent[0]
        assert missing not in story.inbox(VICTIM), "the record was not kept back"
    if caught is forked:
        for agency in set(AGENCIES) - {VICTIM}:
            assert "fork" not in story.alarms(agency), f"{agency} was shown one log alone"
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
    post_after_removal(story)
    until("the broker refuses it", lambda: story.post_state("NL.fiu", VICTIM) == REFUSED)
    story.send_files(2)
    until("both have the files", lambda: all(story.has_the_files(agency) for agency in (VICTIM, "NL.fiu")))
    assert story.alarms("NL.fiu") == {"submission-refused"}, story.alarms("NL.fiu")
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
