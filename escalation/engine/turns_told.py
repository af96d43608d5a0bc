"""Turns that were told and are in no row yet: the engine tells of many incidents in one transaction.

Without them a burst of reports would all page whoever comes after the last incident before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from incidents.incident import Incident

if TYPE_CHECKING:
    from datetime import datetime

    from escalation.crew.staff import Staff
    from escalation.engine.owed import Owed


class WithTurnsTold:
    """A staff that also knows the turns told at this instant (implements escalation.crew.staff.Staff).

    At another instant the rows know them, those of other engines too. Should the transaction fail, and all be told anew
    at the same instant, then somebody is passed over, who is next another time.
    """

    def __init__(self, staff: Staff) -> None:
        """Take those whom rows know."""
        self.holder, self.on_call, self.team = staff.holder, staff.on_call, staff.team
        self.person, self.among = staff.person, staff.among
        self._rows = staff
        self._now: datetime | None = None
        self._told: dict[tuple[str, str, int], str] = {}

    def last_turn(self, partnership: str, ladder: str, rung: int) -> str | None:
        """Give whom a rung that pages one at a time began with last, over all incidents: a recipient."""
        return self._told.get((partnership, ladder, rung)) or self._rows.last_turn(partnership, ladder, rung)

    def at(self, now: datetime) -> None:
        """Forget what was told at any other instant."""
        if now != self._now:
            self._now, self._told = now, {}

    def note(self, partnership: str, owed: Owed) -> None:
        """Note whom a rung begins with, as its row will have it."""
        values = owed.values
        if owed.happening is Incident.RungFired and values.get("of") is not None and not values["round"]:
            self._told[partnership, values["ladder"], values["rung"]] = values["pages"][0]["recipient"]
