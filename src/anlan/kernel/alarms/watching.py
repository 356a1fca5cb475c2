"""From rules and streams to what the engine watches."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from anlan.kernel.alarms.models import Rule
from anlan.kernel.alarms.types import Calendar, Form, Watch
from anlan.kernel.observations.models import Stream
from anlan.kernel.observations.reading import ms


def watches() -> list[Watch]:
    """Every watch of every rule that is in force or will be. A rule with a station replaces the general one there."""
    rules = list(Rule.objects.all())
    own = {(rule.slug, rule.station_id) for rule in rules if rule.station_id and rule.valid_to is None}
    streams: dict[tuple[str, str], list[Stream]] = {}
    for stream in Stream.objects.filter(retired_at=None).select_related("station"):
        streams.setdefault((stream.station.kind, stream.code), []).append(stream)
    here = {(one.station_id, one.code): one.pk for some in streams.values() for one in some if one.nature == "raw"}
    newest = {(rule.slug, rule.station_id): rule.pk for rule in sorted(rules, key=lambda one: one.valid_from)}
    found = []
    for rule in rules:
        for stream in streams.get((rule.kind, rule.code), ()):
            replaced = rule.station_id is None and (rule.slug, stream.station_id) in own
            if stream.nature == "raw" and not replaced and rule.station_id in (None, stream.station_id):
                found.append(_watch(rule, stream, here, newest))
    return found


def _watch(
    rule: Rule, stream: Stream, here: dict[tuple[int, str], int], newest: dict[tuple[str, int | None], int]
) -> Watch:
    """`settings` name streams by their code at the same station and rules by their slug; those that are not there are left out."""
    given: dict[str, Any] = rule.settings
    station = stream.station_id
    calendar = given.get("calendar")

    def number(name: str, otherwise: float = 0.0) -> float:
        return float(given.get(name, otherwise))

    return Watch(
        rule=rule.pk, stream=stream.pk, form=_form(rule.form), mask=int(given.get("mask", 0)),
        other=here.get((station, str(given.get("other", ""))), 0),
        of=tuple(_members(given.get("of", ()), station, here, newest)),
        unless=tuple(_members(given.get("unless", ()), station, here, newest)),
        valid_from=ms(rule.valid_from), valid_to=1 << 62 if rule.valid_to is None else ms(rule.valid_to),
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


def in_force(rule: Rule, at: datetime) -> bool:
    return rule.valid_from <= at and (rule.valid_to is None or at < rule.valid_to)
