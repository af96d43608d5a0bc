"""An incident in memory that two parties answer, each for its own ladder; clocks count seconds."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from escalation.agreement.model import Rung
from tests.support.claimed import Claimed
from tests.support.clocked import agreed, target, the_agreement

if TYPE_CHECKING:
    from escalation.agreement import Agreement

CONFIRM = {"S1": 15, "S2": 25}
"""How many seconds the client has to confirm."""


@cache
def two_sided() -> Agreement:
    """The client has a ladder of its own, and a clock that its own acknowledgement stops."""
    confirm = replace(target("acknowledge", CONFIRM), name="confirm", duty_of="globex")
    own = {
        "globex/default": (
            Rung(0, "opened", None, (), ("partner",)),
            Rung(1, "unacknowledged", None, ("partner",), (), after=5),
        )
    }
    return agreed(targets={"confirm": confirm}, ladders={**the_agreement().ladders, **own})


def answered(agreement: Agreement | None = None, **fields: Any) -> Claimed:  # noqa: ANN401 - the fields of Declared
    """Declare an incident of severity S1 under it."""
    return Claimed(agreement or two_sided(), **{"service": "payments", **fields})
