"""Agreements between partners in the ledger: how they come about, which is in force, and how they end."""

from __future__ import annotations

from escalation.book.agreement_book import AgreementBook
from escalation.book.duties import AgreementDuties
from escalation.book.life import AgreementLife
from escalation.book.migrating import Migrations
from escalation.book.record import Agreements
from escalation.book.rows import AgreementVersions

__all__ = [
    "AgreementBook",
    "AgreementDuties",
    "AgreementLife",
    "AgreementVersions",
    "Agreements",
    "Migrations",
]
