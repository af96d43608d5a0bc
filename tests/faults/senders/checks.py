"""What must hold after the senders were killed. Pure: each check takes observations and names what is wrong."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from notifications.queue.delivery import SENT
from notifications.webhooks.statuses import DELIVERED
from tests.faults.senders.sink import REFUSED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from tests.faults.senders.observations import Observations

    Check = Callable[[Observations], Iterable[str]]


def each_arrives(seen: Observations) -> Iterator[str]:
    """Whatever is owed came, and was taken in the end."""
    came = seen.by_id()
    for owed in seen.statuses:
        if owed not in came:
            yield f"{owed} never came"
        elif came[owed][-1].status == REFUSED:
            yield f"{owed} was refused, and never came again"


def one_id_each(seen: Observations) -> Iterator[str]:
    """Whatever comes again comes under its one id, and nothing comes that nobody owes."""
    ids: dict[str, set[str]] = defaultdict(set)
    for request in seen.requests:
        ids[request.told].add(request.id)
        if request.id not in seen.statuses:
            yield f"{request.id} came, and nobody owes it"
    yield from (f"{told} came under {len(found)} ids" for told, found in ids.items() if len(found) > 1)


def again_only_after_a_kill(seen: Observations) -> Iterator[str]:
    """What comes again was in flight at a kill the time before, or refused: nothing else explains a second request."""
    hit = {id(request) for each in seen.in_flight() for request in each}
    for owed, requests in seen.by_id().items():
        excess = sum(request.status != REFUSED and id(request) not in hit for request in requests[:-1])
        if excess:
            yield f"{owed} came {len(requests)} times, {excess} of them without a kill or a refusal before"


def sent_once_on_the_record(seen: Observations) -> Iterator[str]:
    """Each counts as sent, and the record says so once."""
    for owed, status in seen.statuses.items():
        if status not in {SENT, DELIVERED}:
            yield f"{owed} is {status}"
        if seen.told.get(owed, 0) != 1:
            yield f"the record says {seen.told.get(owed, 0)} times of {owed} that it was sent"


CHECKS: Mapping[str, Check] = {
    "each arrives": each_arrives,
    "always under the same id": one_id_each,
    "sent again only after a kill in flight, or a refusal": again_only_after_a_kill,
    "the record says of each once that it was sent": sent_once_on_the_record,
}


def findings(seen: Observations) -> dict[str, list[str]]:
    """Run all checks; give what each has found, nothing for those that hold."""
    found = {title: list(check(seen)) for title, check in CHECKS.items()}
    return {title: wrong for title, wrong in found.items() if wrong}
