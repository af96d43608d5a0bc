"""The fuzz's own test: disclosure is broken for one field, and the fuzz must find out."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest.mock import patch

from incidents import disclosure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from incidents.disclosure import Restriction, Viewer

FIELD = "description"
WHERE = frozenset({"/v1/incidents/{reference}", "/v1/incidents/{reference}/timeline"})
"""Addresses at which it then shows."""
ENOUGH = 1000
"""Requests to them by which it must have been found out; a dozen or two usually do."""


@contextmanager
def leaking(shown: str = FIELD) -> Iterator[None]:
    """Show everybody one field of facts, whatever else is decided about it; it is what incidents are described with."""
    honest = disclosure.hides

    def hides(rules: Mapping[str, Restriction], viewer: Viewer) -> dict[str, str]:
        return {field: why for field, why in honest(rules, viewer).items() if field != shown}

    with patch.object(disclosure, "hides", hides):
        yield
