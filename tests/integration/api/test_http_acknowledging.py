from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

import psycopg
import pytest
from sqlalchemy import text

from api.access.limits import Limit
from api.logs import logging_config
from notifications.message.message import IncidentMessage
from tests.support.http import DEMO, OURS, site_on
from tests.support.linked import Paged
from tests.support.rota import rota_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from notifications.acknowledging import AckLinks
    from notifications.queue.delivery import Delivery
    from tests.support.http import Reply
    from tests.support.rota import Rota

MORNING = datetime(2026, 3, 4, 8, 0, tzinfo=UTC)
BY_MAIL = {"high": [{"via": "email"}], "low": [{"via": "email"}]}


@pytest.fixture
def rota(database_url: str) -> Iterator[Rota]:
    """Yield a party whose first on call is paged by mail."""
    with rota_at(database_url, MORNING) as rota:
        rota.join("acme", "ann", "ben")
        rota.join("globex", "eve")
        rota.schedule("acme", "first", "Europe/Berlin", "2026-03-03T09:00", "ann")
        rota.schedule("acme", "second", "Europe/Berlin", "2026-03-03T09:00", "ben")
        rota.schedule("globex", "first", "America/New_York", "2026-03-01T09:00", "eve")
        rota.must(rota.people["ann"].post("/v1/me/contact-rules", BY_MAIL))
        yield rota


@pytest.fixture
def paged(rota: Rota) -> Iterator[Paged]:
    """Yield a sender that has e-mail."""
    paged = Paged(rota.site)
    yield paged
    paged.close()


@pytest.fixture
def incident(rota: Rota, paged: Paged) -> str:
    """Give an incident for which Ann was paged by mail."""
    incident = rota.declare()
    paged.turn()
    return incident


def _stream(incident: str) -> str:
    return f"{OURS}/incident/{incident}"


def _said(reply: Reply, status: int, *words: str) -> None:
    """Check what somebody reads, and what every page promises."""
    assert reply.status == status, reply.raw
    assert reply.content_type == "text/html; charset=utf-8"
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'" in reply.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in reply.headers
    html = reply.raw.decode()
    assert "<script" not in html
    for each in words:
        assert each in html


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_following_the_link_changes_nothing(paged: Paged, incident: str, method: str) -> None:
    """A scanner that reads all links of a mail acknowledges none; a person sees what they are asked."""
    for _ in range(3):
        reply = paged.open(paged.link(), method)
    words = ("Acknowledge INC-1001?", "payments-api", "S1", "You do so as Ann, for acme.", '<form method="post">')
    _said(reply, 200, *(words if method == "GET" else ()))
    assert paged.told(_stream(incident)) == []


@pytest.mark.parametrize("form", [{}, {"acknowledge": "no"}, {"other": "yes"}])
def test_a_post_without_what_the_form_holds_changes_nothing(paged: Paged, incident: str, form: dict[str, str]) -> None:
    """Some scanners post as well."""
    _said(paged.press(paged.link(), form), 400, "Acknowledge INC-1001?")
    assert paged.told(_stream(incident)) == []


def test_the_button_takes_it_once(rota: Rota, paged: Paged, incident: str) -> None:
    """As Ann, for her party, by mail; pressed again it says when it was used, and does nothing."""
    link = paged.link()
    _said(paged.press(link), 200, "You have acknowledged INC-1001", "acknowledged")
    [taken] = paged.told(_stream(incident))
    assert (taken.by, taken.for_party, taken.via) == (f"person:{rota.people['ann'].id}", "acme", "email")
    for reply in (paged.press(link), paged.open(link)):
        _said(reply, 200, "by this link before", "2026-03-04 09:00 CET", "It is in the hand of Ann.")
        assert "<form" not in reply.raw.decode()
    rota.do("ann", incident, "unacknowledge")
    _said(paged.press(link), 200, "by this link before", "Nobody has it in hand now.")
    assert len(paged.told(_stream(incident))) == 1


def test_pressed_twice_at_once_it_takes_it_once(rota: Rota, paged: Paged, incident: str) -> None:
    """Both saw that nobody had it; the receipt lets one of them do it, and tells the other."""
    links = rota.site.served.ack_links
    opened = links.opened(links.delivery_of(paged.link().rpartition("/")[2]))
    first, second = links.acknowledge(opened), links.acknowledge(opened)
    assert (first.replayed, second.replayed) == (False, True)
    assert len(paged.told(_stream(incident))) == 1


def test_what_somebody_else_has_taken_says_so(rota: Rota, paged: Paged, incident: str) -> None:
    """By name, for it is a colleague; whoever has it already is told that."""
    rota.do("ben", incident, "acknowledge")
    _said(paged.open(paged.link()), 200, "INC-1001 is taken already", "Ben has it in hand. You need not come.")
    _said(paged.press(paged.link()), 409, "INC-1001 is taken already")
    rota.do("ben", incident, "unacknowledge")
    rota.do("ann", incident, "acknowledge")
    _said(paged.press(paged.link()), 409, "You have INC-1001 already")
    assert [fact.via for fact in paged.told(_stream(incident))] == ["api", "api"]


def test_what_is_over_or_merged_says_so(rota: Rota, paged: Paged, incident: str) -> None:
    """There is nothing to take any more; of a duplicate, which incident goes on."""
    link = paged.link()
    rota.do("ben", incident, "resolve")
    _said(paged.press(link), 409, "INC-1001 is over", "resolved")
    duplicate, original = rota.declare(), rota.declare()
    paged.turn()
    other = paged.link(_stream(duplicate))
    rota.must(rota.manager["acme"].post(f"/v1/incidents/{duplicate}/duplicate", {"of": original}, If_Match="*"))
    _said(paged.open(other), 200, "INC-1002 was merged into INC-1003")


def test_after_a_day_it_is_too_late(rota: Rota, paged: Paged, incident: str) -> None:
    """It tells nothing of the incident any more, but what to do instead."""
    link = paged.link()
    rota.clock.move(hours=24)
    reply = paged.press(link)
    _said(reply, 410, "This link has expired", "Sign in to Tocsin")
    assert b"INC-1001" not in reply.raw
    assert paged.told(_stream(incident)) == []


@pytest.mark.parametrize("end", ["withdrawn", "deactivated"])
def test_whoever_has_left_cannot_use_it(rota: Rota, paged: Paged, incident: str, end: str) -> None:
    """Nor see the incident."""
    ann = rota.people["ann"].id
    if end == "withdrawn":
        rota.must(rota.manager["acme"].post(f"/v1/partnerships/{OURS}/members/{ann}/withdraw"), 204)
    else:
        rota.site.tocsin.people.deactivate(ann, by="test")
    for reply in (paged.open(paged.link()), paged.press(paged.link())):
        _said(reply, 410, "nobody&#39;s any more" if b"&#39;" in reply.raw else "any more")
        assert b"INC-1001" not in reply.raw
    assert paged.told(_stream(incident)) == []


def test_whoever_may_not_work_on_incidents_cannot_use_it(rota: Rota, paged: Paged) -> None:
    """A link gives nobody more than their roles do."""
    rota.join("acme", "pat", roles=("approver",))
    rota.must(rota.people["pat"].post("/v1/me/contact-rules", BY_MAIL))
    incident = rota.declare()
    rota.do("ann", incident, "reassign", to=f"person:{rota.people['pat'].id}")
    paged.turn()
    link = paged.link(recipient=f"person:{rota.people['pat'].id}")
    _said(paged.press(link), 403, "You may not take this incident", "responder")
    assert paged.told(_stream(incident)) == []


@pytest.mark.parametrize("token", ["x", "a" * 48, "%0d%0a", "é" * 48, "-" * 49])
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.usefixtures("incident")
def test_what_is_no_link_says_so(paged: Paged, method: str, token: str) -> None:
    """Cut off by a mail program, perhaps."""
    _said(paged.open(f"/acknowledge/{token}", method), 404, "There is no such link")


@pytest.mark.usefixtures("incident")
def test_each_link_has_a_limit_of_its_own(rota: Rota, paged: Paged) -> None:
    """Whoever reloads without end is told to wait."""
    rota.site.served.limits.limit = Limit(per_second=1, burst=2)
    replies = [paged.open(paged.link()) for _ in range(3)]
    assert [reply.status for reply in replies] == [200, 200, 429]
    assert replies[-1].headers["Retry-After"] == "1"
    _said(replies[-1], 429, "Too many requests", "Open the link again in a minute.")


class _Away:
    """Stands for links while the database is away."""

    def delivery_of(self, _: str) -> Delivery:
        """Fail, as every query does."""
        raise psycopg.OperationalError


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_while_the_database_is_away_it_says_so(rota: Rota, paged: Paged, method: str) -> None:
    """To a person, in words: nothing was acknowledged."""
    rota.site.served.ack_links = cast("AckLinks", _Away())
    reply = paged.open("/acknowledge/" + "a" * 48, method)
    _said(reply, 503, "This does not work at the moment", "Nothing was acknowledged.")


def test_who_opened_it_is_logged(rota: Rota, paged: Paged, incident: str) -> None:
    """As whom the link acts: the incident was shown to whoever had it."""
    paged.open(paged.link())
    with rota.site.tocsin.database.connect() as connection:
        rows = connection.execute(text("SELECT * FROM access_log WHERE operation = 'openAcknowledgeLink'")).all()
    ann = f"person:{rota.people['ann'].id}"
    assert [(row.partnership, row.actor, row.party, row.target) for row in rows] == [(OURS, ann, "acme", incident)]


@pytest.mark.parametrize("style", ["json", "console"])
def test_no_link_is_in_a_log(style: str) -> None:
    """What a server writes down when a request fails has it masked."""
    formatter = logging_config("INFO", style)["formatters"]["line"]
    asked = ("/acknowledge/abc_secret?x=1",)
    record = logging.LogRecord("gunicorn.error", logging.ERROR, "", 1, "Error handling request %s", asked, None)
    line = formatter["()"](style).format(record)
    assert "/acknowledge/…" in line
    assert "secret" not in line


def test_only_mails_that_ask_somebody_have_a_link(rota: Rota, paged: Paged, incident: str) -> None:
    """Not on the terminal, which is a log; not in what tells who has taken it."""
    rota.must(rota.people["ben"].post("/v1/me/contact-rules", {"high": [{"via": "terminal"}], "low": []}))
    paged.turn(minutes=25)
    rota.do("ben", incident, "acknowledge")
    paged.turn()
    links = {
        (delivery.channel, delivery.kind, message.ack_link is not None)
        for delivery, message in [*paged.kept.sent, *paged.terminal.sent]
        if isinstance(message, IncidentMessage) and delivery.stream == _stream(incident)
    }
    assert ("email", "page", True) in links
    assert ("email", "taken", False) in links
    assert {has for channel, _, has in links if channel == "terminal"} == {False}


def test_a_contact_takes_it_under_the_agreements_name(database_url: str) -> None:
    """Nobody was named for the contact: the agreement gives it a mailbox, and the record names the contact."""
    duty = "{id: acme-duty, party: acme, role: duty_manager}"
    agreed = duty.replace("}", ", via: [email], email: noc@acme.example}")
    renewed = DEMO.replace(duty, agreed).replace("\n  version: 1\n", "\n  version: 2\n  supersedes: 1\n")
    with site_on(database_url) as site:
        assert site.operator.send("/v1/agreements", renewed.encode(), "application/yaml").status == 201
        incident = site.partner.declare()
        paged = Paged(site)
        paged.turn()
        link = paged.link()
        _said(paged.press(link), 200, "You have acknowledged")
        [taken] = paged.told(_stream(incident["id"]))
        assert (taken.by, taken.for_party) == ("contact:acme-duty", "acme")
        _said(paged.press(link), 200, "It is in the hand of acme-duty.")
        paged.turn()
        assert [delivery.kind for delivery, _ in paged.kept.sent] == ["page"], "it knows that it took it"
        paged.close()


def test_a_link_to_what_was_taken_away_is_nobodys(rota: Rota, paged: Paged) -> None:
    """The incident is kept from the party whose person was paged: it does not exist for them."""
    rota.must(rota.people["eve"].post("/v1/me/contact-rules", BY_MAIL))
    incident = rota.declare()
    paged.turn()
    link = paged.link(recipient=f"person:{rota.people['eve'].id}")
    _said(paged.open(link), 200, "You do so as Eve, for globex.")
    rota.must(
        rota.manager["acme"].post(
            f"/v1/incidents/{incident}/visibility", {"entry": 1, "to": "internal", "reason": "Ours alone"}, If_Match="*"
        )
    )
    _said(paged.press(link), 410, "any more")
    assert paged.told(_stream(incident)) == []
