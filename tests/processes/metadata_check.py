"""What docs/metadata.md says against what was recorded at a broker. Each check gives sentences: what is not as the tables say, and what
to do. None: it is as they say."""
from google.protobuf.descriptor import FieldDescriptor

from metadata_messages import (BODIES, CALLS, ENTRY_NAMES, GENESIS, MESSAGES, NESTED, NOTICE_NAMES, Walk)
from metadata_table import PAGE

PUBLIC = ("/entente.v1.Transparency/", "/entente.v1.Directory/")
DESK = "/entente.v1.Desk"  # what a node serves its officers
SEALED = ("SectionPlain", "AccessManifest")  # what stands within ciphertext and manifest
SAYS = {"Notice": set(NOTICE_NAMES.values()), "PublishRequest": set(ENTRY_NAMES.values()) - {GENESIS},
        "Entry": set(ENTRY_NAMES.values()) - {GENESIS}}


# ---- what could be sent, by the messages' definitions


def reachable(name, says=frozenset(), found=None):
    """Every field below the message, within bytes too. `says`: what may be signed in a SignedStatement here."""
    found = {} if found is None else found
    if (name, says) in found:
        return found
    found[(name, says)] = fields = set()
    says = frozenset(SAYS.get(name, says))
    for field in MESSAGES[name].DESCRIPTOR.fields:
        full = f"{name}.{field.name}"
        fields.add(full)
        there = frozenset({BODIES[full]}) if full in BODIES else says
        if field.type == FieldDescriptor.TYPE_MESSAGE:
            below = {field.message_type.name}
        else:
            below = {"SignedStatement.body": says, "OpenEntry.body": {"SignedStatement"}}.get(full, {NESTED.get(full)} - {None})
        for message in below:
            reachable(message, there, found)
    return found


def fields_below(names):
    return {field for name in names for fields in reachable(name).values() for field in fields}


def names_every_field(table):
    """Of what can be sent to a service that is not the desk's, also where nobody sets it yet; and of what is sealed within."""
    sent = fields_below({sent for call, (sent, _) in CALLS.items() if not call.startswith(DESK)})
    sealed = {f"{name}.{field.name}" for name in SEALED for field in MESSAGES[name].DESCRIPTOR.fields}
    return [f"{field} can be sent to the broker, and no row of {PAGE} names it: add it to the row of what it tells, or add a row"
            for field in sorted(sent - table.sent() - table.unsent())] + [
                f"{field} is sealed, and no row of {PAGE} names it: add it below \"What the broker is not sent\""
                for field in sorted(sealed - table.fields())]


def names_nothing_else(table):
    """Whatever a row names is a field."""
    known = {f"{name}.{field.name}" for name, message in MESSAGES.items() for field in message.DESCRIPTOR.fields}
    return [f"{PAGE}:{row.line} names {field}, which is a field of no message" for row in table.rows for field in row.fields
            if field not in known and not field.startswith("header ")]


# ---- what was sent


def walk(frames, what):
    return Walk().frames([frame for frame in frames if frame.what in what])


def was_sent_as_said(table, frames):
    """Nothing comes that the table does not have."""
    sent = walk(frames, ("header", "sent"))
    findings = sorted(sent.findings)
    for field in sorted(set(sent.values) - table.sent()):
        example = str(sent.values[field][0])[:60].replace("\n", " ")
        why = f"{PAGE} says that the broker does not see it" if field in table.fields() else (
            f"no row of {PAGE} names it: add it to the row of what it tells, or add a row")
        findings.append(f"the broker was sent {field} ({example}), and {why}")
    return findings


def all_of_it_came(table, frames, not_here):
    """What the table has comes; `not_here`: fields that this story does not bring about, with the reason."""
    missing = table.sent() - set(walk(frames, ("header", "sent")).values)
    return [f"{PAGE} says that the broker is sent {field}, and it was not: take it out, or say in NOT_HERE of metadata_test.py why not"
            for field in sorted(missing - set(not_here))] + [
                f"NOT_HERE names {field}, which no row of {PAGE} says to be sent" for field in sorted(set(not_here) - table.sent())]


def holds_no_word(frames, words):
    """In whatever form."""
    return [f"the broker was sent this, in the clear or nearly so: {what}" for what in words.found_in(b"\n".join(
        frame.bytes for frame in frames if frame.what != "answered"))]


def is_another_each_time(frames):
    """A pseudonym or digest that comes back would tell that it is the same person or reason."""
    findings = []
    for field in ("officer_pseudonym", "justification_digest"):
        seen = {}
        for frame in frames:
            if frame.what != "sent" or not frame.call.endswith("/Submit"):
                continue
            for one in frame.message().submissions:
                value = getattr(one, field)
                if value and seen.setdefault(value, (frame.caller, one.number)) != (frame.caller, one.number):
                    findings.append(f"{frame.caller} sent one {field} in two submissions, {seen[value][1]} and {one.number}")
    return findings


# ---- what others are answered


def is_public(frame):
    return frame.what == "answered" and frame.call.startswith(PUBLIC)


def others_see_as_said(table, frames, bystander):
    """What anybody may read is what the table gives to others; who has nothing to do with anything gets nothing else."""
    answered = Walk().frames([frame for frame in frames if is_public(frame) or (frame.what == "answered" and frame.caller == bystander)])
    return sorted(answered.findings) + [
        f"others are answered {field}, and " + (f"{PAGE} says that they do not see it" if field in table.fields() else
                                                f"no row of {PAGE} names it: add it to the row of what it tells, or add a row")
        for field in sorted(set(answered.values) - table.seen_by_others())]


def addressees_see_as_said(table, frames):
    """What no addressee sees is in no delivery, and of the recipients each sees itself alone."""
    deliveries = [frame for frame in frames if frame.what == "answered" and frame.call.endswith("/Pull")]
    seen = walk(deliveries, ("answered",)).values
    findings = [f"a delivery holds {field}, and {PAGE} says that no addressee sees it"
                for field in sorted(set(seen) & table.unseen_by_addressees())]
    for frame in deliveries:
        named = set(Walk().frames([frame]).values.get("Access.recipient", [])) - {frame.caller}
        findings += [f"{frame.caller} was told that {agency} is a recipient, too" for agency in sorted(named)]
    return findings


def leaves(value):
    """What stands in a field, as bytes; numbers are too short to be known again."""
    if isinstance(value, bytes):
        return [value]
    return [value.encode()] if isinstance(value, str) else []


def sealed_entries_are_silent(frames):
    """No agency, number, label or digest that was sent about a record or notice is in the log's sealed entries."""
    log = {entry for frame in frames if is_public(frame) and frame.call.endswith("/GetEntries") for entry in frame.message().entries}
    sealed = b"\n".join(entry for entry in log if MESSAGES["Entry"].FromString(entry).HasField("sealed"))
    assert sealed, "no sealed entry was read: this looks at nothing"
    sent = walk([frame for frame in frames if frame.call.endswith(("/Submit", "/Pull"))], ("sent",)).values
    return [f"a sealed entry of the log holds what was sent as {field}" for field, values in sorted(sent.items())
            if any(len(leaf) > 3 and leaf in sealed for value in values for leaf in leaves(value))]
