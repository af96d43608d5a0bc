"""Certificates and assessments that the parties hold, until they expire or others renew them."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from api.access.permissions import Scope
from api.http import openapi
from api.http.access import tocsin
from api.http.matter_views import certificate_view
from api.http.resources.matters import REPLAYED, found, id_parameter, listed, told
from api.http.schemas.matters import CertificateList, CertificateView, Holding, MatterQuery
from api.http.senders import sender_in
from escalation.matters import Certificate
from escalation.matters.book import Held

if TYPE_CHECKING:
    from api.http.resources.answers import Body, Shown

certificates = openapi.Blueprint(
    "certificates",
    __name__,
    url_prefix="/v1/certificates",
    description="Certificates and assessments that the parties hold.",
)


@certificates.operation(
    "GET",
    "",
    "listCertificates",
    takes=MatterQuery,
    gives=CertificateList,
    errors=openapi.READ_ERRORS,
    scope=Scope.AGREEMENTS_READ,
    example={"query": {"partnership": "acme-globex"}},
)
def list_certificates(query: Body) -> dict[str, Any]:
    """List certificates, those recorded last first."""
    return listed(Certificate, query, certificate_view)


@certificates.operation(
    "POST",
    "",
    "recordCertificate",
    takes=Holding,
    gives=CertificateView,
    status=HTTPStatus.CREATED,
    headers={"Location": "LOCATION", **REPLAYED},
    errors=openapi.WRITE_ERRORS,
    parameters=["Idempotency-Key"],
    scope=Scope.AGREEMENTS_DECIDE,
    example={
        "body": {
            "partnership": "acme-globex",
            "what": "ISO/IEC 27001:2022",
            "reference": "IS 123456",
            "issued_at": "2025-06-01T00:00:00Z",
            "expires_at": "2028-05-31T23:59:59Z",
        }
    },
)
def record(body: Body) -> Shown:
    """Record what your party holds. Its contacts are reminded 90, 30 and 7 days before it expires.

    With `renews` it takes the place of another one of your party.
    """
    held = Held(body["what"], body.get("reference"), body["issued_at"], body["expires_at"], body.get("renews"))
    change = tocsin().matters.record_certificate(body["partnership"], held, sender_in(body["partnership"]))
    view, headers = told(change, certificate_view)
    return view, {**headers, "Location": view["links"]["self"]}


@certificates.operation(
    "GET",
    "/<certificate>",
    "getCertificate",
    gives=CertificateView,
    errors=openapi.READ_ERRORS,
    path=(id_parameter("certificate", "3d1e9f7c5a2d48608f4e6d7c9b0a1f23"),),
    scope=Scope.AGREEMENTS_READ,
)
def get(certificate: str) -> dict[str, Any]:
    """Read a certificate."""
    return certificate_view(found(Certificate, certificate))
