"""What may stand in a section (docs/formats.md, "Content"): the parts of it that a reader rests on."""

import re

from entente_messages import pb
from entente_strict import Refused

DATA = {"person": "identity", "document": "travel-document", "organisation": "organisation", "vehicle": "vehicle",
        "vessel": "vehicle", "phone": "contact-details", "email": "contact-details",
        "online_account": "contact-details", "address": "address", "event": "location", "account": "financial",
        "transaction": "financial", "asset": "asset", "biometric": "biometric", "photo": "photo",
        "victim_care": "victim-care"}
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def check_content(labels, content):
    if not LANGUAGE.fullmatch(content.language):
        raise Refused("malformed", "a section without the language of its texts")
    held = {DATA[subject.WhichOneof("what")] for subject in content.subjects.subjects}
    if content.WhichOneof("body") == "narrative":
        held.add("narrative")
    if content.WhichOneof("body") == "membership":
        held.add("organisation")
        if not labels.essential:
            raise Refused("malformed", "a membership in a section that is not essential")
    if content.reply.HasField("ground") and content.reply.state != pb.REPLY_STATE_REFUSED:
        raise Refused("malformed", "a ground of refusal in another reply")
    missing = held - set(labels.data)
    if missing:
        raise Refused("label-missing:data", f"the labels do not name {sorted(missing)}")
