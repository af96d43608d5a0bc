"""What contact rules may say: ways, each so many seconds after somebody was first to be reached. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from escalation.agreement.model import TERMINAL, WEBHOOK
from escalation.crew.addresses import NAME
from escalation.crew.ways import EMAIL, SMS, VOICE
from incidents.errors import InvalidField

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from escalation.crew.staff import Step

MOST_STEPS = 10
LATEST_STEP = 3600
"""Seconds after which, at the latest, each way of reaching somebody has been tried."""

VIA = rf"{TERMINAL}|{WEBHOOK}[A-Za-z0-9][A-Za-z0-9_.-]{{0,63}}|{EMAIL}|({EMAIL}|{SMS}|{VOICE}):{NAME}"
RIGHT_VIA = f"Send `{TERMINAL}`, `{EMAIL}`, `{WEBHOOK}ID` of your party's, or `{EMAIL}:ID`, `{SMS}:ID`, `{VOICE}:ID`."

_VIA = re.compile(VIA, re.ASCII)


def written(step: Step) -> dict[str, Any]:
    """Write a way of reaching somebody as facts have it."""
    return {"via": step.via, "after": step.after}


def check_steps(field: str, steps: Sequence[Step]) -> None:
    """Refuse ways that are too many, of no known form, too late, out of order, or twice the same. InvalidField."""
    if len(steps) > MOST_STEPS:
        raise InvalidField(field, f"Give at most {MOST_STEPS} steps.")
    before = 0
    for place, step in enumerate(steps):
        if not _VIA.fullmatch(step.via):
            raise InvalidField(f"{field}.{place}.via", RIGHT_VIA)
        if not before <= step.after <= LATEST_STEP:
            right = f"Send seconds from 0 to {LATEST_STEP}, and no fewer than in the step before."
            raise InvalidField(f"{field}.{place}.after", right)
        if step in steps[:place]:
            raise InvalidField(f"{field}.{place}", "It stands there already. Give each step once.")
        before = step.after


def check_own(field: str, steps: Sequence[Step], own: Collection[str]) -> None:
    """Refuse a way to an address that somebody does not have; `own`: the ways to those that they have. InvalidField."""
    for place, step in enumerate(steps):
        channel, _, address = step.via.partition(":")
        if address and channel in {EMAIL, SMS, VOICE} and step.via not in own:
            known = ", ".join(sorted(own))
            right = f"Use one of: {known}." if known else "You have given none. Add it under /v1/me/addresses first."
            raise InvalidField(f"{field}.{place}.via", f"You have no such address. {right}")
