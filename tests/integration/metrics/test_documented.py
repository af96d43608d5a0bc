"""Metrics, their documentation and the example alerts say the same."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.support.metrics_scraped import scrape_of_everything

if TYPE_CHECKING:
    from tests.support.http import Site

ROOT = Path(__file__).resolve().parents[3]
DOCUMENT = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
METRICS, RUNBOOK = (DOCUMENT.split(f"\n## {heading}\n")[1].split("\n## ")[0] for heading in ("Metrics", "Alerts"))
RULES: dict[str, Any] = yaml.safe_load((ROOT / "examples/prometheus/tocsin.rules.yml").read_text(encoding="utf-8"))
TESTS: dict[str, Any] = yaml.safe_load((ROOT / "examples/prometheus/tocsin.tests.yml").read_text(encoding="utf-8"))
ALERTS = {rule["alert"]: rule for group in RULES["groups"] for rule in group["rules"]}
METRIC = re.compile(r"\btocsin_[a-z_]+")
ROW = re.compile(r"^\| `(tocsin_[a-z_]+)` \| ([^|]*)\|", re.MULTILINE)


@pytest.fixture
def scrape(site: Site) -> str:
    """Give the text of a scrape in which nothing is missing."""
    return scrape_of_everything(site)


def test_every_metric_is_in_the_document_and_no_other(scrape: str) -> None:
    """One row each: what is not explained there is of no use, and what is not there cannot be watched."""
    rows = [name for name, _ in ROW.findall(METRICS)]
    assert sorted(rows) == sorted(served(scrape))


def test_every_metric_has_the_labels_that_the_document_says(scrape: str) -> None:
    """No other, so that nobody finds a label that was not thought about."""
    told = {name: set(re.findall(r"`([a-z]+)`", labels)) for name, labels in ROW.findall(METRICS)}
    for line in scrape.splitlines():
        if found := re.match(r"(tocsin_\w+?)(?:_bucket|_count|_sum)?\{(.*)\} ", line):
            labels = set(re.findall(r'(\w+)="', found[2])) - {"le"}
            assert labels == told[found[1]], line


def test_every_metric_named_in_rules_and_document_exists(scrape: str) -> None:
    """A histogram's series stand for it; a name that is misspelt would never fire."""
    names = served(scrape)
    used = {name for rule in ALERTS.values() for name in METRIC.findall(rule["expr"])}
    assert used
    named_in_runbook = set(METRIC.findall(RUNBOOK)) - {"tocsin_sequencer"}  # a role
    for name in used | set(METRIC.findall(METRICS)) | named_in_runbook:
        assert re.sub(r"_(bucket|count|sum)$", "", name) in names, name


def test_every_alert_is_in_the_runbook_and_no_other() -> None:
    """Under a heading of its name, which the alert's own annotation leads to."""
    assert sorted(re.findall(r"^### (\w+)$", RUNBOOK, re.MULTILINE)) == sorted(ALERTS)
    for name, rule in ALERTS.items():
        assert rule["annotations"]["runbook"] == f"docs/operations.md#{name.lower()}"
        assert rule["annotations"]["summary"]
        assert rule["labels"]["severity"] in {"critical", "warning", "none"}


def test_every_alert_is_tested_to_fire_and_not_to() -> None:
    """But for the one that always fires."""
    expected = [
        (each["alertname"], bool(each["exp_alerts"])) for test in TESTS["tests"] for each in test["alert_rule_test"]
    ]
    assert set(expected) == {(name, fires) for name in ALERTS for fires in (True, False)} - {("Watchdog", False)}


def served(scrape: str) -> list[str]:
    """Give the names of all metrics in a scrape."""
    return re.findall(r"^# TYPE (\w+) ", scrape, re.MULTILINE)
