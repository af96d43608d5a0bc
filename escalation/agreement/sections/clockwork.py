"""Reading all parts of `spec` that say how clocks run, each beside the parts that it refers to."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from escalation.agreement.sections.clocks import read_clock_rules
from escalation.agreement.sections.exclusions import ExclusionContext, read_exclusions
from escalation.agreement.sections.ladder_context import LadderContext
from escalation.agreement.sections.ladders import read_ladders
from escalation.agreement.sections.opening_hours import calendar_names, read_calendars
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
        Party,
        PauseRule,
        Service,
        SeverityPowers,
        Target,
        Tolerance,
    )
    from escalation.agreement.sections.addressees import Addressees
    from escalation.agreement.sections.ladders import Ladders
    from escalation.agreement.sections.opening_hours import Hours
    from escalation.agreement.text.fields import Field, Section
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
    ladders: Ladders
    known: References


class Named(NamedTuple):
    """Who and what those parts may name, as far as it could be read."""

    parties: Mapping[str, Party]
    services: Mapping[str, Service]
    addressees: Addressees


def read_clockwork(spec: Section, people: Named, tz: str) -> Clockwork:
    """Read them; `tz` is the agreement's zone."""
    hours = read_calendars(spec.need("calendars"), tz)
    _check_timezone_data(spec.get("timezone_data", {}).section(("source", "version")))
    stated = spec.need("severity").section(SEVERITY)
    tiers = {service.tier for service in people.services.values() if service.tier}
    severity = read_severity(stated, None if declared(spec.get("services")) is None else tiers)
    known = _references(spec, severity.scale, hours, people.addressees, tz)
    rules = read_clock_rules(spec.get("clock_rules", {}))
    pauses = spec.get("pauses", [])
    targets = read_targets(spec.need("targets"), TargetContext(known, declared(pauses, "reason"), rules.warn_at))
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
        ladders=read_ladders(spec.get("ladders", {}), _ladder_context(spec, people, known, targets, hours)),
        known=known,
    )


def _references(spec: Section, scale: tuple[str, ...], hours: Hours, addressees: Addressees, tz: str) -> References:
    return References(
        scale=scale,
        calendars=calendar_names(spec.get("calendars")),
        idle=hours.idle,
        bodies=declared(spec.get("bodies", [])),
        services=declared(spec.get("services")),
        addressees=addressees,
        tz=tz,
    )


def _ladder_context(
    spec: Section, people: Named, known: References, targets: Mapping[str, Target], hours: Hours
) -> LadderContext:
    return LadderContext(
        known=known,
        targets=targets,
        legal=_duties(spec.get("notifications", [])),
        parties=people.parties,
        providers={service.provided_by for service in people.services.values()},
        always={name for name, calendar in hours.calendars.items() if calendar.never_closes},
    )


def _duties(notifications: Field) -> dict[str, str] | None:
    """Who owes each legal notification, by its id, before it is read with all else; None: they could not be read."""
    ids = declared(notifications)
    if ids is None or not isinstance(notifications.value, list):
        return None
    listed = [each for each in notifications.value if isinstance(each, dict)]
    return {name: str(each.get("duty_of", "")) for name in ids for each in listed if each.get("id") == name}


def _check_timezone_data(data: Section) -> None:
    """Which time zone rules the parties had before them; kept in the document, not compared with those in use."""
    fixed(data.get("source"), "pypi-tzdata")
    values.text(data.get("version"))
