"""What people do with calendar feeds: give an address out, list them, revoke one; and what opens under it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

from sqlalchemy import func, select

from escalation.changes import once
from escalation.crew.staff import PERSON
from escalation.oncall.feed import FEED_STREAM, CalendarFeed
from escalation.oncall.ical import calendar
from escalation.oncall.record import OnCallSchedule
from escalation.oncall.tables import calendar_feeds
from escalation.secret_addresses import AddressShownBefore, hash_of, new_secret, shown_by
from incidents.errors import InvalidField, NotFound, Refused
from incidents.ledger.reach import reaching_all
from incidents.ledger.recorder import ReceiptExists

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Row

    from escalation.changes import Changed, Sender
    from escalation.crew.roll import Roll
    from incidents.ledger.command import Command
    from incidents.ledger.ledger import Ledger

MOST_FEEDS = 200
"""Addresses of one schedule that are not revoked."""


class TooManyFeeds(Refused):
    """So many addresses of that schedule are in use that no more are given out. Revoke some of them first."""

    code = "too_many_feeds"


class NewFeed(NamedTuple):
    """A feed, and the token that nobody can read again."""

    feed: CalendarFeed
    token: str


class Opened(NamedTuple):
    """What stands under an address: the feed, its schedule, and the calendar as bytes."""

    feed: CalendarFeed
    schedule: OnCallSchedule
    content: bytes


class Feeds:
    """The use cases, for whoever was found to see the schedule."""

    def __init__(self, ledger: Ledger, roll: Roll) -> None:
        """Take the ledger, and who belongs to partnerships."""
        self._ledger = ledger
        self._reading = ledger.recorder.reading
        self._roll = roll

    def make(self, schedule: OnCallSchedule, person: str | None, sender: Sender) -> NewFeed:
        """Give an address out, for all turns or those of one member.

        InvalidField; TooManyFeeds; AddressShownBefore; KeyReused; Conflict.
        """
        secret = new_secret()
        with reaching_all(), self._ledger.command() as command:
            if self._ledger.answered(sender.request):
                raise AddressShownBefore
            self._check(schedule, person)
            feed = CalendarFeed._create(  # noqa: SLF001 - the library's way
                CalendarFeed.Made,
                id=f"{FEED_STREAM}{uuid4().hex}",
                partnership=schedule.partnership,
                party=schedule.party,
                schedule=schedule.id,
                person=person,
                secret_hash=hash_of(secret),
                by=sender.by,
                at=command.recorded_at,
            )
            try:
                self._ledger.save(feed, request=sender.request)
            except ReceiptExists:
                raise AddressShownBefore from None
        return NewFeed(feed, f"{feed.public_id}_{secret}")

    def listed(self, schedule: OnCallSchedule, made_by: str | None) -> list[Row[Any]]:
        """Give the rows of a schedule's addresses that are not revoked, of one maker or of all, the oldest first."""
        query = select(calendar_feeds).where(
            calendar_feeds.c.schedule == schedule.id, calendar_feeds.c.revoked_at.is_(None)
        )
        if made_by is not None:
            query = query.where(calendar_feeds.c.made_by == made_by)
        with self._reading.connect() as connection:
            return [*connection.execute(query.order_by(calendar_feeds.c.made_at, calendar_feeds.c.stream))]

    def revoke(
        self, schedule: OnCallSchedule, public_id: str, made_by: str | None, sender: Sender
    ) -> Changed[CalendarFeed]:
        """Let an address show nothing any more, at once: of one maker, or of any (None). NotFound; FeedRevoked."""

        def decide(command: Command) -> tuple[CalendarFeed, tuple[()]]:
            feed = self._ledger.get(CalendarFeed, FEED_STREAM + public_id)
            if feed.schedule != schedule.id or made_by not in {None, feed.made_by}:
                raise NotFound
            feed.revoke(by=sender.by, at=command.recorded_at)
            return feed, ()

        with reaching_all():
            return once(self._ledger, CalendarFeed, sender, decide)

    def found(self, token: str) -> CalendarFeed:
        """Find what stands under an address. NotFound for what is not, or no longer, one."""
        shown = shown_by(token)
        with reaching_all():
            feed = self._feed(shown.identity)
            if (
                not shown.opens(None if feed is None else feed.secret_hash)
                or feed is None
                or feed.revoked_at is not None
            ):
                raise NotFound
            return feed

    def opened(self, feed: CalendarFeed, now: datetime) -> Opened:
        """Open an address that was found. NotFound where its schedule is retired, or its maker or owner has left."""
        with reaching_all():
            schedule = self._ledger.get(OnCallSchedule, feed.schedule)
            if schedule.retired_at is not None or not self._is_still_theirs(feed):
                raise NotFound
            names = {each.person: each.name for each in self._roll.members(feed.partnership)}
            return Opened(feed, schedule, calendar(schedule, now, names, feed.person))

    def _feed(self, identity: str) -> CalendarFeed | None:
        try:
            return self._ledger.get(CalendarFeed, FEED_STREAM + identity)
        except NotFound:
            return None

    def _is_still_theirs(self, feed: CalendarFeed) -> bool:
        """Say whether whoever made it, and whoever it is for, is still of that party.

        What a key made for all is good until it is revoked.
        """
        maker = feed.made_by.removeprefix(PERSON) if feed.made_by.startswith(PERSON) else None
        members = [self._roll.member(feed.partnership, each) for each in (maker, feed.person) if each is not None]
        return all(member is not None and member.party == feed.party for member in members)

    def _check(self, schedule: OnCallSchedule, person: str | None) -> None:
        member = None if person is None else self._roll.member(schedule.partnership, person)
        if person is not None and (member is None or member.party != schedule.party):
            raise InvalidField("person", f"Give the id of an active member of {schedule.party}.")
        query = select(func.count()).where(
            calendar_feeds.c.schedule == schedule.id, calendar_feeds.c.revoked_at.is_(None)
        )
        with self._reading.connect() as connection:
            if (connection.scalar(query) or 0) >= MOST_FEEDS:
                raise TooManyFeeds(most=MOST_FEEDS)
