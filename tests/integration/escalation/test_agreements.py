from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from escalation.book import Agreements
from escalation.book.refusals import VersionTaken, VersionTooLow
from incidents.errors import KeyReused, NotFound
from incidents.ledger.receipts import RequestKey
from tests.support.clocked import the_agreement, worded

if TYPE_CHECKING:
    from escalation.agreement.model import Agreement
    from tests.support.desk import Desk

US = "acme-globex"


def version(number: int, title: str = "Clocks in seconds", since: str = "2026-01-01") -> Agreement:
    """Give the tests' agreement as another version."""
    return worded({"version: 1, title: Clocks in seconds": f"version: {number}, title: {title}", "2026-01-01": since})


def facts(desk: Desk) -> list[str]:
    """Give what happened to the agreement."""
    record = desk.tocsin.ledger.get(Agreements, f"{US}/agreement")
    return [type(fact).__name__ for fact in record.history]


def test_what_is_published_is_read_back_as_it_was(desk: Desk) -> None:
    """By another process too, compiled anew from the stored document."""
    found = desk.another().book.get(US, 1)
    assert found is not the_agreement()
    assert (found.digest, found.document) == (the_agreement().digest, the_agreement().document)
    assert replace(found, calendars={}) == replace(the_agreement(), calendars={})


def test_the_same_version_again_changes_nothing(desk: Desk) -> None:
    """It is no error, and no fact."""
    assert desk.tocsin.book.publish(the_agreement(), by="key:2").version == 1
    assert facts(desk) == ["Begun", "Published"]
    assert len(desk.tocsin.book.versions([US])) == 1


def test_a_version_never_changes(desk: Desk) -> None:
    """Other content needs another number, and a number above the last."""
    with pytest.raises(VersionTaken):
        desk.tocsin.book.publish(version(1, "Other words"), by="key:1")
    desk.tocsin.book.publish(version(3), by="key:1")
    with pytest.raises(VersionTooLow):
        desk.tocsin.book.publish(version(2), by="key:1")
    assert [row.version for row in desk.tocsin.book.versions()] == [1, 3]


def test_the_newest_version_that_has_begun_is_in_force(desk: Desk) -> None:
    """Version 2 waits for its first day, to the second; before the first there is none."""
    desk.tocsin.book.publish(version(2, since="2026-06-01"), by="key:1")
    begins = datetime(2026, 6, 1, tzinfo=UTC)
    book = desk.tocsin.book
    assert book.in_force(US, begins - timedelta(seconds=1)).version == 1
    assert book.in_force(US, begins).version == 2
    for partnership, at in ((US, datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC)), ("nobody", begins)):
        with pytest.raises(NotFound):
            book.in_force(partnership, at)


def test_an_agreement_that_has_ended_is_not_in_force(desk: Desk) -> None:
    """Its last instant is excluded, and an older version comes into force again only if it is open-ended."""
    ended = worded(
        {"version: 1,": "version: 2,", "effective_to: null": 'effective_to: "2026-05-01T00:00:00Z"'},
    )
    desk.tocsin.book.publish(ended, by="key:1")
    end = datetime(2026, 5, 1, tzinfo=UTC)
    assert desk.tocsin.book.in_force(US, end - timedelta(seconds=1)).version == 2
    assert desk.tocsin.book.in_force(US, end).version == 1


def test_an_incident_stays_with_its_version(desk: Desk) -> None:
    """Clock rule 3: what is published later acts on later incidents, in the engine as well."""
    before = desk.declare()
    desk.tocsin.book.publish(worded({"version: 1,": "version: 2,", "S1: PT10S": "S1: PT5S"}), by="key:1")
    after = desk.declare()
    desk.turn(seconds=6)
    assert (desk.get(before).agreement_version, desk.get(after).agreement_version) == (1, 2)
    assert "ClockBreached" in desk.names(after)
    assert "ClockBreached" not in desk.names(before)


def test_a_repeated_request_gets_the_same_answer(desk: Desk) -> None:
    """Also after a newer version; the same key for another document is refused."""
    book, request = desk.tocsin.book, RequestKey("key:1", "k", "print")
    first = book.publish(version(2), by="key:1", request=request)
    book.publish(version(3), by="key:1")
    assert book.publish(version(2), by="key:1", request=request) is first
    with pytest.raises(KeyReused):
        book.publish(version(4), by="key:1", request=replace(request, fingerprint="other"))
    assert facts(desk) == ["Begun", "Published", "Published", "Published"]


def test_one_publication_sent_many_times_at_once_is_one(desk: Desk) -> None:
    """With a key or without, nobody sees the race."""
    desks = [desk.tocsin, desk.another(), desk.another(), desk.another()]
    for number, request in ((2, None), (3, RequestKey("key:1", "k", "print"))):
        with ThreadPoolExecutor(4) as pool:
            sent = [pool.submit(each.book.publish, version(number), by="key:1", request=request) for each in desks]
            assert {each.result().version for each in sent} == {number}
    assert facts(desk) == ["Begun", "Published", "Published", "Published"]
