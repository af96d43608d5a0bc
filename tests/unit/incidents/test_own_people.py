"""Which of its people a page reached is a party's own: the other reads the name by which they were called, at most."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from incidents.disclosure import EVERYTHING, Viewer, folded, shown, without_others_people
from incidents.ledger.sealing import Hidden
from tests.support.told import Telling, fact_of, terms_of

ACME, GLOBEX, NEITHER = Viewer("acme"), Viewer("globex"), Viewer(None)
OURS = {
    "delivery": "d1",
    "recipient": "person:ann",
    "channel": "webhook",
    "via": "webhook:pager",
    "urgency": 0,
    "party": "acme",
    "called": "schedule:acme.first",
    "after": 60,
}
CONTACT = {"delivery": "d2", "recipient": "globex-ops", "channel": "terminal", "via": "terminal", "urgency": 1}


@pytest.mark.parametrize("viewer", [GLOBEX, NEITHER])
def test_people_of_another_party_are_told_by_the_name_they_were_called_by(viewer: Viewer) -> None:
    """Neither who they are, nor by which of their ways, nor how patiently they were reached; contacts stay."""
    masked = {
        "delivery": "d1",
        "recipient": "schedule:acme.first",
        "channel": "webhook",
        "urgency": 0,
        "party": "acme",
        "called": "schedule:acme.first",
    }
    assert without_others_people([OURS, CONTACT], viewer) == [masked, CONTACT]
    by_id = without_others_people([OURS | {"called": "person:ann"}], viewer)
    assert by_id == [masked | {"recipient": None, "called": None}]


@pytest.mark.parametrize("viewer", [ACME, EVERYTHING])
def test_their_own_party_and_auditors_see_whom(viewer: Viewer) -> None:
    """As it was recorded."""
    assert without_others_people([OURS, CONTACT], viewer) == [OURS, CONTACT]


@pytest.mark.parametrize(
    ("kind", "kept"),
    [
        ("page_sent", {"recipient"}),
        ("page_failed", {"recipient"}),
        ("page_withdrawn", {"recipient", "why"}),
        ("page_requeued", {"recipient"}),
    ],
)
def test_what_became_of_a_persons_page_shows_but_not_whose_it_was(kind: str, kept: set[str]) -> None:
    """Nor why it met nobody: that they are away, or gone."""
    declared, outcome = fact_of(1, Telling("declared")), replace(fact_of(2, Telling(kind)), party="acme")  # type: ignore[call-arg]  # all of them have it
    incident = folded([declared, outcome])
    for viewer, withheld in ((ACME, set()), (EVERYTHING, set()), (GLOBEX, kept), (NEITHER, kept)):
        seen = shown(incident, viewer, terms_of({}))
        assert seen is not None
        assert {name for name, value in vars(seen.history[1]).items() if isinstance(value, Hidden)} == withheld


@pytest.mark.parametrize("name", ["person:0af1", "team:acme.payments", "schedule:acme.first"])
def test_whom_of_its_own_a_party_asks_by_name_is_its_own(name: str) -> None:
    """A contact or role, which the agreement names, is everybody's to know."""
    asked = {"responder_asked": "whom", "reassigned": "to"}
    for kind, field in asked.items():
        for whom, hidden in ((name, True), ("acme-duty", False), ("provider.coo", False)):
            changed: dict[str, Any] = {field: whom}
            told = replace(fact_of(2, Telling(kind, "acme")), **changed)
            incident = folded([fact_of(1, Telling("declared")), told])
            seen = shown(incident, GLOBEX, terms_of({}))
            assert seen is not None
            assert isinstance(vars(seen.history[1])[field], Hidden) is hidden
            own = shown(incident, ACME, terms_of({}))
            assert own is not None
            assert vars(own.history[1])[field] == whom
