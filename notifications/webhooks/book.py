"""What people do with webhook subscriptions: make, change, pause, try out and remove them; and what the sender says.

Their facts are in the operator's log. Their rows name the partnership and are read within reach: whoever finds a row
may have the record that it names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from uuid import uuid4

from sqlalchemy import func, select

from escalation.changes import once
from escalation.crew.leading import leading_contacts
from escalation.crew.reaching import Calling
from escalation.crew.staff import PERSON
from incidents.errors import NotFound, Refused
from incidents.feed import types_named
from incidents.ledger.reach import reaching_all
from incidents.ledger.recorder import ReceiptExists
from notifications.posting.signing import new_secret
from notifications.queue.origins import SENDER
from notifications.webhooks import changing, secrets
from notifications.webhooks.record import OVERLAP, REMOVED, STREAM, Redelivery, Settings, Subscription
from notifications.webhooks.statuses import new_id
from notifications.webhooks.tables import webhook_subscriptions
from notifications.webhooks.urls import check_url

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime, timedelta

    from escalation.agreement.model import Agreement
    from escalation.book import AgreementBook
    from escalation.changes import Changed, Sender
    from escalation.crew.book import Crew
    from incidents.feed import Feed
    from incidents.ledger.command import Command
    from incidents.ledger.ledger import Ledger
    from incidents.ledger.pipeline import Write
    from notifications.posting.reachable import Network

MOST_SUBSCRIPTIONS = 50
"""Of one party in a partnership, without removed ones."""


class SecretShownBefore(Refused):
    """This request was carried out before, and its secret was shown then. Rotate it if you did not get it."""

    code = "secret_shown_before"


class TooManyWebhooks(Refused):
    """Your party has so many webhooks that no more are taken. Remove some of them first."""

    code = "too_many_webhooks"


class NewSecret(NamedTuple):
    """A subscription, and the secret that nobody can read again."""

    record: Subscription
    secret: str


@dataclass(frozen=True)
class Place:
    """Whose a subscription is."""

    partnership: str
    party: str


class Subscriptions:
    """The use cases, for whoever was found to manage the party. All raise NotFound, Conflict and KeyReused."""

    def __init__(
        self, ledger: Ledger, book: AgreementBook, crew: Crew, feed: Feed, allowed: Sequence[Network] = ()
    ) -> None:
        """Take the ledger, where parties are found, whom notices reach, the logs, and the operator's own networks."""
        self._ledger = ledger
        self._reading = ledger.recorder.reading
        self._book = book
        self._crew = crew
        self._feed = feed
        self._allowed = allowed

    # --- found -------------------------------------------------------------------------------------------------------

    def found(self, partnership: str, public_id: str) -> Subscription:
        """Read one by its id, a removed one too. NotFound."""
        row = webhook_subscriptions.c
        query = select(row.stream).where(row.partnership == partnership, row.stream == STREAM + public_id)
        with self._reading.connect() as connection:
            stream: str | None = connection.scalar(query)
        if stream is None:
            raise NotFound
        with reaching_all():
            return self._ledger.get(Subscription, stream)

    def listed(self, partnership: str) -> list[Subscription]:
        """Read those of a partnership that are not removed, by party, the oldest first."""
        row = webhook_subscriptions.c
        query = select(row.stream).where(row.partnership == partnership, row.state != REMOVED)
        with self._reading.connect() as connection:
            streams = list(connection.scalars(query.order_by(row.party, row.made_at, row.stream)))
        if not streams:
            return []
        with reaching_all(), self._reading.connect() as connection:
            records = self._ledger.get_many(streams, connection)
        return [record for stream in streams if isinstance(record := records[stream], Subscription)]

    # --- what people do ----------------------------------------------------------------------------------------------

    def create(self, place: Place, settings: Settings, sender: Sender) -> NewSecret:
        """Make one, for what happens from now on. InvalidField; TooManyWebhooks; SecretShownBefore."""

        def made(command: Command) -> Subscription:
            at = command.recorded_at
            self._book.check_party(place.partnership, place.party, at)
            self._check(settings)
            self._check_number(place)
            return Subscription._create(  # noqa: SLF001 - the library's way
                Subscription.Created,
                id=f"{STREAM}{uuid4().hex}",
                partnership=place.partnership,
                party=place.party,
                url=settings.url,
                name=settings.name,
                types=list(settings.types),
                begins_at=self._feed.size(place.partnership),
                by=sender.by,
                at=at,
            )

        return self._with_secret(sender, made, secrets.begun)

    def rotate(self, stream: str, overlap: timedelta | None, sender: Sender) -> NewSecret:
        """Give it a new secret; messages are signed by the old one too for a while (default: OVERLAP).

        InvalidField; SubscriptionRemoved; SecretShownBefore.
        """

        def rotated(command: Command) -> Subscription:
            record = self._ledger.get(Subscription, stream)
            at = command.recorded_at
            record.rotate(at + (OVERLAP if overlap is None else overlap), by=sender.by, at=at)
            return record

        def writes(record: Subscription, secret: str, at: datetime) -> list[Write]:
            return secrets.rotated(record, secret, at, record.old_secret_until or at)

        return self._with_secret(sender, rotated, writes)

    def edit(self, stream: str, change: Callable[[Settings], Settings], sender: Sender) -> Changed[Subscription]:
        """Give it other settings. InvalidField; SubscriptionRemoved."""

        def act(record: Subscription, at: datetime) -> None:
            settings = change(record.settings)
            self._check(settings)
            record.edit(settings, by=sender.by, at=at)

        return self._change(stream, sender, act)

    def pause(self, stream: str, sender: Sender) -> Changed[Subscription]:
        """Send nothing for now; what comes waits. SubscriptionRemoved; NotInThatState."""
        return self._change(stream, sender, lambda record, at: record.pause(by=sender.by, at=at))

    def resume(self, stream: str, sender: Sender) -> Changed[Subscription]:
        """Go on, with what waited first. SubscriptionRemoved; NotInThatState."""
        return self._change(stream, sender, lambda record, at: record.resume(by=sender.by, at=at))

    def enable(self, stream: str, sender: Sender) -> Changed[Subscription]:
        """Go on after it was disabled, with what waited first, at once. SubscriptionRemoved; NotInThatState."""
        return self._change(stream, sender, lambda record, at: record.enable(by=sender.by, at=at), changing.gone_on)

    def remove(self, stream: str, sender: Sender) -> Changed[Subscription]:
        """Let it tell nothing any more, and forget its secrets. SubscriptionRemoved."""

        def ended(record: Subscription, at: datetime) -> list[Write]:
            return [*changing.dropped(record, at), *secrets.ended(record)]

        return self._change(stream, sender, lambda record, at: record.remove(by=sender.by, at=at), ended)

    def ping(self, stream: str, sender: Sender) -> Changed[Subscription]:
        """Send a message of no event now; the last fact names it. SubscriptionRemoved; NotInThatState."""
        message = new_id()
        return self._change(
            stream,
            sender,
            lambda record, at: record.ping(message, by=sender.by, at=at),
            lambda record, at: changing.pinged(record, message, at),
        )

    def redeliver(self, stream: str, asked: Redelivery, sender: Sender) -> Changed[Subscription]:
        """Send messages again, each under its id: one that whoever asks may see, or those of a span.

        The last fact says how many. SubscriptionRemoved; TooManyMessages.
        """
        found: list[str] = []

        def act(record: Subscription, at: datetime) -> None:
            with self._reading.connect() as connection:
                span = [asked.message] if asked.message else changing.in_span(record.id, asked, connection)
            found[:] = span
            record.redeliver(asked, len(found), by=sender.by, at=at)

        return self._change(stream, sender, act, lambda _, at: changing.sent_again(found, at))

    # --- what the sender says ----------------------------------------------------------------------------------------

    def disable(self, stream: str, why: str) -> None:
        """Give one up for now (SILENT, GONE) and tell its owner; nothing where it is not active. NotFound."""

        def tell(record: Subscription, at: datetime) -> None:
            agreement = self._book.named(record.partnership, at)[0]
            calling = Calling(agreement, self._crew.directory, at)
            record.disable(why, calling, self._owners(record, agreement), by=SENDER)

        with reaching_all():
            self._ledger.witness(Subscription, stream, tell)

    # --- how ---------------------------------------------------------------------------------------------------------

    def _owners(self, record: Subscription, agreement: Agreement) -> list[str]:
        """Give who hears of it: whoever made it, or who leads the party where that is no person who is still there."""
        maker = record.made_by.removeprefix(PERSON) if record.made_by.startswith(PERSON) else ""
        member = self._crew.roll.member(record.partnership, maker) if maker else None
        if member is not None and member.party == record.party:
            return [record.made_by]
        return leading_contacts(record.party, agreement)

    def _change(
        self,
        stream: str,
        sender: Sender,
        act: Callable[[Subscription, datetime], None],
        after: Callable[[Subscription, datetime], list[Write]] = lambda _, __: [],
    ) -> Changed[Subscription]:
        def decide(command: Command) -> tuple[Subscription, tuple[()]]:
            record = self._ledger.get(Subscription, stream)
            act(record, command.recorded_at)
            return record, ()

        with reaching_all():
            return once(self._ledger, Subscription, sender, decide, after)

    def _with_secret(
        self,
        sender: Sender,
        decide: Callable[[Command], Subscription],
        writes: Callable[[Subscription, str, datetime], list[Write]],
    ) -> NewSecret:
        """Record what begins a secret, with the secret beside it; once for each request, for it is shown once."""
        secret = new_secret()
        with reaching_all(), self._ledger.command() as command:
            if self._ledger.answered(sender.request):
                raise SecretShownBefore
            record = decide(command)
            try:
                after = writes(record, secret, command.recorded_at)
                self._ledger.save(record, request=sender.request, after=after)
            except ReceiptExists:
                raise SecretShownBefore from None
        return NewSecret(record, secret)

    def _check(self, settings: Settings) -> None:
        if isinstance(settings.url, str):
            check_url(settings.url, self._allowed)
        if settings.types:
            types_named(settings.types, self._ledger.catalogue)

    def _check_number(self, place: Place) -> None:
        row = webhook_subscriptions.c
        mine = (row.partnership == place.partnership) & (row.party == place.party) & (row.state != REMOVED)
        with self._reading.connect() as connection:
            if (connection.scalar(select(func.count()).where(mine)) or 0) >= MOST_SUBSCRIPTIONS:
                raise TooManyWebhooks(most=MOST_SUBSCRIPTIONS)
