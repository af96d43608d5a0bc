"""What somebody who manages a party's members and keys may touch, and what they may give (docs/access.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.access.permissions import Scope
from api.http.access import principal
from api.http.refusals import NotYoursToGive, OtherParty

if TYPE_CHECKING:
    from collections.abc import Iterable

    from api.access.principal import Membership


def party_managed(membership: Membership, asked: str | None) -> str | None:
    """Give for which party a key or a role is: one's own, where none is asked for. OtherParty."""
    if principal().operator:
        return asked
    if asked is not None and asked != membership.party:
        raise OtherParty
    return membership.party


def manages(membership: Membership, party: str | None) -> bool:
    """Say whether what belongs to a party is there for whoever manages: to the others it does not exist."""
    return principal().operator or party == membership.party


def must_be_given(membership: Membership, scopes: Iterable[str]) -> None:
    """Refuse to give what shows the other side's own words, by whoever may not see them. NotYoursToGive."""
    if Scope.AUDIT_READ in scopes and Scope.AUDIT_READ not in membership.scopes:
        raise NotYoursToGive(Scope.AUDIT_READ)
