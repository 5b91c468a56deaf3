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


def reply(**fields):
    return content(reply=pb.Reply(**fields))


def finding(**changes):
    return content(finding=pb.Finding(**dict(
        result=pb.FINDING_RESULT_CLOSED, found_ms=1) | changes))


class Contents(unittest.TestCase):
    def takes(self, made):
        read_again = read(pb.SectionContent, encode(made))
        self.assertEqual(read_again, made)
        check_content(pb.SectionLabels(about=["suspect"], data=["narrative"]), read_again)

    def refuses(self, *contents):
        for made in contents:
            with self.assertRaises(Refused, msg=str(made)) as caught:
                self.takes(made)
            self.assertEqual(caught.exception.reason, "malformed")

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

    def test_reply(self):
        self.takes(reply(state=pb.REPLY_STATE_ACCEPTED))
        self.takes(reply(state=pb.REPLY_STATE_REFUSED, ground=pb.REFUSAL_GROUND_SOURCE))
        self.refuses(reply(state=0), reply(state=6), reply(state=pb.REPLY_STATE_REFUSED, ground=0),
                     reply(state=pb.REPLY_STATE_REFUSED, ground=8),
                     reply(state=pb.REPLY_STATE_ANSWERED, ground=pb.REFUSAL_GROUND_SOURCE))

    def test_finding(self):
        self.takes(finding())
        self.refuses(finding(result=0), finding(result=4), finding(found_ms=LAST_INSTANT_MS + 1))

    def test_a_body_is_set(self):
        self.refuses(content())


if __name__ == "__main__":
    unittest.main()
