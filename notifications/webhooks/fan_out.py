"""The follower that gives each subscription its messages: a row for every event that it asks for.

Who may see an event is asked when it is sent, not here: what is withheld until then never leaves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from incidents.feed import usual_types, words_for
from incidents.ledger.pipeline import Write, send

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from incidents.ledger.catalogue import Catalogue
    from incidents.ledger.clock import Clock
    from incidents.ledger.followers import Followed

# One statement for all subscriptions, which the database copies the rows of by itself: with a hundred of them an event
# costs a millisecond or two. What is taken again, after a parked event, is there already: the id is always the same.
_TELL = text("""
INSERT INTO webhook_messages (
    id, subscription, partnership, place, event_id, stream, type, status, due_at, tries, created_at
)
SELECT 'msg_' || left(encode(sha256(convert_to(told.stream || ' ' || event.id, 'UTF8')), 'hex'), 32),
       told.stream, told.partnership, placed.index, event.id, placed.stream, :type, 'waiting', :present, 0, :present
FROM sequence AS placed
JOIN webhook_subscriptions AS told ON told.partnership = placed.partnership
JOIN events ON events.stream = placed.stream AND events.version = placed.version
CROSS JOIN LATERAL (SELECT convert_from(events.leaf, 'UTF8')::jsonb ->> 'id' AS id OFFSET 0) AS event
WHERE placed.position = :position
  AND told.state <> 'removed'
  AND told.begins_at <= placed.index
  AND (told.types && CAST(:words AS text[]) OR (:usual AND told.types = '{}'))
ON CONFLICT DO NOTHING
""")


class FanOut:
    """Keeps the messages of subscriptions (implements incidents.ledger.followers.Follower)."""

    name = "webhooks"

    def __init__(self, catalogue: Catalogue, clock: Clock) -> None:
        """Take the types that there are, and a clock: what is told is due at once."""
        self._names = {stored: (today, sorted(words_for(today))) for stored, today in catalogue.names().items()}
        self._usual = usual_types(catalogue)
        self._clock = clock

    def take(self, followed: Followed, connection: Connection) -> None:
        """Give every subscription that asks for it a message of one event."""
        today, words = self._names[followed.type]
        row = {
            "position": followed.position,
            "type": today,
            "words": words,
            "usual": followed.type in self._usual,
            "present": self._clock.now(),
        }
        send(connection, [Write(_TELL, [row])], commit=False)
