"""The ladders of an incident, over HTTP: each party reads its own people by name, and of the other's who was called."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.access.members import Grant
from api.http.resources.agreements import EXAMPLE
from escalation.changes import Sender
from escalation.crew.teams import Place
from tests.support.deciding import PARTNERSHIP, Bench

if TYPE_CHECKING:
    from tests.support.http import Site

OPENED = "      - {when: opened, to: [acme-duty], notify: [globex-ops]}\n"
LATER = "      - {when: unanswered, to: [acme-duty, {team: acme.night-watch}], wait: PT10M}\n"


@pytest.fixture
def bench(site: Site) -> Bench:
    """Give two parties; the provider's contact is held by a team of Ana alone, which the agreement does not name."""
    made = Bench(site, EXAMPLE.replace(OPENED, OPENED + LATER, 1))
    ana = site.tocsin.people.register("Ana Lovelace", "ana@acme.example", by="test")
    site.tocsin.members.grant(PARTNERSHIP, Grant(ana, "acme", ["responder"]), by="test")
    acme = Sender("test", "acme")
    for team in ("hidden-crew", "night-watch"):
        site.tocsin.crew.teams.create(Place(PARTNERSHIP, "acme", team), None, [ana], acme)
    site.tocsin.crew.contacts.name_holder(PARTNERSHIP, "acme-duty", "team:acme.hidden-crew", acme)
    return made


def test_a_party_reads_who_was_told_and_who_is_next(bench: Bench) -> None:
    """By name, as the rung reached them when it was told, and as it would reach them now."""
    incident = bench.declare()
    bench.turn()
    view = bench.read(incident, "ladder")
    [shared] = [each for each in view["ladders"] if each["ladder"] == "S1"]
    assert [(each["rung"], each["state"]) for each in shared["rungs"]] == [(0, "told"), (1, "to_come")]
    [told] = shared["rungs"][0]["rounds"]
    page, notice = told["pages"]
    assert (page["name"], page["called"], page["urgency"], page["outcome"]) == (
        "Ana Lovelace",
        "acme-duty",
        "page",
        "waiting",
    )
    assert (notice["recipient"], notice["name"], notice["urgency"]) == ("globex-ops", None, "notice")
    coming = view["next"][0]
    assert (coming["ladder"], coming["rung"], coming["because"], coming["expected"]) == ("S1", 1, "unanswered", False)
    assert [[person["name"] for person in whom["people"]] for whom in coming["whom"]] == [["Ana Lovelace"]] * 2
    assert view["sides"] == [
        {
            "side": None,
            "ladder": "S1",
            "acknowledged_by": None,
            "acknowledged_at": None,
            "expires_at": None,
            "snoozed_until": None,
        }
    ]


def test_the_other_party_reads_names_of_the_agreement_alone(bench: Bench) -> None:
    """Neither who they are, nor the team that holds the contact, nor how many are in one."""
    incident = bench.declare()
    bench.turn()
    theirs = bench["globex"].get(f"/v1/incidents/{incident['id']}/ladder")
    ours = bench["acme"].get(f"/v1/incidents/{incident['id']}/ladder")
    assert [secret in ours.raw for secret in (b"Lovelace", b"person:")] == [True, True]
    assert [secret in theirs.raw for secret in (b"Lovelace", b"person:", b"hidden-crew")] == [False] * 3
    [whom] = [each["people"] for each in theirs.body["next"][0]["whom"] if each["called"] == "team:acme.night-watch"]
    assert whom is None


def test_the_operator_reads_everybody_by_name(bench: Bench) -> None:
    """Whoever may audit sees the people of both parties."""
    incident = bench.declare()
    bench.turn()
    assert b"Ana Lovelace" in bench.site.operator.get(f"/v1/incidents/{incident['id']}/ladder").raw


def test_an_acknowledgement_is_read_back_at_once(bench: Bench) -> None:
    """Nothing is to come for what asks who takes it; each incident links to its ladders."""
    incident = bench.declare()
    bench.turn()
    taken = bench["acme"].must(incident, "acknowledge")
    view = bench["acme"].get(taken["links"]["ladder"]).body
    assert view["sides"][0]["acknowledged_by"] == taken["acknowledged_by"]
    assert [each for each in view["next"] if each["ladder"] == "S1"] == []
    assert [each["state"] for each in view["ladders"][0]["rungs"]] == ["told", "answered"]


def test_the_ladders_of_an_incident_that_is_not_theirs_are_not_there(bench: Bench) -> None:
    """An internal incident has none for the partner."""
    incident = bench.declare(visibility="internal")
    assert bench["globex"].get(f"/v1/incidents/{incident['id']}/ladder").status == 404
