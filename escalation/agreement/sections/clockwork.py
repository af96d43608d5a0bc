"""Reading all parts of `spec` that say how clocks run, each beside the parts that it refers to."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from escalation.agreement.sections.clocks import read_clock_rules
from escalation.agreement.sections.exclusions import ExclusionContext, read_exclusions
from escalation.agreement.sections.ladders import LadderContext, read_ladders, read_quiet_hours
from escalation.agreement.sections.opening_hours import read_calendars
from escalation.agreement.sections.pause_rules import read_pauses
from escalation.agreement.sections.powers import read_powers
from escalation.agreement.sections.references import References
from escalation.agreement.sections.severity_rules import SEVERITY, read_severity
from escalation.agreement.sections.targets import TargetContext, read_targets, unpausable
from escalation.agreement.sections.tolerances import ToleranceContext, read_tolerance
from escalation.agreement.text import values
from escalation.agreement.text.fields import declared, fixed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from escalation.agreement.model import (
        ClockRules,
        Exclusion,
        PauseRule,
        QuietHours,
        Rung,
        Service,
        SeverityPowers,
        Target,
        Tolerance,
    )
    from escalation.agreement.sections.addressees import Addressees
    from escalation.agreement.sections.opening_hours import Hours
    from escalation.agreement.text.fields import Section
    from escalation.severity import SeverityRules


class Clockwork(NamedTuple):
    """What those parts say, as the model has it; `known` is what they refer to."""

    hours: Hours
    severity: SeverityRules
    powers: SeverityPowers
    rules: ClockRules
    pauses: dict[str, PauseRule]
    targets: dict[str, Target]
    exclusions: dict[str, Exclusion]
    tolerance: Tolerance
    ladders: dict[str, tuple[Rung, ...]]
    quiet_hours: QuietHours | None
    known: References


def read_clockwork(spec: Section, services: Mapping[str, Service], addressees: Addressees, tz: str) -> Clockwork:
    """Read them; `tz` is the agreement's zone."""
    hours = read_calendars(spec.need("calendars"), tz)
    _check_timezone_data(spec.get("timezone_data", {}).section(("source", "version")))
    stated = spec.need("severity").section(SEVERITY)
    tiers = {service.tier for service in services.values() if service.tier}
    severity = read_severity(stated, None if declared(spec.get("services")) is None else tiers)
    known = _references(spec, severity.scale, hours, addressees, tz)
    rules = read_clock_rules(spec.get("clock_rules", {}))
    pauses = spec.get("pauses", [])
    targets = read_targets(spec.need("targets"), TargetContext(known, declared(pauses, "reason"), rules.warn_at))
    rungs = spec.get("ladders", {})
    stoppable = ExclusionContext(known, targets, unpausable(spec.get("targets")))
    return Clockwork(
        hours=hours,
        severity=severity,
        powers=read_powers(stated, known),
        rules=rules,
        pauses=read_pauses(pauses, known),
        targets=targets,
        exclusions=read_exclusions(spec.get("exclusions", []), stoppable),
        tolerance=read_tolerance(spec.get("tolerance", {}), ToleranceContext(known, targets)),
        ladders=read_ladders(rungs, LadderContext(known, targets, declared(spec.get("notifications", [])))),
        quiet_hours=read_quiet_hours(rungs, known),
        known=known,
    )


def _references(spec: Section, scale: tuple[str, ...], hours: Hours, addressees: Addressees, tz: str) -> References:
    return References(
        scale=scale,
        calendars=declared(spec.get("calendars")),
        idle=hours.idle,
        bodies=declared(spec.get("bodies", [])),
        services=declared(spec.get("services")),
        addressees=addressees,
        tz=tz,
    )


def _check_timezone_data(data: Section) -> None:
    """Which time zone rules the parties had before them; kept in the document, not compared with those in use."""
    fixed(data.get("source"), "pypi-tzdata")
    values.text(data.get("version"))
