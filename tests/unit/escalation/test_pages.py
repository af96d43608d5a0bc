from __future__ import annotations

from datetime import UTC, datetime

from escalation.crew.reaching import NOTICE, PAGE, Calling
from escalation.crew.staff import NOBODY
from escalation.engine.pages import pages_for
from tests.support.clocked import the_agreement

AS_AGREED = Calling(the_agreement(), NOBODY, datetime(2026, 3, 2, tzinfo=UTC))
STREAM = "acme-globex/incident/5f0c"
KEY = ("S1", 0, None, 1, 0)


def test_whoever_is_paged_is_not_also_notified() -> None:
    """One page a person and channel, the more urgent; a role that nobody holds gives none."""
    names = ["boss", "acme.coo", "provider.duty_manager"]
    pages = pages_for(AS_AGREED, STREAM, KEY, page=names, notify=["duty", "partner", "boss"])
    assert [(page["recipient"], page["urgency"]) for page in pages] == [
        ("boss", PAGE),
        ("duty", PAGE),
        ("partner", NOTICE),
    ]
    assert {(page["channel"], page["via"]) for page in pages} == {("terminal", "terminal")}


def test_a_delivery_is_named_by_what_it_tells_for_ever() -> None:
    """This id stands in records: a page that was owed under another one would be sent a second time."""
    [page] = pages_for(AS_AGREED, STREAM, KEY, page=["duty"])
    assert page["delivery"] == "d944abc6b165c309b3cb79ca8c4b2bc7"
    others = [
        pages_for(AS_AGREED, "acme-globex/incident/5f0d", KEY, page=["duty"]),
        pages_for(AS_AGREED, STREAM, ("S1", 0, None, 1, 1), page=["duty"]),
        pages_for(AS_AGREED, STREAM, KEY, page=["boss"]),
    ]
    assert len({page["delivery"], *(other[0]["delivery"] for other in others)}) == 4
    assert pages_for(AS_AGREED, STREAM, KEY, notify=["duty"])[0]["delivery"] == page["delivery"]
