"""The log of docs/formats.md: notes and checkpoints, sealed entries, receipts, the genesis file.

Everything here is a function of bytes; the state that open entries build up is in
entente_directory.py.
"""

import base64
import binascii
import dataclasses
import datetime
import re
import tomllib

import entente_crypto as crypto
from entente_crypto import hmac_sha256, sha256, u32
from entente_formats import USES, key_id, verify_statement
import entente_merkle as merkle
from entente_messages import pb
from entente_strict import MAX_ENTRY, Refused, canonical, is_jurisdiction, parse, read

PART_COUNTS = (2, 4, 8, 16, 32, 64, 128, 256)
NOTE_TYPE_ED25519 = b"\x01"
TLOG_PROOF = "c2sp.org/tlog-proof@v1"
MAX_GENESIS = 61440
LAST_SEALED_KIND = 127  # of those listed, and those to come


def base64_bytes(text):
    """Standard base 64 in its one spelling."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused("malformed", "base 64") from error
    if base64.b64encode(data).decode() != text:
        raise Refused("malformed", "base 64 is not canonical")
    return data


def decimal(text):
    if not re.fullmatch(r"0|[1-9][0-9]{0,18}", text, re.ASCII):
        raise Refused("malformed", f"not a decimal: {text!r}")
    return int(text)


# ---- signed notes


@dataclasses.dataclass(frozen=True)
class Verifier:
    """A C2SP verifier key of type Ed25519."""

    name: str
    public: bytes

    @property
    def id4(self):
        return sha256(self.name.encode(), b"\n", NOTE_TYPE_ED25519, self.public)[:4]

    def text(self):
        encoded = base64.b64encode(NOTE_TYPE_ED25519 + self.public).decode()
        return f"{self.name}+{self.id4.hex()}+{encoded}"

    @staticmethod
    def parse(text):
        parts = text.split("+", 2)
        if len(parts) != 3 or not _is_key_name(parts[0]):
            raise Refused("malformed", "verifier key")
        data = base64_bytes(parts[2])
        if len(data) != 33 or data[:1] != NOTE_TYPE_ED25519:
            raise Refused("malformed", "verifier key is not Ed25519")
        verifier = Verifier(parts[0], data[1:])
        if verifier.id4.hex() != parts[1]:
            raise Refused("malformed", "verifier key id")
        return verifier


def _is_key_name(name):
    return bool(name) and "+" not in name and not any(c.isspace() for c in name)


def sign_note(text, verifier, secret):
    signature = verifier.id4 + crypto.ed25519_sign(secret, text.encode())
    line = base64.b64encode(signature).decode()
    return f"{text}\n\u2014 {verifier.name} {line}\n".encode()


def open_note(data, verifier):
    """The text of a note; at least one signature of this verifier, and none that fails."""
    try:
        note = data.decode()
    except UnicodeDecodeError as error:
        raise Refused("malformed", "note is not UTF-8") from error
    if any(character < " " and character != "\n" for character in note):
        raise Refused("malformed", "control character in a note")
    split = note.rfind("\n\n")
    if split < 0 or not note.endswith("\n"):
        raise Refused("malformed", "note without signatures")
    text, lines = note[:split + 1], note[split + 2:].split("\n")[:-1]
    held = False
    for line in lines:
        match = re.fullmatch(r"\u2014 ([^ ]+) ([^ ]+)", line)
        if not match or not _is_key_name(match[1]):
            raise Refused("malformed", "signature line")
        signature = base64_bytes(match[2])
        if len(signature) < 5:
            raise Refused("malformed", "signature line")
        if match[1] != verifier.name or signature[:4] != verifier.id4:
            continue
        if not crypto.ed25519_verify(verifier.public, signature[4:], text.encode()):
            raise Refused("bad-signature", "note")
        held = True
    if not held:
        raise Refused("bad-signature", "note is not signed by the known key")
    return text


@dataclasses.dataclass(frozen=True)
class Checkpoint:
    origin: str
    size: int
    root: bytes

    def text(self):
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    def sign(self, verifier, secret):
        return sign_note(self.text(), verifier, secret)

    @staticmethod
    def open(data, verifier):
        """The key name is the log's origin, so one verifier key names both."""
        lines = open_note(data, verifier).split("\n")
        # Further lines are extensions; none of them is empty.
        if len(lines) < 4 or lines[-1] or "" in lines[:-1]:
            raise Refused("malformed", "a checkpoint has three lines")
        checkpoint = Checkpoint(lines[0], decimal(lines[1]), base64_bytes(lines[2]))
        if checkpoint.origin != verifier.name or len(checkpoint.root) != 32:
            raise Refused("malformed", "checkpoint of another log")
        return checkpoint


# ---- entries and parts


def part_digest(salt, part):
    return sha256(salt, part)


def part_salt(seed, number):
    return hmac_sha256(seed, b"part\0", u32(number))


def decoy_digest(seed, number):
    return hmac_sha256(seed, b"decoy\0", u32(number))


def fill_parts(seed, parts):
    """Part digests of an entry; parts in the order origin, then recipients sorted."""
    count = next(count for count in PART_COUNTS if count >= len(parts))
    digests = [part_digest(part_salt(seed, i), part) for i, part in enumerate(parts)]
    digests += [decoy_digest(seed, i) for i in range(count - len(parts))]
    return sorted(digests)


def read_entry(data):
    if len(data) > MAX_ENTRY:
        raise Refused("too-large", "entry")
    return read(pb.Entry, data)


def read_followed(data):
    """An entry; of a sealed kind that is not listed too, which counts in the tree alone."""
    if len(data) > MAX_ENTRY:
        raise Refused("too-large", "entry")
    entry = parse(pb.Entry, data)
    later = pb.ENTRY_KIND_SUBMISSION <= entry.kind <= LAST_SEALED_KIND
    if entry.kind in pb.EntryKind.values() or not later:
        return read_entry(data)
    canonical(entry, data)
    entry.kind, kind = pb.ENTRY_KIND_SUBMISSION, entry.kind
    read_entry(entry.SerializeToString(deterministic=True))
    entry.kind = kind
    return entry


def next_snapshot(previous, entry_data):
    return sha256(previous, merkle.leaf_hash(entry_data))


def check_evidence(evidence, checkpoint, reader):
    """Entry and part of an Evidence whose entry is in the tree and whose part is the reader's."""
    try:
        merkle.verify_inclusion(merkle.leaf_hash(evidence.entry), evidence.log_index,
                                checkpoint.size, evidence.inclusion_path, checkpoint.root)
    except merkle.ProofError as error:
        raise Refused("proof-bad", str(error)) from error
    entry = read_entry(evidence.entry)
    if len(evidence.salt) != 32:
        raise Refused("malformed", "a salt has 32 bytes")
    if part_digest(evidence.salt, evidence.part) not in entry.sealed.part_digests:
        raise Refused("proof-bad", "the part is not in the entry")
    part = read(pb.Part, evidence.part)
    if (part.kind, part.instant_ms, part.reader) != (entry.kind, entry.instant_ms, reader):
        raise Refused("proof-bad", "the part speaks of another entry or to another reader")
    return entry, part


# ---- receipts


def check_receipt(genesis, statement, checkpoint, items):
    """`items` are (record hash, log index) of the results whose evidence was checked.

    The checkpoint is the one beside the receipt, compared before with the log followed.
    """
    verify_statement(genesis.federation, "receipt", statement,
                     {genesis.receipt_id: genesis.receipt}.get)
    receipt = read(pb.Receipt, statement.body)
    if receipt.log_origin != genesis.log:
        raise Refused("proof-bad", "receipt of another log")
    if (receipt.tree_size, receipt.root) != (checkpoint.size, checkpoint.root):
        raise Refused("proof-bad", "the receipt is of another tree")
    covered = {(item.record_hash, item.log_index) for item in receipt.items}
    if not set(items) <= covered or any(i.log_index >= receipt.tree_size for i in receipt.items):
        raise Refused("proof-bad", "a committed item is not in the receipt")
    return receipt


def tlog_proof(evidence, checkpoint_note):
    lines = [TLOG_PROOF, f"index {evidence.log_index}"]
    lines += [base64.b64encode(step).decode() for step in evidence.inclusion_path]
    return "\n".join(lines).encode() + b"\n\n" + checkpoint_note


def check_tlog_proof(data, verifier, entry):
    """Index and checkpoint of a proof file whose entry is in its tree."""
    head, separator, note = data.partition(b"\n\n")
    lines = head.decode("ascii", "replace").split("\n")
    if not separator or lines[0] != TLOG_PROOF or not "".join(lines[1:2]).startswith("index "):
        raise Refused("malformed", "not a tlog-proof")
    index, path = decimal(lines[1][6:]), [base64_bytes(line) for line in lines[2:]]
    checkpoint = Checkpoint.open(note, verifier)
    try:
        merkle.verify_inclusion(merkle.leaf_hash(entry), index, checkpoint.size, path,
                                checkpoint.root)
    except merkle.ProofError as error:
        raise Refused("proof-bad", str(error)) from error
    return index, checkpoint


# ---- genesis


@dataclasses.dataclass(frozen=True)
class Genesis:
    data: bytes
    federation: str
    log: str
    quorum: str
    checkpoint: Verifier
    receipt: bytes
    note: bytes
    authorities: dict  # jurisdiction -> public key

    @property
    def digest(self):
        return sha256(self.data)

    @property
    def receipt_id(self):
        return key_id(USES["receipt"], self.receipt)

    @property
    def note_id(self):
        return key_id(USES["note"], self.note)

    def authority_id(self, jurisdiction):
        public = self.authorities.get(jurisdiction)
        return key_id(USES["authority"], public) if public else None

    @staticmethod
    def parse(data):
        try:
            table = tomllib.loads(data.decode())
        except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise Refused("malformed", f"genesis: {error}") from error
        _closed(table, genesis=str, federation=str, log=str, created=datetime.datetime,
                quorum=str, broker=dict, authority=list)
        _closed(table["broker"], checkpoint=str, receipt=str, note=str)
        authorities = {}
        for item in table["authority"]:
            _closed(item, jurisdiction=str, key=str)
            name = item["jurisdiction"]
            if name in authorities or not is_jurisdiction(name):
                raise Refused("malformed", f"genesis: jurisdiction {name!r}")
            authorities[name] = _public_key(item["key"])
        verifier = Verifier.parse(table["broker"]["checkpoint"])
        prefix = f"{table['federation']}/log/"
        receipt, note = (_public_key(table["broker"][name]) for name in ("receipt", "note"))
        if len({verifier.public, receipt, note, *authorities.values()}) != 3 + len(authorities):
            raise Refused("malformed", "genesis: a public key twice")
        if table["genesis"] != "entente-genesis/1" or not authorities or len(data) > MAX_GENESIS:
            raise Refused("malformed", "genesis: version, authorities or size")
        if table["quorum"] != "none":
            raise Refused("malformed", "genesis: quorum is not known to this client")
        if verifier.name != table["log"] or not table["log"].startswith(prefix):
            raise Refused("malformed", "genesis: log and checkpoint key differ")
        return Genesis(data, table["federation"], table["log"], table["quorum"], verifier, receipt,
                       note, authorities)


def _closed(table, **kinds):
    if not isinstance(table, dict) or set(table) != set(kinds):
        raise Refused("malformed", f"genesis: keys are not {sorted(kinds)}")
    for name, kind in kinds.items():
        if not isinstance(table[name], kind):
            raise Refused("malformed", f"genesis: {name}")


def _public_key(text):
    if not re.fullmatch(r"[0-9a-f]{64}", text):
        raise Refused("malformed", "genesis: a public key is 64 hex")
    return bytes.fromhex(text)
