from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from escalation.agreement import read
from escalation.crew.staff import Known
from incidents.ledger.sealing import ERASED
from notifications.message.message import Composer, IncidentMessage, seen_by
from notifications.message.reader import party_of
from notifications.message.words import duration, printable
from tests.support.paging import OneAgreement, Story, page, rung
from tests.support.staffed import Staffed

TWO_SIDED = (Path(__file__).resolve().parents[3] / "examples" / "agreements" / "two-sided.yaml").read_bytes()
STAFF = Staffed({"bob": Known("bob", "acme", "Bob"), "eve": Known("eve", "globex", "Eve")})


def _compose(story: Story, kind: str) -> IncidentMessage:
    composer = Composer(OneAgreement(), "http://tocsin.example/", STAFF)
    return composer.compose(story.delivery(kind), story.incident, story.clock.now())


@pytest.mark.parametrize(
    ("values", "why"),
    [
        (rung(page()), "It was reported (rung 1 of ladder S1)"),
        (
            rung(page(), number=1, clock="acknowledge", nth=2),
            "The acknowledge clock of 15 min ran out (rung 2 of ladder S1, round 3)",
        ),
        (rung(page(), number=2, clock="resolve"), "75 % of the resolve clock of 8 h is used up (rung 3 of ladder S1)"),
    ],
)
def test_a_page_says_why_in_words(values: dict[str, Any], why: str) -> None:
    """Whoever is woken reads which clock it was, how long it was, and how far the ladder has come."""
    story = Story()
    with story.moment() as at:
        story.incident.tell(story.incident.RungFired, at, **values)
    assert _compose(story, "page").why == why


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ("person:bob", "Taken by Bob"),
        ("person:eve", "Taken by somebody of globex"),
        ("person:gone", "Taken by person:gone"),
        ("key:2", "Taken by a program"),
    ],
)
def test_a_taken_notice_names_who_has_taken_it(by: str, said: str) -> None:
    """Actors are ids in the record: one's own people are told by name, and of the partner's whose they are."""
    story = Story()
    story.acknowledge(by=by)
    message = _compose(story, "taken")
    assert (message.why, message.status) == (said, "acknowledged")


def test_a_message_shows_the_incident_as_it_stands_and_its_running_clocks() -> None:
    """The severity at the moment of sending counts, not the one when the rung fired."""
    story = Story()
    story.fire(page())
    message = _compose(story, "page")
    assert (message.label, message.severity, message.service) == ("INC-1042", "S1", "payments-api")
    assert [(clock.clock, clock.state) for clock in message.clocks] == [
        ("acknowledge", "running"),
        ("resolve", "running"),
    ]
    assert message.link == "http://tocsin.example/v1/incidents/5f0c"
    assert message.late_by == 0


def test_a_message_knows_how_late_it_comes() -> None:
    """A page that waited for a channel is sent nonetheless, and says so."""
    story = Story()
    story.fire(page())
    story.clock.move(minutes=12)
    assert _compose(story, "page").late_by == 12 * 60


def test_an_erased_title_stays_erased() -> None:
    """What was forgotten in the record is not told by a page either."""
    story = Story()
    story.fire(page())
    vars(story.incident)["title"] = ERASED
    assert _compose(story, "page").title == "(erased)"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (45, "45 s"),
        (900, "15 min"),
        (90, "1 min 30 s"),
        (3600, "1 h"),
        (5400, "1 h 30 min"),
        (86400, "24 h"),
    ],
)
def test_durations_are_given_in_hours_minutes_and_seconds(seconds: int, words: str) -> None:
    """A day is no unit of a clock (clock rule 10), so a long duration stays in hours."""
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Zahlungen fallen aus: 支付失败 👩\u200d🚒", "Zahlungen fallen aus: 支付失败 👩\u200d🚒"),
        ("two\nlines\tand a tab", "two lines and a tab"),
        ("\x1b[2Jgone", "\ufffd[2Jgone"),
        ("\x9b31mred", "\ufffd31mred"),
        ("\u202eesrever", "\ufffdesrever"),
    ],
)
def test_text_cannot_steer_a_terminal(text: str, shown: str) -> None:
    """Words of any script stay; what moves cursors, colours or the reading direction does not."""
    assert printable(text) == shown


@pytest.mark.parametrize(
    ("recipient", "destination", "theirs"),
    [
        ("acme-duty", "https://pager.acme.example/in/7f3a", True),
        ("acme-duty", "acme-duty", True),
        ("acme-duty", "https://pager.globex.example/in/c41d", False),
        ("acme-pager", "https://pager.acme.example/in/7f3a", True),
        ("acme-pager", "https://pager.globex.example/in/c41d", False),
        ("globex-ops", "globex-ops", False),
        ("nobody", "https://elsewhere.example/", False),
    ],
)
def test_whoever_takes_the_post_must_be_allowed_to_read_it(recipient: str, destination: str, *, theirs: bool) -> None:
    """An agreement may send one party's contact to the other one's webhook, or give both the same name."""
    agreement, _ = read(TWO_SIDED)
    assert agreement is not None
    story = Story()
    story.fire(page())
    story.incident.visibility = {1: {"title": ["acme"]}}
    delivery = replace(story.delivery("page"), recipient=recipient, destination=destination)
    seen = seen_by(delivery, story.incident, agreement)
    assert seen is not None
    assert (seen.title == "Payments fail") == theirs


@pytest.mark.parametrize(
    ("party", "destination", "reader"),
    [
        ("globex", "person:eve", "globex"),
        ("acme", "https://pager.acme.example/in/7f3a", "acme"),
        ("acme", "https://pager.globex.example/in/c41d", "globex"),
        ("acme", "https://elsewhere.example/", "acme"),
    ],
)
def test_a_person_reads_for_their_party_unless_the_post_is_the_others(
    party: str, destination: str, reader: str
) -> None:
    """What arrives at a party's webhook that party can read, whomever it is for."""
    agreement, _ = read(TWO_SIDED)
    assert agreement is not None
    delivery = replace(Story().delivery("page"), recipient="person:eve", party=party, destination=destination)
    assert party_of(delivery, agreement) == reader
