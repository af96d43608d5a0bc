from __future__ import annotations

import json
from threading import Event
from typing import TYPE_CHECKING

import pytest
from standardwebhooks import Webhook

from escalation.changes import Sender
from notifications.posting.signing import signed
from notifications.webhooks.queue import IN_FLIGHT, LEASE
from notifications.webhooks.record import Redelivery
from notifications.webhooks.schedule import WAITS
from tests.support.receiver import answer, receiving
from tests.support.subscribed import OWNER, Subscribed, types

if TYPE_CHECKING:
    from collections.abc import Iterator

NOTED = "incident.noted.v1"


@pytest.fixture
def desk(database_url: str) -> Iterator[Subscribed]:
    """Yield partners who subscribe, on a database of their own."""
    made = Subscribed(database_url)
    yield made
    made.close()


def test_what_happens_from_now_on_is_told(desk: Subscribed) -> None:
    """What was before the subscription is not; each event comes once, in its envelope, as the feed shows it."""
    desk.declare()
    with receiving() as receiver:
        told = desk.subscribe(receiver, "incident.*")
        stream = desk.declare()
        desk.note(stream, "It is the switch")
        desk.work()
        desk.work()
    assert types(receiver) == ["incident.declared.v1", NOTED]
    (headers, content), message = receiver.requests[1], desk.messages(told)[1]
    body = json.loads(content)
    assert headers["webhook-id"] == message.id
    assert {name: body[name] for name in ("specversion", "id", "source", "subject", "datacontenttype")} == {
        "specversion": "1.0",
        "id": message.event_id,
        "source": "https://tocsin.example/v1/partnerships/acme-globex",
        "subject": stream.rpartition("/")[2],
        "datacontenttype": "application/json",
    }
    assert (body["data"]["id"], body["data"]["data"]["text"]) == (message.event_id, "It is the switch")
    assert [(each.status, each.tries) for each in desk.messages(told)] == [("delivered", 1)] * 2
    [attempt] = desk.attempts(message.id)
    assert (attempt.nth, attempt.outcome, attempt.status_code) == (1, "delivered", 204)


def test_only_the_types_asked_for_are_told(desk: Subscribed) -> None:
    """By name with or without version, by kind; and without any, all there are."""
    with receiving() as receiver:
        named = [desk.subscribe(receiver, *words) for words in (("incident.noted",), (NOTED,), ("agreement.*",), ())]
        desk.note(desk.declare(), "Look here")
        desk.work()
    found = [[message.type for message in desk.messages(each)] for each in named]
    assert found == [[NOTED], [NOTED], [], ["incident.declared.v1", NOTED]]


def test_what_is_not_theirs_by_the_time_of_the_send_never_leaves(desk: Subscribed) -> None:
    """A note for one party goes to that party alone; for the other's subscription it is withheld."""
    with receiving() as ours, receiving() as theirs:
        told = [desk.subscribe(ours, "incident.noted", party="acme"), desk.subscribe(theirs, party="globex")]
        desk.note(desk.declare(), "Between ourselves", "globex")
        desk.work()
    assert (types(ours), types(theirs)) == ([], ["incident.declared.v1", NOTED])
    [message] = desk.messages(told[0])
    assert (message.status, message.tries, desk.attempts(message.id)) == ("withheld", 1, [])


def test_messages_are_signed_by_the_old_secret_and_the_new(desk: Subscribed) -> None:
    """While a secret is being rotated; any of the two verifies what came, at the time of that attempt."""
    with receiving() as receiver:
        made = desk.subscribe(receiver, "incident.declared")
        desk.clock.move(hours=1)
        new = desk.webhooks.rotate(made, None, OWNER).secret
        desk.declare()
        desk.work()
    [(headers, content)] = receiver.requests
    signatures = headers["webhook-signature"].split()
    expected = signed(headers["webhook-id"], desk.clock.now(), content, [new])
    assert len(signatures) == 2
    assert signatures[0] == expected["webhook-signature"]
    assert headers["webhook-timestamp"] == str(int(desk.clock.now().timestamp()))
    assert Webhook(new).sign(headers["webhook-id"], desk.clock.now(), content.decode()) == signatures[0]


def test_a_failure_is_tried_again_under_the_same_id_and_holds_up_its_stream_alone(desk: Subscribed) -> None:
    """What comes later of that incident waits for it; another incident's is sent once the receiver has rested."""
    with receiving(answer(500, b"no"), answer(204)) as receiver:
        told = desk.subscribe(receiver, "incident.declared", "incident.noted")
        first = desk.declare()
        desk.note(first, "second of the first")
        desk.work()
        other = desk.declare()
        desk.work()
        assert len(receiver.requests) == 1
        assert desk.messages(told)[0].waits_for == "HTTP 500 from 127.0.0.1"
        desk.work(seconds=WAITS[0])
    subjects = [json.loads(content)["subject"] for _, content in receiver.requests]
    names = [stream.rpartition("/")[2] for stream in (first, first, other, first)]
    assert sorted(subjects[1:]) == sorted(names[1:])
    assert types(receiver)[0] == "incident.declared.v1"
    ids = [headers["webhook-id"] for headers, _ in receiver.requests]
    [retried, later, _] = desk.messages(told)
    assert [ids.index(retried.id), ids.count(retried.id)] == [0, 2]
    assert ids.index(later.id) > len(ids) - 1 - ids[::-1].index(retried.id)
    attempts = desk.attempts(retried.id)
    assert [(each.nth, each.outcome, each.status_code) for each in attempts] == [
        (1, "failed", 500),
        (2, "delivered", 204),
    ]
    assert attempts[0].response["body"] == "no"


def test_what_never_gets_through_fails_and_the_next_goes_on(desk: Subscribed) -> None:
    """After the last try of the schedule; what waited behind it in its stream is sent then."""
    behaviours = [*[answer(400)] * (len(WAITS) + 1), answer(204)]
    with receiving(*behaviours) as receiver:
        told = desk.subscribe(receiver, "incident.declared", "incident.noted")
        desk.note(desk.declare(), "behind it")
        desk.work()
        for wait in WAITS:
            desk.work(seconds=wait)
        desk.work(minutes=6)
    assert [(each.type, each.status) for each in desk.messages(told)] == [
        ("incident.declared.v1", "failed"),
        (NOTED, "delivered"),
    ]
    assert len(receiver.requests) == len(WAITS) + 2


def test_a_receiver_that_asks_for_a_rest_gets_it(desk: Subscribed) -> None:
    """Retry-After holds for all of its messages, and for that one."""
    with receiving(answer(429, Retry_After="600"), answer(204)) as receiver:
        told = desk.subscribe(receiver, "incident.declared")
        desk.declare()
        desk.work()
        desk.declare()
        desk.work(seconds=590)
        assert len(receiver.requests) == 1
        desk.work(seconds=20)
    assert len(receiver.requests) == 3
    assert {each.status for each in desk.messages(told)} == {"delivered"}
    lane = desk.lane(told)
    assert lane is not None
    assert (lane.opens_at, lane.failing_since, lane.slow) == (None, None, False)


def test_a_receiver_that_is_well_again_gets_all_that_waits(desk: Subscribed) -> None:
    """Without waiting for the hours that each message would: in order."""
    with receiving(*[answer(503)] * 4, answer(204)) as receiver:
        told = desk.subscribe(receiver, "incident.declared")
        for _ in range(3):
            desk.declare()
        desk.work()
        for _ in range(3):
            desk.work(minutes=5)
        assert {each.status for each in desk.messages(told)} == {"waiting"}
        desk.work(minutes=6)
    assert {each.status for each in desk.messages(told)} == {"delivered"}


def test_410_disables_at_once_and_days_of_silence_in_the_end(desk: Subscribed) -> None:
    """The owner is told why, and nothing more is sent."""
    with receiving(answer(410)) as gone, receiving(answer(500)) as silent:
        told = [desk.subscribe(gone, "incident.declared"), desk.subscribe(silent, "incident.declared")]
        desk.declare()
        desk.work()
        assert desk.state(told[0]) == ("disabled", "gone")
        for _ in range(5):
            desk.work(days=1.01)
            desk.declare()
        assert desk.state(told[1]) == ("disabled", "silent")
        before = len(silent.requests)
        desk.work(days=1)
    assert (len(gone.requests), len(silent.requests)) == (1, before)


def test_a_message_that_was_in_hand_when_its_sender_died_is_sent_again(desk: Subscribed) -> None:
    """Under the same id, by whoever comes next, once the lease has run out; never while it holds."""
    with receiving() as receiver:
        told = desk.subscribe(receiver, "incident.declared")
        desk.declare()
        desk.follow()
        queue = desk.sender._queue  # noqa: SLF001 - a claim whose sender dies
        [claimed] = queue.claim(desk.clock.now(), desk.sender._room())  # noqa: SLF001 - as above
        desk.send()
        assert receiver.requests == []
        desk.work(seconds=LEASE.total_seconds() + 1)
    assert [headers["webhook-id"] for headers, _ in receiver.requests] == [claimed.id]
    assert desk.messages(told)[0].status == "delivered"


def test_a_ping_and_a_redelivery_go_the_same_way(desk: Subscribed) -> None:
    """A ping tells of no event; what is sent again has its id, and a number of its own among the attempts."""
    with receiving() as receiver:
        told = desk.subscribe(receiver, "incident.declared")
        desk.declare()
        desk.work()
        desk.webhooks.ping(told, Sender("key:1"))
        desk.work()
        [message, _] = desk.messages(told)
        desk.webhooks.redeliver(told, Redelivery(message=message.id), Sender("key:1"))
        desk.work()
    assert types(receiver) == ["incident.declared.v1", "ping.v1", "incident.declared.v1"]
    ids = [headers["webhook-id"] for headers, _ in receiver.requests]
    assert (ids[0] == ids[2], ids[0] == ids[1]) == (True, False)
    assert [each.nth for each in desk.attempts(message.id)] == [1, 2]


def test_a_receiver_that_hangs_holds_up_no_other(desk: Subscribed) -> None:
    """It has one message in flight at a time until it has taken one; a good one meanwhile gets all of its own."""
    until = Event()
    with receiving(lambda _: until.wait(5)) as hanging, receiving() as good:
        desk.subscribe(hanging, "incident.declared")
        desk.subscribe(good, "incident.declared")
        for _ in range(3):
            desk.declare()
        desk.follow()
        while len(good.requests) < 3:
            desk.sender.run_once()
        assert len(hanging.requests) == 1
        until.set()
        desk.sender.drain()


def test_a_proven_receiver_is_sent_several_streams_at_once_and_none_of_one(desk: Subscribed) -> None:
    """Up to IN_FLIGHT at the same time, of which no two are of one incident."""
    held = Event()
    with receiving(answer(204), lambda _: held.wait(5)) as receiver:
        desk.subscribe(receiver, "incident.declared", "incident.noted")
        desk.declare()
        desk.work()
        for _ in range(IN_FLIGHT + 2):
            desk.note(desk.declare(), "later")
        desk.follow()
        desk.sender.run_once()
        while len(receiver.requests) < 1 + IN_FLIGHT:
            desk.sender.run_once()
        assert desk.sender.run_once() == 0
        held.set()
        desk.sender.drain()
    assert types(receiver)[1 : 1 + IN_FLIGHT] == ["incident.declared.v1"] * IN_FLIGHT


def test_two_senders_share_the_work_and_send_nothing_twice(desk: Subscribed) -> None:
    """Each message is claimed once, whichever of them asks first."""
    other = desk.another_sender()
    with receiving() as receiver:
        desk.subscribe(receiver, "incident.declared")
        for _ in range(10):
            desk.declare()
        desk.follow()
        for _ in range(60):
            other.run_once()
            desk.sender.run_once()
        desk.sender.drain()
        other.drain()
        desk.send()
    ids = [headers["webhook-id"] for headers, _ in receiver.requests]
    assert len(ids) == len(set(ids)) == 10
