"""The worked example, examples/agreements/acme-globex.yaml, as each test of its effects reads it.

TOCSIN_EXAMPLE_AGREEMENT names another file to read instead: `make agreement-mutants` changes one key after the other.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from escalation.agreement import read

if TYPE_CHECKING:
    from escalation.agreement import Agreement

VARIABLE = "TOCSIN_EXAMPLE_AGREEMENT"
PATH = Path(__file__).parents[2] / "examples" / "agreements" / "acme-globex.yaml"


def example_text() -> str:
    """Give the document as it is written."""
    return Path(os.environ.get(VARIABLE, PATH)).read_text(encoding="utf-8")


def example_agreement() -> Agreement:
    """Read it anew if it is another text than before."""
    return agreed(example_text())


class OneVersion:
    """The one agreement that there is. Implements what escalation.clocks.courses reads."""

    def __init__(self, agreement: Agreement) -> None:
        """Take it."""
        self._agreement = agreement

    def get(self, partnership: str, version: int) -> Agreement:
        """Give it, whichever is asked for."""
        del partnership, version
        return self._agreement


@lru_cache(maxsize=8)
def agreed(text: str) -> Agreement:
    """Give the agreement of a text that has no mistakes."""
    agreement, mistakes = read(text)
    assert agreement is not None, [str(mistake) for mistake in mistakes]
    return agreement


def worded(changes: dict[str, str]) -> Agreement:
    """Read the example with some of its words changed, each once."""
    text = example_text()
    for found, instead in changes.items():
        assert found in text, found
        text = text.replace(found, instead, 1)
    return agreed(text)
