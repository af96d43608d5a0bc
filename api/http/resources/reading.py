"""Reading an incident: as it stands or stood, its timeline, its clocks, and how two versions differ."""

from __future__ import annotations

from dataclasses import fields
from functools import partial
from typing import TYPE_CHECKING, Any

from api.access.permissions import Scope
from api.http import openapi
from api.http.access import stream_of, tocsin, viewer
from api.http.moments import memento_headers, moment_of
from api.http.preconditions import etag
from api.http.resources.answers import view_of
from api.http.resources.incidents import incidents
from api.http.schemas.clocks import Clocks
from api.http.schemas.incidents import IncidentView, Timeline, TimelineEntry
from api.http.schemas.reading import Difference, DifferenceQuery, MomentQuery, TimelineQuery
from escalation.clocks.reading import readings
from incidents.errors import NotFound
from incidents.happenings import WHOLE
from incidents.reading import Moment
from incidents.state import changes, state_of
from incidents.timeline import Entry, Gap
from incidents.timeline import timeline as timeline_of
from notifications.addresses import incident_address

if TYPE_CHECKING:
    from api.http.resources.answers import Body, Shown
    from incidents.reading import Seen

_REFERENCE = (openapi.REFERENCE_PARAMETER,)
_READ: dict[str, Any] = {"errors": openapi.READ_ERRORS, "path": _REFERENCE, "scope": Scope.INCIDENTS_READ}
_NOTHING: dict[str, Any] = {**dict.fromkeys(field.name for field in fields(Entry)), "data": {}, "changes": []}
"""Of an entry that is withheld as a whole."""
_VERSION = {"name": "version", "in": "path", "required": True, "description": "The entry's version."}
_MEMENTO = {"Memento-Datetime": "MEMENTO", "Cache-Control": "CACHING"}


@incidents.operation(
    "GET",
    "/<reference>",
    "getIncident",
    example={"query": {"at_version": 1}},
    takes=MomentQuery,
    gives=IncidentView,
    headers={"ETag": "REVISION", **_MEMENTO},
    **_READ,
)
def get(query: Body, reference: str) -> Shown:
    """Read an incident, as it stands or as it stood."""
    seen = _seen(reference, moment_of(query))
    headers = {"ETag": etag(seen.incident.revision)}
    return view_of(seen.incident), headers | memento_headers(query, final=seen.final)


@incidents.operation(
    "GET",
    "/<reference>/timeline",
    "getTimeline",
    example={"query": {"kinds": "declared,noted"}},
    takes=TimelineQuery,
    gives=Timeline,
    headers=_MEMENTO,
    **_READ,
)
def timeline(query: Body, reference: str) -> Shown:
    """Read the facts of an incident, in the order of recording.

    What is withheld from you keeps its place: `withheld_entries` counts such entries, and each says why. With `kinds`
    they are left out.
    """
    seen = _seen(reference, moment_of(query))
    entries = timeline_of(seen.incident, tocsin().ledger.catalogue)
    kinds = query.get("kinds")
    told = [entry for entry in entries if kinds is None or (isinstance(entry, Entry) and entry.kind in kinds)]
    body = {
        "entries": [_entry_view(seen.incident.public_id, entry) for entry in told],
        "withheld_entries": sum(isinstance(entry, Gap) for entry in entries),
    }
    return body, memento_headers(query, final=seen.final)


@incidents.operation(
    "GET",
    "/<reference>/timeline/<int(min=1, max=2147483647):version>",
    "getEntry",
    example={"path": {"version": 1}},
    gives=TimelineEntry,
    **(_READ | {"path": (*_REFERENCE, _VERSION)}),
)
def entry(reference: str, version: int) -> dict[str, Any]:
    """Read one fact of an incident: the address that each entry of a timeline gives as its own."""
    seen = _seen(reference, Moment())
    entries = timeline_of(seen.incident, tocsin().ledger.catalogue)
    if version > len(entries):
        raise NotFound
    return _entry_view(seen.incident.public_id, entries[version - 1])


@incidents.operation(
    "GET",
    "/<reference>/clocks",
    "getClocks",
    example={"query": {"at_version": 1}},
    takes=MomentQuery,
    gives=Clocks,
    headers=_MEMENTO,
    **_READ,
)
def clocks(query: Body, reference: str) -> Shown:
    """Read the clocks of an incident, computed as of now, or of the moment asked for. Each says why it is as it is."""
    seen = _seen(reference, moment_of(query))
    found = seen.whole
    versions = partial(tocsin().book.get, found.partnership)
    at_version = found.history[-1].timestamp if "at_version" in query else None
    now = query.get("as_of") or at_version or tocsin().clock.now()
    answer = {"as_of": now, "clocks": readings(found, versions, now)}
    return answer, memento_headers(query, final=seen.final)


@incidents.operation(
    "GET",
    "/<reference>/diff",
    "diffIncident",
    example={"query": {"since": 1, "until": 2}},
    takes=DifferenceQuery,
    gives=Difference,
    **_READ,
)
def diff(query: Body, reference: str) -> dict[str, Any]:
    """Read what changed from one version of an incident to another, as you may see it."""
    first, second = (_seen(reference, Moment(version=query[which])) for which in ("since", "until"))
    return {
        "since": query["since"],
        "until": query["until"],
        "changes": changes(state_of(first.incident), state_of(second.incident)),
    }


def _seen(reference: str, moment: Moment) -> Seen:
    stream = stream_of(reference)
    return tocsin().reading.incident(stream, viewer(stream.partition("/")[0]), moment)


def _entry_view(public_id: str, entry: Entry | Gap) -> dict[str, Any]:
    told = vars(entry) if isinstance(entry, Entry) else _NOTHING | {"withheld": {WHOLE: entry.why}}
    links = {"self": f"{incident_address(public_id)}/timeline/{entry.version}"}
    return {**told, "version": entry.version, "links": links}
