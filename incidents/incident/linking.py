"""What an incident has to do with others: part of a larger one, its parent; or the same as another, its original.

Both are told of it, each by a fact of its own. The larger one, or the original, tells it only to those for whom the
other incident exists; and whoever sees an incident sees what it points to.
"""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - the library reads the annotations of what changes at run time
from typing import TYPE_CHECKING, Unpack, cast

from eventsourcing.domain import event

from incidents import happenings, linking_refusals, refusals
from incidents.happenings import WHOLE, ChildLinked, ChildUnlinked, DuplicateMerged, ParentLinked, ParentUnlinked
from incidents.incident.base import IncidentBase
from incidents.incident.visibility import must_exist_for
from incidents.ledger.sealing import Hidden

if TYPE_CHECKING:
    from collections.abc import Sequence

    from incidents.happenings import Decision
    from incidents.incident.base import Said
    from incidents.ledger.facts import Fact

MAX_CHILDREN = 100
"""That an incident may ever have had: what is done on it is done on each, in one transaction."""


class Linked(IncidentBase):
    """Parents and children, originals and duplicates, by public id."""

    # --- what can happen ---------------------------------------------------------------------------------------------

    Event = happenings.IncidentEvent
    ParentLinked = happenings.ParentLinked
    ParentUnlinked = happenings.ParentUnlinked
    ChildLinked = happenings.ChildLinked
    ChildUnlinked = happenings.ChildUnlinked
    MarkedDuplicate = happenings.MarkedDuplicate
    DuplicateMerged = happenings.DuplicateMerged
    VisibilityChanged = happenings.VisibilityChanged

    # --- what may be asked -------------------------------------------------------------------------------------------

    parent: str | None
    children: list[str]
    duplicate_of: str | None
    duplicates: list[str]
    closed_at: datetime | None
    visibility: dict[int, dict[str, list[str] | None]]

    def link_to(self, parent: Linked, **said: Unpack[Said]) -> None:
        """Become part of a larger incident.

        Withdrawn; OwnParent; AlreadyLinked; HasChildren; OriginalHidden; and of the parent ParentIsChild,
        ParentNotActive and TooManyChildren.
        """
        self._must_not_be_withdrawn()
        if parent.public_id == self.public_id:
            raise linking_refusals.OwnParent
        if self.parent is not None:
            raise linking_refusals.AlreadyLinked
        if self.children:
            raise linking_refusals.HasChildren
        must_exist_for(self.visible_to, parent.visible_to)
        parent._must_take(self.public_id)
        self.trigger_event(self.ParentLinked, parent=parent.public_id, **(said | {"visible_to": None}))
        parent.trigger_event(parent.ChildLinked, child=self.public_id, **self._beside(parent, said))

    def unlink_from(self, parent: Linked, **said: Unpack[Said]) -> None:
        """Go one's own way again. NotLinked."""
        if self.parent != parent.public_id:
            raise linking_refusals.NotLinked
        self.trigger_event(self.ParentUnlinked, parent=parent.public_id, **(said | {"visible_to": None}))
        parent.trigger_event(parent.ChildUnlinked, child=self.public_id, **self._beside(parent, said))

    def merge_into(self, original: Linked, **said: Unpack[Said]) -> None:
        """Let the original go on for both. NotActive; OwnDuplicate; OriginalHidden."""
        self.mark_duplicate(original.public_id, original.visible_to, **said)
        original.trigger_event(original.DuplicateMerged, duplicate=self.public_id, **self._beside(original, said))

    def mark_duplicate(self, of: str, exists_for: Sequence[str] | None = None, **said: Unpack[Said]) -> None:
        """Point to the incident that tells the same story, and exists for these parties (None: all).

        NotActive; OwnDuplicate; OriginalHidden.
        """
        self._must_be_active()
        if of == self.public_id:
            raise refusals.OwnDuplicate
        must_exist_for(self.visible_to, exists_for)
        self.trigger_event(self.MarkedDuplicate, of=of, **said)

    @property
    def above(self) -> set[str]:
        """The incidents that this one points to, or ever did: its parents and its original."""
        parents = {fact.parent for fact in self.history if isinstance(fact, ParentLinked)}
        return parents | ({self.duplicate_of} if self.duplicate_of is not None else set())

    @property
    def below(self) -> set[str]:
        """The incidents that point to this one, or ever did: its children and its duplicates."""
        return self._had | set(self.duplicates)

    def follow_visibility(self, other: Linked, was: list[str] | None, **said: Unpack[Said]) -> None:
        """Tell of an incident below this one only to those for whom it exists now; it `was` there for others.

        What somebody has kept from more readers since stays kept from them.
        """
        for fact in [fact for fact in self.history if _below_in(fact) == other.public_id]:
            entry = fact.originator_version
            present = self.visibility.get(entry, {}).get(WHOLE, cast("Decision", fact).visible_to)
            to = _followed(present, was, other.visible_to)
            self.trigger_event(
                self.VisibilityChanged, entry=entry, fields=[WHOLE], to=to, reason=None, **here(self, said)
            )

    @property
    def _had(self) -> set[str]:
        return {fact.child for fact in self.history if isinstance(fact, ChildLinked)}

    def _must_take(self, child: str) -> None:
        if not self.active:
            raise linking_refusals.ParentNotActive(status=self.status)
        if self.parent is not None:
            raise linking_refusals.ParentIsChild
        if len(self._had | {child}) > MAX_CHILDREN:
            raise linking_refusals.TooManyChildren

    def _beside(self, other: Linked, said: Said) -> Said:
        """Say it of another incident as well: to those for whom this one exists."""
        return here(other, said) | {"visible_to": self.visible_to}

    # --- what changes ------------------------------------------------------------------------------------------------

    def _begin_links(self) -> None:
        self.parent = self.duplicate_of = None
        self.children, self.duplicates = [], []

    def _end(self, status: str) -> None:
        """Be over."""
        raise NotImplementedError

    @event(happenings.ParentLinked)
    def _parent_linked(self, parent: str | Hidden) -> None:
        self.parent = None if isinstance(parent, Hidden) else parent

    @event(happenings.ParentUnlinked)
    def _parent_unlinked(self) -> None:
        self.parent = None

    @event(happenings.ChildLinked)
    def _child_linked(self, child: str | Hidden) -> None:
        if not isinstance(child, Hidden):
            self.children.append(child)

    @event(happenings.ChildUnlinked)
    def _child_unlinked(self, child: str | Hidden) -> None:
        if child in self.children:
            self.children.remove(str(child))

    @event(happenings.MarkedDuplicate)
    def _marked_duplicate(self, of: str, at: datetime) -> None:
        self.duplicate_of, self.closed_at = of, at
        self._end("duplicate")

    @event(happenings.DuplicateMerged)
    def _duplicate_merged(self, duplicate: str | Hidden) -> None:
        if not isinstance(duplicate, Hidden):
            self.duplicates.append(duplicate)


def here(other: IncidentBase, said: Said) -> Said:
    """Say it of another incident: not before that was reported."""
    return said | {"at": max(said["at"], other.reported_at)}


def linked_in(fact: Fact) -> str | None:
    """Give the incident (its public id) that a fact links with this one, or parts from it; None: the fact does not."""
    return fact.parent if isinstance(fact, ParentLinked | ParentUnlinked) else _below_in(fact)


def _below_in(fact: Fact) -> str | None:
    if isinstance(fact, ChildLinked | ChildUnlinked):
        return fact.child
    return fact.duplicate if isinstance(fact, DuplicateMerged) else None


def _followed(present: list[str] | None, was: list[str] | None, now: list[str] | None) -> list[str] | None:
    """Give who reads an entry about an incident that existed for some parties (None: all), and now does for others."""
    if present is None or (was is not None and set(present) == set(was)):
        return now
    return present if now is None else [party for party in present if party in now]
