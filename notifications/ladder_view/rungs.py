"""The rungs of a ladder: what each hangs on, in words, and how it stands. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escalation.agreement.model.ladders import (
    ANSWERED_BY_ACKNOWLEDGING,
    ANY,
    OPENED,
    SEVERITY_CHANGED,
    SILENT,
    UNACKNOWLEDGED,
    UNANSWERED,
)
from escalation.engine.asking import ASKED
from escalation.engine.claims_owed import CLAIMS
from escalation.engine.ladder import LEGAL
from notifications.ladder_view.shapes import Only, RungView, When
from notifications.message.words import duration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from escalation.agreement.model import Condition, Rung
    from notifications.ladder_view.shapes import RoundTold

WHOLE = 100
"""Per cent."""
TOLD, SKIPPED, TO_COME, ANSWERED, NOT_APPLICABLE = "told", "skipped", "to_come", "answered", "not_applicable"


def rung_view(
    rung: Rung, before: Rung | None, rounds: Sequence[RoundTold], *, coming: bool, answered: bool
) -> RungView:
    """Show a rung.

    Args:
        rung: The rung.
        before: The one before it in its ladder.
        rounds: What was told of it.
        coming: Whether a round of it is still to come.
        answered: Whether its side has the incident in hand.
    """
    return RungView(
        rung=rung.index,
        when=When(rung.when, rung.percent, rung.after, when_in_words(rung, before)),
        page=rung.page,
        notify=rung.notify,
        reach=rung.reach.value,
        wait=rung.wait,
        repeat_every=rung.repeat_every,
        max_repeats=rung.max_repeats,
        only=_only(rung.only),
        state=_state(rung, rounds, coming=coming, answered=answered),
        rounds=tuple(rounds),
    )


def _only(only: Condition) -> Only:
    return Only(tuple(sorted(only.severities)), tuple(sorted(only.services)), only.during, only.outside)


def when_in_words(rung: Rung, before: Rung | None) -> str:
    """Say what a rung hangs on."""
    share = f"{rung.percent} %" if rung.percent not in {None, WHOLE} else "All"
    words = {
        OPENED: "It is reported",
        UNACKNOWLEDGED: f"Nobody has acknowledged it for {duration(rung.after)}",
        UNANSWERED: "" if before is None else f"Nobody answers the rung before for {duration(before.wait)}",
        SEVERITY_CHANGED: "The severity changes",
        ANY: f"{share} of any clock is used up",
        SILENT: f"An update is overdue for {duration(rung.after)}",
        LEGAL: f"{share} of a legal clock is used up",
        CLAIMS: "A body is asked to decide",
        ASKED: "Somebody is asked by name",
    }
    return words.get(rung.when, f"{share} of the {rung.when} clock is used up")


def _state(rung: Rung, rounds: Sequence[RoundTold], *, coming: bool, answered: bool) -> str:
    if rounds:
        return SKIPPED if all(each.skipped for each in rounds) else TOLD
    if coming:
        return TO_COME
    return ANSWERED if answered and rung.when in ANSWERED_BY_ACKNOWLEDGING else NOT_APPLICABLE
