"""Records and statements of docs/formats.md to the byte, from that page alone.

Key ids, signed statements, batch signatures, sections, accesses, manifests, wraps, leaves and
digests. Composing takes every random byte from `draw(name, length)`, so that known answers can be
made again. What belongs to the log stands in entente_log.py, primitives in entente_crypto.py.
"""

import dataclasses
import os
import pathlib

import entente_crypto as crypto
from entente_crypto import lp16, pae, sha256, u8, u32, u64
import entente_merkle as merkle
from entente_messages import pb
from entente_strict import Refused, read, read_carried

P = b"entente/v1 "

USES = {"authority": 1, "identity": 2, "record-signing": 3, "delivery": 4, "acknowledgement": 5,
        "witness": 6, "matching": 7, "officer": 8, "policy-author": 9, "policy-protection": 10,
        "receipt": 11, "note": 12, "checkpoint": 13}
DIGEST_COUNTS = (8, 16, 32, 64, 256)
BATCH_SIZES = (1, 8, 64)
MAX_RECORD = 1 << 20
MAX_HEADER = 16 << 10


def random_draw(_name, length):
    return os.urandom(length)


# ---- keys


def key_id(use, public_key):
    return sha256(u8(use), public_key)


@dataclasses.dataclass(frozen=True)
class Key:
    """A private key with its use: an Ed25519 seed, or an X25519 private key for delivery."""

    use: str
    secret: bytes

    @property
    def public(self):
        make = crypto.x25519_public if self.use == "delivery" else crypto.ed25519_public
        return make(self.secret)

    @property
    def id(self):
        return key_id(USES[self.use], self.public)

    def sign(self, message):
        return crypto.ed25519_sign(self.secret, message)

    def save(self, path):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"entente-key/1 {self.use} {self.secret.hex()}\n")

    @staticmethod
    def load(path):
        words = pathlib.Path(path).read_text(encoding="ascii").split()
        if len(words) != 3 or words[0] != "entente-key/1" or words[1] not in USES:
            raise ValueError(f"{path}: not an entente-key/1 file")
        secret = bytes.fromhex(words[2])
        if len(secret) != 32:
            raise ValueError(f"{path}: a secret has 32 bytes")
        return Key(words[1], secret)


# ---- signed statements


def statement_message(federation, kind, body):
    return pae(f"application/vnd.entente.{kind}.v1", lp16(federation) + body)


def sign_statement(federation, kind, body, keys):
    """Body is a message or bytes; the signatures come out sorted by key id."""
    body = body if isinstance(body, bytes) else encode(body)
    message = statement_message(federation, kind, body)
    signatures = [pb.KeySignature(key_id=key.id, ed25519=key.sign(message)) for key in keys]
    signatures.sort(key=lambda signature: signature.key_id)
    return pb.SignedStatement(body=body, signatures=signatures)


def verify_statement(federation, kind, statement, public_of):
    """Refuses unless every signature holds. `public_of(key_id)` gives a public key, or None."""
    read_carried(statement)
    message = statement_message(federation, kind, statement.body)
    for signature in statement.signatures:
        public = public_of(signature.key_id)
        if public is None:
            raise Refused("key-unknown", f"{kind}: by a key that may not sign it")
        if not crypto.ed25519_verify(public, signature.ed25519, message):
            raise Refused("bad-signature", kind)


def encode(message):
    return message.SerializeToString(deterministic=True)


def membership_digest(membership):
    """What the next membership of a case names; the bytes are canonical, so those carried."""
    return sha256(P, b"membership\0", encode(membership))


def read_note(carried):
    """What a consent says, read strictly; its signature is not asked."""
    statement = read(pb.SignedStatement, carried)
    note = read(pb.ConsentNote, statement.body)
    if len(statement.signatures) != 1:
        raise Refused("malformed", "a consent has one signature")
    return note


# ---- batch signature of records


def record_hash(header):
    return sha256(header)


def batch_leaf(digest):
    return merkle.leaf_hash(P + b"header\0" + digest)


def batch_message(federation, size, root):
    return pae("application/vnd.entente.batch.v1", lp16(federation) + u8(size) + root)


def sign_batch(federation, origin, key, hashes, draw=random_draw):
    """One Signature for each record hash, in the least batch that holds them."""
    size = next(size for size in BATCH_SIZES if size >= len(hashes))
    leaves = [batch_leaf(digest) for digest in hashes]
    leaves += [draw(f"batch-leaf-{i}", 32) for i in range(len(hashes), size)]
    signed = key.sign(batch_message(federation, size, merkle.root(leaves)))
    return [pb.Signature(origin=origin, key_id=key.id, batch_size=size, index=index,
                         path=merkle.inclusion_path(leaves, index), ed25519=signed)
            for index in range(len(hashes))]


def verify_batch(federation, signature, digest, public_key):
    if signature.batch_size not in BATCH_SIZES:
        raise Refused("malformed", "batch size")
    try:
        root = merkle.root_from_path(batch_leaf(digest), signature.index, signature.batch_size,
                                     signature.path)
    except merkle.ProofError as error:
        raise Refused("bad-signature", str(error)) from error
    message = batch_message(federation, signature.batch_size, root)
    if not crypto.ed25519_verify(public_key, signature.ed25519, message):
        raise Refused("bad-signature", "batch signature")


# ---- sections


def section_keys(record_id, section_id, content_key):
    """(encryption key, key commitment)."""
    okm = crypto.hkdf(content_key, P + b"section-key\0" + record_id + section_id, 64)
    return okm[:32], okm[32:]


def section_ad(record_id, section_id, labels):
    return P + b"section\0" + record_id + section_id + lp16(labels)


def seal_section(record_id, section_id, labels, content, content_key, nonce):
    key, commitment = section_keys(record_id, section_id, content_key)
    plain = encode(pb.SectionPlain(labels=labels, content=content))
    sealed = crypto.xchacha_seal(key, nonce, crypto.pad(plain),
                                 section_ad(record_id, section_id, labels))
    return pb.Section(section_id=section_id, labels=labels, key_commitment=commitment,
                      ciphertext=nonce + sealed)


def open_section(record_id, section, content_key):
    """The bytes of SectionPlain and the commitment that the content key gives."""
    key, commitment = section_keys(record_id, section.section_id, content_key)
    nonce, sealed = section.ciphertext[:24], section.ciphertext[24:]
    if len(nonce) != 24:
        raise crypto.CryptoError("shorter than a nonce")
    padded = crypto.xchacha_open(key, nonce, sealed,
                                 section_ad(record_id, section.section_id, section.labels))
    return crypto.unpad(padded), commitment


def section_leaf(section):
    return sha256(b"\x00", P, b"section\0", section.section_id, lp16(section.labels),
                  u64(len(section.ciphertext)), sha256(section.ciphertext),
                  section.key_commitment)


# ---- accesses


def access_info(federation, record_id, origin, recipient, delivery_key_id):
    return (P + b"access\0" + lp16(federation) + record_id + lp16(origin) + lp16(recipient)
            + delivery_key_id)


def consents_digest(consents):
    return sha256(*(u32(len(consent)) + consent for consent in consents))


def access_leaf(access):
    return sha256(b"\x01", P, b"access\0", access.salt, lp16(access.recipient),
                  access.delivery_key_id, access.enc, lp16(access.instrument),
                  consents_digest(access.consents),
                  sha256(access.override) if access.override else b"")


def wrap_key(context, section_id):
    return context.export(P + b"wrap\0" + section_id, 32)


def seal_wrap(context, digest, section_id, content_key):
    sealed = crypto.chacha_seal(wrap_key(context, section_id), bytes(12), content_key,
                                digest + section_id)
    return pb.Wrap(section_id=section_id, sealed_key=sealed)


def open_wrap(context, digest, wrap):
    return crypto.chacha_open(wrap_key(context, wrap.section_id), bytes(12), wrap.sealed_key,
                              digest + wrap.section_id)


def open_access(federation, header, digest, access, delivery_secret):
    """The HPKE context and the bytes of the manifest."""
    info = access_info(federation, header.record_id, header.origin, access.recipient,
                       access.delivery_key_id)
    context = crypto.hpke_setup_recipient(access.enc, delivery_secret, info)
    return context, crypto.unpad(context.open(digest, access.manifest))


def fill_digests(leaves, draw=random_draw):
    """Leaves and decoys, sorted, in the least number that holds all leaves."""
    count = next((count for count in DIGEST_COUNTS if count >= len(leaves)), None)
    if count is None:
        raise Refused("too-large", "more leaves than digests")
    return sorted(list(leaves) + [draw(f"digest-decoy-{i}", 32)
                                  for i in range(count - len(leaves))])


def lane_of(urgency):
    return pb.LANE_URGENT if urgency == pb.URGENCY_URGENT else pb.LANE_BULK


# ---- composing


@dataclasses.dataclass
class DraftSection:
    labels: "pb.SectionLabels"
    content: "pb.SectionContent"


@dataclasses.dataclass
class DraftAccess:
    recipient: str
    delivery_key: bytes  # public
    instrument: str
    pair_seq: int
    sections: list  # numbers of the draft's sections that are granted
    obligations: list = dataclasses.field(default_factory=list)
    consents: list = dataclasses.field(default_factory=list)
    in_reply_to: bytes = b""
    instruction: str = ""
    override: bytes = b""  # encoded SignedStatement


@dataclasses.dataclass
class Composed:
    header: bytes
    sections: list
    access: list
    content_keys: dict  # section id -> content key

    @property
    def hash(self):
        return record_hash(self.header)

    def record(self, signature):
        return encode(pb.Record(header=self.header, signature=signature, sections=self.sections,
                                access=self.access))


def compose(federation, header, sections, accesses, draw=random_draw):
    """A record without its signature. `header` is a RecordHeader without record id and digests."""
    header.format_version = 3 if any(draft.override for draft in accesses) else 1
    header.record_id = draw("record-id", 16)
    sealed, content_keys = [], []
    for number, draft in enumerate(sections):
        section_id = draw(f"section-{number}-id", 16)
        content_keys.append(draw(f"section-{number}-content-key", 32))
        sealed.append(seal_section(header.record_id, section_id, encode(draft.labels),
                                   encode(draft.content), content_keys[-1],
                                   draw(f"section-{number}-nonce", 24)))
    # The record hash covers the access leaves and these cover enc, so HPKE is set up first.
    opened = []
    for number, draft in enumerate(accesses):
        identifier = key_id(USES["delivery"], draft.delivery_key)
        info = access_info(federation, header.record_id, header.origin, draft.recipient, identifier)
        enc, context = crypto.hpke_setup_sender(draft.delivery_key, info,
                                                draw(f"access-{number}-ephemeral", 32))
        opened.append((draft, context, pb.Access(
            recipient=draft.recipient, delivery_key_id=identifier, instrument=draft.instrument,
            consents=draft.consents, override=draft.override, enc=enc, salt=draw(f"access-{number}-salt", 16))))
    leaves = [section_leaf(section) for section in sealed]
    leaves += [access_leaf(access) for _, _, access in opened]
    del header.digests[:]
    header.digests.extend(fill_digests(leaves, draw))
    carried = encode(header)
    for draft, context, access in opened:
        _grant(draft, context, access, record_hash(carried), sealed, content_keys)
    keys = {section.section_id: key for section, key in zip(sealed, content_keys)}
    return Composed(carried, sealed, [access for _, _, access in opened], keys)


def _grant(draft, context, access, digest, sealed, content_keys):
    """Seals the manifest and wraps the content keys of the sections granted."""
    granted = sorted((sealed[number].section_id, content_keys[number])
                     for number in draft.sections)
    manifest = pb.AccessManifest(
        section_ids=[section_id for section_id, _ in granted],
        obligations=sorted(set(draft.obligations), key=str.encode), pair_seq=draft.pair_seq,
        in_reply_to=draft.in_reply_to, instruction=draft.instruction)
    access.manifest = context.seal(digest, crypto.pad(encode(manifest)))
    access.wraps.extend(seal_wrap(context, digest, section_id, content_key)
                        for section_id, content_key in granted)


def compose_and_sign(federation, header, sections, accesses, signing_key, draw=random_draw):
    header.signing_key_id = signing_key.id
    composed = compose(federation, header, sections, accesses, draw)
    signature, = sign_batch(federation, header.origin, signing_key, [composed.hash], draw)
    return composed, composed.record(signature)


def strip_record(record, recipient, withheld=()):
    """What the broker delivers of a record to one recipient."""
    mine = [access for access in record.access if access.recipient == recipient]
    granted = {wrap.section_id for access in mine for wrap in access.wraps} - set(withheld)
    stripped = pb.Record(header=record.header, signature=record.signature)
    stripped.sections.extend(s for s in record.sections if s.section_id in granted)
    for access in mine:
        kept = [wrap for wrap in access.wraps if wrap.section_id in granted]
        stripped.access.add().CopyFrom(access)
        del stripped.access[-1].wraps[:]
        stripped.access[-1].wraps.extend(kept)
    return encode(stripped)


def read_record(data):
    """Strict reading of a record and of the bytes inside its bytes that are not sealed."""
    record = read(pb.Record, data)
    return record, read_inside(record)


def read_inside(record):
    """The header of a record that was read; labels, consents and override are read, too."""
    header = read(pb.RecordHeader, record.header)
    for section in record.sections:
        read(pb.SectionLabels, section.labels)
    for access in record.access:
        for consent in access.consents:
            read(pb.SignedStatement, consent)
        if access.override:
            if header.format_version < 3:
                raise Refused("malformed", "an override in a record of a version that has none")
            read(pb.SignedStatement, access.override)
    return header
