"""RFC 6962 Merkle trees of docs/formats.md: roots, inclusion paths and consistency paths.

Hashes are SHA-256; a leaf is hashed under 0x00, a node under 0x01. Paths go from leaf to root.
"""

from entente_crypto import sha256

EMPTY_ROOT = sha256(b"")
MAX_SIZE = 1 << 63


class ProofError(Exception):
    """A path that does not lead to the root."""


def leaf_hash(data):
    return sha256(b"\x00", data)


def node_hash(left, right):
    return sha256(b"\x01", left, right)


def _split(size):
    """The largest power of two below size."""
    return 1 << ((size - 1).bit_length() - 1)


def root(hashes):
    """Root of a tree over leaf hashes."""
    if not hashes:
        return EMPTY_ROOT
    level = list(hashes)
    # A last node without a sibling moves up unchanged: the same tree as RFC 6962's recursion.
    while len(level) > 1:
        paired = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = paired + level[len(paired) * 2:]
    return level[0]


def inclusion_path(hashes, index):
    size = len(hashes)
    if not 0 <= index < size:
        raise ProofError("index outside the tree")
    if size == 1:
        return []
    split = _split(size)
    if index < split:
        return inclusion_path(hashes[:split], index) + [root(hashes[split:])]
    return inclusion_path(hashes[split:], index - split) + [root(hashes[:split])]


def root_from_path(leaf, index, size, path):
    """The root that this path gives; its length must be what index and size demand."""
    if not 0 <= index < size or size > MAX_SIZE or any(len(h) != 32 for h in [leaf, *path]):
        raise ProofError("index, size or hash out of bounds")
    node, last, steps = leaf, size - 1, iter(path)
    while last:
        if index & 1:
            node = node_hash(_next(steps), node)
        elif index < last:
            node = node_hash(node, _next(steps))
        index >>= 1
        last >>= 1
    if next(steps, None) is not None:
        raise ProofError("path too long")
    return node


def _next(steps):
    step = next(steps, None)
    if step is None:
        raise ProofError("path too short")
    return step


def verify_inclusion(leaf, index, size, path, expected_root):
    if root_from_path(leaf, index, size, path) != expected_root:
        raise ProofError("path leads to another root")


def verify_consistency(size1, size2, path, root1, root2):
    """RFC 9162 section 2.1.4.2; sizes of zero prove nothing and are refused."""
    if not 0 < size1 <= size2 or any(len(h) != 32 for h in path):
        raise ProofError("sizes or hashes out of bounds")
    if size1 == size2:
        if path or root1 != root2:
            raise ProofError("same size, not the same root")
        return
    path = list(path)
    if size1 & (size1 - 1) == 0:
        path.insert(0, root1)
    if not path:
        raise ProofError("path too short")
    first, second = size1 - 1, size2 - 1
    while first & 1:
        first, second = first >> 1, second >> 1
    old = new = path[0]
    for step in path[1:]:
        if second == 0:
            raise ProofError("path too long")
        if first & 1 or first == second:
            old, new = node_hash(step, old), node_hash(step, new)
            while not first & 1 and first:
                first, second = first >> 1, second >> 1
        else:
            new = node_hash(new, step)
        first, second = first >> 1, second >> 1
    if second or old != root1 or new != root2:
        raise ProofError("not a continuation")
