"""A log and a verifier of cosignatures, written from the specifications alone: RFC 6962, c2sp.org/signed-note,
tlog-checkpoint, tlog-cosignature and tlog-witness. Nothing here comes from the C++ sources.
"""
import base64
import hashlib
import struct

import nacl.exceptions
import nacl.signing

DASH = "\u2014"


def sha256(data):
    return hashlib.sha256(data).digest()


def split(n):
    """The largest power of two smaller than n."""
    return 1 << ((n - 1).bit_length() - 1)


def tree_hash(leaves):
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0])
    k = split(len(leaves))
    return sha256(b"\x01" + tree_hash(leaves[:k]) + tree_hash(leaves[k:]))


def subproof(m, leaves, whole):
    n = len(leaves)
    if m == n:
        return [] if whole else [tree_hash(leaves)]
    k = split(n)
    if m <= k:
        return subproof(m, leaves[:k], whole) + [tree_hash(leaves[k:])]
    return subproof(m - k, leaves[k:], False) + [tree_hash(leaves[:k])]


def b64(data):
    return base64.b64encode(data).decode()


def key_id(name, kind, public):
    return sha256(name.encode() + b"\n" + bytes([kind]) + public)[:4]


def vkey(name, kind, public):
    return f"{name}+{key_id(name, kind, public).hex()}+{b64(bytes([kind]) + public)}"


class Log:
    def __init__(self, origin, seed=1, entry="entry"):
        self.origin, self.entry = origin, entry
        self.key = nacl.signing.SigningKey(bytes([seed]) * 32)
        self.vkey = vkey(origin, 1, bytes(self.key.verify_key))

    def leaves(self, size):
        return [f"{self.entry} {i}".encode() for i in range(size)]

    def proof(self, old, size):
        return subproof(old, self.leaves(size), True) if 0 < old <= size else []

    def text(self, size, more=""):
        return f"{self.origin}\n{size}\n{b64(tree_hash(self.leaves(size)))}\n{more}"

    def signature(self, text, name=None):
        """The line of this log's key under a text, under another name if one is given."""
        name = name or self.origin
        signed = self.key.sign(text.encode()).signature
        return f"{DASH} {name} {b64(key_id(name, 1, bytes(self.key.verify_key)) + signed)}\n"

    def note(self, size, more=""):
        text = self.text(size, more)
        return f"{text}\n{self.signature(text)}"

    def body(self, old, size, proof=None, note=None):
        hashes = self.proof(old, size) if proof is None else proof
        return f"old {old}\n" + "".join(f"{b64(one)}\n" for one in hashes) + "\n" + (note or self.note(size))


def cosigned_at(answer, witness_vkey, text):
    """The time of the one cosignature that the answer must be, verified over the checkpoint's text."""
    name, hexed, key = witness_vkey.split("+", 2)
    kind_and_key = base64.b64decode(key, validate=True)
    assert kind_and_key[0] == 4 and hexed == key_id(name, 4, kind_and_key[1:]).hex(), witness_vkey
    assert answer.endswith("\n") and answer.count("\n") == 1, answer
    dash, its_name, blob = answer[:-1].split(" ")
    assert dash == DASH and its_name == name, answer
    data = base64.b64decode(blob, validate=True)
    assert len(data) == 4 + 8 + 64 and data[:4].hex() == hexed, answer
    time = struct.unpack(">Q", data[4:12])[0]
    message = f"cosignature/v1\ntime {time}\n{text}".encode()
    try:
        nacl.signing.VerifyKey(kind_and_key[1:]).verify(message, data[12:])
    except nacl.exceptions.BadSignatureError as error:
        raise AssertionError(f"the cosignature is wrong: {answer}") from error
    return time
