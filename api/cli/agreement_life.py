"""`tocsin agreement propose|sign|status|handover`: how an agreement comes about, stands and ends."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.cli.agreement_source import read_agreement
from api.cli.opened import opened
from incidents.errors import InvalidField, NotFound

if TYPE_CHECKING:
    from datetime import datetime

    from rich.text import Text

    from api.bootstrap import Tocsin
    from escalation.book import Agreements
    from escalation.book.versions import Version
    from escalation.changes import Sender

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_KEY = click.option(
    "--key",
    envvar="TOCSIN_API_KEY",
    prompt="Your party's API key",
    hide_input=True,
    show_envvar=True,
    help="A key of your party with the scope agreements:decide; better in the environment than on the command line.",
)
_COLOURS = {"in_force": "green", "proposed": "yellow", "signed": "cyan", "published": "cyan"}


@click.command(
    epilog="""\b
Example: propose a version, and see who has to sign it
  tocsin agreement propose examples/agreements/acme-globex.yaml
  tocsin agreement status acme-globex""",
)
@click.argument("file", type=_FILE)
def propose(file: Path) -> None:
    """Propose FILE as a version, on the operator's word. It binds nobody until all parties that must have signed."""
    agreement = read_agreement(file)
    with opened() as tocsin:
        tocsin.book.publish(agreement, by="operator")
        version = tocsin.book.record(agreement.partnership).numbered(agreement.version)
    name = f"{agreement.partnership} version {agreement.version}"
    if version.awaited:
        until = f"{version.lapses_at:%Y-%m-%d %H:%M} UTC"
        click.echo(f"{name} waits for the signatures of {', '.join(version.awaited)}, until {until}.")
    else:
        click.echo(f"{name} needs no signature: it is published.")
    click.echo(f"Digest {version.digest}.")


@click.command(
    epilog="""\b
Example: sign what you have read; the digest is that of `tocsin agreement status`
  tocsin agreement sign acme-globex 3 --digest 2f0a6c1f4c1b5d0d7c8a53d6a8c1f3d2b9e4f7a60c1d2e3f405162738495a6b7""",
)
@click.argument("partnership")
@click.argument("version", type=int)
@click.option("--digest", metavar="SHA256", required=True, help="The digest of the document that you have read.")
@_KEY
def sign(partnership: str, version: int, digest: str, key: str) -> None:
    """Sign VERSION of a PARTNERSHIP's agreement for the party that the key belongs to."""
    with opened() as tocsin:
        known, sender = _record(tocsin, partnership).versions, _sender(tocsin, key, partnership)
        if version not in known:
            raise InvalidField("VERSION", f"There is none of that number. Give one of: {', '.join(map(str, known))}.")
        record = tocsin.agreements.sign(partnership, version, digest, sender).record
        signed = record.numbered(version)
    click.echo(f"Signed for {sender.party}.")
    if signed.awaited:
        click.echo(f"It waits for {', '.join(signed.awaited)}.")
    elif signed.in_force_from is not None:
        click.echo(f"All have signed: it is in force from {signed.in_force_from:%Y-%m-%d %H:%M} UTC.")


@click.command(
    epilog="""\b
Example:
  tocsin agreement status acme-globex""",
)
@click.argument("partnership")
def status(partnership: str) -> None:
    """Show how the versions of a PARTNERSHIP's agreement stand, who has signed them, and when it ends."""
    with opened() as tocsin:
        record = _record(tocsin, partnership)
        _print(record, tocsin.clock.now())
        kept = tocsin.agreements.records_kept_until(record)
    for version in record.versions.values():
        if version.awaited:
            sign_it = f"tocsin agreement sign {partnership} {version.version} --digest {version.digest}"
            click.echo(f"Version {version.version} waits for {', '.join(version.awaited)}: {sign_it}")
    if record.ended_at is not None:
        click.echo(f"It ended at {record.ended_at:%Y-%m-%d %H:%M} UTC.")
    elif record.ends_at is not None:
        click.echo(f"It ends at {record.ends_at:%Y-%m-%d %H:%M} UTC.")
    if kept is not None:
        click.echo(f"Its record is kept until {kept:%Y-%m-%d %H:%M} UTC.")


@click.command(
    epilog="""\b
Example: at the end, a folder for each party that receives the record
  tocsin agreement handover acme-globex -o handover/""",
)
@click.argument("partnership")
@click.option(
    "-o",
    "directory",
    metavar="DIR",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the folders of the parties are made.",
)
def handover(partnership: str, directory: Path) -> None:
    """Write the record of a PARTNERSHIP whose agreement has ended, for each party as it may see it.

    A manifest beside the files holds their digests; that they were handed over, with its digest, is put on record.
    """
    from api.handover import hand_over  # noqa: PLC0415 - --help need not wait for it

    with opened() as tocsin:
        tocsin.sequencer.run_until_idle()
        for handed in hand_over(tocsin, partnership, directory, by="operator"):
            click.echo(f"{handed.party}: {handed.entries} events in {handed.folder}. Manifest {handed.digest}.")


def _record(tocsin: Tocsin, partnership: str) -> Agreements:
    """Read a partnership's record. NotFound, with what to do."""
    try:
        return tocsin.book.record(partnership)
    except NotFound:
        message = f"No agreement of {partnership} is on record. Publish one: tocsin agreement publish FILE."
        raise NotFound(message) from None


def _sender(tocsin: Tocsin, token: str, partnership: str) -> Sender:
    """Give whom a key stands for. click.UsageError where it decides nothing there."""
    from api.access.permissions import Scope  # noqa: PLC0415 - --help need not wait for it
    from escalation.changes import Sender  # noqa: PLC0415

    found = tocsin.keys.find(token)
    membership = None if found is None else found.membership(partnership)
    if found is None or membership is None or Scope.AGREEMENTS_DECIDE not in membership.scopes:
        message = f"That key decides nothing in {partnership}: it needs the scope {Scope.AGREEMENTS_DECIDE}."
        raise click.UsageError(message)
    return Sender(found.actor, membership.party)


def _print(record: Agreements, now: datetime) -> None:
    from rich.table import Table  # noqa: PLC0415 - --help need not wait for it

    from api.cli.replay_views import wide  # noqa: PLC0415

    table = Table("version", "title", "stage", "from", "until", "signatures", "digest")
    for _, version in sorted(record.versions.items()):
        table.add_row(*_cells(version, now))
    wide().print(table)


def _cells(version: Version, now: datetime) -> list[str | Text]:
    from rich.text import Text  # noqa: PLC0415 - --help need not wait for it

    from escalation.book.versions import stage_at  # noqa: PLC0415
    from notifications.message.words import printable  # noqa: PLC0415

    stage = stage_at(version, now)
    signatures = Text()
    for party in version.signers:
        at = version.signed.get(party)
        told = f"{party}: {at:%Y-%m-%d}" if at else f"{party}: awaited" if version.awaited else f"{party}: none"
        signatures.append(("\n" if signatures else "") + told, "green" if at else "yellow")
    return [
        str(version.version),
        Text(printable(version.title)),
        Text(stage.replace("_", " "), _COLOURS.get(stage, "dim")),
        _day(version.in_force_from or version.effective_from),
        _day(version.ends_at),
        signatures,
        Text(version.digest, overflow="fold"),
    ]


def _day(at: datetime | None) -> str:
    return "" if at is None else f"{at:%Y-%m-%d %H:%M}Z"
