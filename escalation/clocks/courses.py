"""Courses of incidents, each worked out once a command: several of its rows follow from the same one."""

from __future__ import annotations

from functools import partial
from threading import local
from typing import TYPE_CHECKING, Protocol, cast

from escalation.clocks.course import course_of

if TYPE_CHECKING:
    from escalation.agreement.model import Agreement
    from escalation.clocks.course import Course, Versions
    from incidents.incident import Incident


class Agreements(Protocol):
    """Where the versions of agreements are found (see escalation/book)."""

    def get(self, partnership: str, version: int) -> Agreement:
        """Give a version of an agreement. NotFound."""


class Courses:
    """Works out courses, and remembers the last one in each thread.

    A command's projections come one after the other, in one thread, for one incident at one version.
    """

    def __init__(self, book: Agreements) -> None:
        """Take the book of agreements."""
        self._book = book
        self._last = local()

    def agreement(self, incident: Incident) -> Agreement:
        """Give what the agreement version that an incident is pinned to says for its service."""
        return self._book.get(incident.partnership, incident.agreement_version).for_service(incident.service)

    def versions(self, incident: Incident) -> Versions:
        """Give the versions of an incident's agreement: it may have been moved from one to another."""
        return partial(self._book.get, incident.partnership)

    def of(self, incident: Incident) -> Course:
        """Give the course of an incident as it stands. Nobody may change it."""
        known, version, course = getattr(self._last, "course", (None, 0, None))
        if known is not incident or version != incident.version:
            course = course_of(incident, self.versions(incident))
            self._last.course = (incident, incident.version, course)
        return cast("Course", course)
