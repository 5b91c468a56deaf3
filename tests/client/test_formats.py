#!/usr/bin/python3
"""Checks the client's bytes: published vectors, refusals of formats, known answers of both sides.

Every test of vectors counts what it tried and fails with none. Run this file alone, or
`python3 -m unittest discover -s tests/client` for it and its neighbours.
"""

import base64
import json
import os
import tempfile
import unittest

import entente_crypto as crypto
from entente_fixture import FEDERATION, LOG, TestFederation, fixed_draw
import entente_formats as formats
from entente_formats import encode
import entente_log as log
import entente_merkle as merkle
from entente_messages import pb
import entente_strict as strict
from entente_strict import Refused, read
import make_known_answers
import shared_vectors

unhex = bytes.fromhex
BODIES = {"withholding": pb.WithholdingNote, "acknowledgement": pb.Acknowledgement,
          "gap": pb.GapNote, "pair-head": pb.PairHead, "recall": pb.RecallNote,
          "erasure": pb.ErasureNote, "receipt": pb.Receipt,
          "agency": pb.AgencyStatement, "keys": pb.KeyStatement, "revocation": pb.Revocation,
          "policy": pb.PolicyStatement, "federation-file": pb.FederationFileStatement}


class PublishedVectors(unittest.TestCase):
    """Primitives, trees and notes against vectors that others published."""

    def _agree(self, cases):
        """Each case is (name, expected to hold, holds); all must agree, and some must exist."""
        cases = list(cases)
        wrong = [name for name, expected, held in cases if expected != held]
        self.assertEqual(wrong, [])
        self.assertGreater(len(cases), 0, "no vector was tried")
        self.assertGreater(sum(expected for _, expected, _ in cases), 0, "none was to hold")

    def test_ed25519(self):
        self._agree((test["tcId"], test["result"] == "valid",
                     crypto.ed25519_verify(unhex(group["publicKey"]["pk"]), unhex(test["sig"]),
                                           unhex(test["msg"])))
                    for group, test in shared_vectors.wycheproof("ed25519"))

    def test_ed25519_small_order_keys(self):
        neutral, zero = b"\x01" + bytes(31), bytes(32)
        self.assertFalse(crypto.ed25519_verify(neutral, neutral + zero, b"any message"))

    def test_x25519(self):
        def agrees(test):
            private, public = unhex(test["private"]), unhex(test["public"])
            try:
                return crypto.x25519(private, public) == unhex(test["shared"])
            except crypto.CryptoError:
                return unhex(test["shared"]) == bytes(32)
        self._agree((test["tcId"], True, agrees(test))
                    for _, test in shared_vectors.wycheproof("x25519"))

    def _aead(self, name, nonce_length, opener, sealer):
        def holds(test):
            key, nonce, aad = (unhex(test[field]) for field in ("key", "iv", "aad"))
            sealed, plain = unhex(test["ct"] + test["tag"]), unhex(test["msg"])
            try:
                return (len(nonce) == nonce_length and opener(key, nonce, sealed, aad) == plain
                        and sealer(key, nonce, plain, aad) == sealed)
            except crypto.CryptoError:
                return False
        self._agree((test["tcId"], test["result"] == "valid", holds(test))
                    for _, test in shared_vectors.wycheproof(name))

    def test_xchacha20_poly1305(self):
        self._aead("xchacha20_poly1305", 24, crypto.xchacha_open, crypto.xchacha_seal)

    def test_chacha20_poly1305(self):
        self._aead("chacha20_poly1305", 12, crypto.chacha_open, crypto.chacha_seal)

    def test_hkdf(self):
        def holds(test):
            try:
                okm = crypto.hkdf(unhex(test["ikm"]), unhex(test["info"]), test["size"],
                                  unhex(test["salt"]))
            except crypto.CryptoError:
                return False
            return okm == unhex(test["okm"])
        self._agree((test["tcId"], test["result"] == "valid", holds(test))
                    for _, test in shared_vectors.wycheproof("hkdf_sha256"))

    def test_hmac(self):
        self._agree((test["tcId"], test["result"] == "valid",
                     crypto.hmac_sha256(unhex(test["key"]), unhex(test["msg"]))
                     [:group["tagSize"] // 8] == unhex(test["tag"]))
                    for group, test in shared_vectors.wycheproof("hmac_sha256"))

    def test_hpke_base(self):
        modes = shared_vectors.load("rfc9180", "x25519_hkdfsha256_chacha20poly1305.json")["modes"]
        base = [mode for mode in modes if mode["setup"]["mode"] == "0"]
        self.assertGreater(len(base), 0)
        for mode in base:
            setup = {name: unhex(value) for name, value in mode["setup"].items()
                     if name not in ("mode", "kem_id", "kdf_id", "aead_id")}
            self.assertEqual(crypto.hpke_derive_private(setup["ikmE"]), setup["skEm"])
            self.assertEqual(crypto.hpke_derive_private(setup["ikmR"]), setup["skRm"])
            enc, sender = crypto.hpke_setup_sender(setup["pkRm"], setup["info"], setup["skEm"])
            recipient = crypto.hpke_setup_recipient(enc, setup["skRm"], setup["info"])
            self.assertEqual(enc, setup["enc"])
            for context in (sender, recipient):
                self.assertEqual(context.schedule, setup["key_schedule_context"])
                self.assertEqual(context.key, setup["key"])
                self.assertEqual(context.base_nonce, setup["base_nonce"])
                self.assertEqual(context.exporter_secret, setup["exporter_secret"])
            self._hpke_messages(mode, sender, recipient)

    def _hpke_messages(self, mode, sender, recipient):
        self.assertGreater(len(mode["encryptions"]) * len(mode["exports"]), 0)
        for item in mode["encryptions"]:
            sender.sequence = recipient.sequence = int(item["sequence_number"])
            aad, plain, sealed = (unhex(item[name]) for name in ("aad", "pt", "ct"))
            self.assertEqual(sender.nonce(), unhex(item["nonce"]))
            self.assertEqual(sender.seal(aad, plain), sealed)
            self.assertEqual(recipient.open(aad, sealed), plain)
        for item in mode["exports"]:
            exported = recipient.export(unhex(item["exporter_context"]), int(item["L"]))
            self.assertEqual(exported, unhex(item["exported_value"]))

    def test_merkle_eight_leaves(self):
        vector = shared_vectors.load("rfc6962_8leaf.json")
        leaves = [merkle.leaf_hash(unhex(data)) for data in vector["leaf_inputs_hex"]]
        roots = [unhex(root) for root in vector["roots_hex_by_size"]]
        self.assertEqual(len(roots), 8)
        self.assertEqual(merkle.root([]), unhex(vector["empty_root_hex"]))
        for size, root in enumerate(roots, 1):
            self.assertEqual(merkle.root(leaves[:size]), root)
            for index in range(size):
                path = merkle.inclusion_path(leaves[:size], index)
                merkle.verify_inclusion(leaves[index], index, size, path, root)

    def _merkle_files(self, kind, verify):
        def holds(vector):
            try:
                verify(vector)
            except merkle.ProofError:
                return False
            return True
        files = sorted((shared_vectors.folder() / "merkle" / kind).rglob("*.json"))
        vectors = ((file, json.loads(file.read_text(encoding="utf-8"))) for file in files)
        self._agree((str(file), not vector["wantErr"], holds(vector)) for file, vector in vectors)

    def test_merkle_inclusion(self):
        self._merkle_files("inclusion", lambda v: merkle.verify_inclusion(
            _b64(v["leafHash"]), v["leafIdx"], v["treeSize"],
            [_b64(step) for step in v["proof"] or []], _b64(v["root"])))

    def test_merkle_consistency(self):
        self._merkle_files("consistency", lambda v: merkle.verify_consistency(
            v["size1"], v["size2"], [_b64(step) for step in v["proof"] or []],
            _b64(v["root1"]), _b64(v["root2"])))

    def test_signed_notes(self):
        vector = shared_vectors.load("signed_note", "notes.json")
        self.assertGreater(len(vector["valid"]) * len(vector["malformed_vkeys"]), 0)
        for item in vector["valid"]:
            verifier = log.Verifier.parse(item["vkey"])
            note = f"{item['text']}\n{item['sig_line']}"
            self.assertEqual(verifier.text(), item["vkey"])
            self.assertEqual(log.open_note(note.encode(), verifier), item["text"])
            with self.assertRaises(Refused):
                log.open_note(("X" + note[1:]).encode(), verifier)
        for text in vector["malformed_vkeys"]:
            with self.assertRaises(Refused):
                log.Verifier.parse(text)


def _b64(text):
    return base64.b64decode(text or "")


class StrictReading(unittest.TestCase):
    """Encodings that another writer could have meant, and values that do not fit."""

    def setUp(self):
        self.federation = TestFederation(fixed_draw, make_known_answers.INSTANT_MS)
        self.statement = encode(self.federation.agency_statement("FR.fiu"))

    def _refuses(self, reason, kind, data):
        with self.assertRaises(Refused) as caught:
            read(kind, data)
        self.assertEqual(caught.exception.reason, reason)

    def test_encodings(self):
        good, kind = self.statement, pb.SignedStatement
        self.assertEqual(encode(read(kind, good)), good)
        length = good[1]
        self._refuses("unknown-field", kind, good + b"\x18\x01")
        self._refuses("not-canonical", kind, good[:1] + bytes([length | 0x80, 0]) + good[2:])
        self._refuses("not-canonical", kind, good[length + 2:] + good[:length + 2])
        self._refuses("not-canonical", kind, b"\x0a\x00" + good)
        self._refuses("malformed", kind, good[:-1])
        self._refuses("malformed", kind, b"\x0a\xff")

    def test_unknown_field_deep_inside(self):
        inner = encode(pb.KeySignature(key_id=bytes(32), ed25519=bytes(64))) + b"\x18\x01"
        data = b"\x0a\x01x\x12" + bytes([len(inner)]) + inner
        self._refuses("unknown-field", pb.SignedStatement, data)

    def test_values_of_a_header(self):
        good = make_known_answers.header()
        good.format_version, good.record_id, good.signing_key_id = 1, bytes(16), bytes(32)
        good.digests.extend(bytes([n]) * 32 for n in range(8))
        read(pb.RecordHeader, encode(good))
        cases = [("record_id", bytes(15), "malformed"), ("origin", "EL.fiu", "malformed"),
                 ("kind", 0, "malformed"), ("kind", 99, "malformed"), ("urgency", 0, "malformed"),
                 ("handling", [], "malformed"), ("handling", ["H2", "H1"], "not-canonical"),
                 ("handling", ["H1", "H1"], "not-canonical"), ("case_id", bytes(8), "malformed"),
                 ("created_ms", good.expires_ms, "malformed"), ("format_version", 2, "malformed"),
                 ("digests", list(good.digests)[::-1], "digest-order"),
                 ("digests", list(good.digests)[:7], "malformed"),
                 ("obtained_from", ["FR"], "malformed"), ("case_id", b"", "malformed"),
                 ("membership_number", 0, "malformed"),
                 ("expires_ms", 253402300800000, "malformed"),
                 ("expires_ms", good.created_ms + strict.LIFE_MS + 1, "malformed"),
                 ("digests", [bytes(31)] + list(good.digests)[1:], "malformed")]
        for field, value, reason in cases:
            bad = pb.RecordHeader()
            bad.CopyFrom(good)
            bad.ClearField(field)
            if isinstance(value, list):
                getattr(bad, field).extend(value)
            else:
                setattr(bad, field, value)
            with self.subTest(field=field, value=value):
                self._refuses(reason, pb.RecordHeader, encode(bad))

    def test_a_header_without_a_case(self):
        header = make_known_answers.header()
        header.format_version, header.record_id, header.signing_key_id = 1, bytes(16), bytes(32)
        header.digests.extend(bytes([n]) * 32 for n in range(8))
        header.ClearField("case_id")
        header.ClearField("membership_number")
        self.assertEqual(read(pb.RecordHeader, encode(header)), header)

    def test_texts_are_counted_in_bytes(self):
        access = pb.Access(recipient="DE.fiu", delivery_key_id=bytes(32), enc=bytes(32),
                           salt=bytes(16), instrument="\u00e9" * 32767)
        read(pb.Access, encode(access))
        access.instrument += "\u00e9"
        self._refuses("malformed", pb.Access, encode(access))

    def test_classes_of_entries(self):
        sealed = pb.SealedEntry(part_digests=[bytes(32), b"\x01" * 32])
        for entry in (pb.Entry(format_version=1, kind=pb.ENTRY_KIND_AGENCY, sealed=sealed),
                      pb.Entry(format_version=1, kind=pb.ENTRY_KIND_SUBMISSION),
                      pb.Entry(format_version=1, kind=pb.ENTRY_KIND_SUBMISSION,
                               open=pb.OpenEntry(body=b"x"))):
            self._refuses("malformed", pb.Entry, encode(entry))
        del sealed.part_digests[1]
        self._refuses("malformed", pb.Entry, encode(pb.Entry(
            format_version=1, kind=pb.ENTRY_KIND_SUBMISSION, sealed=sealed)))

    def test_names(self):
        for name in ("FR.fiu", "XK.a", "ORG.europol", "DE.a-b", "GB." + "a" * 32):
            self.assertTrue(strict.is_agency(name), name)
        for name in ("EL.fiu", "UK.nca", "FR.Fiu", "FR.-a", "FR.a-", "fr.fiu", "FR.fiu\n", "FR.",
                     "ZZ.fiu", "GB." + "a" * 33):
            self.assertFalse(strict.is_agency(name), name)
        self.assertTrue(strict.is_officer("a.b-1"))
        self.assertFalse(strict.is_officer("a"))

    def test_spoken_reference(self):
        record_id = unhex("00443214c74254b635cf84653a56d7c6")
        text = strict.spoken_reference(record_id)
        self.assertRegex(text, r"^([0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]$")
        loose = text.lower().replace("0", "o").replace("1", "l").replace("-", " ")
        self.assertEqual(strict.read_reference(loose), record_id[:10])
        for position, character in enumerate(text):
            if character != "-":
                other = "3" if character != "3" else "4"
                with self.assertRaises(Refused):
                    strict.read_reference(text[:position] + other + text[position + 1:])


class Formats(unittest.TestCase):
    """What must fail of padding, statements, batches, checkpoints, receipts and genesis files."""

    def setUp(self):
        self.federation = TestFederation(fixed_draw, make_known_answers.INSTANT_MS)
        self.genesis = self.federation.genesis

    def test_padding(self):
        for length in [*range(0, 1100), 65279, 65280, 65535, 65536, 67583, 67584, 200000]:
            self.assertEqual(crypto.unpad(crypto.pad(bytes(length))), bytes(length))
        self.assertEqual([crypto.padded_length(n) for n in (0, 255, 256, 65535, 65536, 131072)],
                         [256, 256, 512, 65536, 67584, 135168])
        for wrong in (b"", bytes(256), b"\x80", b"x\x80" + bytes(510),
                      crypto.pad(b"x") + bytes(256), b"x" * 65280 + b"\x80" + bytes(511)):
            with self.assertRaises(crypto.CryptoError):
                crypto.unpad(wrong)

    def test_statement_is_bound_to_type_federation_and_body(self):
        key = self.federation.keys["FR authority"]
        statement = self.federation.agency_statement("FR.fiu")
        def verify(federation, kind, data):
            formats.verify_statement(federation, kind, data, {key.id: key.public}.get)
        verify(FEDERATION, "agency", statement)
        two = self.federation.sign("agency", statement.body, "FR authority", "DE authority")
        for reason, arguments in (("bad-signature", (FEDERATION, "keys", statement)),
                                  ("bad-signature", ("entente.other", "agency", statement)),
                                  ("key-unknown", (FEDERATION, "agency", two))):
            with self.assertRaises(Refused) as caught:
                verify(*arguments)
            self.assertEqual(caught.exception.reason, reason)
        flipped = 0
        for part in ("body", "signatures"):
            changed = pb.SignedStatement.FromString(encode(statement))
            if part == "body":
                changed.body = _flip(changed.body, 3)
            else:
                changed.signatures[0].ed25519 = _flip(changed.signatures[0].ed25519, 40)
            with self.assertRaises(Refused):
                verify(FEDERATION, "agency", changed)
            flipped += 1
        self.assertEqual(flipped, 2)

    def test_membership_digest(self):
        """Of these bytes, put together by hand: field numbers, lengths and values in order."""
        membership = pb.Membership(case_id=bytes(range(16)), number=2, title="Case", members=[
            pb.CaseMember(agency="DE.fiu", role=pb.CASE_ROLE_OBSERVER)], before=b"\x07" * 32)
        carried = (b"\x0a\x10" + bytes(range(16)) + b"\x10\x02\x1a\x04Case"
                   + b"\x22\x0a\x0a\x06DE.fiu\x10\x02" + b"\x2a\x20" + b"\x07" * 32)
        self.assertEqual(formats.membership_digest(membership),
                         crypto.sha256(b"entente/v1 membership\0" + carried))

    def test_batches(self):
        key = self.federation.keys["FR.fiu record-signing"]
        for count in (1, 2, 8, 9, 64):
            hashes = [crypto.sha256(b"%d" % number) for number in range(count)]
            signatures = formats.sign_batch(FEDERATION, "FR.fiu", key, hashes)
            self.assertEqual(signatures[0].batch_size, 1 if count == 1 else 8 if count < 9 else 64)
            for signature, digest in zip(signatures, hashes):
                formats.verify_batch(FEDERATION, signature, digest, key.public)
        for field, value in (("index", 5), ("batch_size", 8), ("batch_size", 2),
                             ("ed25519", _flip(signature.ed25519, 0)), ("path", [bytes(32)] * 6),
                             ("path", list(signature.path)[:5])):
            bad = pb.Signature()
            bad.CopyFrom(signature)
            bad.ClearField(field)
            if field == "path":
                bad.path.extend(value)
            else:
                setattr(bad, field, value)
            with self.assertRaises(Refused, msg=field):
                formats.verify_batch(FEDERATION, bad, digest, key.public)

    def test_digests(self):
        for leaves, count in ((2, 8), (8, 8), (9, 16), (33, 64), (65, 256), (232, 256)):
            self.assertEqual(len(formats.fill_digests([bytes([n]) * 32 for n in range(leaves)])),
                             count)
        with self.assertRaises(Refused):
            formats.fill_digests([bytes(32)] * 257)

    def test_checkpoints(self):
        verifier = self.federation.verifier
        secret = self.federation.keys["broker checkpoint"].secret
        checkpoint = log.Checkpoint(LOG, 12, bytes(32))
        note = checkpoint.sign(verifier, secret)
        self.assertEqual(log.Checkpoint.open(note, verifier), checkpoint)
        other = "\u2014 witness.example AAAAAAAA\n".encode()
        self.assertEqual(log.Checkpoint.open(note + other, verifier), checkpoint)
        for position in range(len(note)):
            with self.assertRaises(Refused, msg=str(position)):
                log.Checkpoint.open(_flip(note, position), verifier)
        extended = log.sign_note(f"{LOG}\n12\n{'A' * 43}=\nmore\n", verifier, secret)
        self.assertEqual(log.Checkpoint.open(extended, verifier), checkpoint)
        for text in (f"{LOG}\n012\n{'A' * 43}=\n", f"{LOG}\n12\n{'A' * 43}=\n\nmore\n",
                     f"{LOG}x\n12\n{'A' * 43}=\n", f"{LOG}\n12\n{'A' * 42}B=\n", f"{LOG}\n12\n"):
            with self.assertRaises(Refused, msg=text):
                log.Checkpoint.open(log.sign_note(text, verifier, secret), verifier)

    def test_verifier_key_of_another_type(self):
        for data in (b"\x04" + bytes(32), b"\x01" + bytes(31)):
            identifier = crypto.sha256(b"name\n", data)[:4].hex()
            with self.assertRaises(Refused):
                log.Verifier.parse(f"name+{identifier}+{base64.b64encode(data).decode()}")

    def test_genesis_is_closed(self):
        text = self.genesis.data.decode()
        for old, new in (('quorum     = "none"', 'quorum     = "some"'),
                         ("[broker]", 'more = "1"\n\n[broker]'), ('jurisdiction = "FR"', ""),
                         ('jurisdiction = "FR"', 'jurisdiction = "DE"'),
                         ("entente-genesis/1", "entente-genesis/2"), ("[broker]", "[broker"),
                         ("created    = 2026-11-01T00:00:00Z", "created    = 2026"),
                         (f'"{self.genesis.note.hex()}"', f'"{self.genesis.note.hex().upper()}"'),
                         (f'"{self.genesis.note.hex()}"', f'"{self.genesis.note.hex()}00"'),
                         (self.genesis.note.hex(), self.genesis.receipt.hex()),
                         ("entente.test/log/broker-1\"\ncreated", "other/log/broker-1\"\ncreated")):
            self.assertIn(old, text)
            with self.assertRaises(Refused, msg=new):
                log.Genesis.parse(text.replace(old, new, 1).encode())

    def test_key_files(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "identity.key")
            key = self.federation.keys["FR.fiu identity"]
            key.save(path)
            self.assertEqual(formats.Key.load(path), key)
            with self.assertRaises(FileExistsError):
                key.save(path)


def _flip(data, position):
    return data[:position] + bytes([data[position] ^ 1]) + data[position + 1:]


if __name__ == "__main__":
    unittest.main()
