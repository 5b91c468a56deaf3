#!/usr/bin/python3
"""Writes a log as tiles (c2sp.org/tlog-tiles), as a log of others would. Of the standard library and PyNaCl, from
the texts of C2SP, and from nothing of ours.

  tests/tiles/make_tiles.py DIR SIZE [--origin ORIGIN] [--key-name NAME] [--hashes]   prints the verifier key
"""
import argparse
import base64
import pathlib

import nacl.signing

import tlog

SEED = bytes(range(32))


def entry_of(number):
    """Of many lengths, none among them, and of any bytes."""
    return bytes((number * 7 + i) % 256 for i in range(number % 97))


def write(folder, path, data):
    place = pathlib.Path(folder) / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(data)


class Log:
    """`entries`: what it holds. `key_name` may differ from the origin: that it should not is a recommendation."""

    def __init__(self, entries, origin="log.example/a", key_name=None, seed=SEED):
        self.entries, self.origin, self.key_name = entries, origin, key_name or origin
        self.key = nacl.signing.SigningKey(seed)
        self.leaves = [tlog.leaf_hash(entry) for entry in entries]

    def vkey(self):
        return tlog.verifier_key(self.key_name, bytes(self.key.verify_key))

    def checkpoint(self, size=None, extensions=(), others=()):
        """Signed; `others`: further signature lines, the log's own stands last."""
        size = len(self.leaves) if size is None else size
        root = base64.b64encode(tlog.tree_hash(self.leaves[:size])).decode()
        text = "".join(f"{line}\n" for line in (self.origin, size, root, *extensions))
        identity = tlog.key_id(self.key_name, 1, bytes(self.key.verify_key))
        own = tlog.signature_line(self.key_name, identity, self.key.sign(text.encode()).signature)
        return (text + "\n" + "".join(others) + own).encode()

    def write(self, folder, entries=True, **checkpoint):
        for path, data in tlog.tiles_of(self.leaves):
            write(folder, path, data)
        for start in range(0, len(self.entries) if entries else 0, tlog.WIDTH):
            bundle = self.entries[start:start + tlog.WIDTH]
            write(folder, tlog.tile_path("entries", start // tlog.WIDTH, len(bundle)),
                  b"".join(len(entry).to_bytes(2, "big") + entry for entry in bundle))
        write(folder, "checkpoint", self.checkpoint(**checkpoint))


def log_of(size, **more):
    return Log([entry_of(number) for number in range(size)], **more)


def other_signature(text="", name="witness.example/w"):
    """A line by somebody whom the reader does not know."""
    key = nacl.signing.SigningKey(bytes(reversed(SEED)))
    return tlog.signature_line(name, tlog.key_id(name, 1, bytes(key.verify_key)), key.sign(text.encode()).signature)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("size", type=int)
    parser.add_argument("--origin", default="log.example/a")
    parser.add_argument("--key-name")
    parser.add_argument("--hashes", action="store_true", help="no entries")
    options = parser.parse_args()
    log = log_of(options.size, origin=options.origin, key_name=options.key_name)
    log.write(options.folder, entries=not options.hashes)
    print(log.vkey())


if __name__ == "__main__":
    main()
