"""Disputes, notices and certificates as clients see them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from notifications.addresses import agreement_address, incident_address

if TYPE_CHECKING:
    from escalation.matters import Certificate, Dispute, Notice
    from escalation.matters.base import Matter


def dispute_view(dispute: Dispute) -> dict[str, Any]:
    """Show a dispute with all that was proposed to settle it."""
    return {
        **_common(dispute),
        "parties": dispute.parties,
        "subject": dispute.words,
        "about": dispute.about,
        "reference": dispute.reference,
        "raised_at": dispute.opened_at,
        "steps": [{"to": to, "due_at": due_at} for to, due_at in dispute.steps],
        "settlements": [
            {
                "settlement": number,
                "party": party,
                "outcome": outcome,
                "proposed_at": at,
                "accepted_by": dispute.accepted[number],
            }
            for number, (party, outcome, at) in dispute.settlements.items()
        ],
        "settled_by": dispute.settled,
        "links": _links(dispute) | _about(dispute),
    }


def notice_view(notice: Notice) -> dict[str, Any]:
    """Show a change notice."""
    return {
        **_common(notice),
        "kind": notice.kind,
        "services": notice.services,
        "starts_at": notice.starts_at,
        "ends_at": notice.ends_at,
        "text": notice.text,
        "rollback": notice.rollback,
        "given_at": notice.opened_at,
        "short_notice": notice.short_notice,
        "acknowledgements": [
            {"party": party, "acknowledged_at": notice.acknowledged.get(party)} for party in notice.to
        ],
        "links": _links(notice),
    }


def certificate_view(certificate: Certificate) -> dict[str, Any]:
    """Show a certificate."""
    return {
        **_common(certificate),
        "what": certificate.what,
        "reference": certificate.reference,
        "issued_at": certificate.issued_at,
        "expires_at": certificate.expires_at,
        "recorded_at": certificate.opened_at,
        "renewed_by": certificate.renewed_by,
        "links": _links(certificate),
    }


def _common(matter: Matter) -> dict[str, Any]:
    return {
        "id": matter.public_id,
        "partnership": matter.partnership,
        "stage": matter.stage,
        "party": matter.party,
    }


def _links(matter: Matter) -> dict[str, str]:
    return {
        "self": f"/v1/{matter.path}",
        "agreement": agreement_address(matter.partnership, matter.agreement_version),
    }


def _about(dispute: Dispute) -> dict[str, str]:
    if dispute.about == "incident" and dispute.reference:
        return {"about": incident_address(dispute.reference)}
    if dispute.about == "notice" and dispute.reference:
        return {"about": f"/v1/notices/{dispute.reference}"}
    return {}
