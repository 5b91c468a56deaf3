"""A federation for tests: fixed keys and statements, and the writer's side of the log.

Used by the known answers, by the tests and by the stand-in broker. Given a `draw(name, length)`
that always answers the same, every byte comes out the same.
"""

from entente_crypto import hkdf, sha256
from entente_formats import USES, Key, encode, sign_statement
from entente_log import (Checkpoint, Genesis, Verifier, fill_parts, next_snapshot, part_salt)
import entente_merkle as merkle
from entente_messages import pb

DAY_MS = 86400 * 1000
FEDERATION = "entente.test"
LOG = "entente.test/log/broker-1"
AGENCIES = ("DE.fiu", "FR.fiu")


def fixed_draw(name, length):
    """Randomness that is not: the same bytes for the same name."""
    return hkdf(b"entente known answers, python client", name.encode(), length)


class TestFederation:
    """Keys of a broker, two jurisdictions and their agencies, with all statements signed."""

    def __init__(self, draw, instant_ms):
        self.instant_ms = instant_ms
        self.keys = {}
        for use in ("receipt", "note", "checkpoint"):
            self._key(draw, f"broker {use}", use)
        for agency in AGENCIES:
            self._key(draw, f"{agency[:2]} authority", "authority")
            for use in ("policy-author", "policy-protection"):
                self._key(draw, f"{agency[:2]} {use}", use)
            for use in ("identity", "record-signing", "acknowledgement", "delivery"):
                self._key(draw, f"{agency} {use}", use)
        self.verifier = Verifier(LOG, self.keys["broker checkpoint"].public)
        self.genesis = Genesis.parse(self._genesis_text().encode())

    def _key(self, draw, name, use):
        self.keys[name] = Key(use, draw(f"key {name}", 32))

    def _genesis_text(self):
        lines = ['genesis    = "entente-genesis/1"', f'federation = "{FEDERATION}"',
                 f'log        = "{LOG}"', "created    = 2026-11-01T00:00:00Z",
                 'quorum     = "none"', "", "[broker]",
                 f'checkpoint = "{self.verifier.text()}"',
                 f'receipt    = "{self.keys["broker receipt"].public.hex()}"',
                 f'note       = "{self.keys["broker note"].public.hex()}"']
        for agency in AGENCIES:
            public = self.keys[f"{agency[:2]} authority"].public.hex()
            lines += ["", "[[authority]]", f'jurisdiction = "{agency[:2]}"',
                      f'key          = "{public}"']
        return "\n".join(lines) + "\n"

    def sign(self, kind, body, *names):
        return sign_statement(FEDERATION, kind, body, [self.keys[name] for name in names])

    def agency_statement(self, agency):
        body = pb.AgencyStatement(agency=agency, state=pb.AgencyStatement.ADMITTED, kind="fiu",
                                  name=f"Financial intelligence, {agency[:2]}",
                                  from_ms=self.instant_ms - DAY_MS, number=1)
        return self.sign("agency", body, f"{agency[:2]} authority")

    def key_statement(self, owner, uses, signer):
        entries = [pb.KeyEntry(use=USES[use], public_key=self.keys[f"{owner} {use}"].public,
                               from_ms=self.instant_ms - DAY_MS,
                               until_ms=self.instant_ms + 6 * DAY_MS) for use in uses]
        body = pb.KeyStatement(owner=owner, keys=entries, format_versions=[1],
                               instant_ms=self.instant_ms)
        return self.sign("keys", body, signer)

    def statements(self):
        """(name, entry kind, statement type, signers, statement), in the order of the log."""
        agency_uses = ("record-signing", "delivery", "acknowledgement")
        for agency in AGENCIES:
            authority = f"{agency[:2]} authority"
            yield (f"agency {agency}", pb.ENTRY_KIND_AGENCY, "agency", [authority],
                   self.agency_statement(agency))
            yield (f"identity key of {agency}", pb.ENTRY_KIND_KEYS, "keys", [authority],
                   self.key_statement(agency, ["identity"], authority))
            yield (f"keys of {agency}", pb.ENTRY_KIND_KEYS, "keys", [f"{agency} identity"],
                   self.key_statement(agency, agency_uses, f"{agency} identity"))
            yield (f"policy keys of {agency[:2]}", pb.ENTRY_KIND_KEYS, "keys", [authority],
                   self.key_statement(agency[:2], ["policy-author", "policy-protection"],
                                      authority))
        signers = ["FR policy-author", "FR policy-protection"]
        body = pb.PolicyStatement(jurisdiction="FR", version=3, digest=sha256(b"a policy\n"),
                                  in_force_ms=self.instant_ms)
        yield ("policy of FR", pb.ENTRY_KIND_POLICY, "policy", signers,
               self.sign("policy", body, *signers))


class LogWriter:
    """The broker's side of the log: entries with their parts, evidence, checkpoints, receipts."""

    def __init__(self, federation, draw):
        self.federation, self.draw = federation, draw
        self.entries, self.leaves, self.parts = [], [], {}
        self.snapshots = [bytes(32)]

    def open_all(self, without=()):
        federation = self.federation
        self.append_open(pb.ENTRY_KIND_GENESIS, federation.genesis.data, federation.instant_ms)
        for name, kind, _, _, statement in federation.statements():
            if name not in without:
                self.append_open(kind, encode(statement), federation.instant_ms)

    def append_open(self, kind, body, instant_ms):
        data = self._append(pb.Entry(format_version=1, kind=kind, instant_ms=instant_ms,
                                     open=pb.OpenEntry(body=body)))
        self.snapshots.append(next_snapshot(self.snapshots[-1], data))
        return len(self.entries) - 1

    def append_sealed(self, parts):
        """Parts in the order origin, then recipients sorted; kind and instant are theirs."""
        index, encoded = len(self.entries), [encode(part) for part in parts]
        seed = self.draw(f"entry {index} seed", 32)
        self._append(pb.Entry(format_version=1, kind=parts[0].kind,
                              instant_ms=parts[0].instant_ms,
                              sealed=pb.SealedEntry(part_digests=fill_parts(seed, encoded))))
        for number, (part, data) in enumerate(zip(parts, encoded)):
            self.parts[index, part.reader] = (part_salt(seed, number), data)
        return index

    def _append(self, entry):
        data = encode(entry)
        self.entries.append(data)
        self.leaves.append(merkle.leaf_hash(data))
        return data

    def submission_parts(self, header, digest, decisions, instant_ms):
        """One part for the origin with all decisions, one for each recipient released to."""
        def part(reader, own):
            submission = pb.SubmissionPart(
                record_id=header.record_id, record_hash=digest, origin=header.origin,
                snapshot_number=len(self.snapshots) - 1, snapshot_hash=self.snapshots[-1],
                decisions=own)
            return pb.Part(kind=pb.ENTRY_KIND_SUBMISSION, instant_ms=instant_ms, reader=reader,
                           acting_agency=header.origin, submission=submission)
        released = sorted((d for d in decisions if d.verdict < pb.VERDICT_HOLD),
                          key=lambda d: d.recipient)
        return [part(header.origin, decisions)] + [part(d.recipient, [d]) for d in released]

    def evidence(self, index, reader):
        salt, part = self.parts[index, reader]
        return pb.Evidence(log_index=index, entry=self.entries[index], part=part, salt=salt,
                           inclusion_path=merkle.inclusion_path(self.leaves, index))

    def checkpoint(self):
        return Checkpoint(LOG, len(self.leaves), merkle.root(self.leaves))

    def checkpoint_note(self):
        return self.checkpoint().sign(self.federation.verifier,
                                      self.federation.keys["broker checkpoint"].secret)

    def receipt(self, items):
        checkpoint = self.checkpoint()
        body = pb.Receipt(log_origin=LOG, tree_size=checkpoint.size, root=checkpoint.root,
                          items=[pb.ReceiptItem(record_hash=h, log_index=i) for h, i in items])
        return self.federation.sign("receipt", body, "broker receipt")

    def withholding_note(self, digest, decision, log_index):
        rules = sorted({rule for section in decision.withheld for rule in section.rules})
        body = pb.WithholdingNote(log_origin=LOG, record_hash=digest, rules=rules,
                                  recipient=decision.recipient, log_index=log_index,
                                  section_ids=[s.section_id for s in decision.withheld])
        return self.federation.sign("withholding", body, "broker note")
