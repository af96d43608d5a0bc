"""Why something is not sent again."""

from __future__ import annotations

from incidents.errors import Refused


class NotFailed(Refused):
    """Only what failed for good can be sent again: what waits is tried by itself, what was sent has arrived."""

    code = "not_failed"


class NoLongerNeeded(Refused):
    """Nobody needs it any more, so it would be withdrawn when its turn comes. `why` says what overtook it."""

    code = "no_longer_needed"
