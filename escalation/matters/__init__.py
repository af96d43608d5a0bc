"""Short records beside the agreement, which both parties see: contract disputes, change notices, certificates."""

from __future__ import annotations

from escalation.matters.book import Matters
from escalation.matters.certificate import Certificate
from escalation.matters.dispute import Dispute
from escalation.matters.duties import CertificateDuties, DisputeDuties, NoticeDuties
from escalation.matters.notice import Notice
from escalation.matters.rows import MatterRows

__all__ = [
    "Certificate",
    "CertificateDuties",
    "Dispute",
    "DisputeDuties",
    "MatterRows",
    "Matters",
    "Notice",
    "NoticeDuties",
]
