"""Who sends a request, and where they belong."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from api.access.permissions import Scope

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet


@dataclass(frozen=True)
class Membership:
    """What somebody may do in a partnership, and for which party (None: for neither side)."""

    partnership: str
    party: str | None
    scopes: AbstractSet[Scope]


@dataclass(frozen=True)
class Principal:
    """A person, a service or a key. `actor` is the opaque id under which facts name it: `person:…` or `key:…`.

    The operator belongs to no partnership and reaches all of them, with the `powers` that this key of theirs has.
    """

    actor: str
    memberships: tuple[Membership, ...] = ()
    operator: bool = False
    powers: AbstractSet[Scope] = field(default=frozenset(Scope))

    def membership(self, partnership: str) -> Membership | None:
        """Give what it may do in a partnership; None where that does not exist for it."""
        if self.operator:
            return Membership(partnership, None, self.powers)
        return next((each for each in self.memberships if each.partnership == partnership), None)

    def partnerships(self, scope: Scope) -> list[str] | None:
        """Give the partnerships in which it has a scope; None: all there are."""
        if self.operator:
            return None if scope in self.powers else []
        return [each.partnership for each in self.memberships if scope in each.scopes]

    def may(self, scope: Scope) -> bool:
        """Say whether it has a scope anywhere."""
        return scope in self.powers if self.operator else any(scope in each.scopes for each in self.memberships)
