"""Restrictions as rows: whatever way an incident came about, they are what the function says of it as it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from incidents.disclosure import Restriction, folded, restrictions
from incidents.happenings import WHOLE
from incidents.restrictions import RestrictionRows
from incidents.terms import FieldClass
from tests.support.told import CLASSES, Telling, incident_of, incidents, terms_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from incidents.incident import Incident
    from incidents.terms import Terms

Rows = dict[tuple[int, str], Restriction]


class OneAgreement:
    """Agreements with a single version."""

    def __init__(self, terms: Terms) -> None:
        """Take it."""
        self._terms = terms

    def in_force(self, partnership: str, at: datetime) -> Terms:
        """Nobody opens an incident here."""
        raise NotImplementedError

    def pinned(self, partnership: str, version: int) -> Terms:
        """Give it to an incident that is pinned to it."""
        assert (partnership, version) == ("acme-globex", 7)
        return self._terms


def rows_of(incident: Incident, cuts: list[int], classes: Mapping[str, FieldClass]) -> Rows:
    """Show the projection an incident in pieces that end after these versions, and give what it leaves in its table."""
    projection = RestrictionRows(OneAgreement(terms_of(classes)))
    kept: Rows = {}
    for start, end in zip([0, *cuts], cuts, strict=False):
        record = folded(incident.history[:end])
        for write in projection.writes(record, record.history[start:]):
            for row in write.rows:
                _apply(kept, row)
    return kept


def _apply(kept: Rows, row: Mapping[str, Any]) -> None:
    if "of" in row:
        for place in [place for place in kept if place[0] == row["at"]]:
            del kept[place]
        return
    place = (row["version"], row["field"])
    assert place not in kept, "the table's primary key"
    assert (row["stream"], row["partnership"]) == ("acme-globex/incident/5f0c", "acme-globex")
    kept[place] = Restriction(tuple(row["visible_to"]), row["why"])


@given(incidents(), st.data(), CLASSES)
def test_the_rows_are_what_the_function_says(
    incident: Incident, data: st.DataObject, classes: dict[str, FieldClass]
) -> None:
    """Shown one fact at a time, all at once, as a rebuild does, or in any pieces."""
    terms = terms_of(classes)
    expected = {
        (fact.originator_version, field): rule
        for fact in incident.history
        for field, rule in restrictions(fact, incident, terms).items()
    }
    every = list(range(1, incident.version + 1))
    some = data.draw(st.lists(st.sampled_from(every), unique=True).map(sorted))
    for cuts in (every, every[-1:], [*(cut for cut in some if cut < incident.version), incident.version]):
        assert rows_of(incident, cuts, classes) == expected


def test_a_fact_that_is_shared_again_has_no_rows() -> None:
    """A restriction that was lifted leaves nothing behind, and one that comes later is written for the earlier fact."""
    incident = incident_of(
        Telling("declared", "acme"),
        Telling("noted", "acme", ["acme"]),
        Telling("resolved", "acme"),
        Telling("visibility_changed", "acme", entry=2, fields=(WHOLE,), to=None),
        Telling("visibility_changed", "acme", entry=3, fields=("text",), to=["acme"]),
    )
    assert rows_of(incident, [1, 2, 3], {}) == {(2, WHOLE): Restriction(("acme",), "internal")}
    assert rows_of(incident, [1, 2, 3, 4, 5], {}) == {(3, "text"): Restriction(("acme",), "internal")}


def test_a_class_has_a_row_for_each_field_in_it() -> None:
    """Lists, feed and search ask for classes in the same rows."""
    classes = {"text": FieldClass("personal", frozenset({"globex"}))}
    incident = incident_of(Telling("declared"), Telling("noted"), Telling("acknowledged"))
    assert rows_of(incident, [1, 2, 3], classes) == {(2, "text"): Restriction(("globex",), "class:personal")}
