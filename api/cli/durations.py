"""Durations as people type them: 90d, 24h, 30m."""

from __future__ import annotations

import re
from datetime import timedelta

import click

_FORM = re.compile(r"([0-9]{1,5})([dhm])", re.ASCII)
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}


class Duration(click.ParamType[timedelta]):
    """A whole number of days, hours or minutes; a day has 24 hours."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Read it."""
        if isinstance(value, timedelta):
            return value
        match = _FORM.fullmatch(str(value))
        if match is None:
            self.fail(f"{value} is no duration. Write it like 90d, 24h or 30m.", param, ctx)
        return timedelta(**{_UNITS[match[2]]: int(match[1])})


DURATION = Duration()
