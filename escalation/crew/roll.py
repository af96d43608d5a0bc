"""Who belongs to partnerships: the port to those who are let in (api/access implements it)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who is let in, and their party in a partnership; the name is None once erased.

    `email` is the address with which they sign in, which pages may go to, and which is shown to nobody else; a service
    has none.
    """

    person: str
    party: str
    name: str | None = None
    email: str | None = field(default=None, repr=False)


class Roll(Protocol):
    """The active members of partnerships: who left, or was deactivated, is none."""

    def member(self, partnership: str, person: str) -> Member | None:
        """Give a member; None: they are none."""

    def among(self, partnership: str, people: Collection[str]) -> Sequence[Member]:
        """Give those of some people who are members."""

    def members(self, partnership: str) -> Sequence[Member]:
        """Give all members of a partnership, by party and name."""

    def memberships(self, person: str) -> Sequence[tuple[str, str]]:
        """Give the partnerships that somebody is a member of, each with their party there."""

    def email_of(self, person: str) -> str | None:
        """Give the address with which somebody signs in; None: a service, or somebody who is let in no more."""
