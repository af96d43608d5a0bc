"""ETag and If-Match: a command acts on what its sender has seen (RFC 9110, section 13.1.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from incidents.incident import Incident
from tests.support.http import problem_of, wrong_fields

if TYPE_CHECKING:
    from tests.support.http import Site


def test_a_command_without_if_match_is_refused(site: Site) -> None:
    """428 says what to send, and nothing happens."""
    incident = site.partner.declare()
    answer = site.partner.post(f"/v1/incidents/{incident['id']}/acknowledge")
    assert (answer.status, problem_of(answer)["code"]) == (428, "revision_required")
    assert site.partner.get(f"/v1/incidents/{incident['id']}").body["status"] == "open"


def test_a_stale_command_hears_the_current_revision(site: Site) -> None:
    """412 carries it in the body and as the ETag, and nothing happens."""
    incident = site.partner.declare()
    site.partner.must(incident, "note", {"text": "Somebody was here."})
    answer = site.partner.command(incident, "acknowledge", If_Match='"1"')
    told = problem_of(answer)
    assert (answer.status, told["code"], told["details"]) == (412, "stale", {"revision": 2})
    assert answer.headers["ETag"] == '"2"'
    assert site.partner.command(incident, "acknowledge", If_Match=answer.headers["ETag"]).status == 200


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("*", 200),
        ('"1"', 200),
        ('"7", "1"', 200),
        ('W/"1"', 412),
        ('W/"1", "2"', 412),
        ('"7","8"', 412),
        ('"one"', 412),
        ('""', 412),
        ('"99999999999999999999"', 412),
        ("1", 400),
        ('"1', 400),
        ('"1" "2"', 400),
        ("", 400),
        ('*, "1"', 400),
    ],
)
def test_what_if_match_may_say(shared_site: Site, header: str, status: int) -> None:
    """`*` and the strong tag of the revision match, weak and other tags don't, and anything else is malformed."""
    incident = shared_site.partner.declare()
    answer = shared_site.partner.command(incident, "acknowledge", If_Match=header)
    assert answer.status == status
    if status == 400:
        assert wrong_fields(answer) == ["If-Match"]


def test_what_the_system_records_makes_nobody_stale(site: Site) -> None:
    """The engine's facts raise the version, not the revision that a person has seen."""
    incident = site.partner.declare()
    stream = site.tocsin.incidents.stream_of(incident["id"])
    site.tocsin.incidents.witness(
        stream,
        lambda it, at: it.tell(Incident.ClockWarned, at, clock="acknowledge", cycle=1, percent=50, late=False),
    )
    answer = site.partner.command(incident, "acknowledge", If_Match='"1"')
    assert (answer.status, answer.body["version"], answer.headers["ETag"]) == (200, 3, '"3"')
