"""What must hold after every run, whatever was killed. Pure: each check takes observations and names what is wrong."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from tests.faults.agreement import LADDER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from incidents.timeline import Entry
    from tests.faults.observations import Observations

    Check = Callable[[Observations], Iterable[str]]

FACTS = {
    "declare": ("incident.declared.v1", "title"),
    "note": ("incident.noted.v1", "text"),
    "acknowledge": ("incident.acknowledged.v1", None),
    "update": ("incident.update_posted.v1", "text"),
    "resolve": ("incident.resolved.v1", "text"),
}
"""What each command leaves on the record, and the field that holds its words, which are its Idempotency-Key."""

FIRED, SKIPPED = "incident.rung_fired.v1", "incident.rung_skipped.v1"
OUTCOMES = ("incident.page_sent.v1", "incident.page_failed.v1", "incident.page_withdrawn.v1")
SAID_ONCE = {
    "incident.clock_warned.v1": ("clock", "cycle", "percent"),
    "incident.clock_breached.v1": ("clock", "cycle"),
}
ACKNOWLEDGED, UNACKNOWLEDGED = "incident.acknowledged.v1", "incident.unacknowledged.v1"


def every_command_answered(seen: Observations) -> Iterator[str]:
    """A sender who does not give up is answered in the end."""
    for command in seen.commands:
        if not command.answers:
            yield f"{command.key} ({command.verb}) was never answered"


def acknowledged_is_recorded_once(seen: Observations) -> Iterator[str]:
    """What was answered with 2xx is on the record, once; what was refused is not."""
    by_receipt = {(row.stream, row.version): row.key for row in seen.receipts}
    effects: Counter[tuple[str, str]] = Counter()
    for stream, entries in seen.timelines.items():
        for entry in entries:
            effects[_key_of(entry, by_receipt.get((stream, entry.version))), entry.type] += 1
    for command in seen.commands:
        count = effects[command.key, FACTS[command.verb][0]]
        if command.acknowledged and count != 1:
            yield f"{command.key} ({command.verb}) was acknowledged and is on the record {count} times"
        if command.answers and not command.acknowledged and count:
            yield f"{command.key} ({command.verb}) was refused and is on the record"
        if not command.answers and count > 1:
            yield f"{command.key} ({command.verb}) is on the record {count} times"


def one_key_one_effect(seen: Observations) -> Iterator[str]:
    """Every acknowledged request has one receipt, and each of its answers is the same to the byte."""
    counted = Counter(row.key for row in seen.receipts)
    for command in seen.commands:
        if counted[command.key] != int(command.acknowledged) and command.answers:
            yield f"{command.key} has {counted[command.key]} receipts; acknowledged: {command.acknowledged}"
        if len({(answer.status, answer.content) for answer in command.answers}) > 1:
            yield f"{command.key} got different answers"


def no_rung_twice(seen: Observations) -> Iterator[str]:
    """A round of a rung fires once an incident and clock cycle, never goes back, and pages under ids of its own."""
    ids = Counter(
        page["delivery"] for entries in seen.timelines.values() for entry in _fired(entries) for page in _pages(entry)
    )
    yield from (f"delivery {delivery} is in {count} rungs" for delivery, count in ids.items() if count > 1)
    for stream, entries in seen.timelines.items():
        last: dict[tuple[object, ...], int] = {}
        for entry in entries:
            if entry.type in {FIRED, SKIPPED}:
                said = entry.data
                which, nth = tuple(said[name] for name in ("ladder", "rung", "clock", "cycle")), _number(said["round"])
                if nth <= last.get(which, -1):
                    yield f"{stream}: rung {which} round {nth} again at version {entry.version}"
                last[which] = nth


def no_rung_missed(seen: Observations) -> Iterator[str]:
    """Every incident that nobody answered has climbed all of the ladder; others, what was not answered."""
    for stream, entries in seen.timelines.items():
        types = {entry.type for entry in entries}
        said = {
            (entry.type, entry.data["rung"], entry.data["clock"], entry.data["round"])
            for entry in entries
            if entry.type in {FIRED, SKIPPED}
        }
        for owed in LADDER:
            kind = SKIPPED if owed.skipped else FIRED
            if not owed.unless & types and (kind, owed.rung, owed.clock, owed.last) not in said:
                yield f"{stream} lacks rung {owed.rung}, round {owed.last}"


def no_rung_after_the_answer(seen: Observations) -> Iterator[str]:
    """No rung of the acknowledge clock stands behind the acknowledgement."""
    for stream, entries in seen.timelines.items():
        taken = False
        for entry in entries:
            if entry.type in {ACKNOWLEDGED, UNACKNOWLEDGED}:
                taken = entry.type == ACKNOWLEDGED
            elif taken and entry.type == FIRED and entry.data["clock"] == "acknowledge":
                yield f"{stream}: rung {entry.data['rung']} fired at version {entry.version}, after the answer"


def clocks_speak_once(seen: Observations) -> Iterator[str]:
    """Each warning and each breach is said once a clock and cycle."""
    for stream, entries in seen.timelines.items():
        said = Counter(
            (entry.type, *(entry.data[name] for name in SAID_ONCE[entry.type]))
            for entry in entries
            if entry.type in SAID_ONCE
        )
        yield from (f"{stream}: {what} {count} times" for what, count in said.items() if count > 1)


def every_page_arrived(seen: Observations) -> Iterator[str]:
    """Whatever a rung pages is owed, settled by one outcome on the record, and, if sent, with the sink."""
    arrived = {arrival.delivery for arrival in seen.arrivals}
    rows = {row.id: row for row in seen.deliveries}
    outcomes: dict[str, list[str]] = defaultdict(list)
    for entries in seen.timelines.values():
        for entry in entries:
            if entry.type in OUTCOMES:
                outcomes[str(entry.data["delivery"])].append(entry.type)
            yield from (
                f"page {page['delivery']} is not owed"
                for page in (_pages(entry) if entry.type == FIRED else ())
                if page["delivery"] not in rows
            )
    for row in seen.deliveries:
        if row.status not in {"sent", "withdrawn"}:
            yield f"delivery {row.id} of {row.stream} is {row.status}"
        if row.status == "sent" and row.id not in arrived:
            yield f"delivery {row.id} of {row.stream} counts as sent and never arrived"
        if outcomes[row.id] != [f"incident.page_{row.status}.v1"]:
            yield f"delivery {row.id} of {row.stream} is {row.status}, and the record says {outcomes[row.id]}"


def one_id_a_delivery(seen: Observations) -> Iterator[str]:
    """What arrives again arrives under its one id, and nothing arrives that nobody owes."""
    owed = {row.id for row in seen.deliveries}
    ids: dict[tuple[object, ...], set[str]] = defaultdict(set)
    for arrival in seen.arrivals:
        told = tuple(arrival.body[name] for name in ("incident", "recipient", "kind", "why", "at"))
        ids[told].add(arrival.delivery)
        if arrival.delivery not in owed or arrival.delivery != arrival.body["delivery"]:
            yield f"{arrival.delivery} arrived and nobody owes it"
    yield from (f"{told} arrived under {len(found)} ids" for told, found in ids.items() if len(found) > 1)


def whoever_was_paged_hears_who_took_it(seen: Observations) -> Iterator[str]:
    """Each page that arrived, of a rung before an acknowledgement, is followed by a "taken", whoever died between."""
    arrived = {arrival.delivery for arrival in seen.arrivals}
    told = {(a.body["incident"], a.body["recipient"]) for a in seen.arrivals if a.body["kind"] == "taken"}
    for stream, entries in seen.timelines.items():
        taken = next((entry.version for entry in entries if entry.type == ACKNOWLEDGED), 0)
        incident = stream.rpartition("/")[2]
        for page in (page for entry in _fired(entries) if entry.version < taken for page in _pages(entry)):
            paged = page["urgency"] == 0 and page["delivery"] in arrived
            if paged and (incident, page["recipient"]) not in told:
                yield f"{stream}: {page['recipient']} was paged and never heard who took it"


def sequence_is_dense(seen: Observations) -> Iterator[str]:
    """Every stored fact has one place; places and indexes have no gap; streams keep their order; hashes are right."""
    logs: dict[str, list[int]] = defaultdict(list)
    versions: dict[str, int] = {}
    hashes = {(row.stream, row.version): hashlib.sha256(b"\x00" + row.leaf).digest() for row in seen.stored}
    rows = sorted(seen.sequence, key=lambda row: row.position)
    for row in rows:
        logs[row.partnership].append(row.index)
        if row.version <= versions.get(row.stream, -1):
            yield f"{row.stream}: version {row.version} stands behind a later one"
        versions[row.stream] = row.version
        if hashes.get((row.stream, row.version)) != row.leaf_hash:
            yield f"{row.stream}: the leaf hash of version {row.version} is wrong"
    if [row.position for row in rows] != list(range(1, len(rows) + 1)):
        yield "positions have a gap"
    for partnership, indexes in logs.items():
        if indexes != list(range(len(indexes))) or seen.log_sizes.get(partnership) != len(indexes):
            yield f"the log of {partnership} is not dense"
    placed = Counter((row.stream, row.version) for row in seen.sequence)
    yield from (f"{place} stands in the sequence {placed[place]} times" for place in hashes if placed[place] != 1)


def nothing_is_left(seen: Observations) -> Iterator[str]:
    """Once all is quiet, no deadline is armed and nothing waits to be sequenced."""
    yield from (f"{stream} still has a deadline" for stream in seen.armed)
    if seen.unsequenced:
        yield f"{seen.unsequenced} commits wait to be sequenced"


def replay_is_clean(seen: Observations) -> Iterator[str]:
    """Every projection is what its facts say."""
    yield from seen.replay


CHECKS: Mapping[str, Check] = {
    "every command is answered in the end": every_command_answered,
    "every acknowledged command is on the record, once": acknowledged_is_recorded_once,
    "one Idempotency-Key, one effect, one answer": one_key_one_effect,
    "no rung fires twice": no_rung_twice,
    "no rung is missed": no_rung_missed,
    "no rung fires after the answer": no_rung_after_the_answer,
    "warnings and breaches are said once": clocks_speak_once,
    "every page arrives, with one outcome": every_page_arrived,
    "what arrives again has the same id": one_id_a_delivery,
    "whoever was paged hears who took it": whoever_was_paged_hears_who_took_it,
    "the sequence is dense, its leaf hashes right": sequence_is_dense,
    "nothing is left to do": nothing_is_left,
    "the replay check is clean": replay_is_clean,
}


def findings(seen: Observations) -> dict[str, list[str]]:
    """Run all checks; give what each has found, nothing for those that hold."""
    found = {title: list(check(seen)) for title, check in CHECKS.items()}
    return {title: wrong for title, wrong in found.items() if wrong}


def _key_of(entry: Entry, receipted: str | None) -> str:
    """Give the Idempotency-Key of the command that led to a fact: its words, or, where it has none, its receipt's."""
    for kind, field in FACTS.values():
        if entry.type == kind and field is not None:
            return str(entry.data[field])
    return receipted or ""


def _fired(entries: Sequence[Entry]) -> Iterator[Entry]:
    return (entry for entry in entries if entry.type == FIRED)


def _pages(entry: Entry) -> list[dict[str, Any]]:
    pages = entry.data["pages"]
    return pages if isinstance(pages, list) else []  # type: ignore[return-value] # RungFired.pages, by its type


def _number(value: object) -> int:
    return int(str(value))
