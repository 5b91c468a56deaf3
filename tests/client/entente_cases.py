"""Cases (docs/formats.md, "Cases"): the memberships taken in, and what is held against them."""

import dataclasses

from entente_formats import membership_digest
from entente_messages import pb
from entente_strict import Refused


@dataclasses.dataclass(frozen=True)
class Kept:
    """What is known of one membership of a case: who declared it, where, and who is in it."""

    owner: str
    log_index: int
    digest: bytes
    roles: dict  # agency, without the owner -> CaseRole


def memberships_in(sections):
    return [content.membership for _, _, content in sections
            if content.WhichOneof("body") == "membership"]


@dataclasses.dataclass
class Cases:
    """The memberships that this recipient took in; the node keeps them on disk."""

    known: dict = dataclasses.field(default_factory=dict)  # case id -> number -> Kept

    def check(self, opened, sections, agency):
        """Check 14. A record that is of no case must only be without a Membership."""
        header, found = opened.header, memberships_in(sections)
        if header.kind == pb.RECORD_KIND_MEMBERSHIP:
            self._check_membership(header, found, len(sections), agency)
        elif found:
            raise Refused("malformed", "a membership in a record of another kind")
        elif header.case_id:
            self._check_post(header, opened.log_index)

    def _check_membership(self, header, found, count, agency):
        place = (header.case_id, header.membership_number)
        declared = [(membership.case_id, membership.number) for membership in found]
        if count != 1 or declared != [place]:
            raise Refused("malformed", "not exactly one membership, of this case and number")
        names = [member.agency for member in found[0].members]
        if header.origin in names:
            raise Refused("malformed", "the owner is among the members")
        if agency not in names:
            raise Refused("wrong-agency", "a membership that does not name this agency")
        numbers = self.known.get(header.case_id, {})
        if not numbers:
            return
        highest = max(numbers)
        if numbers[highest].owner != header.origin:
            raise Refused("wrong-agency", f"the case is of {numbers[highest].owner}")
        if header.membership_number <= highest:
            raise Refused("membership-behind", f"membership {highest} is here")
        following = header.membership_number == highest + 1
        if following and found[0].before != numbers[highest].digest:
            raise Refused("proof-bad", "the membership before was another")

    def _check_post(self, header, log_index):
        """What the log had before the post counts, in whatever order the records come."""
        numbers, number = self.known.get(header.case_id, {}), header.membership_number
        before = [other for other, kept in numbers.items() if kept.log_index < log_index]
        if number < max(before, default=0):
            raise Refused("membership-behind", f"posted after membership {max(before)}")
        if number not in numbers or header.origin == numbers[number].owner:
            return
        role = numbers[number].roles.get(header.origin)
        if role is None:
            raise Refused("wrong-agency", "posted by one who is not in the case")
        if role == pb.CASE_ROLE_OBSERVER:
            raise Refused("not-authorised", "posted by an observer")

    def add(self, opened):
        """Keeps the membership of a record that passed all checks; gives it, or None."""
        header = opened.header
        if header.kind != pb.RECORD_KIND_MEMBERSHIP:
            return None
        membership, = memberships_in(opened.sections)
        kept = Kept(opened.origin, opened.log_index, membership_digest(membership),
                    {member.agency: member.role for member in membership.members})
        self.put(header.case_id, header.membership_number, kept)
        return kept

    def put(self, case_id, number, kept):
        self.known.setdefault(case_id, {})[number] = kept
