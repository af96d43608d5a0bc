"""The example alerts, judged by promtool; and a scrape, judged by it too (`make rules`)."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.metrics_scraped import scrape_of_everything

if TYPE_CHECKING:
    from tests.support.http import Site

EXAMPLES = Path(__file__).resolve().parents[3] / "examples" / "prometheus"

pytestmark = pytest.mark.rules


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "rules", "tocsin.rules.yml"),
        ("test", "rules", "tocsin.tests.yml"),
        ("check", "config", "--syntax-only", "prometheus.yml"),
    ],
)
def test_promtool_accepts_the_examples(arguments: tuple[str, ...]) -> None:
    """The rules can be read, each alert fires when its tests say so and not before, and the scrape is configured."""
    judged = promtool(*arguments)
    assert judged.returncode == 0, judged.stdout + judged.stderr


def test_promtool_finds_nothing_wrong_with_a_scrape(site: Site) -> None:
    """Names, units, help texts and types are as Prometheus recommends."""
    judged = promtool("check", "metrics", given=scrape_of_everything(site))
    assert (judged.returncode, judged.stdout, judged.stderr) == (0, "", "")


def promtool(*arguments: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run it among the examples."""
    command = ["promtool", *arguments]
    return subprocess.run(command, cwd=EXAMPLES, input=given, capture_output=True, text=True, check=False)
