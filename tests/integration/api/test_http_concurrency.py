"""Two hundred commands on one incident at once: no update is lost, and whoever loses hears of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tests.support.http import problem_of

if TYPE_CHECKING:
    from tests.support.http import Site

SENDERS = 16
COMMANDS = 200


def test_commands_on_whatever_stands_are_all_recorded_or_refused(site: Site) -> None:
    """With `If-Match: *` each 200 is one note on the record and no more; a loser gets 409 and may try again."""
    incident = site.partner.declare()
    texts = [f"note {nth}" for nth in range(COMMANDS)]
    with ThreadPoolExecutor(SENDERS) as pool:
        answers = list(pool.map(lambda text: site.partner.command(incident, "note", {"text": text}), texts))

    taken = {text for text, answer in zip(texts, answers, strict=True) if answer.status == 200}
    entries = site.partner.get(f"/v1/incidents/{incident['id']}/timeline").body["entries"]
    noted = [entry["data"]["text"] for entry in entries if entry["type"] == "incident.noted.v1"]
    assert {answer.status for answer in answers} <= {200, 409}
    assert len(taken) > COMMANDS / 4
    assert sorted(noted) == sorted(taken)
    assert [entry["version"] for entry in entries] == list(range(1, len(entries) + 1))
    revisions = [answer.body["revision"] for answer in answers if answer.status == 200]
    assert len(set(revisions)) == len(revisions)


def test_of_commands_on_one_revision_exactly_one_is_carried_out(site: Site) -> None:
    """All others hear 412 with the revision that beat them, or 409."""
    incident = site.partner.declare()
    with ThreadPoolExecutor(SENDERS) as pool:
        answers = list(
            pool.map(
                lambda nth: site.partner.command(incident, "note", {"text": f"note {nth}"}, If_Match='"1"'),
                range(COMMANDS),
            )
        )
    statuses = [answer.status for answer in answers]
    assert statuses.count(200) == 1
    assert set(statuses) <= {200, 409, 412}
    stale = [problem_of(answer) for answer in answers if answer.status == 412]
    assert stale
    assert all(told["details"] == {"revision": 2} for told in stale)
    assert site.partner.get(f"/v1/incidents/{incident['id']}").body["version"] == 2
