"""Disputes, notices and certificates as they stand in the ledger, opened behind the API's back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from escalation.matters import Certificate, Dispute, Notice

if TYPE_CHECKING:
    from datetime import datetime

    from api.bootstrap import Tocsin
    from escalation.matters.base import Matter

PARTIES = ["acme", "globex"]


def matter_of(tocsin: Tocsin, kind: type[Matter], partnership: str, party: str) -> dict[str, Any]:
    """Open a record of a kind for a party; give its id by the name of its kind, and the number of its settlement."""
    with tocsin.ledger.command() as command:
        now = command.recorded_at
        first, values = _opening(kind, now, now + timedelta(days=30))
        stream = f"{partnership}/{kind.KIND}/{uuid4().hex}"
        record = kind._create(first, id=stream, party=party, agreement_version=1, by="test", at=now, **values)  # noqa: SLF001 - the library's way
        if isinstance(record, Dispute):
            record.propose_settlement("y", party, by="test", at=now)
        tocsin.ledger.save(record)
    return {kind.KIND: record.public_id, "settlement": record.version}


def _opening(kind: type[Matter], now: datetime, later: datetime) -> tuple[type[Any], dict[str, Any]]:
    """Give the first fact of a kind, and what it says."""
    if kind is Dispute:
        about = {"subject": "x", "about": "other", "reference": None, "to": "mediation", "due_at": later}
        return Dispute.Raised, {"parties": PARTIES, **about}
    if kind is Notice:
        change = {"kind": "maintenance", "services": ["reporting"], "starts_at": later, "ends_at": None}
        words = {"text": "x", "rollback": None, "short_notice": False, "tz": "UTC"}
        return Notice.Given, {"to": PARTIES, **change, **words}
    held = {"what": "x", "reference": None, "issued_at": now, "expires_at": later, "tz": "UTC"}
    return Certificate.Recorded, held
