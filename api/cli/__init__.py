"""The `tocsin` command. Subcommands are modules, imported when called; errors become lines and exit codes here.

Exit codes: 0 done, 1 it did not work, 2 something outside Tocsin must be put right first (or click's: wrong usage).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

import click

from api.startup_errors import CannotStart
from incidents.errors import InvalidField, TocsinError

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMANDS: Mapping[str, tuple[str, str]] = {
    "serve": ("api.cli.serve", "Run everything: database, web, worker."),
    "web": ("api.cli.web", "Answer HTTP."),
    "worker": ("api.cli.worker", "Sequence, follow deadlines and deliver."),
    "agreement": ("api.cli.agreement", "Check, compare and publish agreements."),
    "import": ("api.cli.import_", "Bring in another system's incident log."),
    "clock": ("api.cli.clock", "Say when a clock is due."),
    "oncall": ("api.cli.oncall", "Say who is on call."),
    "page": ("api.cli.page", "Try out whether pages reach people."),
    "deliveries": ("api.cli.deliveries", "Show what waits and what failed, and send that again."),
    "attainment": ("api.cli.attainment", "Show how clocks fared, and what objectives came to."),
    "replay": ("api.cli.replay", "Read incidents out of the facts, and check the tables against them."),
    "key": ("api.cli.key", "Create, list, rotate and revoke API keys."),
    "member": ("api.cli.member", "Say who belongs to a partnership, in which roles."),
    "migrate": ("api.cli.migrate", "Bring the database's tables up to date."),
}
"""Name: the module whose `command` it is, and its help in a few words, so that `tocsin --help` imports none of them."""


class _LazyGroup(click.Group):
    """Finds a subcommand's module when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, in the order in which a newcomer needs them."""
        return [*COMMANDS, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the subcommand."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        return cast("click.Command", import_module(COMMANDS[cmd_name][0]).command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of subcommands from `COMMANDS` alone."""
        del ctx  # click's signature
        with formatter.section("Commands"):
            formatter.write_dl([(name, short) for name, (_, short) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's signature
        """Run the subcommand; this is the one place where an error becomes lines and an exit code."""
        try:
            return super().invoke(ctx)
        except CannotStart as error:
            for line in error.lines:
                click.echo(line, err=True)
            ctx.exit(2)
        except InvalidField as error:
            click.echo(f"{error.field}: {error.message}", err=True)
            ctx.exit(1)
        except TocsinError as error:
            click.echo(error.message, err=True)
            ctx.exit(1)


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="\b\nExample: try it out, on a database of its own under var/\n  tocsin serve",
)
@click.version_option(package_name="tocsin")
def main() -> None:
    """Tocsin runs the agreement between partners when something breaks, and keeps the record of it.

    Settings are environment variables (TOCSIN_...); docs/operations.md lists them.
    """
