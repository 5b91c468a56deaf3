"""Consents (docs/formats.md, "Consents"): what one agency gave to another may go on to a third."""

from entente_formats import read_note, sign_statement, verify_statement
from entente_messages import pb
from entente_strict import Refused, jurisdiction_of, read

TOLERANCE_MS = 5 * 60 * 1000


def check_record(header, sections, agency):
    """What a record of kind consent holds, and no other. `sections`: (id, labels, content)."""
    given = [(labels, content.consent) for _, labels, content in sections
             if content.WhichOneof("body") == "consent"]
    if header.kind != pb.RECORD_KIND_CONSENT:
        _demand(not given, "a consent in a record of another kind")
        return
    _demand(len(sections) == len(given) == 1, "a record of kind consent holds one, and nothing else")
    (labels, consent), = given
    note = read_note(consent.statement)
    _demand(labels.essential and list(labels.data) == ["narrative"]
            and list(labels.about) == list(note.about), "other labels than those of a consent")
    _demand(note.source == header.origin, "a consent of another than who sent it")
    _demand(note.holder == agency, "a consent to another than who got it")


def check_attached(directory, header, access, index, instant_ms):
    """Each consent of an access, in order; gives the obligations of all."""
    obligations = set()
    for carried in access.consents:
        note = read_note(carried)
        if note.instant_ms > instant_ms + TOLERANCE_MS:
            raise Refused("future-dated", "a consent signed later than now")
        statement = read(pb.SignedStatement, carried)

        def public_of(key_id, note=note):
            return directory.find_key(note.source, "record-signing", key_id, index,
                                      note.instant_ms).public
        verify_statement(directory.genesis.federation, "consent", statement, public_of)
        _check_is_of(note, header, access)
        obligations.update(note.obligations)
    return obligations


def _check_is_of(note, header, access):
    held = (note.holder, note.recipient, note.purpose)
    if held != (header.origin, access.recipient, header.purpose):
        raise Refused("consent-missing", "of another holder, recipient or purpose")
    if note.source == header.origin:
        if note.record != header.record_id:
            raise Refused("consent-missing", "of another record")
    elif jurisdiction_of(note.source) not in header.obtained_from:
        raise Refused("consent-missing", "of a State that the record does not come from")


def give(federation, agency, key, note, text, now_ms):
    """The content of a record of kind consent; `note` says whom, what and until when."""
    note.source, note.instant_ms = agency, now_ms
    note.from_ms = note.from_ms or now_ms
    statement = sign_statement(federation, "consent", note, [key])
    return pb.SectionContent(language="und", consent=pb.Consent(
        statement=statement.SerializeToString(deterministic=True), text=text))


def _demand(held, text):
    if not held:
        raise Refused("malformed", text)
