from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.ledger.merkle import (
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root,
    verify_consistency,
    verify_inclusion,
)

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[2] / "data" / "merkle_vectors.json").read_text("utf-8"))
LEAVES = [bytes.fromhex(leaf) for leaf in VECTORS["leaves_hex"]]
HASHES = [leaf_hash(leaf) for leaf in LEAVES]
ACCUMULATED = [leaf_hash(bytes([number])) for number in range(130)]

trees = st.lists(st.binary(max_size=8).map(leaf_hash), min_size=1, max_size=70)


def unhex(texts: list[str]) -> list[bytes]:
    """Read hashes."""
    return [bytes.fromhex(text) for text in texts]


def file_of(case: dict[str, Any]) -> str:
    """Name a case by its file."""
    return str(case["file"])


@cache
def subtree(start: int, end: int) -> list[bytes]:
    """Give the leaf hashes of a subtree of the 130 accumulated leaves."""
    return ACCUMULATED[start:end]


def subtrees() -> list[tuple[int, int]]:
    """Give every valid subtree [start, end) of the 130 leaves, as the vectors' `tree` says."""
    return [
        (start, end)
        for end in range(131)
        for start in range(end + 1)
        if start % (1 << max(end - start - 1, 0).bit_length()) == 0
    ]


def test_the_hasher_is_that_of_rfc_6962() -> None:
    """Leaves and nodes have prefixes of their own, and the tree of nothing has a root."""
    empty, empty_leaf, leaf, node = VECTORS["hasher"]
    assert root([]).hex() == empty["want"]
    assert leaf_hash(b"").hex() == empty_leaf["want"]
    assert leaf_hash(bytes.fromhex(leaf["leaf_hex"])).hex() == leaf["want"]
    assert node_hash(bytes.fromhex(node["left_hex"]), bytes.fromhex(node["right_hex"])).hex() == node["want"]


@pytest.mark.parametrize("size", range(9))
def test_the_root_of_each_size_is_the_peers(size: int) -> None:
    """Trees of 0 to 8 leaves."""
    assert root(HASHES[:size]).hex() == VECTORS["roots_by_size_hex"][size]


def test_the_hash_of_each_node_is_the_peers() -> None:
    """Every level of the whole tree of eight leaves."""
    levels = [[root(HASHES[at : at + width]).hex() for at in range(0, 8, width)] for width in (1, 2, 4, 8)]
    assert levels == VECTORS["node_hashes_hex"]


@pytest.mark.parametrize("case", VECTORS["inclusion"], ids=file_of)
def test_inclusion_is_judged_as_the_peers_judge_it(case: dict[str, Any]) -> None:
    """True proofs are taken, and each forged one is refused."""
    taken = verify_inclusion(
        case["leaf_index"],
        case["tree_size"],
        bytes.fromhex(case["leaf_hash"]),
        unhex(case["proof"]),
        bytes.fromhex(case["root"]),
    )
    assert taken is not case["want_err"]


@pytest.mark.parametrize("case", VECTORS["consistency"], ids=file_of)
def test_consistency_is_judged_as_the_peers_judge_it(case: dict[str, Any]) -> None:
    """True proofs are taken, and each forged one is refused."""
    roots = bytes.fromhex(case["root1"]), bytes.fromhex(case["root2"])
    taken = verify_consistency(case["size1"], case["size2"], *roots, unhex(case["proof"]))
    assert taken is not case["want_err"]


def test_every_subtree_of_130_leaves_has_the_peers_root() -> None:
    """One digest over all of them."""
    digest = hashlib.sha256()
    for start, end in subtrees():
        digest.update(f"[{start}, {end}) {root(subtree(start, end)).hex()}\n".encode())
    assert digest.hexdigest() == VECTORS["accumulated_130_leaves"]["want_sha256"]["subtree_hash"]


def test_every_leaf_of_every_subtree_of_130_leaves_has_the_peers_proof() -> None:
    """One digest over all proofs."""
    digest = hashlib.sha256()
    for start, end in subtrees():
        for index in range(start, end):
            proof = inclusion_proof(index - start, subtree(start, end))
            digest.update(" ".join([f"{index} [{start}, {end})", *(step.hex() for step in proof)]).encode() + b"\n")
    assert digest.hexdigest() == VECTORS["accumulated_130_leaves"]["want_sha256"]["subtree_inclusion_proof"]


@given(trees, st.data())
def test_a_leaf_is_proved_by_its_path_and_by_nothing_else(hashes: list[bytes], data: st.DataObject) -> None:
    """Any other leaf, place, size, root or step makes the proof fail."""
    size, head = len(hashes), root(hashes)
    index = data.draw(st.integers(0, size - 1))
    proof, leaf = inclusion_proof(index, hashes), hashes[index]
    assert verify_inclusion(index, size, leaf, proof, head)
    other = leaf_hash(b"none of those")
    assert not verify_inclusion(index, size, other, proof, head)
    assert not verify_inclusion(index, size, leaf, proof, other)
    assert not verify_inclusion(index, size, leaf, [*proof, other], head)
    assert not verify_inclusion(size, size, leaf, proof, head)
    assert not verify_inclusion(-1, size, leaf, proof, head)
    for step in range(len(proof)):
        assert not verify_inclusion(index, size, leaf, [*proof[:step], other, *proof[step + 1 :]], head)
        assert not verify_inclusion(index, size, leaf, [*proof[:step], *proof[step + 1 :]], head)


@given(trees, st.data())
def test_a_prefix_is_proved_by_its_path_and_by_nothing_else(hashes: list[bytes], data: st.DataObject) -> None:
    """Any other old root, new root or step makes the proof fail."""
    size, new = len(hashes), root(hashes)
    old_size = data.draw(st.integers(1, size))
    old, proof = root(hashes[:old_size]), consistency_proof(old_size, hashes)
    assert verify_consistency(old_size, size, old, new, proof)
    other = leaf_hash(b"none of those")
    assert not verify_consistency(old_size, size, other, new, proof)
    assert not verify_consistency(old_size, size, old, other, proof)
    assert not verify_consistency(old_size, size, old, new, [*proof, other])
    assert not verify_consistency(size + 1, size, old, new, proof)
    for step in range(len(proof)):
        assert not verify_consistency(old_size, size, old, new, [*proof[:step], other, *proof[step + 1 :]])
        assert not verify_consistency(old_size, size, old, new, [*proof[:step], *proof[step + 1 :]])


@pytest.mark.parametrize("index", [-1, 8])
def test_there_is_no_proof_of_a_leaf_that_is_not_there(index: int) -> None:
    """An index outside of the tree is an IndexError."""
    with pytest.raises(IndexError, match=f"no leaf {index} in a tree of 8"):
        inclusion_proof(index, HASHES)


@pytest.mark.parametrize("size", [-1, 9])
def test_there_is_no_proof_of_a_prefix_that_is_not_there(size: int) -> None:
    """A size outside of the tree's is an IndexError."""
    with pytest.raises(IndexError, match=f"no tree of {size} within one of 8"):
        consistency_proof(size, HASHES)


def test_a_prefix_of_nothing_needs_no_proof_and_has_none() -> None:
    """The empty proof is given for it, and shows nothing."""
    assert consistency_proof(0, HASHES) == []
    assert not verify_consistency(0, 8, root([]), root(HASHES), [])
