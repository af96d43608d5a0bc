"""Made-up lives of an agreement: proposed, signed, withdrawn, given notice of at any time; and the engine's turns."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from escalation.agreement import read
from escalation.book import Agreements, happenings
from escalation.book.duties import AgreementDuties
from escalation.book.proposals import draft
from escalation.book.versions import newest_agreed
from escalation.engine.reminders import Reminding
from incidents.errors import Refused
from incidents.ledger.command import Command, in_command
from tests.support.agreeing import PARTIES, agreement_text
from tests.support.clock import NOON

if TYPE_CHECKING:
    from escalation.agreement import Agreement

DUTIES = AgreementDuties()
SINCE, UNTIL = ("2026-01-01", "2026-05-01", "2027-01-01"), (None, "2026-06-01", "2028-01-01", "2031-01-01")
STEPS = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 7, 29, 31, 89, 400]),
        st.sampled_from(["propose", "publish", "sign", "sign", "both", "both", "withdraw", "notice", "hand over"]),
        st.integers(0, 11),
    ),
    max_size=12,
)
"""Days since the step before, what is done, and a number that says with which values."""


@cache
def version(number: int, with_: int, *, signed: bool) -> Agreement:
    """Give a version of some term; without signatures it is published on the operator's word."""
    words = {} if signed else {", signed_by: [acme, globex]": ""}
    since, until = SINCE[with_ % 3], UNTIL[with_ % 4]
    if until is not None and until <= since:
        until = None
    agreement, mistakes = read(agreement_text(number, since=since, until=until, words=words))
    assert agreement is not None, mistakes
    return agreement


class Life:
    """A record, from the noon on which it began."""

    def __init__(self) -> None:
        """Begin without a version."""
        self.now = NOON
        self.known: dict[int, Agreement] = {}
        with in_command(Command(NOON)):
            self.record = Agreements._create(Agreements.Begun, id="acme-globex/agreement", by="key:1", at=NOON)  # noqa: SLF001 - the library's way

    def step(self, verb: str, with_: int) -> None:
        """Do something; what is refused does not happen."""
        record, at = self.record, self.now
        number = 1 + with_ % max(1, len(self.known))
        with suppress(Refused), in_command(Command(at)):
            match verb:
                case "propose" | "publish":
                    self._draft(len(self.known) + 1, with_, signed=verb == "propose")
                case "sign" | "both" if number in self.known:
                    for party in PARTIES if verb == "both" else PARTIES[:1]:
                        record.sign(number, self.known[number].digest, party, by="key:1", at=at)
                case "withdraw" if number in self.known:
                    record.withdraw(number, None, by="key:1", at=at)
                case "notice":
                    record.give_notice("acme", at + timedelta(days=90), None, by="key:1", at=at)
                case "hand over":
                    record.hand_over("acme", "0" * 64, 1, by="key:1", at=at)

    def _draft(self, number: int, with_: int, *, signed: bool) -> None:
        newest = newest_agreed(self.record.versions.values())
        amended = None if newest is None or self.record.ended_at is not None else self.known[newest.version]
        agreement = version(number, with_, signed=signed)
        new = draft(agreement, amended, self.now)
        if new.signers:
            self.record.propose(new, None, by="key:1", at=self.now)
        else:
            self.record.publish(new, by="key:1", at=self.now)
        self.known[number] = agreement

    def turn(self) -> None:
        """Let the engine tell, until it owes nothing by now: it does so at once."""
        with in_command(Command(self.now)):
            DUTIES.tell(self.record, self.now)
        following = DUTIES.next_instant(self.record)
        assert following is None or following > self.now

    def wake(self, until: datetime) -> None:
        """Let the engine work whenever its row falls due."""
        while (due := DUTIES.next_instant(self.record)) is not None and due <= until:
            self.now = max(self.now, due)
            self.turn()
        self.now = until


@settings(max_examples=200, deadline=None)
@given(STEPS, st.booleans())
def test_the_engine_comes_to_rest_and_tells_once(steps: list[tuple[int, str, int]], patient: bool) -> None:  # noqa: FBT001 - hypothesis draws it
    """Whatever people do with an agreement: each turn leaves nothing owed, and nothing is said or reminded of twice."""
    life = Life()
    for days, verb, with_ in [*steps, (4000, "nothing", 0)]:
        later = life.now + timedelta(days=days)
        if patient:
            life.wake(later)
        life.now = later
        life.step(verb, with_)
        life.turn()
    facts = life.record.history
    reminded = Counter(str(fact.occasion) for fact in facts if isinstance(fact, Reminding.Reminded))
    lapsed = Counter(fact.version for fact in facts if isinstance(fact, happenings.ProposalLapsed))
    entered = Counter(fact.version for fact in facts if isinstance(fact, happenings.EnteredForce))
    assert [each for counted in (reminded, lapsed, entered) for each, times in counted.items() if times > 1] == []
