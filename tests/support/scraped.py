"""A scrape, read as Prometheus reads it: a value for each name and set of labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

if TYPE_CHECKING:
    from prometheus_client import Metric


class Scraped:
    """The samples of a scrape."""

    def __init__(self, content: str, *, as_openmetrics: bool = False) -> None:
        """Parse it: what is no exposition raises."""
        parse = parse_openmetrics if as_openmetrics else parse_text
        self.families: dict[str, Metric] = {family.name: family for family in parse(content)}
        self._samples = {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in self.families.values()
            for sample in family.samples
        }
        self.names = {name for name, _ in self._samples}
        self.labels = {name for _, labels in self._samples for name, _ in labels}

    def value(self, name: str, **labels: str) -> float | None:
        """Give the value of exactly these labels; None: there is no such sample."""
        return self._samples.get((name, frozenset(labels.items())))

    def total(self, name: str, **labels: str) -> float:
        """Give the sum over all samples that have these labels."""
        wanted = labels.items()
        return sum(value for (each, has), value in self._samples.items() if each == name and wanted <= has)
