"""Who is reminded of an agreement's end and of what stands beside it, until when, and in which words."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from escalation.agreement.model import Body
from escalation.agreement.spans import Dates
from escalation.book import Agreements
from escalation.book.duties import AgreementDuties
from escalation.book.proposals import draft
from escalation.book.renewal import contacts_of, schedule
from escalation.matters import Certificate, Dispute, Notice
from escalation.matters.book import Change, notice_period
from escalation.matters.duties import NoticeDuties
from incidents.ledger.command import Command, in_command
from tests.support.clock import NOON
from tests.support.clocked import agreed, the_agreement

if TYPE_CHECKING:
    from datetime import datetime

DAY = timedelta(days=1)
END = NOON + 100 * DAY


def opened(record: type[Any], first: type[Any], /, **values: object) -> Any:  # noqa: ANN401 - a record of the kind
    """Open a record for acme at noon."""
    common = {"party": "acme", "agreement_version": 1, "by": "key:1", "at": NOON}
    with in_command(Command(NOON)):
        return record._create(first, id=f"acme-globex/{record.__name__}/1", **common, **values)  # noqa: SLF001 - the library's way


def reminded(record: Any, kind: str, about: str | None = None, due_at: datetime | None = None) -> Any:  # noqa: ANN401 - of any kind
    """Give a reminder that was told."""
    return record.Reminded(
        originator_id=record.id,
        originator_version=9,
        timestamp=NOON,
        by="engine",
        at=NOON,
        reminder=kind,
        about=about,
        due_at=due_at,
        agreement_version=1,
        pages=[],
    )


@pytest.fixture
def notice() -> Notice:
    """Give a notice of a change in 100 days, which globex should acknowledge."""
    found: Notice = opened(
        Notice,
        Notice.Given,
        to=["globex"],
        kind="migration",
        services=["payments"],
        starts_at=END,
        ends_at=None,
        text="x",
        rollback=None,
        short_notice=False,
        tz="UTC",
    )
    return found


def test_those_who_sit_in_bodies_are_told_else_all_contacts() -> None:
    """Each party for itself: acme has a seat, globex none."""
    agreement = agreed(bodies={"board": Body("board", ("boss",))})
    assert contacts_of(agreement, ["acme", "globex"]) == ["boss", "partner"]
    assert contacts_of(agreement, ["globex"]) == ["partner"]


def test_whoever_gave_notice_is_not_reminded_of_it() -> None:
    """Only of the end; without a notice period there is nothing else."""
    agreement = agreed(notice=Dates(days=90))
    kinds = [due.occasion.reminder for due in schedule(agreement, END, noticed=False)]
    assert sorted(kinds) == sorted(f"{kind}_in_{days}_days" for kind in ("end", "notice") for days in (30, 7, 1))
    assert {due.occasion.reminder.partition("_")[0] for due in schedule(agreement, END, noticed=True)} == {"end"}
    assert schedule(agreed(), END, noticed=False) == schedule(agreement, END, noticed=True)


def test_a_reminder_of_an_end_is_wanted_until_there_is_another_end() -> None:
    """It is not sent once the agreement is renewed, was given notice of, or has ended."""
    with in_command(Command(NOON)):
        record = Agreements._create(Agreements.Begun, id="acme-globex/agreement", by="key:1", at=NOON)  # noqa: SLF001 - the library's way
        record.publish(draft(agreed(effective_to=END, notice=Dates(days=9)), None, NOON), by="key:1", at=NOON)
    due = schedule(agreed(notice=Dates(days=9)), END, noticed=False)
    told = {
        kind: next(each.occasion for each in due if each.occasion.reminder.startswith(kind)) for kind in ("end", "not")
    }
    facts = {kind: reminded(record, each.reminder, each.about, each.due_at) for kind, each in told.items()}
    assert all(record.wants(fact) for fact in facts.values())
    assert "given before this date" in record.subject(facts["not"])
    assert "agree on a new version" in record.subject(facts["end"])
    with in_command(Command(NOON)):
        record.give_notice("acme", END, None, by="key:1", at=NOON)
    assert [record.wants(facts[kind]) for kind in ("end", "not")] == [True, False]
    with in_command(Command(NOON)):
        record.end(END)
    assert not record.wants(facts["end"])
    handover = reminded(record, "handover_due", "globex")
    assert record.wants(handover)
    assert "globex" in record.subject(handover)
    with in_command(Command(NOON)):
        record.hand_over("globex", "x", 1, by="key:1", at=NOON)
    assert not record.wants(handover)
    assert AgreementDuties().next_instant(record) is None


def test_a_notice_asks_for_acknowledgement_as_long_as_there_is_none(notice: Notice) -> None:
    """Its beginning is told of in any case, until it is called off."""
    asking, coming = reminded(notice, "acknowledgement_after_2_days"), reminded(notice, "change_in_7_days")
    assert [notice.wants(each) for each in (asking, coming)] == [True, True]
    assert notice.subject(asking) == "Migration of payments was announced by acme, and waits for your acknowledgement"
    assert notice.subject(coming) == "Migration of payments begins"
    with in_command(Command(NOON)):
        notice.acknowledge("globex", by="key:2", at=NOON)
    assert [notice.wants(each) for each in (asking, coming)] == [False, True]
    with in_command(Command(NOON)):
        notice.cancel(None, "acme", by="key:1", at=NOON)
    assert not notice.wants(coming)


def test_nothing_is_due_once_a_notice_is_over(notice: Notice) -> None:
    """Neither of its beginning nor of the silence about it."""
    duties = NoticeDuties(None)  # type: ignore[arg-type] # no agreement is read to know when
    first = duties.next_instant(notice)
    assert first is not None
    assert NOON + 2 * DAY < first < NOON + 3 * DAY
    with in_command(Command(NOON)):
        notice.complete("acme", by="key:1", at=NOON)
    assert duties.next_instant(notice) is None


def test_a_dispute_and_a_certificate_remind_while_they_are_open() -> None:
    """Of the step that has it, and of an expiry that nothing has renewed."""
    dispute = opened(
        Dispute,
        Dispute.Raised,
        parties=["acme"],
        subject="x",
        about="incident",
        reference="5f0c",
        to="board",
        due_at=END,
    )
    told = reminded(dispute, "dispute_step", "board", END)
    assert dispute.wants(told)
    assert dispute.subject(told) == "A dispute about incident 5f0c is before board"
    with in_command(Command(NOON)):
        dispute.climb("mediation", END + DAY, NOON)
    assert not dispute.wants(told)
    certificate = opened(
        Certificate, Certificate.Recorded, what="x", reference=None, issued_at=NOON, expires_at=END, tz="UTC"
    )
    told = reminded(certificate, "expiry_in_30_days")
    assert certificate.wants(told)
    with in_command(Command(NOON)):
        certificate.renew("other", "acme", by="key:1", at=NOON)
    assert not certificate.wants(told)


def test_how_early_a_change_is_announced() -> None:
    """The agreement of the tests asks for nothing: whatever the kind, it is never short."""
    for kind in ("maintenance", "migration"):
        assert notice_period(the_agreement(), Change(kind, ("payments",), END, None, "x", None)) is None
