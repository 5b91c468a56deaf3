#!/usr/bin/python3
"""Cases: what a recipient holds against the memberships that it took in, and what it keeps of them.

The owner is FR.fiu, the recipient DE.fiu. A record of a case is delivered as in test_checks.py.
"""

import unittest

from entente_cases import Cases, Kept
from entente_checks import Opened, Seen
from entente_fixture import fixed_draw
from entente_formats import DraftSection, membership_digest
from entente_messages import pb
from entente_node import State
from entente_strict import Refused
from test_checks import Refusing, Scene, flip
from test_notices import NodeOfTheRecipient

CASE = bytes(range(16))


def membership(number=1, members=("DE.fiu",), before=b"", case_id=CASE, observers=()):
    return pb.Membership(case_id=case_id, number=number, title="Case", before=before, members=[
        pb.CaseMember(agency=name, role=(pb.CASE_ROLE_OBSERVER if name in observers else
                                         pb.CASE_ROLE_INVESTIGATOR)) for name in members])


def text():
    return pb.SectionContent(language="en", narrative=pb.Narrative(text="A post."))


def told(*memberships):
    return [pb.SectionContent(language="en", membership=each) for each in memberships]


class CaseScene(Scene):
    """A record of a case; its place gives it a record id, a number and a log index of its own."""

    def __init__(self, place, kind, number, contents, data="organisation", essential=True):
        def in_the_case(header):
            header.kind, header.case_id, header.membership_number = kind, CASE, number
        labels = pb.SectionLabels(about=["suspect"], data=[data], essential=essential)
        super().__init__(
            change_header=in_the_case, grant=range(len(contents)), withhold=(), pair_seq=place,
            sections=[DraftSection(labels, content) for content in contents],
            draw=lambda name, length: fixed_draw(f"{place} {name}", length),
            entries_before=place)

    @staticmethod
    def declares(place, number=1, before=b""):
        return CaseScene(place, pb.RECORD_KIND_MEMBERSHIP, number,
                         told(membership(number, before=before)))

    @staticmethod
    def posts(place, number=1, kind=pb.RECORD_KIND_CASE_ITEM):
        return CaseScene(place, kind, number, [text()], "narrative")


class ChecksOfACase(Refusing):
    """The checks of whole deliveries, number 5 and number 14."""

    def test_5_case(self):
        """Two kinds are of a case always, a request may be, and no other is."""
        for name, number in pb.RecordKind.items():
            name = name.removeprefix("RECORD_KIND_")
            if name == "MEMBERSHIP":
                CaseScene.declares(1).check()
            elif name in ("CASE_ITEM", "REQUEST"):
                CaseScene.posts(1, kind=number).check()
            elif number:
                self.refuses("malformed", CaseScene.posts(1, kind=number))

    def test_14_labels_of_a_membership(self):
        kind = pb.RECORD_KIND_MEMBERSHIP
        self.refuses("label-missing:data", CaseScene(1, kind, 1, told(membership()), "identity"))
        self.refuses("malformed", CaseScene(1, kind, 1, told(membership()), essential=False))

    def test_14_membership(self):
        kind = pb.RECORD_KIND_MEMBERSHIP
        CaseScene(1, kind, 1, told(membership())).check()
        self.refuses("malformed", CaseScene(1, kind, 2, told(membership())))
        self.refuses("wrong-agency", CaseScene(1, kind, 1, told(membership(members=["DE.a"]))))
        self.refuses("malformed", CaseScene(1, pb.RECORD_KIND_CASE_ITEM, 1, told(membership())))

    def test_14_is_the_last(self):
        late = CaseScene.posts(2, number=1)
        late.seen.cases.put(CASE, 2, Kept("FR.fiu", 1, bytes(32), {}))
        self.refuses("membership-behind", late)
        self.refuses("policy-refused", late, refused=["log-access"])

    def take(self, seen, scene):
        scene.seen = seen
        opened = scene.check()
        seen.add(opened)
        seen.cases.add(opened)

    def test_14_a_case_over_time(self):
        """The second membership is in the log before the last post, and after the other one."""
        first, second = CaseScene.declares(1), membership(2, before=membership_digest(membership()))
        changed = CaseScene(3, pb.RECORD_KIND_MEMBERSHIP, 2, told(second))
        seen = Seen()
        for scene in (first, CaseScene.posts(2), changed, CaseScene.posts(4, number=2),
                      CaseScene.posts(5, number=3)):
            self.take(seen, scene)
        self.assertEqual(sorted(seen.cases.known[CASE]), [1, 2])
        in_order, late = CaseScene.posts(2), CaseScene.posts(6)
        seen.numbers.clear()
        for scene in (in_order, late):
            scene.seen = seen
        in_order.check()
        self.refuses("membership-behind", late)

    def test_14_what_comes_again(self):
        seen, first, post = Seen(), CaseScene.declares(1), CaseScene.posts(3)
        changed = CaseScene.declares(2, 2, membership_digest(membership()))
        for scene in (first, post, changed, post, first, changed):
            self.take(seen, scene)
        seen.numbers.clear()
        for scene in (first, post, changed):
            self.refuses("membership-behind", scene)


class HeldAgainstACase(unittest.TestCase):
    """Check 14 alone, for the agency DE.fiu; each record stands at a place of the log."""

    def setUp(self):
        self.cases = Cases()

    def opened(self, kind, number, index, origin, contents, case_id=CASE):
        header = pb.RecordHeader(kind=kind, origin=origin, case_id=case_id,
                                 membership_number=number)
        return Opened(index, origin=origin, header=header,
                      sections=[(bytes(16), pb.SectionLabels(), content) for content in contents])

    def held(self, opened):
        self.cases.check(opened, opened.sections, "DE.fiu")
        return self.cases.add(opened)

    def declares(self, number=1, index=10, origin="FR.fiu", contents=None, **changes):
        contents = told(membership(number, **changes)) if contents is None else contents
        return self.held(self.opened(pb.RECORD_KIND_MEMBERSHIP, number, index, origin, contents))

    def posts(self, number, index, origin="FR.fiu", kind=pb.RECORD_KIND_CASE_ITEM, **more):
        return self.held(self.opened(kind, number, index, origin, [text()], **more))

    def refuses(self, reason, call, *arguments, **changes):
        before = {case_id: dict(numbers) for case_id, numbers in self.cases.known.items()}
        with self.assertRaises(Refused) as caught:
            call(*arguments, **changes)
        self.assertEqual(caught.exception.reason, reason, str(caught.exception))
        self.assertEqual(self.cases.known, before, "something was kept")

    def test_exactly_one_membership(self):
        one = told(membership())
        for contents in ([], [text()], one * 2, one + told(membership(2)), [text(), *one]):
            self.refuses("malformed", self.declares, contents=contents)
        self.declares(contents=one)

    def test_of_this_case_and_number(self):
        self.refuses("malformed", self.declares, case_id=bytes(16))
        for number in (1, 3):
            contents = told(membership(number, before=bytes(32)))
            self.refuses("malformed", self.declares, 2, contents=contents)

    def test_who_is_named(self):
        self.refuses("malformed", self.declares, members=["DE.fiu", "FR.fiu"])
        self.refuses("wrong-agency", self.declares, members=[])
        self.refuses("wrong-agency", self.declares, members=["DE.a", "FR.a"])
        self.declares(members=["DE.a", "DE.fiu"], observers=["DE.fiu"])

    def test_a_membership_in_another_record(self):
        for kind, case_id in ((pb.RECORD_KIND_CASE_ITEM, CASE), (pb.RECORD_KIND_REQUEST, CASE),
                              (pb.RECORD_KIND_REQUEST, b""), (pb.RECORD_KIND_INFORMATION, b"")):
            opened = self.opened(kind, 1, 10, "FR.fiu", [text(), *told(membership())], case_id)
            self.refuses("malformed", self.held, opened)

    def test_the_owner_stays(self):
        kept = self.declares()
        self.assertEqual((kept.owner, kept.log_index, kept.roles),
                         ("FR.fiu", 10, {"DE.fiu": pb.CASE_ROLE_INVESTIGATOR}))
        for number in (1, 2, 3):
            self.refuses("wrong-agency", self.declares, number, origin="FR.a", before=kept.digest)
        other = self.opened(pb.RECORD_KIND_MEMBERSHIP, 1, 11, "FR.a",
                            told(membership(case_id=bytes(16))), bytes(16))
        self.held(other)

    def test_numbers_rise(self):
        self.declares(3, before=bytes(32))
        for number in (1, 2, 3):
            self.refuses("membership-behind", self.declares, number, 20,
                         before=bytes(32) if number > 1 else b"")

    def test_the_next_names_the_one_before(self):
        first = self.declares()
        self.assertEqual(first.digest, membership_digest(membership()))
        for before in (bytes(32), flip(first.digest)):
            self.refuses("proof-bad", self.declares, 2, before=before)
        second = self.declares(2, before=first.digest)
        self.refuses("proof-bad", self.declares, 3, before=first.digest)
        self.declares(4, before=bytes(32))
        self.refuses("proof-bad", self.declares, 5, before=second.digest)

    def test_a_post_under_an_older_number(self):
        first = self.declares(index=10)
        self.declares(2, 20, before=first.digest)
        for kind in (pb.RECORD_KIND_CASE_ITEM, pb.RECORD_KIND_REQUEST):
            self.posts(1, 15, kind=kind)
            self.posts(1, 19, kind=kind)
            self.refuses("membership-behind", self.posts, 1, 21, kind=kind)
            self.posts(2, 21, kind=kind)

    def test_the_highest_before_the_post_counts(self):
        self.declares(2, 10, before=bytes(32))
        third = self.declares(4, 20, before=bytes(32))
        self.declares(5, 30, before=third.digest)
        self.refuses("membership-behind", self.posts, 3, 25)
        self.posts(4, 25)
        self.posts(3, 15)
        self.refuses("membership-behind", self.posts, 1, 15)

    def test_who_posts(self):
        self.declares(members=["DE.a", "DE.b", "DE.fiu"], observers=["DE.b"])
        for kind in (pb.RECORD_KIND_CASE_ITEM, pb.RECORD_KIND_REQUEST):
            self.posts(1, 11, "FR.fiu", kind)
            self.posts(1, 11, "DE.a", kind)
            self.refuses("wrong-agency", self.posts, 1, 11, "DE.c", kind)
            self.refuses("not-authorised", self.posts, 1, 11, "DE.b", kind)

    def test_the_membership_of_the_posts_number_counts(self):
        first = self.declares(members=["DE.a", "DE.fiu"])
        self.declares(2, 20, members=["DE.b", "DE.fiu"], before=first.digest)
        self.posts(1, 15, "DE.a")
        self.posts(2, 25, "DE.b")
        self.refuses("wrong-agency", self.posts, 1, 15, "DE.b")
        self.refuses("wrong-agency", self.posts, 2, 25, "DE.a")

    def test_what_is_not_known_is_no_ground(self):
        self.posts(1, 11, "DE.c")
        self.declares()
        self.posts(2, 11, "DE.c")
        self.posts(1, 11, "DE.c", case_id=bytes(16))
        self.assertEqual(list(self.cases.known), [CASE])


class MembershipsAreKept(NodeOfTheRecipient):
    """The node of DE.fiu is started anew for each delivery."""

    def takes(self, scene, reason=None):
        """Scenes have a log each, so the node forgets how far it followed the last one."""
        self.post = scene
        State(self.folder).save(high_water={"size": 0})
        (shown,), (statement,) = self.take(scene.delivery)
        self.assertEqual((shown.get("reason"), statement.refusal), (reason, reason or ""))
        return shown

    def kept_numbers(self):
        return sorted(State(self.folder).seen().cases.known.get(CASE, {}))

    def test_over_runs(self):
        first = CaseScene.declares(1)
        changed = CaseScene.declares(3, 2, membership_digest(membership()))
        for scene in (first, CaseScene.posts(2), changed, first, CaseScene.posts(4, number=2)):
            self.takes(scene)
        self.takes(CaseScene.posts(5), "membership-behind")
        self.takes(CaseScene.declares(6, 3, membership_digest(membership())), "proof-bad")
        self.assertEqual(self.kept_numbers(), [1, 2])
        seen = Seen()
        for scene in (first, changed):
            opened = scene.check()
            seen.cases.add(opened)
        self.assertEqual(State(self.folder).seen().cases, seen.cases)

    def test_other_records_leave_none(self):
        for scene in (Scene(), CaseScene.posts(1)):
            self.takes(scene)
        self.assertEqual(State(self.folder).seen().cases.known, {})

    def test_under_a_recall(self):
        first = CaseScene.declares(1)
        State(self.folder).recall("FR.fiu", first.composed.hash, self.now_ms + 1)
        self.assertTrue(self.takes(first)["recalled"])
        self.assertEqual(self.kept_numbers(), [])


if __name__ == "__main__":
    unittest.main()
