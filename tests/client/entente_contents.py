"""What may stand in a section (docs/formats.md, "Content"): the parts of it that a reader rests on."""

import re

from entente_formats import read_note
from entente_messages import pb
from entente_strict import Refused

DATA = {"person": "identity", "document": "travel-document", "organisation": "organisation", "vehicle": "vehicle",
        "vessel": "vehicle", "phone": "contact-details", "email": "contact-details",
        "online_account": "contact-details", "address": "address", "event": "location", "account": "financial",
        "transaction": "financial", "asset": "asset", "biometric": "biometric", "photo": "photo",
        "victim_care": "victim-care"}
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


HOLDING = (pb.LEAD_MEASURE_FREEZE, pb.LEAD_MEASURE_STOP, pb.LEAD_MEASURE_SUSPEND)
AMOUNT = re.compile(r"(0|[1-9][0-9]{0,17})(\.[0-9]{1,6})?")
CURRENCY = re.compile(r"[A-Z]{3}")


def _demand(held, text):
    if not held:
        raise Refused("malformed", text)


def _check_measure(measure):
    _demand(measure.on or measure.subject, "a measure that says not on what")
    _demand(not measure.until_ms or measure.until_ms > measure.from_ms, "it ends before it begins")
    _demand(measure.since_ms >= measure.from_ms, "a status from before the measure")
    court = measure.status == pb.MEASURE_STATUS_HANDED_TO_COURT
    _demand(court == bool(measure.court_reference), "a court's reference, or none, out of place")
    if measure.HasField("held"):
        _demand(measure.measure in HOLDING, "an amount held by a measure that holds nothing")
        _demand(AMOUNT.fullmatch(measure.held.amount), "no amount")
        _demand(CURRENCY.fullmatch(measure.held.currency), "no currency")


def check_content(labels, content):
    if not LANGUAGE.fullmatch(content.language):
        raise Refused("malformed", "a section without the language of its texts")
    held = {DATA[subject.WhichOneof("what")] for subject in content.subjects.subjects}
    if content.WhichOneof("body") == "narrative":
        held.add("narrative")
    if content.WhichOneof("body") == "consent":
        held.add("narrative")
        read_note(content.consent.statement)
    if content.WhichOneof("body") == "membership":
        held.add("organisation")
        if not labels.essential:
            raise Refused("malformed", "a membership in a section that is not essential")
    answer = content.lead_answer
    if answer.measures:
        held.add("financial")
        _demand(answer.taken, "a lead that is declined, with a measure")
    for measure in answer.measures:
        _check_measure(measure)
    if content.reply.HasField("ground") and content.reply.state != pb.REPLY_STATE_REFUSED:
        raise Refused("malformed", "a ground of refusal in another reply")
    missing = held - set(labels.data)
    if missing:
        raise Refused("label-missing:data", f"the labels do not name {sorted(missing)}")
