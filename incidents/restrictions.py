"""Restrictions as rows: what `disclosure.py` decides, kept where lists, feed and search can ask for it in SQL.

Written in each command's own transaction, so that a restriction holds everywhere from its commit on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ARRAY, Text, and_, bindparam, delete, exists, false, insert, literal, or_, select

from incidents.disclosure import EVERYTHING, Restriction, Viewer, restrictions
from incidents.happenings import WHOLE, AgreementMigrated, VisibilityChanged
from incidents.incident import Incident
from incidents.ledger.pipeline import Write
from incidents.tables import incident_states
from incidents.tables import restrictions as table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection

    from incidents.ledger.facts import Fact, Record
    from incidents.terms import Agreements

_DROP = delete(table).where(table.c.stream == bindparam("of"), table.c.version == bindparam("at"))
_INSERT = insert(table)
_OF_STREAMS = select(table.c.stream, table.c.version, table.c.field, table.c.visible_to, table.c.why).where(
    table.c.stream == bindparam("streams", type_=ARRAY(Text)).any_()
)

_OF_FIRSTS = _OF_STREAMS.where(table.c.version == 1)


class RestrictionRows:
    """The projection: one row for each restricted field of a fact."""

    table = table
    compared = tuple(column.name for column in table.c)

    def __init__(self, agreements: Agreements) -> None:
        """Take where an incident's terms are found: they put fields into classes."""
        self._agreements = agreements

    def writes(self, record: Record, new: Sequence[Fact]) -> Iterable[Write]:
        """Give the rows of new facts, and anew those of older ones whose visibility was changed."""
        if not isinstance(record, Incident) or not new:
            return
        terms = self._agreements.pinned(record.partnership, record.agreement_version)
        changed = {fact.entry for fact in new if isinstance(fact, VisibilityChanged)}
        if any(isinstance(fact, AgreementMigrated) for fact in new):  # another version may have other classes of fields
            changed |= {fact.originator_version for fact in record.history}
        concerned = changed | {fact.originator_version for fact in new}
        yield Write(_DROP, [{"of": record.id, "at": version} for version in sorted(changed)])
        rows = [
            {"stream": record.id, "version": version, "field": field, "partnership": record.partnership}
            | {"visible_to": list(rule.visible_to), "why": rule.why}
            for version in sorted(concerned)
            for field, rule in sorted(restrictions(record.history[version - 1], record, terms).items())
        ]
        yield Write(_INSERT, rows)


def exists_for(viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition that an incident of `incident_states` exists for a viewer."""
    if viewer.everything:
        return literal(value=True)
    named = incident_states.c.visible_to
    return or_(named.is_(None), named.any_() == viewer.party)


def disclosed(viewer: Viewer, stream: Any, version: Any, field: Any) -> ColumnElement[bool]:  # noqa: ANN401 - columns or values
    """Give the condition that a field of a fact is disclosed to a viewer; columns or values say which."""
    if viewer.everything:
        return literal(value=True)
    here = and_(table.c.version == version, table.c.field.in_([WHOLE, field]))
    whole_incident = and_(table.c.version == 1, table.c.field == WHOLE)
    withheld = (table.c.stream == stream) & or_(here, whole_incident) & ~_named(viewer)
    return ~exists(select(1).select_from(table).where(withheld))


def for_each(
    viewers: Mapping[str, Viewer] | None,
    partnership: ColumnElement[str],
    condition: Callable[[Viewer, Sequence[str] | None], ColumnElement[bool]],
) -> ColumnElement[bool]:
    """Give the condition that holds where somebody's viewer in each partnership makes it hold.

    Args:
        viewers: As whom they read, by partnership; None: everything, everywhere.
        partnership: The column that names a row's partnership.
        condition: What must hold for a viewer, in the partnerships (None: all) that are read as that one.
    """
    if viewers is None:
        return condition(EVERYTHING, None)
    groups: dict[Viewer, list[str]] = {}
    for name, viewer in sorted(viewers.items()):
        groups.setdefault(viewer, []).append(name)
    each = (partnership.in_(names) & condition(viewer, names) for viewer, names in groups.items())
    return or_(false(), *each)


def of_firsts(streams: Sequence[str], connection: Connection) -> Mapping[str, dict[str, Restriction]]:
    """Read what is restricted in the first facts of some streams: what their incidents were declared with."""
    found: dict[str, dict[str, Restriction]] = {}
    for stream, _, field, visible_to, why in connection.execute(_OF_FIRSTS, {"streams": list(streams)}):
        found.setdefault(stream, {})[field] = Restriction(tuple(visible_to), why)
    return found


def of_streams(streams: Sequence[str], connection: Connection) -> Mapping[tuple[str, int], dict[str, Restriction]]:
    """Read what is restricted in some streams, by stream and version."""
    found: dict[tuple[str, int], dict[str, Restriction]] = {}
    for stream, version, field, visible_to, why in connection.execute(_OF_STREAMS, {"streams": list(streams)}):
        found.setdefault((stream, version), {})[field] = Restriction(tuple(visible_to), why)
    return found


def _named(viewer: Viewer) -> ColumnElement[bool]:
    return literal(value=False) if viewer.party is None else table.c.visible_to.any_() == viewer.party
