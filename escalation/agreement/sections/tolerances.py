"""Reading how what was missed is judged: spec.tolerance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from escalation.agreement.model import FormalWarning, Repetition, Tolerance, Tolerated
from escalation.agreement.model.judgement import FINAL, HIGHEST_CONFIRMED
from escalation.agreement.sections.objectives import read_objective
from escalation.agreement.text import values
from escalation.agreement.text.fields import distinct, keyed, show

if TYPE_CHECKING:
    from collections.abc import Mapping

    from escalation.agreement.model import Target
    from escalation.agreement.sections.references import References
    from escalation.agreement.text.fields import Field, Section

_SAME = "same_target"
_MOST_PERCENT = 100
_FEWEST_DEVIATIONS = 2
_MOST_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class ToleranceContext:
    """What it refers to; no targets: they could not be read."""

    known: References
    targets: Mapping[str, Target]


def read_tolerance(field: Field, context: ToleranceContext) -> Tolerance:
    """spec.tolerance."""
    section = field.section(("per_incident", "per_period", "turns_into_breach", "judged_at_severity", "warnings"))
    tolerated = tuple(_tolerated(item, context) for item in section.get("per_incident", []).items())
    _check_once(section.get("per_incident", []))
    turning = section.get("turns_into_breach")
    if turning.given and not tolerated and section.get("per_incident", []).value == []:
        turning.mistake("nothing is a deviation", "add `per_incident`, or remove it")
    objectives = section.get("per_period", [])
    warnings = section.get("warnings", [])
    return Tolerance(
        per_incident=tolerated,
        per_period=tuple(
            keyed(
                objectives.items(), lambda item: read_objective(item, context.known.scale, context.targets), "id"
            ).values()
        ),
        turns_into_breach=_repetition(turning) if turning.given else None,
        warnings=tuple(keyed(warnings.items(), lambda item: _warning(item, context), "id").values()),
        judged_at=values.one_of(section.get("judged_at_severity", HIGHEST_CONFIRMED), (HIGHEST_CONFIRMED, FINAL)),
    )


def _tolerated(field: Field, context: ToleranceContext) -> Tolerated:
    entry = field.section(("target", "deviation_up_to", "never_for"))
    listed = distinct(entry.need("target").one_or_many())
    names = [values.refer(item, context.targets or None, "target") for item in listed]
    seconds, percent = _deviation(entry.need("deviation_up_to"))
    if percent is not None:
        _check_lengths(entry, names, context.targets)
    return Tolerated(
        targets=frozenset(names),
        seconds=seconds,
        percent=percent,
        never_for=frozenset(context.known.severity(item) for item in distinct(entry.get("never_for", []).items())),
    )


def _deviation(field: Field) -> tuple[int | None, int | None]:
    """Seconds, or a percentage of the target."""
    if isinstance(field.value, str) and field.value.endswith("%"):
        return None, values.percent(field, 1, _MOST_PERCENT)
    if field.given and not (isinstance(field.value, str) and field.value.startswith("P")):
        field.mistake(f"{show(field.value)} stands here", "write counted time such as PT5M, or a share such as 10%")
        return 0, None
    return values.duration(field), None


def _check_lengths(entry: Section, names: list[str], targets: Mapping[str, Target]) -> None:
    counted = [name for name in names if name in targets and targets[name].by]
    if counted:
        wrong = f"{', '.join(counted)} is due by business days, of which there is no share"
        entry.get("deviation_up_to").mistake(wrong, "write counted time such as PT4H")


def _check_once(field: Field) -> None:
    """Each target is tolerated in one way."""
    seen: set[str] = set()
    for item in field.items():
        named = item.child("target", item.value.get("target")) if isinstance(item.value, dict) else item.child(0, [])
        here = {name.value for name in named.one_or_many() if isinstance(name.value, str)}
        if here & seen:
            named.mistake(f"{', '.join(sorted(here & seen))} has a tolerance already", "name each target once")
        seen |= here


def _repetition(field: Field) -> Repetition:
    entry = field.section(("deviations", "of", "within"))
    return Repetition(
        deviations=values.whole(entry.need("deviations"), _FEWEST_DEVIATIONS, _MOST_COUNTED),
        same_target=values.one_of(entry.get("of", _SAME), (_SAME, "any")) == _SAME,
        within=values.dates(entry.need("within")),
    )


def _warning(field: Field, context: ToleranceContext) -> FormalWarning:
    entry = field.section(("id", "breaches", "within", "to", "notify"))
    page, notify = (context.known.addressees.read(entry.get(key, [])) for key in ("to", "notify"))
    if isinstance(field.value, dict) and not page and not notify:
        field.mistake("this warning reaches nobody", "add `to` (who must answer) or `notify`")
    return FormalWarning(
        id=values.name(entry.need("id")),
        breaches=values.whole(entry.need("breaches"), 1, _MOST_COUNTED),
        within=values.dates(entry.need("within")),
        page=page,
        notify=notify,
    )
