"""Primitives of docs/formats.md, written from that page and the RFCs that it names.

SHA-256, HMAC and HKDF (RFC 5869), Ed25519, X25519, the two AEADs, HPKE mode Base (RFC 9180), the
DSSE pre-authentication encoding and the padding of plaintexts. Nothing here knows what a record is.
"""

import hashlib
import hmac as _hmac
import os

import nacl.bindings as sodium
import nacl.exceptions

PADDING_STEP = 256
PADDING_STEP_LIMIT = 65536


class CryptoError(Exception):
    """A signature, tag, key or padding that does not hold."""


def sha256(*parts):
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.digest()


def hmac_sha256(key, *parts):
    mac = _hmac.new(key, digestmod=hashlib.sha256)
    for part in parts:
        mac.update(part)
    return mac.digest()


def equal(left, right):
    return _hmac.compare_digest(left, right)


def hkdf_extract(salt, ikm):
    return hmac_sha256(salt or bytes(32), ikm)


def hkdf_expand(prk, info, length):
    if length > 255 * 32:
        raise CryptoError("HKDF output too long")
    okm, block, counter = b"", b"", 1
    while len(okm) < length:
        block = hmac_sha256(prk, block, info, bytes([counter]))
        okm += block
        counter += 1
    return okm[:length]


def hkdf(ikm, info, length, salt=b""):
    return hkdf_expand(hkdf_extract(salt, ikm), info, length)


def u8(value):
    return value.to_bytes(1, "big")


def u32(value):
    return value.to_bytes(4, "big")


def u64(value):
    return value.to_bytes(8, "big")


def lp16(data):
    """u16 length, then the bytes; text is taken as UTF-8."""
    if isinstance(data, str):
        data = data.encode()
    return len(data).to_bytes(2, "big") + data


def pae(kind, body):
    """DSSE v1 pre-authentication encoding."""
    kind = kind.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(body), body)


# ---- Ed25519


def ed25519_public(seed):
    return sodium.crypto_sign_seed_keypair(seed)[0]


def ed25519_sign(seed, message):
    secret = sodium.crypto_sign_seed_keypair(seed)[1]
    return sodium.crypto_sign(message, secret)[:64]


def ed25519_verify(public_key, signature, message):
    """True when it holds; libsodium refuses S >= L, keys of small order and unreduced keys."""
    if len(public_key) != 32 or len(signature) != 64:
        return False
    try:
        sodium.crypto_sign_open(signature + message, public_key)
    except (nacl.exceptions.BadSignatureError, nacl.exceptions.CryptoError):
        return False
    return True


# ---- X25519 and the AEADs


def x25519_public(private_key):
    return sodium.crypto_scalarmult_base(private_key)


def x25519(private_key, public_key):
    try:
        return sodium.crypto_scalarmult(private_key, public_key)
    except (nacl.exceptions.CryptoError, nacl.exceptions.RuntimeError) as error:
        raise CryptoError("X25519 gave the zero point") from error


def chacha_seal(key, nonce, plaintext, ad):
    return sodium.crypto_aead_chacha20poly1305_ietf_encrypt(plaintext, ad, nonce, key)


def chacha_open(key, nonce, ciphertext, ad):
    return _open(sodium.crypto_aead_chacha20poly1305_ietf_decrypt, key, nonce, ciphertext, ad)


def xchacha_seal(key, nonce, plaintext, ad):
    return sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, ad, nonce, key)


def xchacha_open(key, nonce, ciphertext, ad):
    return _open(sodium.crypto_aead_xchacha20poly1305_ietf_decrypt, key, nonce, ciphertext, ad)


def _open(function, key, nonce, ciphertext, ad):
    if len(ciphertext) < 16:
        raise CryptoError("shorter than a tag")
    try:
        return function(ciphertext, ad, nonce, key)
    except (nacl.exceptions.CryptoError, nacl.exceptions.ValueError) as error:
        raise CryptoError("does not open") from error


# ---- padding


def padded_length(length):
    """Length after padding of a plaintext of `length` bytes."""
    need = length + 1
    stepped = -(-need // PADDING_STEP) * PADDING_STEP
    return stepped if stepped <= PADDING_STEP_LIMIT else padme(need)


def padme(length):
    exponent = length.bit_length() - 1
    low_bits = exponent - exponent.bit_length()
    mask = (1 << low_bits) - 1
    return (length + mask) & ~mask


def pad(plain):
    return plain + b"\x80" + bytes(padded_length(len(plain)) - len(plain) - 1)


def unpad(padded):
    plain = padded.rstrip(b"\x00")
    if not plain.endswith(b"\x80"):
        raise CryptoError("no padding mark")
    plain = plain[:-1]
    if len(padded) != padded_length(len(plain)):
        raise CryptoError("padded to another length")
    return plain


# ---- HPKE, mode Base: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305

KEM_SUITE = b"KEM" + (0x0020).to_bytes(2, "big")
HPKE_SUITE = b"HPKE" + b"".join(n.to_bytes(2, "big") for n in (0x0020, 0x0001, 0x0003))
MODE_BASE = b"\x00"


def _labeled_extract(suite, salt, label, ikm):
    return hkdf_extract(salt, b"HPKE-v1" + suite + label + ikm)


def _labeled_expand(suite, prk, label, info, length):
    return hkdf_expand(prk, length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info, length)


def hpke_derive_private(ikm):
    """DeriveKeyPair of the KEM; gives the private key."""
    prk = _labeled_extract(KEM_SUITE, b"", b"dkp_prk", ikm)
    return _labeled_expand(KEM_SUITE, prk, b"sk", b"", 32)


def _kem_secret(dh, enc, public_key):
    prk = _labeled_extract(KEM_SUITE, b"", b"eae_prk", dh)
    return _labeled_expand(KEM_SUITE, prk, b"shared_secret", enc + public_key, 32)


class HpkeContext:
    """One side of a set-up context: seals or opens in sequence, and exports."""

    def __init__(self, shared_secret, info):
        schedule = (MODE_BASE
                    + _labeled_extract(HPKE_SUITE, b"", b"psk_id_hash", b"")
                    + _labeled_extract(HPKE_SUITE, b"", b"info_hash", info))
        secret = _labeled_extract(HPKE_SUITE, shared_secret, b"secret", b"")
        self.schedule = schedule
        self.key = _labeled_expand(HPKE_SUITE, secret, b"key", schedule, 32)
        self.base_nonce = _labeled_expand(HPKE_SUITE, secret, b"base_nonce", schedule, 12)
        self.exporter_secret = _labeled_expand(HPKE_SUITE, secret, b"exp", schedule, 32)
        self.sequence = 0

    def nonce(self):
        counter = self.sequence.to_bytes(12, "big")
        return bytes(a ^ b for a, b in zip(self.base_nonce, counter))

    def seal(self, aad, plaintext):
        ciphertext = chacha_seal(self.key, self.nonce(), plaintext, aad)
        self.sequence += 1
        return ciphertext

    def open(self, aad, ciphertext):
        plaintext = chacha_open(self.key, self.nonce(), ciphertext, aad)
        self.sequence += 1
        return plaintext

    def export(self, context, length):
        return _labeled_expand(HPKE_SUITE, self.exporter_secret, b"sec", context, length)


def hpke_setup_sender(recipient_public, info, ephemeral_private=None):
    """SetupBaseS. The ephemeral key is a parameter only so that known answers can be made."""
    ephemeral = ephemeral_private or os.urandom(32)
    enc = x25519_public(ephemeral)
    shared = _kem_secret(x25519(ephemeral, recipient_public), enc, recipient_public)
    return enc, HpkeContext(shared, info)


def hpke_setup_recipient(enc, private_key, info):
    """SetupBaseR."""
    public_key = x25519_public(private_key)
    return HpkeContext(_kem_secret(x25519(private_key, enc), enc, public_key), info)
