"""Reading one ladder: its rungs in order, each beside the one before, whose answer it may wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from escalation.agreement.model import Condition, Reach, Rung
from escalation.agreement.model.ladders import ANSWERED_BY_ACKNOWLEDGING, DEFAULT_WAIT, UNANSWERED
from escalation.agreement.sections.rung_moments import read_moment
from escalation.agreement.text import values
from escalation.agreement.text.fields import Field, Section, distinct, show

if TYPE_CHECKING:
    from escalation.agreement.sections.ladder_context import Served

DEFAULT_REPEATS = 10
"""How often a page that repeats does so, unless the rung says otherwise: silence must not become a page for ever."""
_MOST_REPEATS = 1000
_KEYS = ("when", "to", "notify", "wait", "repeat_every", "max_repeats", "reach", "only")
_CONDITIONS = ("severity", "service", "during", "outside")


class _Read(NamedTuple):
    """A rung with the keys that it was read from."""

    rung: Rung
    entry: Section


def read_rungs(field: Field, ladder: Served) -> tuple[Rung, ...]:
    """spec.ladders.NAME."""
    items = field.items()
    if isinstance(field.value, list) and not items:
        field.mistake("a ladder without rungs", "add a rung, or remove the ladder")
    if not ladder.severities and ladder.context.known.scale:
        field.mistake("never used: each severity has a ladder of its own", "remove it")
    found = [_rung(index, item, ladder) for index, item in enumerate(items)]
    answered = any(_asks(each.rung) for each in found)
    for index, each in enumerate(found):
        _check_place(each, found[index - 1].rung if index else None)
        _check_wait(each, answered=answered)
    return tuple(each.rung for each in found)


def _rung(index: int, field: Field, ladder: Served) -> _Read:
    entry = field.section(_KEYS)
    moment = read_moment(entry.need("when"), ladder)
    page, notify = _named(entry, ladder)
    reach = Reach(values.one_of(entry.get("reach"), [*Reach]) or Reach.ALL)
    every, repeats = _repetition(entry, paging=bool(page), reach=reach)
    wait = entry.get("wait")
    rung = Rung(
        index=index,
        when=moment.when,
        percent=moment.percent,
        page=page,
        notify=notify,
        repeat_every=every,
        max_repeats=repeats,
        after=moment.after,
        wait=values.duration(wait) if wait.given else DEFAULT_WAIT,
        reach=reach,
        only=_condition(entry.get("only"), ladder),
    )
    return _Read(rung, entry)


def _named(entry: Section, ladder: Served) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Whom it pages, and whom it only informs."""
    page, notify = (ladder.context.known.addressees.read(entry.get(key, [])) for key in ("to", "notify"))
    if isinstance(entry.field.value, dict) and not page and not notify:
        entry.field.mistake("this rung reaches nobody", "add `to` (who must answer) or `notify`")
    for name in sorted(set(page) & set(notify) - {""}):
        wrong = f"{show(name)} is paged by this rung already"
        entry.get("notify").mistake(wrong, "name it under `to` or `notify`, not both")
    return page, notify


def _repetition(entry: Section, *, paging: bool, reach: Reach) -> tuple[int | None, int]:
    """Seconds between pages, and how many more there are at most."""
    every, repeats = entry.get("repeat_every"), entry.get("max_repeats")
    if reach is not Reach.ALL and not paging:
        entry.get("reach").mistake("this rung pages nobody", "name under `to` who must answer, or remove it")
    if not every.given:
        if repeats.given:
            repeats.mistake("nothing repeats here", "add `repeat_every: PT…`, or remove it")
        return None, 0
    if not paging:
        every.mistake("only a page can be repeated", "name under `to` who must answer, or remove it")
    elif reach is not Reach.ALL:
        every.mistake(f"`reach: {reach}` goes from one to the next instead", "remove it, or `reach`")
    most = values.whole(repeats, 1, _MOST_REPEATS) if repeats.given else DEFAULT_REPEATS
    return values.duration(every), most


def _condition(field: Field, ladder: Served) -> Condition:
    """spec.ladders.NAME[].only; what never holds would be a rung that nobody ever hears of."""
    if not field.given:
        return Condition()
    entry = field.section(_CONDITIONS)
    if field.value == {}:
        field.mistake("no condition", f"add {', '.join(_CONDITIONS)}, or remove it")
    known = ladder.context.known
    during, outside = (known.calendar(entry.get(key)) or None for key in ("during", "outside"))
    if outside and outside == during:
        entry.get("outside").mistake("never at once with `during`", "name another calendar, or remove one of them")
    elif outside in ladder.context.always:
        entry.get("outside").mistake(f"{show(outside)} never closes", "name another calendar, or remove the rung")
    services = (values.refer(item, known.services, "service") for item in _filled(entry.get("service"), "service"))
    return Condition(_severities(entry.get("severity"), ladder), frozenset(services), during, outside)


def _severities(field: Field, ladder: Served) -> frozenset[str]:
    found = []
    for item in _filled(field, "severity"):
        severity = ladder.context.known.severity(item)
        if severity and ladder.severities and severity not in ladder.severities:
            wrong = f"never true here: this ladder serves {', '.join(ladder.severities)}"
            item.mistake(wrong, f"remove it, or move the rung to the ladder of {severity}")
        found.append(severity)
    return frozenset(found)


def _filled(field: Field, what: str) -> list[Field]:
    if field.value == []:
        field.mistake("an empty list", f"name at least one {what}, or remove it")
    return distinct(field.one_or_many())


def _check_place(read: _Read, before: Rung | None) -> None:
    """What hangs on silence follows a page that somebody could have answered."""
    if read.rung.when != UNANSWERED:
        return
    when = read.entry.get("when")
    if before is None:
        when.mistake("nobody was asked before the first rung", "begin with `opened`")
    elif not before.page and before.when:
        when.mistake("the rung before pages nobody who could answer", "give that rung `to`, or change the order")
    elif before.when and before.when not in ANSWERED_BY_ACKNOWLEDGING:
        right = "put it behind a rung on opened, unacknowledged, unanswered or severity_changed"
        when.mistake("the rung before hangs on a clock, which nobody answers", right)


def _check_wait(read: _Read, *, answered: bool) -> None:
    """A wait that nobody would notice is a mistake: it belongs to pages that are `answered`, if the ladder has any."""
    rung, wait = read.rung, read.entry.get("wait")
    if not wait.given or not rung.when:
        return
    if not rung.page:
        wait.mistake("this rung pages nobody who could answer", "name under `to` who must answer, or remove it")
    elif rung.reach is Reach.ALL and answered and not _asks(rung):
        wait.mistake("a rung on a clock waits for no answer", "remove it, or hang the rung on `unanswered`")


def _asks(rung: Rung) -> bool:
    return bool(rung.page) and rung.when in ANSWERED_BY_ACKNOWLEDGING
