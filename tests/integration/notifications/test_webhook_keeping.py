"""Subscriptions as time goes by: who hears that one is disabled, what is let go, what is left of an erased one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.access.members import Grant
from escalation.changes import Sender
from incidents.ledger import erasure
from incidents.ledger.connections import connect
from incidents.ledger.reach import ERASER
from notifications.webhooks.book import Place
from notifications.webhooks.record import GONE, SILENT, Settings, Subscription
from notifications.webhooks.retention import EVERY, Retention
from notifications.webhooks.tables import webhook_attempts, webhook_secrets
from tests.support.receiver import answer, receiving
from tests.support.subscribed import OWNER, Subscribed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.server import BaseHTTPRequestHandler

    from sqlalchemy import Engine

URL = "https://hooks.acme.example/tocsin"


@pytest.fixture
def desk(database_url: str) -> Iterator[Subscribed]:
    """Yield partners who subscribe, on a database of their own."""
    made = Subscribed(database_url)
    yield made
    made.close()


@pytest.fixture
def eraser(desk: Subscribed) -> Iterator[Engine]:
    """Yield connections that may erase."""
    engine = connect(desk.url, ERASER, pool_size=1)
    yield engine
    engine.dispose()


def subscribed_by(desk: Subscribed, by: str) -> str:
    """Let somebody of acme make a subscription; give its stream."""
    place = Place(desk.agreement.partnership, "acme")
    return desk.webhooks.create(place, Settings(URL, "ops"), Sender(by, "acme")).record.id


def reminded(desk: Subscribed, stream: str) -> list[str]:
    """Give who was told of it."""
    return [recipient for _, recipient in desk.deliveries(stream)]


def test_whoever_made_it_hears_that_it_is_disabled(desk: Subscribed) -> None:
    """Once each time; what is disabled already, or paused, is left as it is."""
    ann = desk.tocsin.people.register("Ann", "ann@acme.example", by="test")
    desk.tocsin.members.grant(desk.agreement.partnership, Grant(ann, "acme", ["coordinator"]), by="test")
    made = subscribed_by(desk, f"person:{ann}")
    for why in (SILENT, GONE):
        desk.webhooks.disable(made, why)
    assert reminded(desk, made) == [f"person:{ann}"]
    assert desk.state(made) == ("disabled", "silent")
    desk.clock.move(days=1)
    desk.webhooks.enable(made, OWNER)
    desk.webhooks.disable(made, GONE)
    assert reminded(desk, made) == [f"person:{ann}"] * 2
    desk.webhooks.enable(made, OWNER)
    desk.webhooks.pause(made, OWNER)
    desk.webhooks.disable(made, SILENT)
    assert desk.state(made) == ("paused", None)


def test_where_its_maker_is_gone_those_hear_of_it_who_lead_the_party(desk: Subscribed) -> None:
    """The same where a key made it."""
    ann = desk.tocsin.people.register("Ann", "ann@acme.example", by="test")
    made = [subscribed_by(desk, by) for by in (f"person:{ann}", "key:1")]
    for each in made:
        desk.webhooks.disable(each, SILENT)
    contacts = {contact.id for contact in desk.agreement.contacts.values() if contact.party == "acme"}
    for each in made:
        assert reminded(desk, each)
        assert set(reminded(desk, each)) <= contacts


def test_a_notice_is_not_wanted_once_it_is_enabled_again(desk: Subscribed) -> None:
    """And one of before is not wanted for a later outage, of which there is another."""
    made = subscribed_by(desk, "key:1")
    desk.webhooks.disable(made, SILENT)
    record = desk.tocsin.ledger.get(Subscription, made)
    [first] = [fact for fact in record.history if isinstance(fact, Subscription.Reminded)]
    assert record.wants(first)
    assert "hooks.acme.example" in record.subject(first)
    assert "/tocsin" not in record.subject(first)
    desk.clock.move(minutes=1)
    desk.webhooks.enable(made, OWNER)
    assert not desk.tocsin.ledger.get(Subscription, made).wants(first)
    desk.webhooks.disable(made, SILENT)
    assert not desk.tocsin.ledger.get(Subscription, made).wants(first)


def test_messages_are_let_go_after_thirty_days(desk: Subscribed) -> None:
    """With their attempts; what has waited for as long as well, and nothing before."""
    with receiving() as receiver:
        told, paused = (desk.subscribe(receiver, "incident.declared") for _ in range(2))
        desk.webhooks.pause(paused, OWNER)
        desk.declare()
        desk.work()
    retention = Retention(desk.tocsin.database, desk.clock)
    desk.clock.move(days=29, hours=23)
    assert retention.run_once() == 0
    assert desk.attempts(desk.messages(told)[0].id)
    desk.clock.move(hours=1, seconds=1)
    assert retention.run_once() == 2
    assert desk.messages(told) == desk.messages(paused) == []
    with desk.tocsin.database.connect() as connection:
        assert connection.execute(webhook_attempts.select()).all() == []


def test_old_messages_are_looked_for_once_an_hour(desk: Subscribed) -> None:
    """Not at each turn of the sender's."""
    retention = Retention(desk.tocsin.database, desk.clock)
    assert retention.run_once() == 0
    made = subscribed_by(desk, "key:1")
    desk.webhooks.ping(made, OWNER)
    desk.webhooks.remove(made, OWNER)
    desk.clock.move(days=31)
    assert retention.run_once() == 1
    desk.clock.move(seconds=EVERY.total_seconds() - 1)
    assert retention.run_once() == 0


def test_what_was_sent_of_an_incident_goes_with_its_words(desk: Subscribed, eraser: Engine) -> None:
    """The log still says that it was told."""
    with receiving() as receiver:
        told = desk.subscribe(receiver, "incident.declared")
        stream, other = desk.declare(), desk.declare()
        desk.work()
    erasure.erase(eraser, desk.tocsin.ledger, stream, by="key:1")
    kept = {message.stream: len(desk.attempts(message.id)) for message in desk.messages(told)}
    assert kept == {stream: 0, other: 1}


def test_an_erased_subscription_is_removed(desk: Subscribed, eraser: Engine) -> None:
    """Its address is gone: from its row, and from what is kept of its attempts; so are its secrets."""
    with receiving() as receiver:
        told = desk.subscribe(receiver, "incident.declared")
        desk.declare()
        desk.work()
    erasure.erase(eraser, desk.tocsin.ledger, told, by="key:1")
    assert desk.state(told) == ("removed", None)
    assert desk.attempts(desk.messages(told)[0].id) == []
    record = desk.tocsin.ledger.get(Subscription, told)
    assert not isinstance(record.settings.url, str)
    with desk.tocsin.database.connect() as connection:
        assert connection.execute(webhook_secrets.select()).all() == []


def test_what_waits_for_an_erased_subscription_is_let_go(desk: Subscribed, eraser: Engine) -> None:
    """It says which host it waits for, and is never sent; what was sent stays in the log, and others' messages wait."""
    with receiving() as receiver:
        told, other = (desk.subscribe(receiver, "incident.declared") for _ in range(2))
        desk.declare()
        desk.work()
        receiver.answers = [answer(503)]
        desk.declare()
        desk.work()
    assert [message.status for message in desk.messages(told)] == ["delivered", "waiting"]
    waiting = desk.messages(told)[1].id
    assert desk.lane(told)
    erasure.erase(eraser, desk.tocsin.ledger, told, by="key:1")
    assert [message.status for message in desk.messages(told)] == ["delivered"]
    assert (desk.attempts(waiting), desk.lane(told)) == ([], None)
    assert [message.status for message in desk.messages(other)] == ["delivered", "waiting"]
    assert desk.lane(other)


def test_what_is_on_its_way_when_a_subscription_is_erased_leaves_nothing(desk: Subscribed, eraser: Engine) -> None:
    """No attempt is kept, which would show the address, nor which host did not take it."""

    def erased_meanwhile(request: BaseHTTPRequestHandler) -> None:
        erasure.erase(eraser, desk.tocsin.ledger, told, by="key:1")
        answer(503)(request)

    with receiving(erased_meanwhile) as receiver:
        told = desk.subscribe(receiver, "incident.declared")
        desk.declare()
        desk.work()
        assert len(receiver.requests) == 1
    assert (desk.messages(told), desk.lane(told)) == ([], None)
    with desk.tocsin.database.connect() as connection:
        assert connection.execute(webhook_attempts.select()).all() == []
