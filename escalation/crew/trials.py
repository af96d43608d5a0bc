"""Asking for a test page, following it, and stopping it: each person for themselves, the operator for anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from escalation.changes import once
from escalation.crew.reaching import Calling
from escalation.crew.trial import TEST_STREAM, Trial
from incidents.errors import NotFound
from incidents.ledger.reach import reaching_all

if TYPE_CHECKING:
    from escalation.book import AgreementBook
    from escalation.changes import Changed, Sender
    from escalation.crew.roll import Roll
    from escalation.crew.staff import Staff
    from incidents.ledger.command import Command
    from incidents.ledger.ledger import Ledger


class Trials:
    """The use cases. All raise NotFound, Conflict and KeyReused."""

    def __init__(self, ledger: Ledger, book: AgreementBook, staff: Staff, roll: Roll) -> None:
        """Take the ledger, under which agreement people are reached, who is there, and who belongs where."""
        self._ledger = ledger
        self._book = book
        self._staff = staff
        self._roll = roll

    def ask(self, partnership: str, person: str, urgency: int, sender: Sender) -> Changed[Trial]:
        """Page a member (urgency 0) or inform them (1), in every way of theirs. NotFound: they are no member."""

        def decide(command: Command) -> tuple[Trial, tuple[()]]:
            if self._roll.member(partnership, person) is None:
                raise NotFound
            at = command.recorded_at
            asked = Trial._create(  # noqa: SLF001 - the library's way
                Trial.Asked,
                id=TEST_STREAM + uuid4().hex,
                partnership=partnership,
                person=person,
                urgency=urgency,
                by=sender.by,
                at=at,
            )
            asked.send(Calling(self._book.in_force(partnership, at).agreement, self._staff, at))
            return asked, ()

        with reaching_all():
            return once(self._ledger, Trial, sender, decide)

    def found(self, partnership: str, person: str | None, public_id: str) -> Trial:
        """Give a test page of somebody; None: of anybody. NotFound."""
        with reaching_all():
            trial = self._ledger.get(Trial, TEST_STREAM + public_id)
        if trial.partnership != partnership or person not in {None, trial.person}:
            raise NotFound
        return trial

    def stop(self, trial: Trial, sender: Sender) -> Changed[Trial]:
        """Withdraw what has not left yet. TrialOver."""

        def decide(command: Command) -> tuple[Trial, tuple[()]]:
            now = self._ledger.get(Trial, trial.id)
            now.stop(by=sender.by, at=command.recorded_at)
            return now, ()

        with reaching_all():
            return once(self._ledger, Trial, sender, decide)
