from __future__ import annotations

import time

from sqlalchemy import text

from incidents.ledger.connections import connect
from incidents.ledger.reach import RUNTIME
from incidents.ledger.wake import Listener, Waker

END_THE_OTHERS = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)


def test_a_notify_ends_a_wait_early(database_url: str) -> None:
    """Whoever waits need not wait for its poll."""
    engine = connect(database_url, RUNTIME)
    listener, waker = Listener(engine), Waker(engine)
    listener.wait(0.01)  # connects and listens
    waker.notify()
    began = time.monotonic()
    listener.wait(20)
    assert time.monotonic() - began < 10
    waker.close()
    listener.close()
    engine.dispose()


def test_a_wait_without_a_notify_ends_by_itself(database_url: str) -> None:
    """A LISTEN can be missed: everybody who listens polls as well."""
    engine = connect(database_url, RUNTIME)
    began = time.monotonic()
    listener = Listener(engine)
    listener.wait(0.2)
    assert 0.15 < time.monotonic() - began < 10
    listener.close()
    engine.dispose()


def test_a_listener_outlives_its_connection(database_url: str) -> None:
    """A connection that the server ends costs one wait; the next one listens again."""
    engine = connect(database_url, RUNTIME)
    other = connect(database_url, RUNTIME)
    listener, waker = Listener(engine), Waker(other)
    listener.wait(0.01)
    with engine.connect() as connection:
        connection.execute(text("SET ROLE NONE"))
        ended = connection.execute(END_THE_OTHERS).all()
    assert len(ended) == 1
    listener.wait(0.01)
    listener.wait(0.01)
    waker.notify()
    began = time.monotonic()
    listener.wait(20)
    assert time.monotonic() - began < 10
    waker.close()
    listener.close()
    engine.dispose()
    other.dispose()


def test_what_is_wanted_last_is_still_sent(database_url: str) -> None:
    """Also where its sender ends in the pause between two NOTIFYs."""
    engine = connect(database_url, RUNTIME)
    listener, waker = Listener(engine), Waker(engine)
    listener.wait(0.01)
    waker.notify()
    listener.wait(20)
    waker.notify()
    waker.close()
    began = time.monotonic()
    listener.wait(20)
    assert time.monotonic() - began < 10
    listener.close()
    engine.dispose()
