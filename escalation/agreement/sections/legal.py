"""Reading what the law wants told, to whom, and by when: spec.notifications (clock rule 12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escalation.agreement.model import LegalNotification
from escalation.agreement.sections.courses import RESERVED
from escalation.agreement.text import values
from escalation.agreement.text.fields import Field, Section, fixed, keyed, show

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from escalation.agreement.sections.references import References
    from escalation.calendars.calendar import Calendar

FLAGS: Mapping[str, str] = {
    "gdpr-33-1": "personal_data_breach",
    "gdpr-33-2": "personal_data_breach",
    "nis2-23": "significant",
}
"""Laws that are known, with the flag that calls for telling: GDPR Article 33 (1) and (2), NIS 2 Article 23."""
_KEYS = (
    "id",
    "law",
    "duty_of",
    "to",
    "from",
    "within",
    "calendar",
    "may_follow_in_phases",
    "late_needs",
    "unless",
    "applies_when",
)
_LATE_NEEDS = ("reasons",)


def read_notifications(
    field: Field,
    known: References,
    roles: Collection[str] | None,
    calendars: Mapping[str, Calendar],
    targets: Collection[str],
) -> dict[str, LegalNotification]:
    """spec.notifications.

    Args:
        field: The section, which may be missing.
        known: What it refers to.
        roles: The roles of contacts; None: they could not be read.
        calendars: The calendars that could be read: a legal clock runs in every minute.
        targets: The names of other clocks: each notification gives its name to a clock.
    """

    def read(item: Field) -> LegalNotification:
        found = _notification(item.section(_KEYS), known, roles, calendars)
        if found.id in targets:
            item.entry("id").mistake(f"{show(found.id)} is also the name of a target", "choose another id")
        if found.id in RESERVED:
            item.entry("id").mistake(f"{show(found.id)} is no name of a clock", "choose another: ladders use this one")
        return found

    return keyed(field.items(), read, "id")


def _notification(
    entry: Section, known: References, roles: Collection[str] | None, calendars: Mapping[str, Calendar]
) -> LegalNotification:
    fixed(entry.get("from"), "became_aware")
    law = values.name(entry.need("law"))
    unless, applies_when = values.name(entry.get("unless")) or None, _flag(entry.get("applies_when"), law)
    if unless and unless == applies_when:
        entry.get("unless").mistake("the flag that calls for it also waives it", "name another flag")
    return LegalNotification(
        id=values.name(entry.need("id")),
        law=law,
        duty_of=known.addressees.party(entry.need("duty_of")),
        to=_receiver(entry.need("to"), known, roles),
        within=values.duration(entry.need("within")),
        calendar=_calendar(entry.need("calendar"), known, calendars),
        phases=values.truth(entry.get("may_follow_in_phases"), default=False),
        late_needs=values.one_of(entry.get("late_needs"), _LATE_NEEDS) or None,
        unless=unless,
        applies_when=applies_when,
    )


def _flag(field: Field, law: str) -> str | None:
    """The flag that calls for it: the one given, else that of a known law, else none."""
    if not field.given:
        return FLAGS.get(law)
    return values.name(field.section(("flag",)).need("flag")) or None


def _receiver(field: Field, known: References, roles: Collection[str] | None) -> str:
    """`party.role`, or the role of a contact."""
    if isinstance(field.value, str) and "." in field.value:
        return known.addressees.role(field)
    return values.refer(field, roles, "contact of role")


def _calendar(field: Field, known: References, calendars: Mapping[str, Calendar]) -> str:
    found = known.calendar(field)
    if found in calendars and not calendars[found].never_closes:
        wrong = f"{show(found)} closes at times, but a legal clock runs in every minute (clock rule 12)"
        field.mistake(wrong, 'name a calendar whose hours are {daily: [["00:00", "24:00"]]}, without holidays')
    return found
