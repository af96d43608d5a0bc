"""The directory on a real database: what it finds, within reach and out of it, and whom the engine pages by it."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event, text

from api.access.members import Grant
from api.bootstrap import build
from escalation.changes import Sender
from escalation.crew.profile import Leave
from escalation.crew.reaching import PAGE, Calling
from escalation.crew.staff import Known, OnCall, Step
from escalation.crew.teams import Place
from escalation.oncall.book import Place as SchedulePlace
from escalation.oncall.settings import Settings
from incidents.errors import InvalidField
from incidents.happenings import RungFired
from incidents.incident import Incident
from incidents.ledger import erasure
from incidents.ledger.connections import connect
from incidents.ledger.reach import ERASER, RUNTIME, reaching
from incidents.ledger.rebuild import check
from tests.support.clock import NOON

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from api.bootstrap import Tocsin
    from tests.support.desk import Desk

ACME = Sender("key:1", "acme")
DAY = timedelta(days=1)


def member(desk: Desk, name: str, party: str = "acme") -> str:
    """Register somebody and let them be a member; give their id."""
    person = desk.tocsin.people.register(name, f"{name.lower()}@{party}.example", by="test")
    desk.tocsin.members.grant(desk.agreement.partnership, Grant(person, party, ["responder"]), by="test")
    return person


def schedule(desk: Desk, name: str, *people: str) -> None:
    """Let people be on call, each for a day, one after the other from noon on."""
    layer = {
        "rotation": "daily",
        "interval": 1,
        "start": "2026-03-02T12:00",
        "participants": list(people),
    }
    place = SchedulePlace(desk.agreement.partnership, "acme", name)
    desk.tocsin.schedules.create(place, Settings(None, "UTC", ("boss",)), [layer], ACME)


def told(values: dict[str, Any], incident: Incident, at: datetime) -> None:
    """Tell of a rung that it fired."""
    incident.tell(RungFired, at, **values)


def fired(desk: Desk, stream: str) -> list[list[str]]:
    """Give whom each round of a ladder paged or told."""
    return [[page["recipient"] for page in fact.pages] for fact in desk.told(stream, RungFired)]


@pytest.fixture
def web(desk: Desk) -> Iterator[Tocsin]:
    """Yield what a web process has: it reaches nothing by itself."""
    served = build(desk.url, role=RUNTIME, clock=desk.clock, committed=lambda: None)
    yield served
    served.close()


@contextmanager
def counted(tocsin: Tocsin) -> Iterator[list[str]]:
    """Collect what is taken from the pool meanwhile: one connection a query."""
    taken: list[str] = []

    def take(*_: object) -> None:
        taken.append("query")

    event.listen(tocsin.database, "checkout", take)
    yield taken
    event.remove(tocsin.database, "checkout", take)


def test_a_member_is_found_as_their_profile_says(desk: Desk) -> None:
    """In two queries; away while they are away, and not known any more once they have left."""
    ann, crew = member(desk, "Ann"), desk.tocsin.crew
    crew.profiles.describe(ann, "Europe/Berlin", ["de", "en"], Sender(f"person:{ann}"))
    crew.profiles.change_rules(ann, [Step("terminal", 60)], [], Sender(f"person:{ann}"))
    crew.profiles.give_address(ann, "mobile", "phone", "+4930123456", Sender(f"person:{ann}"))
    crew.profiles.give_address(ann, "home", "email", "ann@home.example", Sender(f"person:{ann}"))
    crew.profiles.add_absence(ann, Leave(NOON + DAY, NOON + 2 * DAY, "Dentist"), Sender(f"person:{ann}"))
    said = Known(
        ann,
        "acme",
        "Ann",
        "Europe/Berlin",
        ("de", "en"),
        absent=False,
        high=(Step("terminal", 60),),
        addresses={
            "email": "ann@acme.example",
            "email:home": "ann@home.example",
            "sms:mobile": "+4930123456",
            "voice:mobile": "+4930123456",
        },
    )
    partnership = desk.agreement.partnership
    with counted(desk.tocsin) as taken:
        assert crew.directory.person(partnership, ann, NOON) == said
    assert len(taken) == 2
    away = crew.directory.person(partnership, ann, NOON + DAY)
    assert away is not None
    assert away.absent
    assert crew.directory.person("initech-umbrella", ann, NOON) is None
    desk.tocsin.people.deactivate(ann, by="test")
    assert crew.directory.person(partnership, ann, NOON) is None
    assert check(desk.tocsin.ledger).differences == ()


def test_whoever_signs_in_without_a_mail_address_is_not_mailed_there(desk: Desk) -> None:
    """A service has none, so no rule of its names it; another that it was given will do."""
    crew, by = desk.tocsin.crew, Sender("test")
    service = desk.tocsin.people.service("Monitor", "https://login.acme.example", "client-7", by="test")
    with pytest.raises(InvalidField) as refused:
        crew.profiles.change_rules(service, [], [Step("terminal"), Step("email")], by)
    assert refused.value.field == "low.1.via"
    crew.profiles.give_address(service, "team", "email", "team@acme.example", by)
    crew.profiles.change_rules(service, [], [Step("email:team")], by)
    ann = member(desk, "Ann")
    crew.profiles.change_rules(ann, [Step("email")], [], by)


def test_all_of_a_team_are_found_in_as_many_queries_as_one_of_them(desk: Desk) -> None:
    """One for the team, two for its people: whether it has three or a hundred; whoever has left is not among them."""
    people = [member(desk, name) for name in ("Ann", "Bob", "Cid")]
    partnership, crew = desk.agreement.partnership, desk.tocsin.crew
    crew.teams.create(Place(partnership, "acme", "payments"), None, people, ACME)
    desk.tocsin.people.deactivate(people[1], by="test")
    calling = Calling(desk.agreement, crew.directory, NOON)
    with counted(desk.tocsin) as taken:
        reached = calling.reach(["team:acme.payments"], PAGE)
    assert len(taken) == 3
    assert [ways[0].contact for ways in reached.people] == [f"person:{people[0]}", f"person:{people[2]}"]


def test_a_web_process_finds_what_lies_within_its_reach(desk: Desk, web: Tocsin) -> None:
    """Nothing at all outside of it, and all of it within; profiles are read at the gate alone."""
    ann, partnership = member(desk, "Ann"), desk.agreement.partnership
    schedule(desk, "first", ann)
    desk.tocsin.crew.teams.create(Place(partnership, "acme", "payments"), None, [ann], ACME)
    desk.tocsin.crew.contacts.name_holder(partnership, "duty", "team:acme.payments", ACME)
    found = []
    for reach in ((), (partnership,), ("initech-umbrella",)):
        with reaching(*reach):
            staff = web.crew.directory
            found.append(
                (
                    staff.holder(partnership, "duty"),
                    staff.team(partnership, "acme", "payments"),
                    staff.on_call(partnership, "acme", "first", NOON),
                )
            )
    assert found == [(None, None, None), ("team:acme.payments", (ann,), OnCall((ann,), ("boss",))), (None, None, None)]


def test_the_engine_pages_whoever_holds_a_contact_when_it_pages(desk: Desk) -> None:
    """Two seconds after the handoff the next one on call, not who was when the incident opened; nobody who is away."""
    ann, bob = member(desk, "Ann"), member(desk, "Bob")
    partnership, crew = desk.agreement.partnership, desk.tocsin.crew
    schedule(desk, "first", ann, bob)
    crew.contacts.name_holder(partnership, "duty", "schedule:acme.first", ACME)
    desk.clock.move(days=1, seconds=-3)
    stream = desk.declare()
    desk.turn()
    assert fired(desk, stream) == [[f"person:{ann}", "partner"]]
    desk.turn(seconds=5)
    assert fired(desk, stream)[1][0] == f"person:{bob}"
    crew.profiles.add_absence(bob, Leave(NOON, NOON + 9 * DAY), Sender("test"))
    desk.turn(seconds=5)
    paged = [person for names in fired(desk, stream)[2:] for person in names]
    assert not {f"person:{ann}", f"person:{bob}"} & {*paged}
    assert check(desk.tocsin.ledger).differences == ()


def test_whose_turn_it_was_is_known_over_all_incidents(desk: Desk) -> None:
    """The latest beginning counts, and a rebuild finds the same, in whichever order it reads the incidents."""
    incidents, staff = [desk.declare() for _ in range(4)], desk.tocsin.crew.directory
    assert staff.last_turn(desk.agreement.partnership, "S1", 0) is None
    for number in (3, 1, 0, 2):
        desk.clock.move(seconds=1)
        place = {"ladder": "S1", "rung": 0, "clock": None, "cycle": 7, "round": 0, "of": 3}
        page = {"delivery": f"{number:032x}", "channel": "terminal", "via": "terminal", "urgency": 0}
        values = {**place, "pages": [page | {"recipient": f"person:{number}"}]}
        desk.tocsin.ledger.witness(Incident, incidents[number], partial(told, values))
    assert staff.last_turn(desk.agreement.partnership, "S1", 0) == "person:2"
    assert check(desk.tocsin.ledger).differences == ()


def test_what_a_person_said_of_themselves_can_be_erased(desk: Desk) -> None:
    """Zone, languages, addresses and notes are in no table any more; the tables agree with the facts."""
    ann, crew = member(desk, "Ann"), desk.tocsin.crew
    crew.profiles.describe(ann, "Pacific/Apia", ["sm"], Sender("test"))
    crew.profiles.add_absence(ann, Leave(NOON, NOON + DAY, "In hospital"), Sender("test"))
    crew.profiles.give_address(ann, "mobile", "phone", "+4930123456", Sender("test"))
    eraser = connect(desk.url, ERASER, pool_size=1)
    erasure.erase(eraser, desk.tocsin.ledger, f"profile/{ann}", by="key:officer")
    eraser.dispose()
    with desk.tocsin.database.connect() as connection:
        stored = str([connection.execute(text(f"SELECT * FROM {name}")).all() for name in ("profiles", "disclosures")])  # noqa: S608 - the names are these
    assert not any(word in stored for word in ("Apia", "'sm'", "hospital", "30123456"))
    known = crew.directory.person(desk.agreement.partnership, ann, NOON)
    assert known is not None
    assert (known.tz, known.absent, set(known.addresses)) == (None, True, {"email"})
    assert check(desk.tocsin.ledger).differences == ()
