#!/usr/bin/python3
"""What a member believes of the log: receipts, proofs, notes, and statements only by their chain.

Whatever a broker could write into the log without the signatures that formats.md asks for must
change nothing but the tree.
"""

import unittest

from entente_directory import Follower
from entente_fixture import DAY_MS, FEDERATION, LogWriter, TestFederation, fixed_draw
import entente_formats as formats
from entente_formats import USES, Key, encode, sign_statement
import entente_log as log_formats
from entente_log import check_receipt, check_tlog_proof, tlog_proof
from entente_messages import pb
from entente_strict import Refused
from make_known_answers import INSTANT_MS
from test_checks import Scene, flip


class TheLog(unittest.TestCase):
    """Receipts, proofs on file, forks."""

    def refuses(self, reason, function, *arguments):
        with self.assertRaises(Refused) as caught:
            function(*arguments)
        self.assertEqual(caught.exception.reason, reason, str(caught.exception))

    def test_receipt(self):
        scene = Scene()
        genesis, checkpoint = scene.federation.genesis, scene.log.checkpoint()
        item = (scene.composed.hash, scene.index)
        check_receipt(genesis, scene.log.receipt([item]), checkpoint, [item])
        self.refuses("malformed", check_receipt, genesis, scene.log.receipt([]), checkpoint, [item])
        other = scene.log.receipt([(bytes(32), scene.index)])
        self.refuses("proof-bad", check_receipt, genesis, other, checkpoint, [item])
        body = pb.Receipt.FromString(scene.log.receipt([item]).body)
        forged = scene.federation.sign("receipt", body, "broker note")
        self.refuses("key-unknown", check_receipt, genesis, forged, checkpoint, [item])
        for change in (lambda b: setattr(b, "root", flip(b.root)),
                       lambda b: setattr(b, "tree_size", b.tree_size - 1),
                       lambda b: setattr(b, "tree_size", b.tree_size + 1),
                       lambda b: setattr(b, "log_origin", "x"),
                       lambda b: setattr(b.items[0], "log_index", 0)):
            changed = pb.Receipt()
            changed.CopyFrom(body)
            change(changed)
            statement = scene.federation.sign("receipt", changed, "broker receipt")
            self.refuses("proof-bad", check_receipt, genesis, statement, checkpoint, [item])

    def test_tlog_proof(self):
        scene = Scene()
        verifier, entry = scene.federation.verifier, scene.log.entries[scene.index]
        proof = tlog_proof(scene.log.evidence(scene.index, "FR.fiu"), scene.log.checkpoint_note())
        self.assertEqual(check_tlog_proof(proof, verifier, entry)[0], scene.index)
        extra = proof.replace(b"\nindex", b"\nextra AAAA\nindex")
        self.refuses("malformed", check_tlog_proof, extra, verifier, entry)
        self.refuses("proof-bad", check_tlog_proof, proof, verifier, flip(entry))
        for position in range(len(proof)):
            with self.assertRaises(Refused, msg=str(position)):
                check_tlog_proof(flip(proof, position), verifier, entry)

    def test_fork(self):
        scene = Scene()
        follower, checkpoint = scene.follower(), scene.log.checkpoint()
        follower.check(checkpoint)
        other = scene.log.leaves[:-1] + [bytes(32)]
        self.refuses("fork", follower.check, type(checkpoint)(
            checkpoint.origin, checkpoint.size, formats.merkle.root(other)))
        earlier = encode(pb.Entry(format_version=1, kind=pb.ENTRY_KIND_EXPIRY, instant_ms=1,
                                  sealed=pb.SealedEntry(part_digests=[bytes(32), b"\1" * 32])))
        self.refuses("fork", follower.append, earlier)

    def test_malformed_notes(self):
        federation = TestFederation(fixed_draw, INSTANT_MS)
        verifier, secret = federation.verifier, federation.keys["broker checkpoint"].secret
        good = log_formats.sign_note("text\n", verifier, secret)
        self.assertEqual(log_formats.open_note(good, verifier), "text\n")
        for note in (good[:-1], b"text\n", good.replace(b"\n\n", b"\n"), b"\xff" + good,
                     log_formats.sign_note("a\tb\n", verifier, secret),
                     good + b"\xe2\x80\x94 name AAAA\n", good + b"- name AAAAAAAA\n", good + b"\n",
                     good + b"\xe2\x80\x94 na+me AAAAAAAA\n"):
            self.refuses_any(log_formats.open_note, note, verifier)
        text = verifier.text()
        name, identifier, key = text.split("+", 2)
        for wrong in (f"+{identifier}+{key}", f"{name}+00000000+{key}", f"{name}+{identifier}",
                      f"a b+{identifier}+{key}", text[:-4]):
            self.refuses_any(log_formats.Verifier.parse, wrong)
        other = log_formats.Verifier(name, bytes(32))
        self.refuses("bad-signature", log_formats.open_note, good, other)

    def refuses_any(self, function, *arguments):
        with self.assertRaises(Refused, msg=str(arguments[0])):
            function(*arguments)

    def test_entries(self):
        body = bytes(log_formats.MAX_ENTRY)
        entry = pb.Entry(format_version=1, kind=pb.ENTRY_KIND_KEYS, instant_ms=1,
                         open=pb.OpenEntry(body=body))
        self.refuses("too-large", log_formats.read_entry, encode(entry))

    def test_a_sealed_kind_of_a_later_release_counts_in_the_tree_alone(self):
        scene = Scene()
        follower = scene.follower()
        size, snapshots = follower.size, len(follower.snapshots)

        def later(kind, digests=(bytes(32), b"\1" * 32)):
            return pb.Entry(format_version=1, kind=kind, instant_ms=follower.instant_ms,
                            sealed=pb.SealedEntry(part_digests=digests))
        for kind in (100, log_formats.LAST_SEALED_KIND):
            follower.append(encode(later(kind)))
        self.assertEqual((follower.size, len(follower.snapshots)), (size + 2, snapshots))
        self.assertEqual(follower.alarms, [])
        for wrong in (later(7), later(log_formats.LAST_SEALED_KIND + 1),
                      pb.Entry(format_version=1, kind=100, instant_ms=follower.instant_ms,
                               open=pb.OpenEntry(body=b"x"))):
            self.refuses("malformed", follower.append, encode(wrong))
        self.refuses("digest-order", follower.append, encode(later(100, (b"\1" * 32, bytes(32)))))
        self.refuses("unknown-field", follower.append, encode(later(100)) + b"\xc2\x3e\x01x")
        self.refuses("malformed", log_formats.read_entry, encode(later(100)))

    def test_first_entry_is_our_genesis_file(self):
        ours = TestFederation(fixed_draw, INSTANT_MS)
        theirs = TestFederation(lambda name, length: fixed_draw(f"x {name}", length), INSTANT_MS)
        log = LogWriter(theirs, fixed_draw)
        log.open_all()
        self.refuses("malformed", Follower(ours.genesis).append, log.entries[0])
        self.refuses("fork", Follower(theirs.genesis).append, log.entries[1])
        follower = Follower(theirs.genesis)
        follower.append(log.entries[0])
        self.refuses("fork", follower.append, log.entries[0])


class Statements(unittest.TestCase):
    """Open entries that must do something, and those that must do nothing."""

    def setUp(self):
        self.federation = TestFederation(fixed_draw, INSTANT_MS)
        self.log = LogWriter(self.federation, fixed_draw)
        self.log.open_all()

    def follow(self):
        follower = Follower(self.federation.genesis)
        for entry in self.log.entries:
            follower.append(entry)
        follower.check(self.log.checkpoint())
        return follower

    def add(self, kind, entry_kind, body, *signers, instant_ms=INSTANT_MS + 100):
        statement = self.federation.sign(kind, body, *signers)
        self.log.append_open(entry_kind, encode(statement), instant_ms)

    def agency(self, agency, number, *signers, **fields):
        fields = {"state": pb.AgencyStatement.ADMITTED, "kind": "fiu", "name": "Unit"} | fields
        self.add("agency", pb.ENTRY_KIND_AGENCY,
                 pb.AgencyStatement(agency=agency, number=number, **fields), *signers)

    def new_keys(self, owner, uses, *signers, from_ms=INSTANT_MS, instant_ms=INSTANT_MS + 100):
        """A statement of fresh keys; gives the last of them."""
        entries = []
        for use in uses:
            number = USES.get(use, use)
            name = f"{owner} new {use} {len(self.log.entries)}"
            key = self.federation.keys[name] = Key(
                use if use in USES else "officer", fixed_draw(name, 32))
            entries.append(pb.KeyEntry(use=number, public_key=key.public, from_ms=from_ms,
                                       until_ms=INSTANT_MS + DAY_MS,
                                       role="author" if use == "officer" else ""))
        body = pb.KeyStatement(owner=owner, keys=entries, format_versions=[1],
                               instant_ms=INSTANT_MS + len(self.log.entries))
        self.add("keys", pb.ENTRY_KIND_KEYS, body, *signers, instant_ms=instant_ms)
        return name, key

    def revoke(self, owner, name, *signers):
        body = pb.Revocation(owner=owner, key_id=self.federation.keys[name].id, reason="lost")
        self.add("revocation", pb.ENTRY_KIND_REVOCATION, body, *signers)

    def alarms(self, count):
        follower = self.follow()
        self.assertEqual(len(follower.alarms), count, follower.alarms)
        return follower.directory

    def test_agencies(self):
        self.agency("DE.fiu", 2, "FR authority")
        self.agency("DE.fiu", 3, "DE authority")
        self.agency("DE.fiu", 2, "DE authority", kind="police")
        self.agency("IT.gdf", 1, "DE authority")
        self.agency("DE.fiu", 2, "DE authority", kind="a kind")
        self.agency("DE.fiu", 2, "DE authority", name="two\nlines")
        self.agency("DE.fiu", 2, "DE authority", state=pb.AgencyStatement.REMOVED,
                    until_ms=INSTANT_MS)
        self.assertEqual(len(self.alarms(7).agencies["DE.fiu"]), 1)
        self.agency("DE.fiu", 2, "DE authority", state=pb.AgencyStatement.SUSPENDED)
        directory = self.alarms(7)
        self.assertEqual(len(directory.agencies["DE.fiu"]), 2)
        with self.assertRaises(Refused):
            directory.delivery_key("DE.fiu", len(self.log.entries), INSTANT_MS)

    def test_keys_count_only_while_the_agency_is_admitted(self):
        key = self.federation.keys["DE.fiu record-signing"].id
        self.agency("DE.fiu", 2, "DE authority", state=pb.AgencyStatement.SUSPENDED,
                    from_ms=INSTANT_MS + 200, until_ms=INSTANT_MS + 300)
        directory, index = self.alarms(0), len(self.log.entries)
        for at, instant_ms, reason in ((index, 199, None), (index, 200, "agency-suspended"),
                                       (index, 300, None), (index - 1, 200, None),
                                       (index, -2 * DAY_MS, "key-not-valid-then")):
            what = ("DE.fiu", "record-signing", key, at, INSTANT_MS + instant_ms)
            if reason is None:
                self.assertEqual(directory.find_key(*what).owner, "DE.fiu")
                continue
            with self.assertRaises(Refused) as caught:
                directory.find_key(*what)
            self.assertEqual(caught.exception.reason, reason)
        self.agency("IT.gdf", 1, "DE authority")
        _, fresh = self.new_keys("DE.fiu", ["delivery"], "DE.fiu identity",
                                 instant_ms=INSTANT_MS + 250)
        self.assertNotIn(("DE.fiu", fresh.id), self.alarms(2).keys)

    def test_a_key_belongs_to_who_names_it(self):
        """Naming another's key neither takes it away nor makes it one's own at the other."""
        theirs = self.federation.keys["FR.fiu delivery"]
        entry = pb.KeyEntry(use=USES["delivery"], public_key=theirs.public, from_ms=INSTANT_MS,
                            until_ms=INSTANT_MS + DAY_MS)
        for instant_ms in (1, 2):
            body = pb.KeyStatement(owner="DE.fiu", keys=[entry], instant_ms=INSTANT_MS + instant_ms)
            self.add("keys", pb.ENTRY_KIND_KEYS, body, "DE.fiu identity")
        directory, size = self.alarms(1), len(self.log.entries)
        for owner in ("DE.fiu", "FR.fiu"):
            self.assertEqual(directory.keys[owner, theirs.id].owner, owner)
        self.assertEqual(directory.delivery_key("DE.fiu", size, INSTANT_MS).id, theirs.id)

    def test_what_makes_a_key_statement_void(self):
        own = self.federation.keys["DE.fiu delivery"]
        def entry(draw, use="delivery", from_ms=INSTANT_MS, until_ms=INSTANT_MS + DAY_MS):
            public = Key("officer", fixed_draw(draw, 32)).public
            return pb.KeyEntry(use=USES[use], public_key=public, from_ms=from_ms,
                               until_ms=until_ms)
        later = INSTANT_MS + 100 + 5 * 60 * 1000
        cases = [{"keys": [entry("a"), entry("a")]}, {"keys": [entry("a", until_ms=INSTANT_MS)]},
                 {"keys": [entry("a", until_ms=INSTANT_MS + 7 * DAY_MS + 1)]}, {"keys": []},
                 {"keys": [pb.KeyEntry(use=USES["delivery"], public_key=own.public,
                                       from_ms=INSTANT_MS, until_ms=INSTANT_MS + DAY_MS)]},
                 {"format_versions": [0, 1]}, {"format_versions": [2, 1]}, {"format_versions": [1]},
                 {"keys": [entry(str(number)) for number in range(65)]},
                 {"keys": [entry("a")], "instant_ms": later + 1},
                 {"keys": [entry("a")], "instant_ms": self.federation.instant_ms}]
        for fields in cases:
            fields = {"instant_ms": INSTANT_MS + 1} | fields
            self.add("keys", pb.ENTRY_KIND_KEYS, pb.KeyStatement(owner="DE.fiu", **fields),
                     "DE.fiu identity")
        self.alarms(len(cases))
        body = pb.KeyStatement(owner="DE.fiu", keys=[entry("a")], instant_ms=later)
        self.add("keys", pb.ENTRY_KIND_KEYS, body, "DE.fiu identity", "DE authority")
        self.alarms(len(cases) + 1)
        self.add("keys", pb.ENTRY_KIND_KEYS, body, "DE.fiu identity")
        self.alarms(len(cases) + 1)

    def test_delivery_key_of_now(self):
        name, key = self.new_keys("DE.fiu", ["delivery"], "DE.fiu identity",
                                  from_ms=INSTANT_MS + 500)
        directory, size = self.alarms(0), len(self.log.entries)
        old = self.federation.keys["DE.fiu delivery"].id
        self.assertEqual(directory.delivery_key("DE.fiu", size, INSTANT_MS + 499).id, old)
        self.assertEqual(directory.delivery_key("DE.fiu", size, INSTANT_MS + 500).id, key.id)
        for agency, instant_ms in (("DE.fiu", INSTANT_MS + 7 * DAY_MS), ("IT.gdf", INSTANT_MS),
                                   ("DE.fiu", INSTANT_MS - 2 * DAY_MS)):
            with self.assertRaises(Refused):
                directory.delivery_key(agency, size, instant_ms)
        self.revoke("DE.fiu", name, "DE.fiu identity")
        directory, size = self.alarms(0), len(self.log.entries)
        self.assertEqual(directory.delivery_key("DE.fiu", size, INSTANT_MS + 500).id, old)
        self.agency("DE.fiu", 2, "DE authority", state=pb.AgencyStatement.REMOVED,
                    from_ms=INSTANT_MS + 600)
        self.alarms(0).delivery_key("DE.fiu", size + 1, INSTANT_MS + 599)
        with self.assertRaises(Refused):
            self.alarms(0).delivery_key("DE.fiu", size + 1, INSTANT_MS + 600)

    def test_keys(self):
        cases = [("DE.fiu", ["identity"], "DE.fiu identity"),
                 ("DE.fiu", ["delivery"], "DE authority"),
                 ("DE.fiu", ["identity", "delivery"], "DE authority"),
                 ("DE.fiu", ["policy-author"], "DE.fiu identity"),
                 ("DE.fiu", [13], "DE.fiu identity"), ("DE", ["identity"], "DE authority"),
                 ("DE", ["policy-author"], "FR authority"),
                 ("CH", ["policy-author"], "DE authority"),
                 ("DE.not-admitted", ["identity"], "DE authority")]
        for owner, uses, signer in cases:
            _, key = self.new_keys(owner, uses, signer)
            self.assertNotIn((owner, key.id), self.follow().directory.keys, (uses, signer))
        self.alarms(len(cases))
        statement = self.federation.key_statement("DE.fiu", ["delivery"], "DE.fiu identity")
        self.log.append_open(pb.ENTRY_KIND_KEYS, encode(statement), INSTANT_MS + 100)
        self.alarms(len(cases) + 1)
        for owner, uses, signer in (("DE.fiu", ["officer", "delivery"], "DE.fiu identity"),
                                    ("DE.fiu", ["identity"], "DE authority"),
                                    ("DE", ["policy-protection"], "DE authority")):
            _, key = self.new_keys(owner, uses, signer)
            self.assertIn((owner, key.id), self.alarms(len(cases) + 1).keys)

    def test_identity_key_signs_only_while_valid(self):
        name, _ = self.new_keys("DE.fiu", ["identity"], "DE authority", from_ms=INSTANT_MS + 500)
        self.new_keys("DE.fiu", ["delivery"], name)
        self.alarms(1)
        self.new_keys("DE.fiu", ["delivery"], name, instant_ms=INSTANT_MS + 500)
        self.alarms(1)

    def test_revocations(self):
        self.revoke("DE.fiu", "DE.fiu delivery", "FR.fiu identity")
        self.revoke("DE.fiu", "DE.fiu delivery", "FR authority")
        self.revoke("DE.fiu", "DE.fiu delivery", "DE.fiu record-signing")
        self.revoke("FR.fiu", "DE.fiu delivery", "FR.fiu identity")
        directory = self.alarms(4)
        key = "DE.fiu", self.federation.keys["DE.fiu delivery"].id
        self.assertIsNone(directory.keys[key].revoked_index)
        self.revoke("DE.fiu", "DE.fiu identity", "DE authority")
        self.revoke("DE.fiu", "DE.fiu delivery", "DE.fiu identity")
        self.assertIsNone(self.alarms(5).keys[key].revoked_index)
        self.revoke("DE.fiu", "DE.fiu delivery", "DE authority")
        self.assertEqual(self.alarms(5).keys[key].revoked_index, len(self.log.entries) - 1)

    def test_policies(self):
        body = pb.PolicyStatement(jurisdiction="FR", version=4, digest=bytes(32),
                                  in_force_ms=INSTANT_MS + 1000)
        for signers in (["FR policy-author"], ["FR policy-protection"],
                        ["DE policy-author", "FR policy-protection"], ["FR authority"]):
            self.add("policy", pb.ENTRY_KIND_POLICY, body, *signers)
        self.alarms(4)
        self.add("policy", pb.ENTRY_KIND_POLICY, body, "FR policy-author", "FR policy-protection")
        directory = self.alarms(4)
        self.assertEqual(directory.policy_version("FR", INSTANT_MS + 999), 3)
        self.assertEqual(directory.policy_version("FR", INSTANT_MS + 1000), 4)
        self.assertEqual(directory.policy_version("DE", INSTANT_MS), 0)

    def test_federation_files(self):
        body = pb.FederationFileStatement(type="groups", version=1, digest=bytes(32))
        for signers in (["FR authority"], ["FR authority", "FR.fiu identity"]):
            self.add("federation-file", pb.ENTRY_KIND_FEDERATION_FILE, body, *signers)
        self.assertEqual(self.alarms(2).federation_files, {})
        self.add("federation-file", pb.ENTRY_KIND_FEDERATION_FILE, body, "FR authority",
                 "DE authority")
        self.assertIn("groups", self.alarms(2).federation_files)

    def test_calendars(self):
        body = pb.FederationFileStatement(type="calendar-FR", version=1, digest=bytes(32))
        for signers in (["DE authority"], ["FR authority", "DE authority"], ["FR.fiu identity"]):
            self.add("federation-file", pb.ENTRY_KIND_FEDERATION_FILE, body, *signers)
        for name in ("calendar-ORG", "calendar-", "calendar-XX", "calendar-BR"):
            other = pb.FederationFileStatement(type=name, version=1, digest=bytes(32))
            self.add("federation-file", pb.ENTRY_KIND_FEDERATION_FILE, other, "FR authority")
        self.assertEqual(self.alarms(7).federation_files, {})
        self.add("federation-file", pb.ENTRY_KIND_FEDERATION_FILE, body, "FR authority")
        self.assertIn("calendar-FR", self.alarms(7).federation_files)

    def test_statement_of_another_type(self):
        statement = sign_statement(FEDERATION, "revocation", pb.AgencyStatement(
            agency="DE.fiu", state=pb.AgencyStatement.REMOVED, kind="fiu", number=2),
            [self.federation.keys["DE authority"]])
        self.log.append_open(pb.ENTRY_KIND_AGENCY, encode(statement), INSTANT_MS + 100)
        self.alarms(1)


if __name__ == "__main__":
    unittest.main()
