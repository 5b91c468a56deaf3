#!/usr/bin/python3
"""Verifies a log that was written as tiles (c2sp.org/tlog-tiles): a second checker, from the bottom up, of the
standard library and PyNaCl, written from the texts of C2SP and from nothing of ours.

  tests/tiles/check_tiles.py DIR VKEY      prints a line for each file that is wrong; exit 0 when there is none
"""
import base64
import pathlib
import sys

import nacl.exceptions
import nacl.signing

import tlog


class Wrong(Exception):
    """A file and what is wrong with it."""


def open_note(data, vkey):
    """The text of a note that this key signed."""
    name, identity, public = tlog.parse_verifier_key(vkey)
    text, blank, signatures = data.decode().rpartition("\n\n")
    if not blank or not signatures.endswith("\n") or any(ord(c) < 32 and c != "\n" for c in data.decode()):
        raise Wrong("checkpoint: not a signed note")
    found = False
    for line in signatures[:-1].split("\n"):
        dash, signer, blob = line.split(" ")
        raw = base64.b64decode(blob, validate=True)
        if dash != "\N{EM DASH}" or base64.b64encode(raw).decode() != blob:
            raise Wrong("checkpoint: not a signature line")
        if (signer, raw[:4]) == (name, identity):
            nacl.signing.VerifyKey(public).verify((text + "\n").encode(), raw[4:])
            found = True
    if not found:
        raise Wrong("checkpoint: not signed by this key")
    return text + "\n"


def read_checkpoint(folder, vkey):
    """Size and root."""
    try:
        lines = open_note((folder / "checkpoint").read_bytes(), vkey).split("\n")
        size, root = int(lines[1]), base64.b64decode(lines[2], validate=True)
        if not lines[0] or str(size) != lines[1] or len(root) != 32 or "" in lines[3:-1]:
            raise Wrong("checkpoint: not origin, size and root")
        return size, root
    except (ValueError, IndexError, nacl.exceptions.BadSignatureError) as error:
        raise Wrong(f"checkpoint: {error}") from error


def read_hashes(folder, path, width):
    data = (folder / path).read_bytes() if (folder / path).is_file() else b""
    if len(data) != 32 * width:
        raise Wrong(f"{path}: {len(data)} bytes, not {32 * width}")
    return [data[i:i + 32] for i in range(0, len(data), 32)]


def read_bundle(folder, path, width):
    """The leaf hashes of its entries."""
    data, leaves = (folder / path).read_bytes() if (folder / path).is_file() else b"", []
    while data:
        length = int.from_bytes(data[:2], "big")
        if len(data) < 2 + length:
            raise Wrong(f"{path}: an entry is cut")
        leaves.append(tlog.leaf_hash(data[2:2 + length]))
        data = data[2 + length:]
    if len(leaves) != width:
        raise Wrong(f"{path}: {len(leaves)} entries, not {width}")
    return leaves


def level_zero(folder, size):
    leaves = []
    for start in range(0, size, tlog.WIDTH):
        width = min(tlog.WIDTH, size - start)
        leaves += read_hashes(folder, tlog.tile_path(0, start // tlog.WIDTH, width), width)
    return leaves


def wrong_tiles(folder, leaves):
    for path, data in tlog.tiles_of(leaves):
        if not (folder / path).is_file() or (folder / path).read_bytes() != data:
            yield path, "not what the tiles below give"


def wrong_bundles(folder, leaves):
    for start in range(0, len(leaves), tlog.WIDTH):
        here = leaves[start:start + tlog.WIDTH]
        path = tlog.tile_path("entries", start // tlog.WIDTH, len(here))
        try:
            if read_bundle(folder, path, len(here)) != here:
                yield path, "entries with other hashes"
        except Wrong as error:
            yield path, str(error)


def earlier(folder, name, rows):
    """Of a partial tile or bundle of an earlier size: whether it is the beginning of what took its place."""
    _, level, rest = name.split("/", 2)
    index_text, width_text = rest.split(".p/")
    index, width = int(index_text.replace("x", "").replace("/", "")), int(width_text)
    row = rows[0 if level == "entries" else int(level)]
    start = index * tlog.WIDTH
    if name != tlog.tile_path(level, index, width) or not width < len(row[start:start + tlog.WIDTH]):
        return False
    read = read_bundle if level == "entries" else read_hashes
    return read(folder, name, width) == row[start:start + width]


def foreign(folder, leaves, with_entries):
    rows = tlog.rows_of(leaves)
    needed = {path for path, _ in tlog.tiles_of(leaves)}
    for start in range(0, len(leaves) if with_entries else 0, tlog.WIDTH):
        needed.add(tlog.tile_path("entries", start // tlog.WIDTH, min(tlog.WIDTH, len(leaves) - start)))
    for path in sorted((folder / "tile").rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_dir() and not path.is_symlink() or name in needed and not path.is_symlink():
            continue
        try:
            if path.is_symlink() or not earlier(folder, name, rows):
                yield name, "no tile of this tree"
        except (Wrong, ValueError, IndexError) as error:
            yield name, str(error)


def check(folder, vkey):
    """The lines of what is wrong."""
    folder = pathlib.Path(folder)
    try:
        size, root = read_checkpoint(folder, vkey)
        leaves = level_zero(folder, size)
    except Wrong as wrong:
        return [str(wrong)]
    with_entries = (folder / "tile/entries").exists()
    found = [*wrong_tiles(folder, leaves), *foreign(folder, leaves, with_entries)]
    if with_entries:
        found += wrong_bundles(folder, leaves)
    if tlog.tree_hash(leaves) != root:
        found.append(("tile/0", "the tiles do not give the root of the checkpoint"))
    return [f"{path}: {what}" for path, what in found]


def main():
    wrong = check(sys.argv[1], sys.argv[2])
    print("\n".join(wrong) or "every tile is what the log signed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
