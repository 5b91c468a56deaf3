#!/usr/bin/python3
"""What the broker is sent, held against docs/metadata.md. Real nodes do all that nodes do, with words in every text, name and number that
stand nowhere else. The broker is the real program, linked so that it writes down what gRPC hands it and what it answers (tests/hostile/:
a line in between would see TLS alone, and a broker in its place would see other things than the real one). Every field that came must
stand in the tables, every field of the tables must have come, and no such word may be there in any form.

  tests/processes/metadata_test.py --bin build/release/bin --hostile build/release/tests/hostile-broker
"""
import argparse
import pathlib
import shutil
import sys
import tempfile
import unittest

import metadata_check as check
import metadata_check_test
from federation import Federation
from metadata_messages import Walk, read_frames
from metadata_story import AGENCIES, BYSTANDER, READABLE, RULE, Story, names
from metadata_table import PAGE, Table
from metadata_words import Words, found_in
from terminal import until

PARTS = ("people", "a_lead", "a_case", "a_consent", "many_subjects", "an_override", "a_file", "an_alert", "searches", "an_outcome",
         "a_restriction", "a_revocation", "a_day")
# What the tables have and this story does not bring about.
NOT_HERE = {
    "Acknowledgement.refusal": "only of a record that an honest recipient refuses: a lie of the broker, or a policy that came in between",
    "GapNote.log_index": "only of a record that was released and not taken: a month must go by",
    "AgencyStatement.until_ms": "only of an admission that ends by itself",
    "FetchStart.offset": "only of a file that was broken off (attachment_test.py does that)",
    "Signature.index": "only of records that were sealed within moments of each other",
    "Signature.path": "as Signature.index",
    "GetConsistencyRequest.from_size": "no node asks for it: it reads every entry",
    "GetConsistencyRequest.to_size": "as GetConsistencyRequest.from_size",
    "Revocation.doubted_from": "only of a key that was in other hands (quorum_test.py does that)",
    "QuorumStatement.number": "only of a quorum that is put in force after the founding (quorum_test.py does that)",
    "QuorumStatement.policy": "as QuorumStatement.number",
    "QuorumStatement.instant_ms": "as QuorumStatement.number",
}
# The broker sees these: a search that does not find them would find nothing else either.
SEEN = {"an agency's name": "Fiu service of FR", "the rule that yields": RULE, "the reason of a revocation": READABLE,
        "a purpose": "asset-recovery"}
# What a node sends without an officer: it follows the log and cosigns it, and acknowledges what came.
BY_ITSELF = ("/entente.v1.Transparency/", "/entente.v1.Witness/", "/entente.v1.Directory/GetText", "/entente.v1.Mailbox/Pull")


class Recorded:
    """A federation whose broker writes down what it is sent. It is founded with it: what is published first is there, too."""

    def __init__(self, options, base):
        programs, self.path = base / "bin", base / "recording"
        programs.mkdir()
        for program in pathlib.Path(options.bin).resolve().iterdir():
            (programs / program.name).symlink_to(program)
        (programs / "entente-broker").unlink()
        (programs / "entente-broker").symlink_to(pathlib.Path(options.hostile).resolve())
        self.federation = Federation(programs, base / "demo", AGENCIES, quorum=True)
        self.federation.environment = {"HOSTILE": "record", "HOSTILE_RECORDING": str(self.path)}

    def frames(self, growing=True):
        return read_frames(self.path.read_bytes(), growing)

    def has(self, field):
        return field in Walk().frames([frame for frame in self.frames() if frame.what == "sent"]).values

    def tell(self, words, folder):
        """The story, and what was sent while an officer searched."""
        self.federation.found(names(words))
        folder.mkdir()
        story = Story(self.federation, folder, words)
        while_searching = []
        for part in PARTS:
            print(f"metadata: {part.replace('_', ' ')}", flush=True)
            before = len(self.frames())
            getattr(story, part)()
            if part == "searches":
                while_searching = self.frames()[before:]
        for field in ("GapNote.pair_seq", "PairHead.bulk_seq", "PairHead.recalls", "ErasureNote.origin", "RestrictedNote.closed"):
            until(f"{field} came", lambda field=field: self.has(field))
        return while_searching


def findings(frames, while_searching, words):
    table = Table.of_page()
    yield from check.names_nothing_else(table)
    yield from check.names_every_field(table)
    yield from check.was_sent_as_said(table, frames)
    yield from check.all_of_it_came(table, frames, NOT_HERE)
    yield from check.holds_no_word(frames, words)
    yield from check.is_another_each_time(frames)
    yield from check.others_see_as_said(table, frames, BYSTANDER)
    yield from check.addressees_see_as_said(table, frames)
    yield from check.sealed_entries_are_silent(frames)
    sent = b"\n".join(frame.bytes for frame in frames if frame.what == "sent")
    yield from (f"{what} was not found in what the broker was sent: this test is blind" for what in SEEN if what not in found_in(sent, SEEN))
    yield from (f"while an officer of DE.border searched, its node called {frame.call}" for frame in while_searching
                if frame.caller == "DE.border" and frame.what == "sent" and not frame.call.startswith(BY_ITSELF))


def checks_see():
    """The checks find each thing that was put before them."""
    result = unittest.TextTestRunner(verbosity=0).run(unittest.defaultTestLoader.loadTestsFromModule(metadata_check_test))
    return result.wasSuccessful() and result.testsRun > 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default="build/release/bin")
    parser.add_argument("--hostile", default="build/release/tests/hostile-broker")
    options = parser.parse_args()
    if not checks_see():
        return 1
    base, words = pathlib.Path(tempfile.mkdtemp(prefix="entente-metadata-")), Words()
    recorded = Recorded(options, base)
    try:
        while_searching = recorded.tell(words, base / "own")
    except AssertionError as error:
        print(f"metadata: NOT AS PROMISED: {error}\nwhat is left to look at: {base}")
        return 1
    finally:
        recorded.federation.stop()
    frames = recorded.frames(growing=False)
    found = list(findings(frames, while_searching, words))
    if found:
        print(*(f"metadata: NOT AS PROMISED: {one}" for one in found), f"what is left to look at: {base}", sep="\n")
        return 1
    shutil.rmtree(base)
    sent = Walk().frames([frame for frame in frames if frame.what != "answered"])
    print(f"metadata: {len(frames)} messages, {len(sent.values)} fields that the broker was sent, all as {PAGE} says; of {len(words.made)} "
          "words none")
    return 0


if __name__ == "__main__":
    sys.exit(main())
