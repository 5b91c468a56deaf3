"""The checks of metadata_check.py see each thing that they are there for: recordings and tables in which one thing is not as it should
be. metadata_test.py runs these before it says that it found nothing."""
import base64
import hashlib
import struct
import unittest

import metadata_check as check
import metadata_messages
from metadata_messages import MESSAGES, Frame, read_frames
from metadata_table import Row, Table, read_rows
from metadata_words import Words

SUBMIT, PULL, ENTRIES = "/entente.v1.Broker/Submit", "/entente.v1.Mailbox/Pull", "/entente.v1.Transparency/GetEntries"
PUBLISH = "/entente.v1.Directory/Publish"
RECORD_ID, HASH, BYSTANDER = b"r" * 16, b"h" * 32, "CH.fiu"


def make(name, **fields):
    return MESSAGES[name](**fields)


def record(ciphertext=bytes(24 + 256 + 16), recipients=("DE.fiu",), more_header=b""):
    header = make("RecordHeader", format_version=1, record_id=RECORD_ID, origin="FR.fiu", purpose="asset-recovery")
    section = make("Section", section_id=b"s" * 16, labels=make("SectionLabels", about=["suspect"]).SerializeToString(),
                   ciphertext=ciphertext)
    return make("Record", header=header.SerializeToString() + more_header, sections=[section],
                access=[make("Access", recipient=one) for one in recipients])


def submitted(*records, pseudonyms=(b"p" * 32,), first=1):
    submissions = [make("Submission", number=first + i, officer_pseudonym=pseudonyms[i % len(pseudonyms)], record=one.SerializeToString())
                   for i, one in enumerate(records)]
    return Frame("FR.fiu", SUBMIT, "sent", make("SubmitRequest", submissions=submissions).SerializeToString())


def delivered(to, one):
    delivery = make("Delivery", record=one.SerializeToString())
    return Frame(to, PULL, "answered", make("PullResponse", deliveries=[delivery]).SerializeToString())


def read_log(*entries, by="DE.fiu"):
    answer = make("GetEntriesResponse", entries=[one.SerializeToString() for one in entries])
    return Frame(by, ENTRIES, "answered", answer.SerializeToString())


def sealed(*digests):
    return make("Entry", format_version=1, kind=16, sealed=make("SealedEntry", part_digests=digests))


def revocation(**fields):
    statement = make("SignedStatement", body=make("Revocation", owner="FR.fiu", **fields).SerializeToString())
    return Frame("FR.fiu", PUBLISH, "sent", make("PublishRequest", entry_kind=4, statement=statement).SerializeToString())


def without(*fields):
    """The page's table, lacking these."""
    return Table([row._replace(fields=tuple(one for one in row.fields if one not in fields)) for row in Table.of_page().rows])


class Sent(unittest.TestCase):
    def test_what_is_in_order(self):
        self.assertEqual(check.was_sent_as_said(Table.of_page(), [submitted(record()), revocation(reason="lost")]), [])

    def sees(self, frames, *named, table=None):
        found = check.was_sent_as_said(table or Table.of_page(), frames)
        self.assertEqual(len(found), 1, found)
        for one in named:
            self.assertIn(one, found[0])

    def test_a_field_without_a_row_at_every_depth(self):
        for field in ("Submission.officer_pseudonym", "RecordHeader.purpose", "SectionLabels.about", "Access.recipient", "Record.sections"):
            self.sees([submitted(record())], field, "no row of docs/metadata.md names it", "add", table=without(field))
        self.sees([revocation(reason="lost")], "Revocation.reason", table=without("Revocation.reason"))

    def test_a_field_that_the_broker_is_said_not_to_see(self):
        rows = [row._replace(broker="–") if "RecordHeader.purpose" in row.fields else row for row in Table.of_page().rows]
        self.sees([submitted(record())], "RecordHeader.purpose", "says that the broker does not see it", table=Table(rows))

    def test_a_header_of_the_call(self):
        self.sees([Frame("FR.fiu", SUBMIT, "header", b"officer: anna")], "header officer", "anna")

    def test_a_field_of_no_proto(self):
        self.sees([submitted(record(more_header=b"\xba\x3e\x04anna"))], "RecordHeader", "number 999")

    def test_a_call_of_no_proto(self):
        self.sees([Frame("FR.fiu", "/entente.v1.Desk/Gossip", "sent", b"")], "Gossip")

    def test_plain_text_in_place_of_what_is_sealed(self):
        self.sees([submitted(record(ciphertext=b"what is known of her"))], "Section.ciphertext", "20 bytes")

    def test_bytes_that_nobody_has_looked_into(self):
        known = metadata_messages.OPAQUE.pop("Section.section_id")
        try:
            self.sees([submitted(record())], "Section.section_id", "OPAQUE")
        finally:
            metadata_messages.OPAQUE["Section.section_id"] = known

    def test_bytes_that_are_not_what_they_should_be(self):
        one = record()
        one.header = b"\xff\xff"
        self.sees([submitted(one)], "Record.header is no RecordHeader")

    def test_a_statement_of_a_kind_that_nobody_has_named(self):
        frame = revocation(reason="lost")
        request = MESSAGES["PublishRequest"].FromString(frame.bytes)
        request.entry_kind = 9
        self.sees([frame._replace(bytes=request.SerializeToString())], "SignedStatement.body", "ENTRY_NAMES")


class Tables(unittest.TestCase):
    def test_a_field_that_can_be_sent_and_is_not(self):
        """Before anybody sets it."""
        self.assertEqual(check.names_every_field(Table.of_page()), [])
        for field in ("Revocation.reason", "RestrictedNote.closed", "OverrideNote.ground", "SealedFile.root", "FetchStart.offset"):
            found = check.names_every_field(without(field))
            self.assertEqual(len(found), 1, found)
            self.assertIn(f"{field} can be sent to the broker", found[0])

    def test_a_field_within_what_is_sealed(self):
        found = check.names_every_field(without("AccessManifest.instruction"))
        self.assertEqual(len(found), 1, found)
        self.assertIn("AccessManifest.instruction is sealed", found[0])

    def test_a_row_about_nothing(self):
        found = check.names_nothing_else(Table([Row(7, "x", ("RecordHeader.colour",), "yes", "yes", "–")]))
        self.assertEqual(found, ["docs/metadata.md:7 names RecordHeader.colour, which is a field of no message"])

    def test_a_row_about_what_does_not_come(self):
        table = Table([Row(7, "x", ("RecordHeader.purpose", "RecordHeader.case_id"), "yes", "yes", "–")])
        frames = [submitted(record())]
        found = check.all_of_it_came(table, frames, {})
        self.assertEqual(len(found), 1, found)
        self.assertIn("RecordHeader.case_id", found[0])
        self.assertEqual(check.all_of_it_came(table, frames, {"RecordHeader.case_id": "no case here"}), [])
        self.assertEqual(len(check.all_of_it_came(table, frames, {"RecordHeader.case_id": "", "RecordHeader.colour": ""})), 1)

    def test_the_form_of_a_row(self):
        for text in ("| a | `A.b` | yes | yes |", "| a | `A.b` | perhaps | yes | – |", "| a | of it | yes | yes | – |",
                     "| a | `.b` | yes | yes | – |"):
            with self.assertRaises(AssertionError):
                read_rows(text)
        self.assertEqual(read_rows("| a | `A.b`, `.c` | yes | – | – |")[0].fields, ("A.b", "A.c"))


class Content(unittest.TestCase):
    def test_a_word_in_every_form(self):
        words, told = Words(1), ["the broker was sent this, in the clear or nearly so: the text"]
        word = words("the text")
        plain = word.encode()
        forms = [plain, plain.upper(), word.encode("utf-16-le"), word.encode("utf-16-be"), plain.hex().encode(),
                 plain.hex().upper().encode(), plain[:12], plain[9:], *(base64.b64encode(b"x" * before + plain) for before in range(3)),
                 base64.urlsafe_b64encode(plain), hashlib.sha256(plain).digest(), hashlib.sha256(plain).hexdigest().encode()]
        for form in forms:
            found = check.holds_no_word([submitted(record(ciphertext=b"\x00" + form + b"\x00"))], words)
            self.assertEqual(found, told, form)
        self.assertEqual(check.holds_no_word([Frame("FR.fiu", SUBMIT, "header", plain)], words), told)
        self.assertEqual(check.holds_no_word([submitted(record())], words), [])

    def test_a_pseudonym_that_comes_back(self):
        one, other = b"p" * 32, b"q" * 32
        self.assertEqual(check.is_another_each_time([submitted(record(), record(), pseudonyms=(one, other))]), [])
        self.assertEqual(len(check.is_another_each_time([submitted(record(), record(), pseudonyms=(one,))])), 1)
        self.assertEqual(check.is_another_each_time([submitted(record()), submitted(record())]), [], "it is sent again")


class Others(unittest.TestCase):
    def test_an_entry_that_tells_nothing(self):
        self.assertEqual(check.sealed_entries_are_silent([submitted(record()), read_log(sealed(HASH))]), [])
        self.assertEqual(check.others_see_as_said(Table.of_page(), [read_log(sealed(HASH))], BYSTANDER), [])

    def test_an_entry_that_tells_which_record_or_agency(self):
        for digest in (RECORD_ID * 2, b"p" * 32, b"of FR.fiu to DE.fiu, for the rest"):
            found = check.sealed_entries_are_silent([submitted(record()), read_log(sealed(digest))])
            self.assertTrue(found, digest)

    def test_nothing_to_look_at(self):
        with self.assertRaises(AssertionError):
            check.sealed_entries_are_silent([submitted(record())])

    def test_a_field_that_others_do_not_see(self):
        found = check.others_see_as_said(Table.of_page(), [delivered(BYSTANDER, record())], BYSTANDER)
        self.assertTrue(any("RecordHeader.purpose" in one for one in found), found)
        self.assertEqual(check.others_see_as_said(Table.of_page(), [delivered("DE.fiu", record())], BYSTANDER), [])

    def test_a_field_of_the_log_without_a_row(self):
        found = check.others_see_as_said(without("SealedEntry.part_digests"), [read_log(sealed(HASH))], BYSTANDER)
        self.assertEqual(len(found), 1, found)
        self.assertIn("SealedEntry.part_digests", found[0])

    def test_a_recipient_who_is_shown_another(self):
        self.assertEqual(check.addressees_see_as_said(Table.of_page(), [delivered("DE.fiu", record())]), [])
        found = check.addressees_see_as_said(Table.of_page(), [delivered("DE.fiu", record(recipients=("DE.fiu", "NL.fiu")))])
        self.assertEqual(found, ["DE.fiu was told that NL.fiu is a recipient, too"])

    def test_a_delivery_with_what_no_addressee_sees(self):
        rows = [row._replace(addressee="–") if "RecordHeader.purpose" in row.fields else row for row in Table.of_page().rows]
        found = check.addressees_see_as_said(Table(rows), [delivered("DE.fiu", record())])
        self.assertTrue(any("RecordHeader.purpose" in one for one in found), found)


class Recording(unittest.TestCase):
    def test_read_as_written(self):
        parts = [b"spiffe://entente.test/agency/FR/fiu", PULL.encode(), b"sent", b""]
        written = b"".join(struct.pack(">I", len(part)) + part for part in parts)
        self.assertEqual(read_frames(written), [Frame("FR.fiu", PULL, "sent", b"")])
        for cut in (1, 5, len(written) - 1):
            self.assertEqual(read_frames(written + written[:-cut], growing=True), [Frame("FR.fiu", PULL, "sent", b"")])
            with self.assertRaises(AssertionError):
                read_frames(written + written[:-cut])


if __name__ == "__main__":
    unittest.main()
