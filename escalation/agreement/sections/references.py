"""What parts of an agreement refer to beside their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from escalation.agreement.text import values

if TYPE_CHECKING:
    from collections.abc import Collection

    from escalation.agreement.sections.addressees import Addressees
    from escalation.agreement.text.fields import Field


@dataclass(frozen=True, slots=True)
class References:
    """The names that may be referred to; None: that part could not be read, so that no name is called undeclared.

    Attributes:
        scale: Severities, the worst first; empty: it could not be read.
        calendars: Names of calendars.
        idle: Calendars whose weeks are all closed, so that they have no business days to count.
        bodies: Ids of bodies.
        services: Ids of services.
        addressees: Parties, and who holds which role.
        tz: The agreement's zone.
    """

    scale: tuple[str, ...]
    calendars: Collection[str] | None
    idle: Collection[str]
    bodies: Collection[str] | None
    services: Collection[str] | None
    addressees: Addressees
    tz: str

    def calendar(self, field: Field) -> str:
        """Read a calendar's name."""
        return values.refer(field, self.calendars, "calendar")

    def body(self, field: Field) -> str:
        """Read a body's id."""
        return values.refer(field, self.bodies, "body")

    def severity(self, field: Field) -> str:
        """Read a severity of the scale."""
        return values.refer(field, self.scale or None, "severity")
