"""Whether whoever a delivery is for is still there when its turn comes. Pure, given a staff.

A page reached a person as things stood when it was told. They may have left since, said that they are away, or handed
over; then it is withdrawn, and the ladder tells whoever is there now (escalation/engine).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from escalation.crew.staff import PERSON
from notifications.queue.delivery import TAKEN

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from escalation.crew.reaching import Calling
    from escalation.crew.staff import Known, Staff
    from notifications.queue.delivery import Delivery

LEFT = "left"
"""They belong to the partnership, or to that party of it, no more."""
AWAY = "away"
"""They have said that they are away."""
HANDED_OVER = "handed_over"
"""The name under which they were called reaches others now."""


def addressee(delivery: Delivery, staff: Staff, now: datetime) -> Known | None:
    """Give the person whom a delivery is for; None: it is for no person, or for one who has left."""
    if not delivery.recipient.startswith(PERSON):
        return None
    known = staff.person(delivery.partnership, delivery.recipient.removeprefix(PERSON), now)
    return known if known is not None and known.party == delivery.party else None


def missing(
    delivery: Delivery, page: dict[str, Any] | None, calling: Calling, others: Iterable[dict[str, Any]] = ()
) -> str | None:
    """Say why a person is not to be told any more: `left`, `away` or `handed_over`; None while they are there.

    That somebody has taken it is told also to those who are off by now: they may be on the way.

    Args:
        delivery: What is to be sent.
        page: What called them; None where it does not matter whether they are still on call.
        calling: The agreement version whose names pages were called by, with who is there now.
        others: The pages that were told with it: a person may be meant by two names, and is called by the first.
    """
    if not delivery.recipient.startswith(PERSON):
        return None
    known = addressee(delivery, calling.staff, calling.at)
    if known is None:
        return LEFT
    if delivery.kind == TAKEN or page is None:
        return None
    if known.absent:
        return AWAY
    return None if _still_called([page, *others], calling) else HANDED_OVER


def _still_called(pages: Sequence[dict[str, Any]], calling: Calling) -> bool:
    """Whether a name under which people were called reaches the first of them: a schedule's perhaps, or a contact's."""
    page = pages[0]
    names = [each.get("called", each["recipient"]) for each in pages if each["urgency"] == page["urgency"]]
    reached = calling.reach(names, page["urgency"]).people
    return any(way.contact == page["recipient"] for ways in reached for way in ways)
