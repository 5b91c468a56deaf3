#!/usr/bin/python3
"""Known answers: those of the other implementation made again here, and ours made again.

tests/known_answers.json was written by the C++ side: every value in it is computed here from its
keys and draws, and the record comes out byte for byte. known_answers_python.json goes the other
way: it is for the C++ side to open.
"""

import json
import unittest

import entente_crypto as crypto
import entente_formats as formats
from entente_formats import USES, DraftAccess, DraftSection, Key, encode
import entente_merkle as merkle
from entente_messages import ROOT, pb
from entente_strict import read, spoken_reference
import make_known_answers
from test_formats import BODIES, unhex

OTHER_SIDE = ROOT / "tests" / "known_answers.json"


class OwnAnswers(unittest.TestCase):
    def test_file_is_what_the_code_makes(self):
        kept = make_known_answers.PATH.read_text(encoding="utf-8")
        self.assertEqual(kept, make_known_answers.make())


class OtherSidesAnswers(unittest.TestCase):
    def setUp(self):
        self.answers = json.loads(OTHER_SIDE.read_text(encoding="utf-8"))
        self.federation = self.answers["federation"]
        self.record = self.answers["record"]
        self.keys = {name: Key(item["use"], unhex(item["secret"]))
                     for name, item in self.answers["keys"].items()}
        self.header = read(pb.RecordHeader, unhex(self.record["header"]))

    def _draw(self, name, length):
        """Their draws; their ephemeral keys are derived from input key material."""
        draws = self.record["draws"] | self.record["batch"]["draws"]
        if name.endswith("-ephemeral"):
            return crypto.hpke_derive_private(unhex(draws[f"{name}-ikm"]))
        self.assertEqual(len(unhex(draws[name])), length, name)
        return unhex(draws[name])

    def test_draws_are_hashes_of_their_names(self):
        draws = self.record["draws"] | self.record["batch"]["draws"]
        secrets = {name: item["secret"] for name, item in self.answers["keys"].items()
                   if item["use"] != "delivery"}
        self.assertGreater(len(draws), 0)
        for name, value in draws.items():
            made = crypto.sha256(b"known answer: ", name.encode())
            self.assertTrue(made.hex().startswith(value), name)
        self.assertGreater(len(secrets), 0)

    def test_keys(self):
        self.assertGreater(len(self.keys), 0)
        for name, key in self.keys.items():
            item = self.answers["keys"][name]
            self.assertEqual((key.public.hex(), key.id.hex()), (item["public"], item["key_id"]))

    def test_padding(self):
        self.assertGreater(len(self.answers["padding"]), 0)
        for item in self.answers["padding"]:
            self.assertEqual(crypto.padded_length(item["length"]), item["padded"])

    def _compose(self):
        """The whole record again, from contents, manifests and draws alone."""
        sections = [DraftSection(read(pb.SectionLabels, unhex(item["labels"])),
                                 read(pb.SectionContent, unhex(item["content"])))
                    for item in self.record["sections"]]
        ids = [unhex(item["section_id"]) for item in self.record["sections"]]
        accesses = []
        for item in self.record["access"]:
            manifest = read(pb.AccessManifest, unhex(item["manifest_plain"]))
            key = next(k for k in self.keys.values() if k.id.hex() == item["delivery_key_id"])
            accesses.append(DraftAccess(
                item["recipient"], key.public, item["instrument"], manifest.pair_seq,
                [ids.index(section_id) for section_id in manifest.section_ids],
                list(manifest.obligations), [], manifest.in_reply_to, manifest.instruction))
        header = pb.RecordHeader()
        header.CopyFrom(self.header)
        for field in ("record_id", "digests", "format_version"):
            header.ClearField(field)
        return formats.compose(self.federation, header, sections, accesses, self._draw)

    def test_record_comes_out_again(self):
        composed = self._compose()
        self.assertEqual(composed.header.hex(), self.record["header"])
        self.assertEqual(composed.hash.hex(), self.record["record_hash"])
        self.assertEqual(spoken_reference(self.header.record_id), self.record["reference"])
        signature = read(pb.Signature, unhex(self.record["batch"]["signature"]))
        self.assertEqual(composed.record(signature).hex(), self.record["record"])

    def test_sections(self):
        for item in self.record["sections"]:
            section_id, labels = unhex(item["section_id"]), unhex(item["labels"])
            content_key, record_id = unhex(item["content_key"]), self.header.record_id
            key, commitment = formats.section_keys(record_id, section_id, content_key)
            section = pb.Section(section_id=section_id, labels=labels, key_commitment=commitment,
                                 ciphertext=unhex(item["ciphertext"]))
            plain, again = formats.open_section(record_id, section, content_key)
            made = (key, commitment, formats.section_ad(record_id, section_id, labels), plain,
                    formats.section_leaf(section))
            names = ("encryption_key", "key_commitment", "associated_data", "plain", "leaf")
            self.assertEqual([value.hex() for value in made], [item[name] for name in names])
            self.assertEqual(again, commitment)
            self.assertEqual(crypto.padded_length(len(plain)), item["padded_length"])
        self.assertGreater(len(self.record["sections"]), 0)

    def test_accesses(self):
        record, _ = formats.read_record(unhex(self.record["record"]))
        digest = unhex(self.record["record_hash"])
        self.assertEqual(len(record.access), len(self.record["access"]))
        for access, item in zip(record.access, self.record["access"]):
            key = next(k for k in self.keys.values() if k.id == access.delivery_key_id)
            info = formats.access_info(self.federation, self.header.record_id, self.header.origin,
                                       access.recipient, key.id)
            context, manifest = formats.open_access(self.federation, self.header, digest, access,
                                                    key.secret)
            self.assertEqual(info.hex(), item["info"])
            self.assertEqual(manifest.hex(), item["manifest_plain"])
            self.assertEqual(formats.access_leaf(access).hex(), item["leaf"])
            self.assertEqual(formats.consents_digest(access.consents).hex(), item["consents"])
            self.assertEqual(crypto.x25519_public(unhex(item["ephemeral_private"])).hex(),
                             item["enc"])
            contents = {s["section_id"]: s["content_key"] for s in self.record["sections"]}
            self.assertEqual(len(access.wraps), len(item["wraps"]))
            for wrap, expected in zip(access.wraps, item["wraps"]):
                self.assertEqual(formats.wrap_key(context, wrap.section_id).hex(),
                                 expected["wrap_key"])
                self.assertEqual(formats.open_wrap(context, digest, wrap).hex(),
                                 contents[expected["section_id"]])

    def test_batch(self):
        batch, key = self.record["batch"], self.keys["record-signing"]
        hashes = [unhex(digest) for digest in batch["record_hashes"]]
        signatures = formats.sign_batch(self.federation, self.header.origin, key, hashes,
                                        self._draw)
        self.assertEqual(encode(signatures[batch["index"]]).hex(), batch["signature"])
        leaves = [unhex(leaf) for leaf in batch["leaf_hashes"]]
        self.assertEqual([formats.batch_leaf(digest) for digest in hashes], leaves[:len(hashes)])
        self.assertEqual(merkle.root(leaves).hex(), batch["root"])
        self.assertEqual(formats.batch_message(self.federation, 8, merkle.root(leaves)).hex(),
                         batch["message"])
        digest = unhex(self.record["record_hash"])
        alone, = formats.sign_batch(self.federation, self.header.origin, key, [digest])
        self.assertEqual(encode(alone).hex(), batch["signed_alone"])
        for text in (batch["signature"], batch["signed_alone"]):
            formats.verify_batch(self.federation, read(pb.Signature, unhex(text)), digest,
                                 key.public)

    def test_delivered(self):
        record, _ = formats.read_record(unhex(self.record["record"]))
        delivered, _ = formats.read_record(unhex(self.record["delivered"]))
        note = next(s for s in self.answers["statements"] if s["type"] == "withholding")
        withheld = read(pb.WithholdingNote, unhex(note["body"])).section_ids
        stripped = formats.strip_record(record, delivered.access[0].recipient, withheld)
        self.assertEqual(stripped.hex(), self.record["delivered"])

    def test_statements(self):
        by_id = {key.id: key for key in self.keys.values()}
        self.assertGreater(len(self.answers["statements"]), 0)
        for item in self.answers["statements"]:
            statement = read(pb.SignedStatement, unhex(item["statement"]))
            read(BODIES[item["type"]], statement.body)
            message = formats.statement_message(self.federation, item["type"], statement.body)
            self.assertEqual((statement.body.hex(), message.hex()), (item["body"], item["message"]))
            keys = [by_id[signature.key_id] for signature in statement.signatures]
            made = formats.sign_statement(self.federation, item["type"], statement.body, keys)
            self.assertEqual(encode(made).hex(), item["statement"])

    def test_every_use_has_its_number(self):
        self.assertEqual(sorted(USES.values()), list(range(1, 14)))


if __name__ == "__main__":
    unittest.main()
