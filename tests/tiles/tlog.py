"""What the maker and the checker of tiles share, written from the texts of C2SP and RFC 6962 alone: hashes, names
of tiles, signed notes, verifier keys."""
import base64
import hashlib

WIDTH = 256
EMPTY = hashlib.sha256(b"").digest()


def leaf_hash(entry):
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def tree_hash(leaves):
    """MTH of RFC 6962, section 2.1, by rows: what stands alone at the end of a row goes up as it is."""
    if not leaves:
        return EMPTY
    row = leaves
    while len(row) > 1:
        above = [node_hash(row[i], row[i + 1]) for i in range(0, len(row) - 1, 2)]
        row = above + row[len(row) & ~1:]
    return row[0]


def index_path(index):
    groups = [f"{index % 1000:03}"]
    while index >= 1000:
        index //= 1000
        groups.insert(0, f"x{index % 1000:03}")
    return "/".join(groups)


def tile_path(level, index, width):
    """`level` is a number, or "entries"."""
    return f"tile/{level}/{index_path(index)}" + ("" if width == WIDTH else f".p/{width}")


def rows_of(leaves):
    """The hashes at each level of tiles: each one above is the hash of a full tile below."""
    rows = [leaves]
    while len(rows[-1]) >= WIDTH:
        below = rows[-1]
        rows.append([tree_hash(below[i:i + WIDTH]) for i in range(0, len(below) // WIDTH * WIDTH, WIDTH)])
    return rows


def tiles_of(leaves):
    """(path, bytes) of every tile that a tree of these leaves has."""
    for level, row in enumerate(rows_of(leaves) if leaves else []):
        for start in range(0, len(row), WIDTH):
            hashes = row[start:start + WIDTH]
            yield tile_path(level, start // WIDTH, len(hashes)), b"".join(hashes)


def key_id(name, kind, public):
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def verifier_key(name, public, kind=1):
    return f"{name}+{key_id(name, kind, public).hex()}+{base64.b64encode(bytes([kind]) + public).decode()}"


def parse_verifier_key(text):
    """(name, key id, public key) of an Ed25519 key."""
    name, identity, key = text.strip().split("+", 2)
    raw = base64.b64decode(key, validate=True)
    if raw[0] != 1 or len(raw) != 33 or key_id(name, 1, raw[1:]).hex() != identity:
        raise ValueError("not the verifier key of a log")
    return name, bytes.fromhex(identity), raw[1:]


def signature_line(name, identity, signature):
    return f"\N{EM DASH} {name} {base64.b64encode(identity + signature).decode()}\n"
