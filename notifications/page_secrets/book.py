"""Making the secrets of page webhooks, and finding those by which a page is signed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import bindparam, delete, insert, or_, select, update

from incidents.errors import NotFound, Refused
from incidents.ledger.pipeline import Write
from incidents.ledger.reach import reaching_all
from incidents.ledger.recorder import ReceiptExists
from notifications.page_secrets.record import PageWebhook, stream_of
from notifications.page_secrets.tables import page_webhook_secrets
from notifications.posting.signing import new_secret

if TYPE_CHECKING:
    from collections.abc import Sequence

    from escalation.agreement.model import Webhook
    from escalation.book import AgreementBook
    from escalation.changes import Sender
    from incidents.ledger.command import Command
    from incidents.ledger.ledger import Ledger

OVERLAP = timedelta(hours=24)
"""How long pages are signed by the secret before a rotation too."""

_row = page_webhook_secrets.c
_of = (
    (_row.partnership == bindparam("of"))
    & (_row.party == bindparam("of_party"))
    & (_row.webhook == bindparam("of_webhook"))
)
_ADD = insert(page_webhook_secrets)
_END_OLDEST = delete(page_webhook_secrets).where(_of, _row.expires_at.is_not(None))
_EXPIRE = update(page_webhook_secrets).where(_of, _row.expires_at.is_(None)).values(expires_at=bindparam("until"))
_GOOD = (
    select(_row.party, _row.webhook, _row.secret)
    .where(
        _row.partnership == bindparam("of"),
        or_(_row.expires_at.is_(None), _row.expires_at > bindparam("present")),
    )
    .order_by(_row.made_at.desc())
)


class PageSecretShownBefore(Refused):
    """This request was carried out before, and its secret was shown then. Make another one if you did not get it."""

    code = "secret_shown_before"


class Made(NamedTuple):
    """A new secret, which nobody can read again, and until when the one before it is good; None: it is the first."""

    secret: str
    made_at: datetime
    old_until: datetime | None


class Known(NamedTuple):
    """What is known of a secret but itself; it has no end unless another one took its place."""

    party: str
    webhook: str
    made_at: datetime
    expires_at: datetime | None


class PageSecrets:
    """The use cases, for whoever was found to manage the party (implements notifications.channels.webhook.Signers)."""

    def __init__(self, ledger: Ledger, book: AgreementBook) -> None:
        """Take the ledger, and where agreements are found."""
        self._ledger = ledger
        self._reading = ledger.recorder.reading
        self._book = book

    def make(self, partnership: str, webhook: Webhook, sender: Sender) -> Made:
        """Make a secret for a webhook; the one before it goes on for OVERLAP, and any older one no more.

        PageSecretShownBefore; KeyReused; Conflict.
        """
        secret = new_secret()
        with reaching_all(), self._ledger.command() as command:
            if self._ledger.answered(sender.request):
                raise PageSecretShownBefore
            record = self._changed(partnership, webhook, sender, command)
            try:
                after = _writes(record, secret, command.recorded_at)
                self._ledger.save(record, request=sender.request, after=after)
            except ReceiptExists:
                raise PageSecretShownBefore from None
        return Made(secret, command.recorded_at, record.old_until)

    def listed(self, partnership: str, now: datetime) -> list[Known]:
        """Give what is known of the secrets that are good, the newest first."""
        query = select(_row.party, _row.webhook, _row.made_at, _row.expires_at).where(
            _row.partnership == partnership, or_(_row.expires_at.is_(None), _row.expires_at > now)
        )
        with self._reading.connect() as connection:
            return [Known(*row) for row in connection.execute(query.order_by(_row.made_at.desc(), _row.webhook))]

    def secrets_of(self, partnership: str, url: str, now: datetime) -> Sequence[str]:
        """Give the secrets by which pages to an address are signed, the newest first. For the worker alone.

        A page knows where it goes, and not by which version's webhook: any version counts that has the address and
        was agreed upon. A mere proposal could have pages to its author's address signed by the other party's secret.
        """
        with self._reading.connect() as connection:
            found = list(connection.execute(_GOOD, {"of": partnership, "present": now}))
        if not found:
            return ()
        theirs = self._webhooks_at(partnership, url)
        return [secret for party, webhook, secret in found if (party, webhook) in theirs]

    def _webhooks_at(self, partnership: str, url: str) -> set[tuple[str, str]]:
        agreed = (row.version for row in self._book.versions([partnership]) if row.in_force_from is not None)
        versions = [self._book.get(partnership, version) for version in agreed]
        webhooks = [webhook for version in versions for webhook in version.webhooks.values()]
        return {(webhook.party, webhook.id) for webhook in webhooks if webhook.url == url}

    def _changed(self, partnership: str, webhook: Webhook, sender: Sender, command: Command) -> PageWebhook:
        stream = stream_of(partnership, webhook.party, webhook.id)
        try:
            record = self._ledger.get(PageWebhook, stream)
        except NotFound:
            return PageWebhook._create(  # noqa: SLF001 - the library's way
                PageWebhook.SecretMade,
                id=stream,
                partnership=partnership,
                party=webhook.party,
                webhook=webhook.id,
                by=sender.by,
                at=command.recorded_at,
            )
        at = command.recorded_at
        record.rotate(at + OVERLAP, by=sender.by, at=at)
        return record


def _writes(record: PageWebhook, secret: str, at: datetime) -> list[Write]:
    of = {"of": record.partnership, "of_party": record.party, "of_webhook": record.webhook}
    ended = []
    if record.old_until is not None:
        ended = [Write(_END_OLDEST, [of]), Write(_EXPIRE, [of | {"until": record.old_until}])]
    row = {
        "partnership": record.partnership,
        "party": record.party,
        "webhook": record.webhook,
        "made_at": at,
        "secret": secret,
        "expires_at": None,
    }
    return [*ended, Write(_ADD, [row])]
