from __future__ import annotations

from dataclasses import replace
from datetime import timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from eventsourcing.domain import event

from escalation.crew.reaching import Calling
from escalation.crew.staff import NOBODY
from escalation.engine.duties import duties_of
from escalation.engine.reminders import Occasion, Reminding
from incidents.ledger.catalogue import Catalogue
from incidents.ledger.command import Command, in_command
from incidents.ledger.facts import Fact, FirstFact
from incidents.requeuing_refusals import NotFailed
from tests.support.clock import NOON
from tests.support.clocked import the_agreement
from tests.support.doors import hung
from tests.support.permits import END, WARNED, Permit, PermitDuties, Versions, granted

if TYPE_CHECKING:
    from collections.abc import Iterator

RENEWAL = Occasion("renewal", due_at=END)


class Lease(Reminding):
    """A record whose facts have a base of their own."""

    class Event(Fact):
        """Something that happened to a lease."""

    class Signed(FirstFact):
        """It began."""

    @event(Signed)
    def __init__(self) -> None:
        """Begin."""


@pytest.fixture(autouse=True)
def _command() -> Iterator[None]:
    with in_command(Command(recorded_at=NOON)):
        yield


def test_people_are_reminded_of_an_occasion_once() -> None:
    """In whatever zone its instant is given; another instant, or another kind, is another occasion."""
    permit, agreement = granted(NOON), the_agreement()
    permit.remind(RENEWAL, Calling(agreement, NOBODY, NOON), page=["duty"])
    same = Occasion("renewal", due_at=END.astimezone(timezone(timedelta(hours=2))))
    for occasion in (RENEWAL, same):
        assert permit.has_reminded(occasion)
        permit.remind(occasion, Calling(agreement, NOBODY, NOON), page=["duty"])
    for occasion in (replace(RENEWAL, reminder="last_call"), replace(RENEWAL, due_at=None)):
        assert not permit.has_reminded(occasion)
        permit.remind(occasion, Calling(agreement, NOBODY, NOON), page=["duty"])
    pages = [page for fact in permit.history if isinstance(fact, Permit.Reminded) for page in fact.pages]
    assert len({page["delivery"] for page in pages}) == len(pages) == 3


def test_a_reminder_that_reaches_nobody_is_on_record_all_the_same() -> None:
    """Nobody holds the role: it is said once, and is not owed again."""
    permit = granted(NOON)
    permit.remind(RENEWAL, Calling(the_agreement(), NOBODY, NOON), page=["acme.coo"])
    [reminded] = [fact for fact in permit.history if isinstance(fact, Permit.Reminded)]
    assert (reminded.pages, reminded.agreement_version) == ([], 1)
    assert permit.has_reminded(RENEWAL)


def test_a_reminder_is_nobodys_decision() -> None:
    """A reader's copy of the record does not become stale by it."""
    permit = granted(NOON)
    before = permit.revision
    permit.remind(RENEWAL, Calling(the_agreement(), NOBODY, NOON), page=["duty"])
    permit.tell_outcome(permit.ReminderSent, NOON, by="sender", delivery="d1", recipient="duty", channel="x", tries=1)
    assert permit.revision == before
    assert permit.has_settled("d1")
    assert not permit.has_settled("d2")


def test_what_failed_is_sent_again_until_it_is_settled_anew() -> None:
    """People decide that; nothing else than what failed can be sent again."""
    permit = granted(NOON)
    permit.remind(RENEWAL, Calling(the_agreement(), NOBODY, NOON), page=["duty"])
    told: dict[str, Any] = {"delivery": "d1", "recipient": "duty", "channel": "x", "tries": 8}
    with pytest.raises(NotFailed):
        permit.requeue("d1", by="key:1", at=NOON)
    permit.tell_outcome(permit.ReminderFailed, NOON, by="sender", **told, detail="HTTP 503")
    permit.requeue("d1", by="key:1", at=NOON)
    assert (permit.has_settled("d1"), permit.revision) == (False, permit.version)
    with pytest.raises(NotFailed):
        permit.requeue("d1", by="key:1", at=NOON)
    permit.tell_outcome(permit.ReminderSent, NOON, by="sender", **told)
    assert permit.has_settled("d1")


def test_facts_of_reminding_belong_to_the_record_that_reminds() -> None:
    """Each kind has its own in the catalogue, whatever the base of its facts, and they are read as reminders."""
    types = Catalogue()
    types.add(Permit, "permit")
    types.add(Lease, "lease")
    told = {"reminded", "reminder_sent", "reminder_failed", "reminder_withdrawn", "reminder_requeued"}
    own = {"permit": {"granted", "renewed", "moved"}, "lease": {"signed"}}
    assert [each.name for each in types.types()] == sorted(
        f"{kind}.{name}.v1" for kind, names in own.items() for name in told | names
    )
    lease: Lease = Lease._create(Lease.Signed, id="acme-globex/lease/1", by="key:1", at=NOON)  # noqa: SLF001 - the library's own way to create with a given id
    lease.remind(RENEWAL, Calling(the_agreement(), NOBODY, NOON))
    reminded = lease.history[-1]
    assert isinstance(reminded, Reminding.Reminded)
    assert types.of(type(reminded)).name == "lease.reminded.v1"
    assert lease.partnership == "acme-globex"


def test_duties_are_found_by_the_kind_of_record() -> None:
    """A record that owes nothing as time goes by has none."""
    duties = PermitDuties(Versions("https://one.example/"))
    permit = granted(NOON)
    assert duties_of([duties], permit) is duties
    assert duties_of([duties], hung(NOON)) is None
    assert duties.next_instant(permit) == WARNED
