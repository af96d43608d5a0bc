"""`tocsin deliveries list|requeue`: what waits, what failed for good, and sending that again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from api.cli.durations import DURATION
from api.cli.opened import opened
from incidents.errors import InvalidField, NotFound, Refused

if TYPE_CHECKING:
    from datetime import timedelta

    from api.bootstrap import Tocsin
    from notifications.letters.book import Letters, Wanted
    from notifications.letters.letter import Letter

MOST = 500
"""Lines of a list: the newest."""
AT_ONCE = 200
OPERATOR = "operator"

_partnership = click.option("--partnership", metavar="ID", help="Only of this partnership.")
_channel = click.option("--channel", metavar="NAME", help="Only on this channel, such as webhook.")


@click.group(
    epilog="""\b
Example: what waits, what has failed, and why
  tocsin deliveries list

\b
Example: a webhook was down overnight; send again what failed meanwhile and is still needed
  tocsin deliveries requeue --all-failed --since 12h"""
)
def command() -> None:
    """Show what people are still to be told, and send again what failed for good."""


@command.command(
    name="list",
    epilog="""\b
Example: dead letters of one partnership
  tocsin deliveries list --failed --partnership acme-globex

\b
Example: what waits for webhooks
  tocsin deliveries list --waiting --channel webhook""",
)
@click.option("--failed", is_flag=True, help="Only what failed for good.")
@click.option("--waiting", is_flag=True, help="Only what waits.")
@_partnership
@_channel
@click.option("--most", type=click.IntRange(1, MOST), default=50, show_default=True, help="How many, the newest.")
def list_(*, failed: bool, waiting: bool, partnership: str | None, channel: str | None, most: int) -> None:
    """List what waits and what failed for good, the newest first."""
    from api.cli.access_words import check_partnership  # noqa: PLC0415 - --help need not wait for it
    from api.cli.delivery_words import print_lanes, print_letters, print_none  # noqa: PLC0415 - see above
    from notifications.letters.book import Wanted  # noqa: PLC0415 - see above
    from notifications.queue.delivery import FAILED, WAITING  # noqa: PLC0415 - see above

    check_partnership(partnership)
    statuses = [status for status, wanted in ((WAITING, waiting), (FAILED, failed)) if wanted] or [WAITING, FAILED]
    wanted = Wanted(partnership, statuses=statuses, channel=channel)
    with opened() as tocsin:
        letters, following = tocsin.letters.rows.page(wanted, after=None, most=most)
        if not letters:
            print_none(statuses)
            return
        now = tocsin.clock.now()
        print_letters(letters, now, more=following is not None)
        if WAITING in statuses:
            print_lanes(tocsin.letters.lanes(wanted), now)


@command.command(
    epilog="""\b
Example: one of those that the list shows
  tocsin deliveries requeue 8c1f0a4be2d94d5f9b7a60c1d2e3f405

\b
Example: all that failed within two days and is still needed, of one partnership
  tocsin deliveries requeue --all-failed --since 2d --partnership acme-globex"""
)
@click.argument("identities", metavar="[ID]...", nargs=-1)
@click.option("--all-failed", is_flag=True, help="All that failed for good; say --since when.")
@click.option("--since", type=DURATION, metavar="TIME", help="Owed within this time: 2d, 12h, 30m.")
@_partnership
@_channel
def requeue(
    *,
    identities: tuple[str, ...],
    all_failed: bool,
    since: timedelta | None,
    partnership: str | None,
    channel: str | None,
) -> None:
    """Send deliveries again that failed for good: at once, under the same ID, with new tries.

    What nobody needs any more is left as it is, and said so.
    """
    from api.cli.access_words import check_partnership  # noqa: PLC0415 - --help need not wait for it

    check_partnership(partnership)
    if bool(identities) == all_failed:
        raise click.UsageError("Give IDs, or --all-failed --since TIME. `tocsin deliveries list --failed` shows them.")
    if all_failed and since is None:
        raise click.UsageError("Say with --since how far back: --all-failed --since 12h.")
    with opened() as tocsin:
        if all_failed:
            _requeue_all(tocsin, since, partnership, channel)
        else:
            _requeue_these(tocsin, identities)


def _requeue_these(tocsin: Tocsin, identities: tuple[str, ...]) -> None:
    """Send some again; what is refused does not keep the others from it, and is the command's exit code."""
    refused = [identity for identity in identities if not _said(tocsin, _letter(tocsin, identity))]
    if refused:
        raise click.exceptions.Exit(1)


def _requeue_all(tocsin: Tocsin, since: timedelta | None, partnership: str | None, channel: str | None) -> None:
    from notifications.letters.book import Wanted  # noqa: PLC0415 - see above
    from notifications.queue.delivery import FAILED  # noqa: PLC0415 - see above

    from_then = None if since is None else tocsin.clock.now() - since
    wanted = Wanted(partnership, statuses=(FAILED,), channel=channel, since=from_then)
    # All are read before the first is sent again: that changes the list.
    done = [_said(tocsin, letter) for letter in _all(tocsin.letters.rows, wanted)]
    if done:
        click.echo(f"{sum(done)} of {len(done)} will be sent again.")
    else:
        click.echo("Nothing failed for good in that time. `tocsin deliveries list --failed` shows what did before.")


def _all(letters: Letters, wanted: Wanted) -> list[Letter]:
    found, place = letters.page(wanted, after=None, most=AT_ONCE)
    while place is not None:
        more, place = letters.page(wanted, after=place, most=AT_ONCE)
        found += more
    return found


def _letter(tocsin: Tocsin, identity: str) -> Letter:
    try:
        return tocsin.letters.rows.one(identity)
    except NotFound:
        message = f"There is no delivery {identity}. `tocsin deliveries list --failed` shows those that failed."
        raise InvalidField("ID", message) from None


def _said(tocsin: Tocsin, letter: Letter) -> bool:
    """Send one again, and say so or why not; give whether it will be."""
    from api.cli.delivery_words import what_it_is  # noqa: PLC0415 - see above

    try:
        _requeue(tocsin, letter)
    except Refused as refusal:
        why = f" ({refusal.details['why']})" if "why" in refusal.details else ""
        click.echo(f"{letter.id} stays as it is: {refusal.message}{why}", err=True)
        return False
    click.echo(f"{letter.id} will be sent again: {what_it_is(letter)}")
    return True


def _requeue(tocsin: Tocsin, letter: Letter) -> None:
    from escalation.changes import Sender  # noqa: PLC0415 - see above
    from incidents.incidents import Asked  # noqa: PLC0415 - see above
    from notifications.queue.delivery import REMINDER  # noqa: PLC0415 - see above

    if letter.kind == REMINDER:
        tocsin.requeuing.reminder(letter, Sender(OPERATOR))
    else:
        tocsin.requeuing.page(letter, Asked(OPERATOR, via="cli"))
