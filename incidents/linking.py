"""The use cases of incidents that have to do with others: what is done on one is done on its children as well.

All that follows from a command is decided in one attempt and saved in one transaction, so that a lost race on any of
the incidents lets all of it be decided afresh.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from incidents.errors import NotFound, Refused
from incidents.finding import Finding, stream_in
from incidents.incident.answering import side_of
from incidents.incident.linking import here, linked_in
from incidents.incident.visibility import must_exist_for
from incidents.linking_refusals import NoSuchParent, NotLinked, PointedTo
from incidents.refusals import NoSuchOriginal, OwnDuplicate

if TYPE_CHECKING:
    from collections.abc import Callable

    from incidents.carrying_out import Act, Answer, Asked
    from incidents.errors import InvalidField
    from incidents.incident import Incident
    from incidents.incident.base import Said
    from incidents.incident.visibility import VisibilityChange
    from incidents.terms import Terms


class Linking(Finding):
    """One method a use case."""

    def link(self, stream: str, parent: str, asked: Asked) -> Answer:
        """Make it part of a larger incident of the same partnership; whoever has that in hand has this, too."""

        def act(child: Incident, terms: Terms, said: Said) -> list[Incident]:
            above = self._other(child, parent, NoSuchParent)
            self._link(child, above, terms, said)
            return [above]

        return self._change(stream, asked, act)

    def unlink(self, stream: str, asked: Asked) -> Answer:
        """Let it go its own way again."""

        def act(child: Incident, _: Terms, said: Said) -> list[Incident]:
            if child.parent is None:
                raise NotLinked
            [above] = self.get_all(child.partnership, [child.parent])
            child.unlink_from(above, **said)
            return [above]

        return self._change(stream, asked, act)

    def mark_duplicate(self, stream: str, of: str, asked: Asked) -> Answer:
        """Point to the incident, of the same partnership, that tells the same story.

        A duplicate's own original is meant by it as well; what was part of this incident becomes part of that one.
        """

        def act(duplicate: Incident, _: Terms, said: Said) -> list[Incident]:
            original = self._last_original(duplicate, of)
            duplicate.merge_into(original, **said)
            return [original, *self._move_children(duplicate, original, said)]

        return self._change(stream, asked, act)

    def change_visibility(self, stream: str, change: VisibilityChange, asked: Asked) -> Answer:
        """Let an earlier fact be seen by some parties only, or by all again."""

        def act(incident: Incident, terms: Terms, said: Said) -> list[Incident]:
            for party in change.to or ():
                terms.check_party(party)
            self._must_not_reveal(incident, change)
            was = incident.visible_to
            incident.change_visibility(change, **said)
            above = self.get_all(incident.partnership, sorted(incident.above)) if change.of_incident else []
            for each in above:
                each.follow_visibility(incident, was, **said)
            return above

        return self._change(stream, asked, act)

    def _change_all(self, stream: str, asked: Asked, act: Act) -> Answer:
        """Let a command act on an incident and on its children.

        On those that are active, exist for the sender, and do not refuse it: one that is acknowledged stays so.
        """

        def on_all(incident: Incident, terms: Terms, said: Said) -> list[Incident]:
            act(incident, terms, said)
            children = self.get_all(incident.partnership, incident.children)
            return [child for child in children if _exists_for_sender(child, said) and self._follows(child, act, said)]

        return self._change(stream, asked, on_all)

    def _follows(self, child: Incident, act: Act, said: Said) -> bool:
        """Let a command act on another incident than it was given for; say whether that allowed it."""
        if not child.active:
            return False
        terms = self.agreements.pinned(child.partnership, child.agreement_version).for_service(child.service)
        try:
            act(child, terms, here(child, said))
        except Refused:
            return False
        return True

    def _link(self, child: Incident, parent: Incident, terms: Terms, said: Said) -> None:
        child.link_to(parent, **said)
        if side_of(said, terms) in parent.taken:
            self._follows(child, lambda it, its_terms, its: it.acknowledge(its_terms, **its), said)

    def _move_children(self, merged: Incident, original: Incident, said: Said) -> list[Incident]:
        """Make the active children of a merged incident the original's, as far as that can have them."""
        moved = []
        for each in self.get_all(merged.partnership, merged.children):
            if not each.active:
                continue
            child = original if each.id == original.id else each
            told = here(child, said)
            child.unlink_from(merged, **told)
            if child is not original:
                terms = self.agreements.pinned(child.partnership, child.agreement_version).for_service(child.service)
                self._try_to_link(child, original, terms, told)
                moved.append(child)
        return moved

    def _try_to_link(self, child: Incident, parent: Incident, terms: Terms, said: Said) -> None:
        try:
            self._link(child, parent, terms, said)
        except Refused:
            return  # it goes on by itself, as its own incident

    def _last_original(self, duplicate: Incident, of: str) -> Incident:
        original = self._other(duplicate, of, NoSuchOriginal)
        seen = {duplicate.id}
        while original.id not in seen and original.duplicate_of is not None:
            seen.add(original.id)
            original = self.get(stream_in(original.partnership, original.duplicate_of))
        if original.id in seen:
            raise OwnDuplicate
        return original

    def _other(self, incident: Incident, reference: str, none: Callable[[], InvalidField]) -> Incident:
        """Read another incident of the same partnership, by id or number; a foreign one does not exist here."""
        try:
            stream = self.stream_of(reference)
        except NotFound:
            raise none() from None
        if not stream.startswith(f"{incident.partnership}/"):
            raise none()
        return incident if stream == incident.id else self.get(stream)

    def _must_not_reveal(self, incident: Incident, change: VisibilityChange) -> None:
        """Let nobody see an incident and not what it points to, nor read of one that is not there. OriginalHidden."""
        if change.of_incident:
            for readers in self.readers_of(incident.above):
                must_exist_for(change.to, readers)
            for readers in self.readers_of(incident.below):
                if change.to is not None and (readers is None or not set(readers) <= set(change.to)):
                    raise PointedTo
        elif 1 <= change.entry <= len(incident.history):
            other = linked_in(incident.history[change.entry - 1])
            for readers in self.readers_of([other] if other else ()):
                must_exist_for(change.to, readers)


def _exists_for_sender(incident: Incident, said: Said) -> bool:
    party = said.get("for_party")
    return party is None or incident.visible_to is None or party in incident.visible_to
