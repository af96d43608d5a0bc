"""Agreements between partners in the ledger: how they come about, which is in force, and how they end."""

from __future__ import annotations

from escalation.agreements.book import AgreementBook
from escalation.agreements.duties import AgreementDuties
from escalation.agreements.life import AgreementLife
from escalation.agreements.migrating import Migrations
from escalation.agreements.record import Agreements
from escalation.agreements.rows import AgreementVersions

__all__ = [
    "AgreementBook",
    "AgreementDuties",
    "AgreementLife",
    "AgreementVersions",
    "Agreements",
    "Migrations",
]
