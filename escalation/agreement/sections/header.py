"""Reading which agreement this is, and for how long: metadata, spec.term, spec.defaults."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, NamedTuple

from escalation.agreement.sections.addressees import party_names
from escalation.agreement.text import values
from escalation.agreement.text.fields import Field, Section, distinct

if TYPE_CHECKING:
    from datetime import datetime

    from escalation.agreement.model import Party
    from escalation.agreement.spans import Dates

LARGEST_VERSION = 999_999
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)

Known = Mapping[str, Collection[int]] | None
"""Versions that are published already, by partnership; None: not looked at."""


class Header(NamedTuple):
    """Which version of whose agreement it is; its term, and the zone and currency of the whole document."""

    partnership: str
    version: int
    supersedes: int | None
    title: str
    effective_from: datetime
    effective_to: datetime | None
    notice: Dates | None
    tz: str
    currency: str | None


def read_header(field: Field, spec: Section, known: Known) -> Header:
    """Read metadata, spec.term and spec.defaults; `handover` is read once the parties are (`read_handover`)."""
    metadata = field.section(("id", "version", "supersedes", "title", "document"))
    partnership = values.partnership_id(metadata.need("id"))
    version = values.whole(metadata.need("version"), 1, LARGEST_VERSION)
    published = None if known is None else known.get(partnership, ())
    supersedes = _supersedes(metadata.get("supersedes"), metadata.get("version").value, published)
    if metadata.get("document").given:
        _check_source(metadata.get("document").section(("ref", "sha256")))
    term = spec.need("term").section(("effective_from", "effective_to", "notice", "handover"))
    effective_from, effective_to = _in_force(term)
    defaults = spec.need("defaults").section(("tz", "currency"))
    return Header(
        partnership=partnership,
        version=version,
        supersedes=supersedes,
        title=values.text(metadata.need("title")),
        effective_from=effective_from,
        effective_to=effective_to,
        notice=values.dates(term.get("notice")) if term.get("notice").given else None,
        tz=values.zone(defaults.need("tz"), "UTC"),
        currency=values.currency(defaults.get("currency")),
    )


def read_handover(term: Field, listed: Field, parties: Mapping[str, Party]) -> tuple[str, ...]:
    """Give the ids of the parties that receive the record at the end (spec.term.handover); left out: each signatory.

    Args:
        term: spec.term, whose other keys are judged elsewhere.
        listed: spec.parties.
        parties: Those of them that could be read.
    """
    handover = term.entry("handover")
    if not handover.given:
        return tuple(party.id for party in parties.values() if party.kind == "signatory")
    receivers = handover.section(("to",)).need("to")
    if receivers.value == []:
        receivers.mistake("nobody receives the record", "name at least one party, or leave `handover` out")
    sides = party_names(listed)
    names = [values.refer(item, sides, "party") for item in distinct(receivers.one_or_many())]
    return tuple(party.id for party in parties.values() if {party.id, party.role} & set(names))


def _supersedes(field: Field, version: object, published: Collection[int] | None) -> int | None:
    """The version that this one replaces: an earlier one, and a published one where that is known."""
    if not field.given or field.value is None:
        return None
    supersedes = values.whole(field, 1, LARGEST_VERSION)
    if type(field.value) is not int or type(version) is not int:
        return None
    if supersedes >= version:
        field.mistake(f"{supersedes} does not come before version {version}", "name an earlier version, or null")
    elif published is not None and supersedes not in published:
        there = ", ".join(map(str, sorted(published))) or "none"
        field.mistake(f"version {supersedes} is not published", f"published: {there}")
    return supersedes


def _check_source(document: Section) -> None:
    """The signed paper that this file follows; kept in the document for whoever compares them."""
    values.text(document.need("ref"))
    digest = document.need("sha256")
    if digest.given and not (isinstance(digest.value, str) and _SHA256.fullmatch(digest.value)):
        digest.mistake("not a SHA-256", "write its 64 digits 0-9 and a-f, in quotes")


def _in_force(term: Section) -> tuple[datetime, datetime | None]:
    start, end = values.instant(term.need("effective_from")), term.get("effective_to")
    if not end.given or end.value is None:
        return start, None
    until = values.instant(end)
    if values.EPOCH not in (start, until) and until <= start:
        end.mistake("not after effective_from", "write a later instant, or null for no end")
    return start, until
