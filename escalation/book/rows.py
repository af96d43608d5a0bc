"""The projection of agreements: one row a version, as it stands."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, update

from escalation.book import happenings
from escalation.book.record import Agreements
from escalation.tables import agreements
from incidents.ledger.pipeline import Write

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from escalation.book.versions import Version
    from incidents.ledger.facts import Fact, Record

_CHANGING = ("stage", "in_force_from", "ends_at", "signed")
_INSERT = insert(agreements)
_UPDATE = (
    update(agreements)
    .where(agreements.c.partnership == bindparam("of"), agreements.c.version == bindparam("numbered"))
    .values({name: bindparam(f"new_{name}") for name in _CHANGING})
)
_CHANGES = (
    happenings.Published,
    happenings.Signed,
    happenings.EnteredForce,
    happenings.ProposalWithdrawn,
    happenings.ProposalLapsed,
    happenings.NoticeGiven,
)


class AgreementVersions:
    """One row a version: inserted when it comes on record, and changed with its stage."""

    table = agreements
    compared = tuple(column.name for column in agreements.c)

    def writes(self, record: Record, new: Sequence[Fact]) -> Iterable[Write]:
        """Give a row for each version that came on record, and what has changed in the others."""
        if not isinstance(record, Agreements):
            return
        documents = {
            fact.version: fact.document for fact in new if isinstance(fact, happenings.Published | happenings.Proposed)
        }
        yield Write(_INSERT, [_row(record.versions[number], text) for number, text in documents.items()])
        if any(isinstance(fact, _CHANGES) for fact in new):
            others = [version for version in record.versions.values() if version.version not in documents]
            yield Write(_UPDATE, [_changed(version) for version in others])


def _row(version: Version, document: str) -> dict[str, Any]:
    return {
        "partnership": version.partnership,
        "version": version.version,
        "title": version.title,
        "digest": version.digest,
        "effective_from": version.effective_from,
        "effective_to": version.effective_to,
        "published_at": version.published_at,
        "document": json.loads(document),
        "stage": version.stage,
        "in_force_from": version.in_force_from,
        "ends_at": version.ends_at,
        "proposed_for": version.proposed_for,
        "lapses_at": version.lapses_at,
        "signers": list(version.signers),
        "signed": _signed(version),
    }


def _changed(version: Version) -> dict[str, Any]:
    values = {name: getattr(version, name) for name in _CHANGING} | {"signed": _signed(version)}
    named = {f"new_{name}": value for name, value in values.items()}
    return named | {"of": version.partnership, "numbered": version.version}


def _signed(version: Version) -> dict[str, str]:
    return {party: f"{at:%Y-%m-%dT%H:%M:%S.%fZ}" for party, at in version.signed.items()}
