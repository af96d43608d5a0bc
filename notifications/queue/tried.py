"""An attempt as its sender saw it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True)
class Tried:
    """When an attempt was over, and what went wrong, in our own words (None: nothing).

    `took_ms` is how long the channel had it, in milliseconds; None: it did not get that far.
    `unclear`: as of SendFailed.
    """

    at: datetime
    took_ms: int | None
    detail: str | None = None
    unclear: bool = False
