"""From rules and streams to what the engine watches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from anlan.kernel.alarms.models import Alarm, Permit, Rule
from anlan.kernel.alarms.types import FOREVER, Calendar, Form, Watch
from anlan.kernel.observations.models import Stream
from anlan.kernel.observations.reading import ms

# A version that ended longer ago than a device may be late judges nothing any more.
KEPT_AFTER_END = timedelta(days=2)


def watches(at: datetime | None = None) -> list[Watch]:
    """Every watch of every rule that is in force or will be, and of versions that ended shortly before `at` (None: of all).

    A rule with a station replaces the general one there.
    """
    rules = list(Rule.objects.all() if at is None else Rule.objects.exclude(valid_to__lt=at - KEPT_AFTER_END))
    return of_rules(rules)


# What stands before an alarm belongs to it: the values its evidence shows.
BEFORE_ALARM = timedelta(days=1)


def cited_spans() -> Iterator[tuple[int, datetime, datetime]]:
    """(stream, after, until) of the values every alarm stands on, for retention."""
    rows = Alarm.objects.values_list("stream_id", "since", "raised_at", "returned_at")
    for stream, since, raised, returned in rows.iterator():
        yield stream, since - BEFORE_ALARM, max(raised, returned or raised)


def of_rules(rules: Sequence[Rule], station: int | None = None) -> list[Watch]:
    """The watches of these rules, at one station or everywhere."""
    own = {(rule.slug, rule.station_id) for rule in rules if rule.station_id and rule.valid_to is None}
    streams: dict[tuple[str, str], list[Stream]] = {}
    rows = Stream.objects.filter(retired_at=None, nature="raw").select_related("station")
    for stream in rows.filter(station=station) if station else rows:
        streams.setdefault((stream.station.kind, stream.code), []).append(stream)
    here = {(one.station_id, one.code): one.pk for some in streams.values() for one in some}
    newest = {(rule.slug, rule.station_id): rule.pk for rule in sorted(rules, key=lambda one: one.valid_from)}
    permits = {one.stream_id: one for one in Permit.objects.filter(valid_to=None)}
    found = []
    for rule in rules:
        for stream in streams.get((rule.kind, rule.code), ()):
            replaced = rule.station_id is None and (rule.slug, stream.station_id) in own
            if replaced or rule.station_id not in (None, stream.station_id):
                continue
            if rule.settings.get("permit") and stream.pk not in permits:
                continue
            found.append(_watch(rule, stream, permits.get(stream.pk), here, newest))
    # One value may raise both a watch and the one it suppresses: whoever suppresses is judged first.
    return sorted(found, key=lambda one: bool(one.unless))


def _watch(
    rule: Rule,
    stream: Stream,
    permit: Permit | None,
    here: dict[tuple[int, str], int],
    newest: dict[tuple[str, int | None], int],
) -> Watch:
    """`settings` name streams by their code at the same station and rules by their slug; those that are not there are left out."""
    given: dict[str, Any] = dict(rule.settings)
    if given.get("permit") and permit is not None:
        given |= {"limit": permit.limit} if permit.low is None else {"limit": permit.limit, "low": permit.low}
    station = stream.station_id
    calendar = given.get("calendar")

    def number(name: str, otherwise: float = 0.0) -> float:
        return float(given.get(name, otherwise))

    return Watch(
        rule=rule.pk, stream=stream.pk, form=_form(rule.form), mask=int(given.get("mask", 0)),
        other=here.get((station, str(given.get("other", ""))), 0),
        of=tuple(_members(given.get("of", ()), station, here, newest)),
        unless=tuple(_members(given.get("unless", ()), station, here, newest)),
        valid_from=ms(rule.valid_from), valid_to=FOREVER if rule.valid_to is None else ms(rule.valid_to),
        calendar=None if calendar is None else Calendar(tuple(calendar["weekdays"]), calendar["start"], calendar["end"]),
        limit=number("limit"), low=number("low"), back=number("back"), hold=round(number("hold_s") * 1000),
        window=round(number("window_s", 120) * 1000),
    )  # fmt: skip


def _form(text: str) -> Form:
    return text  # type: ignore[return-value]  # held by the model's choices


def _members(
    named: Iterable[tuple[str, str]], station: int, here: dict[tuple[int, str], int],
    newest: dict[tuple[str, int | None], int],
) -> Iterable[tuple[int, int]]:  # fmt: skip
    """(slug, code) pairs to (rule, stream): the station's own rule first."""
    for slug, code in named:
        rule, stream = newest.get((slug, station)) or newest.get((slug, None)), here.get((station, code))
        if rule and stream:
            yield (rule, stream)
