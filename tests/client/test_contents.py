#!/usr/bin/python3
"""What stands in sections of alerts, requests and their answers: read strictly, or refused."""

import unittest

from entente_contents import check_content
from entente_formats import encode
from entente_messages import pb
from entente_strict import LAST_INSTANT_MS, Refused, read


def content(**body):
    return pb.SectionContent(language="en", **body)


def alert_notice(**changes):
    return content(alert_notice=pb.AlertNotice(**dict(
        action=pb.ALERT_ACTION_DISCREET_CHECK, may_notice=True, confirm_by_ms=LAST_INSTANT_MS,
        markers=[pb.WARNING_MARKER_VIOLENT, pb.WARNING_MARKER_ARMED], reference="A 7",
        desk=pb.DutyDesk(name="Duty", telephone="+33142345678", languages=["fr", "en"],
                         time_zone="Europe/Paris")) | changes))


def not_identical(**changes):
    return content(not_identical=pb.NotIdentical(**dict(
        alert_record_id=bytes(16), established_ms=1,
        person=pb.Person(names=[pb.Name(text="A. Person", kind=pb.NAME_KIND_PRIMARY,
                                        quality=pb.NAME_QUALITY_GOOD)], sex=pb.SEX_UNKNOWN),
        documents=[pb.Document(kind=pb.DOCUMENT_KIND_PASSPORT, number="X1", issuer="FR",
                               state=pb.DOCUMENT_STATE_NOTHING_KNOWN)]) | changes))


def request_ask(**changes):
    return content(request_ask=pb.RequestAsk(**dict(
        facts="A car.", ground=pb.REQUEST_GROUND_URGENT, due_ms=LAST_INSTANT_MS) | changes))


def measure(**changes):
    return pb.TakenMeasure(**dict(
        number=1, measure=pb.LEAD_MEASURE_SUSPEND, on="NL91", from_ms=10, until_ms=20, since_ms=10,
        held=pb.Money(amount="310500.50", currency="EUR"),
        status=pb.MEASURE_STATUS_IN_FORCE) | changes)


def lead_answer(*measures, **changes):
    return content(lead_answer=pb.LeadAnswer(**dict(taken=True, number=1, measures=measures) | changes))


def reply(**fields):
    return content(reply=pb.Reply(**fields))


def member(agency, role=pb.CASE_ROLE_INVESTIGATOR):
    return pb.CaseMember(agency=agency, role=role)


def membership(**changes):
    return content(membership=pb.Membership(**dict(
        case_id=bytes(16), number=1, title="Case",
        members=[member("DE.fiu"), member("FR.a", pb.CASE_ROLE_OBSERVER)]) | changes))


def finding(**changes):
    return content(finding=pb.Finding(**dict(
        result=pb.FINDING_RESULT_CLOSED, found_ms=1) | changes))


class Contents(unittest.TestCase):
    def takes(self, made, data=("narrative", "organisation"), essential=True):
        read_again = read(pb.SectionContent, encode(made))
        self.assertEqual(read_again, made)
        labels = pb.SectionLabels(about=["suspect"], data=data, essential=essential)
        check_content(labels, read_again)

    def refuses(self, *contents, reason="malformed", **labels):
        for made in contents:
            with self.assertRaises(Refused, msg=str(made)) as caught:
                self.takes(made, **labels)
            self.assertEqual(caught.exception.reason, reason)

    def test_alert_notice(self):
        self.takes(alert_notice())
        self.takes(alert_notice(desk=None, markers=[], confirm_by_ms=0))
        self.refuses(alert_notice(action=0), alert_notice(action=9), alert_notice(markers=[1, 0]),
                     alert_notice(markers=[8]), alert_notice(confirm_by_ms=LAST_INSTANT_MS + 1))

    def test_not_identical(self):
        self.takes(not_identical())
        self.takes(not_identical(person=None))
        self.takes(not_identical(documents=[]))
        self.refuses(not_identical(alert_record_id=bytes(15)), not_identical(alert_record_id=b""),
                     not_identical(person=pb.Person()), not_identical(documents=[pb.Document()]),
                     not_identical(established_ms=LAST_INSTANT_MS + 1))

    def test_request_ask(self):
        self.takes(request_ask())
        self.refuses(request_ask(ground=0), request_ask(ground=4),
                     request_ask(due_ms=LAST_INSTANT_MS + 1))

    def test_lead_ask(self):
        ask = pb.LeadAsk(measure=pb.LEAD_MEASURE_FREEZE, deadline_ms=LAST_INSTANT_MS)
        self.takes(content(lead_ask=ask))
        ask.deadline_ms += 1
        self.refuses(content(lead_ask=ask))

    def test_who_got_a_lead(self):
        def ask(*recipients):
            return content(lead_ask=pb.LeadAsk(measure=pb.LEAD_MEASURE_STOP, recipients=recipients))
        self.takes(ask("BR.fiu", "DE.fiu"))
        self.refuses(ask("DE.fiu", "BR.fiu"), ask("DE.fiu", "DE.fiu"), reason="not-canonical")
        self.refuses(ask("everybody"), ask(*(f"DE.a{number:03}" for number in range(201))))

    def test_lead_answer(self):
        money = ["narrative", "financial"]
        self.takes(lead_answer(measures=[]))
        self.takes(lead_answer(measures=[], taken=False, reason="closed"))
        self.takes(lead_answer(measure(), measure(number=2, until_ms=0, held=None)), data=money)
        self.takes(lead_answer(measure(on="", subject=3)), data=money)
        self.takes(lead_answer(measure(status=pb.MEASURE_STATUS_HANDED_TO_COURT, court_reference="T 1")), data=money)
        self.refuses(lead_answer(measures=[], number=0), lead_answer(measures=[], number=257),
                     lead_answer(measure(), taken=False), data=money)
        self.refuses(lead_answer(measure(), measure()), data=money, reason="not-canonical")
        self.refuses(lead_answer(measure()), reason="label-missing:data")

    def test_measures(self):
        wrong = [dict(number=0), dict(measure=0), dict(measure=6), dict(status=0), dict(status=5), dict(on=""),
                 dict(on="x" * 201), dict(from_ms=0), dict(until_ms=10), dict(since_ms=9),
                 dict(held=pb.Money()), dict(held=pb.Money(amount="1.00")),
                 dict(held=pb.Money(amount="-1.00", currency="EUR")),
                 dict(held=pb.Money(amount="1.000,00", currency="EUR")),
                 dict(measure=pb.LEAD_MEASURE_MONITOR), dict(court_reference="T 1"),
                 dict(status=pb.MEASURE_STATUS_HANDED_TO_COURT)]
        for changes in wrong:
            self.refuses(lead_answer(measure(**changes)), data=["narrative", "financial"])

    def test_reply(self):
        self.takes(reply(state=pb.REPLY_STATE_ACCEPTED))
        self.takes(reply(state=pb.REPLY_STATE_REFUSED, ground=pb.REFUSAL_GROUND_SOURCE))
        self.refuses(reply(state=0), reply(state=6), reply(state=pb.REPLY_STATE_REFUSED, ground=0),
                     reply(state=pb.REPLY_STATE_REFUSED, ground=8),
                     reply(state=pb.REPLY_STATE_ANSWERED, ground=pb.REFUSAL_GROUND_SOURCE))

    def test_finding(self):
        self.takes(finding())
        self.refuses(finding(result=0), finding(result=4), finding(found_ms=LAST_INSTANT_MS + 1))

    def test_membership(self):
        self.takes(membership())
        self.takes(membership(number=2, before=bytes(32)))
        self.takes(membership(members=[]))
        self.refuses(membership(case_id=b""), membership(case_id=bytes(15)),
                     membership(number=0), membership(number=0, before=bytes(32)),
                     membership(before=bytes(32)), membership(number=2),
                     membership(number=2, before=bytes(31)))

    def test_title_of_a_case(self):
        self.takes(membership(title="x" * 200))
        self.takes(membership(title="\u00e9" * 100))
        self.refuses(membership(title=""), membership(title="x" * 201),
                     membership(title="\u00e9" * 101))

    def test_members_of_a_case(self):
        many = [member(f"DE.a{number:03}") for number in range(201)]
        self.takes(membership(members=many[:200]))
        self.refuses(membership(members=many), membership(members=[member("DE.fiu", 0)]),
                     membership(members=[member("DE.fiu", 3)]), membership(members=[member("DE")]),
                     membership(members=[member("EL.fiu")]))
        self.refuses(membership(members=[member("FR.a"), member("DE.fiu")]),
                     membership(members=[member("DE.fiu"), member("DE.fiu")]),
                     membership(members=[member("DE.fiu"),
                                         member("DE.fiu", pb.CASE_ROLE_OBSERVER)]),
                     reason="not-canonical")

    def test_labels_of_a_membership(self):
        self.takes(membership(), data=["organisation"])
        self.refuses(membership(), data=["narrative"], reason="label-missing:data")
        self.refuses(membership(), essential=False)

    def test_a_body_is_set(self):
        self.refuses(content())


if __name__ == "__main__":
    unittest.main()
