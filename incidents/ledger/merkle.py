"""The Merkle tree of RFC 6962 (section 2.1) over SHA-256: hashes, proofs and their verification.

Pure functions, bytes in and out. A log of n leaves has one root for each size from 0 to n.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


HASH_BYTES = 32


def leaf_hash(data: bytes) -> bytes:
    """Hash an entry: SHA-256(0x00 || data)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into their parent: SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaf_hashes: Sequence[bytes]) -> bytes:
    """Give the tree head over leaf hashes; that of no leaves is SHA-256 of nothing."""
    if not leaf_hashes:
        return hashlib.sha256(b"").digest()
    return _subtree(leaf_hashes, 0, len(leaf_hashes))


def inclusion_proof(index: int, leaf_hashes: Sequence[bytes]) -> list[bytes]:
    """Give the audit path of leaf `index` in the tree over all leaf hashes (section 2.1.1), nearest first.

    IndexError where there is no such leaf.
    """
    if not 0 <= index < len(leaf_hashes):
        message = f"no leaf {index} in a tree of {len(leaf_hashes)}"
        raise IndexError(message)
    path: list[bytes] = []
    begin, end = 0, len(leaf_hashes)
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            path.append(_subtree(leaf_hashes, middle, end))
            end = middle
        else:
            path.append(_subtree(leaf_hashes, begin, middle))
            begin = middle
    return path[::-1]


def consistency_proof(old_size: int, leaf_hashes: Sequence[bytes]) -> list[bytes]:
    """Give the proof that the first `old_size` leaves are a prefix of the tree (section 2.1.2).

    Empty for the same size and for the empty tree. IndexError for a size beyond the tree's.
    """
    if not 0 <= old_size <= len(leaf_hashes):
        message = f"no tree of {old_size} within one of {len(leaf_hashes)}"
        raise IndexError(message)
    if old_size in {0, len(leaf_hashes)}:
        return []
    proof: list[bytes] = []
    begin, end = 0, len(leaf_hashes)
    known = True  # the verifier holds the old root, as long as the old tree is this whole subtree's left edge
    while old_size != end:
        middle = begin + _split(end - begin)
        if old_size <= middle:
            proof.append(_subtree(leaf_hashes, middle, end))
            end = middle
        else:
            proof.append(_subtree(leaf_hashes, begin, middle))
            begin, known = middle, False
    if not known:
        proof.append(_subtree(leaf_hashes, begin, end))
    return proof[::-1]


def verify_inclusion(index: int, size: int, leaf_hash: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Say whether a proof shows the leaf at `index` in the tree of `size` with this root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size or not _are_hashes(leaf_hash, root, *proof):
        return False
    position, last, result = index, size - 1, leaf_hash
    for sibling in proof:
        if last == 0:
            return False
        if position & 1 or position == last:
            result = node_hash(sibling, result)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            result = node_hash(result, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and result == root


def verify_consistency(old_size: int, size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Say whether a proof shows the old tree to be a prefix of the new one (RFC 9162, section 2.1.4.2).

    Never for an empty old tree: every tree begins with that, so it shows nothing.
    """
    if not 0 < old_size <= size:
        return False
    if old_size == size:
        return not proof and old_root == new_root
    if not _are_hashes(old_root, new_root, *proof):
        return False
    path = list(proof)
    if old_size & (old_size - 1) == 0:
        path.insert(0, old_root)
    if not path:
        return False
    position, last = old_size - 1, size - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    return _replay(path, position, last, old_root, new_root)


def _replay(path: Sequence[bytes], position: int, last: int, old_root: bytes, new_root: bytes) -> bool:
    """Walk up from the old tree's last whole subtree, building both roots on the way."""
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and old == old_root and new == new_root


def _are_hashes(*values: bytes) -> bool:
    """Refuse what no SHA-256 can be, so that junk is never compared with junk."""
    return all(len(value) == HASH_BYTES for value in values)


def _split(size: int) -> int:
    """Give the largest power of two smaller than size."""
    return 1 << (size - 1).bit_length() - 1


def _subtree(leaf_hashes: Sequence[bytes], begin: int, end: int) -> bytes:
    """Hash the leaves [begin, end) level by level: a lone last node moves up as it is."""
    level = list(leaf_hashes[begin:end])
    while len(level) > 1:
        parents = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = parents + level[-1:] if len(level) % 2 else parents
    return level[0]
