"""Letters: why each waits, in words, whose it is, and what of it a reader may see."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.crew.staff import Known
from escalation.terms import AgreementTerms
from incidents import happenings as h
from incidents.disclosure import EVERYTHING, Viewer, shown
from incidents.reading import Seen
from incidents.terms import FieldClass
from notifications.letters.letter import Attempt, Letter, lane_of, why_it_waits
from notifications.letters.view import OfIncident, Reader
from notifications.letters.whose import own_of, party_owed
from notifications.owed.deliveries import announced
from notifications.queue.delivery import FAILED, PAGE, TAKEN, WAITING
from tests.support.paging import Story, page, the_agreement
from tests.support.staffed import Staffed

if TYPE_CHECKING:
    from notifications.letters.view import LetterView

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ACME, GLOBEX = Viewer("acme"), Viewer("globex")
LETTER = Letter(
    id="d1",
    partnership="acme-globex",
    stream="acme-globex/incident/5f0c",
    version=2,
    kind=PAGE,
    recipient="acme-duty",
    channel="webhook",
    destination="https://hooks.acme.example/secret",
    party=None,
    urgency=0,
    status=WAITING,
    owed_at=NOON,
    due_at=NOON,
    waits_for=None,
    leased_until=None,
    tries=0,
    tried_before=0,
    refused=0,
    detail=None,
    finished_at=None,
)
ANNS = {"recipient": "person:ann", "party": "acme", "called": "acme-duty"}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, "next in its lane"),
        ({"leased_until": NOON + timedelta(seconds=9)}, "being sent"),
        ({"leased_until": NOON}, "next in its lane"),
        ({"due_at": NOON + timedelta(minutes=3)}, "queued until 12:03 UTC"),
        (
            {"due_at": NOON + timedelta(minutes=3), "waits_for": "HTTP 429 from hooks.acme.example"},
            "queued until 12:03 UTC: HTTP 429 from hooks.acme.example",
        ),
        (
            {"due_at": NOON + timedelta(minutes=2), "waits_for": "bundled"},
            "queued until 12:02 UTC: it goes out together with what else informs its recipient",
        ),
        ({"due_at": NOON + timedelta(days=1)}, "queued until 2026-03-03 12:00 UTC"),
        ({"waits_for": "timed out"}, "next in its lane"),
        ({"status": FAILED, "due_at": NOON + timedelta(minutes=3)}, None),
    ],
)
def test_why_a_letter_waits(changed: dict[str, Any], words: str | None) -> None:
    """Until when, and what holds it back; what is due waits for its lane alone."""
    assert why_it_waits(replace(LETTER, **changed), NOON) == words


def test_what_holds_it_back_is_not_for_everybody() -> None:
    """Until when shows all the same."""
    held = replace(LETTER, due_at=NOON + timedelta(minutes=3), waits_for="HTTP 429 from hooks.acme.example")
    assert why_it_waits(held, NOON, in_full=False) == "queued until 12:03 UTC"


@pytest.mark.parametrize(
    ("destination", "lane"),
    [
        ("https://hooks.acme.example:8443/secret?token=1", "hooks.acme.example"),
        ("https://user:secret@hooks.acme.example/", "hooks.acme.example"),
        ("person:ann/sms:mobile", "acme-duty"),
        ("noc@acme.example", "acme-duty"),
        ("+4930123456", "acme-duty"),
        ("https://[", "acme-duty"),
    ],
)
def test_a_lane_is_called_by_a_host_or_a_recipient(destination: str, lane: str) -> None:
    """Never by an address: neither a path, nor a mailbox, nor a number."""
    assert lane_of("acme-duty", destination) == lane


@given(st.text())
def test_no_lane_is_called_by_more_than_a_host(path: str) -> None:
    """Whatever a webhook's path holds."""
    assert lane_of("acme-duty", f"https://hooks.acme.example/{path}") == "hooks.acme.example"


def test_a_letter_is_asked_about_as_the_sender_would_have_it() -> None:
    """With all that tells one delivery from another."""
    claimed = replace(LETTER, tries=3, tried_before=2, party="acme").claimed(NOON)
    assert (claimed.id, claimed.version, claimed.party, claimed.tries_now) == ("d1", 2, "acme", 1)
    assert claimed.leased_until == NOON


def test_whose_a_delivery_is() -> None:
    """A person's party, or that of the contact; a name that the agreement has not says nothing."""
    agreement = the_agreement()
    assert party_owed("person:ann", "acme", agreement) == "acme"
    assert party_owed("globex-ops", None, agreement) == "globex"
    assert party_owed("nobody", None, agreement) is None
    assert own_of("acme", [agreement]).names == {"acme-duty", "acme-ops"}


class Told(Story):
    """An incident whose letters are read."""

    def view(self, letter: Letter, viewer: Viewer, **classes: FieldClass) -> LetterView | None:
        """Read one as somebody, with these fields in classes."""
        agreement = replace(the_agreement(), confidentiality=classes)
        seen = shown(self.incident, viewer, AgreementTerms(agreement))
        assert seen is not None
        staff = Staffed()
        staff.people = {"ann": Known("ann", "acme", "Ann")}
        reader = Reader(viewer, staff, self.clock.now())
        return OfIncident(Seen(seen, self.incident, final=False), lambda _: agreement, reader).view(letter)

    def letter(self, told: dict[str, Any], **changed: Any) -> Letter:  # noqa: ANN401 - the fields of Letter
        """Give the letter of a page that the last fact told."""
        row = {"id": told["delivery"], "recipient": told["recipient"], "party": told.get("party")}
        return replace(LETTER, **row, version=self.incident.version, **changed)


@pytest.mark.parametrize(
    ("viewer", "seen"),
    [
        (ACME, ("person:ann", "Ann", "acme-duty", "terminal")),
        (EVERYTHING, ("person:ann", "Ann", "acme-duty", "terminal")),
        (GLOBEX, ("acme-duty", None, "acme-duty", None)),
        (Viewer(None), ("acme-duty", None, "acme-duty", None)),
    ],
)
def test_people_are_named_to_their_own_party_alone(viewer: Viewer, seen: tuple[str | None, ...]) -> None:
    """The other reads how they were called; neither on which way, nor what was answered there."""
    story, told = Told(), page(channel="terminal") | ANNS
    story.fire(told)
    tried = Attempt(1, NOON, "retry", "timed out", 10_000)
    found = story.view(story.letter(told, attempts=(tried,)), viewer)
    assert found is not None
    assert (found.recipient, found.name, found.called, found.way) == seen
    whole = seen[0] == "person:ann"
    assert found.attempts == ((tried,) if whole else (replace(tried, detail=None),))
    assert found.owed_by == "acme"


def test_whoever_was_called_by_their_own_id_has_no_name_for_the_other_party() -> None:
    """An id is a name, too."""
    story, told = Told(), page(channel="terminal") | ANNS | {"called": "person:ann"}
    story.fire(told)
    found = story.view(story.letter(told), GLOBEX)
    assert found is not None
    assert (found.recipient, found.called, found.name) == (None, None, None)


def test_what_is_withheld_of_a_round_is_withheld_here() -> None:
    """A class of the agreement keeps its pages from a party: then there is no such letter for them."""
    story, told = Told(), page(channel="terminal")
    story.fire(told)
    personal = FieldClass("personal", frozenset({"acme"}))
    assert story.view(story.letter(told), GLOBEX, **{"rung_fired.pages": personal}) is None
    assert story.view(story.letter(told), ACME, **{"rung_fired.pages": personal}) is not None


def test_why_one_failed_is_told_as_the_record_tells_it() -> None:
    """Not what is withheld there; and nothing any more of one that is to be sent again."""
    story, told = Told(), page(channel="terminal")
    story.fire(told)
    letter = story.letter(told)
    with story.moment() as at:
        whom: dict[str, Any] = {name: told[name] for name in ("delivery", "recipient", "channel")}
        story.incident.tell(h.PageFailed, at, kind="page", **whom, tries=8, detail="HTTP 503")
    technical = {"page_failed.detail": FieldClass("technical", frozenset({"acme"}))}
    details = [
        (each.detail if each else "") for each in (story.view(letter, who, **technical) for who in (ACME, GLOBEX))
    ]
    assert details == ["HTTP 503", None]
    with story.moment() as at:
        story.incident.requeue(told["delivery"], by="key:2", at=at, for_party="acme")
    again = story.view(letter, ACME)
    assert again is not None
    assert again.detail is None


def test_an_announcement_is_shown_like_the_page_that_it_follows() -> None:
    """That somebody has taken it goes to the same person, whom the other party knows by the same name."""
    story, told = Told(), page(channel="terminal") | ANNS
    story.fire(told)
    story.sent(told)
    story.acknowledge()
    version = story.incident.version
    taken = announced(story.incident.id, version, told)
    letter = replace(LETTER, id=taken, kind=TAKEN, version=version, recipient="person:ann", party="acme", urgency=1)
    for viewer, recipient in ((ACME, "person:ann"), (GLOBEX, "acme-duty")):
        found = story.view(letter, viewer)
        assert found is not None
        assert (found.recipient, found.called) == (recipient, "acme-duty")
