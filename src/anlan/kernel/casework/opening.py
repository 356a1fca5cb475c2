"""Alarms open cases by rule: one case an alarm, whatever is repeated. Follows the sealed journal, so nothing is skipped or doubled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from anlan.base.clock import CHINA, civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.alarms.models import Alarm
from anlan.kernel.casework import declared
from anlan.kernel.casework.actions import open_case
from anlan.kernel.casework.models import Case
from anlan.kernel.casework.types import AlarmCase
from anlan.kernel.journal.models import Seal
from anlan.kernel.journal.sealing import consume

NAME = "casework.alarms"
RAISED = "alarms.alarm.raised"
_rules: dict[str, AlarmCase] = {}


def install(rules: Iterable[AlarmCase]) -> None:
    """Replace which alarm rules open cases; called once by the server storey."""
    _rules.clear()
    _rules.update({rule: one for one in rules for rule in one.rules})


def rules() -> Mapping[str, AlarmCase]:
    return _rules


def follow(at: datetime) -> int:
    """Open the cases of alarms raised since the last run; returns how many entries were read."""
    return consume(NAME, lambda row: _take(row, at))


def _take(row: Seal, at: datetime) -> None:
    if row.entry.verb == RAISED:
        alarm = (
            Alarm.objects.filter(pk=row.entry.subject_id)
            .select_related("rule", "stream__station__organisation")
            .first()
        )
        if alarm is not None:
            of_alarm(alarm, at)


def of_alarm(alarm: Alarm, at: datetime) -> Case | None:
    """The case of an alarm whose rule opens one; None for other alarms and for processes of a pack that is gone."""
    rule = _rules.get(alarm.rule.slug)
    if rule is None:
        return None
    try:
        process = declared.process(rule.process)
    except Refused:
        return None
    station = alarm.stream.station
    desk = desk_of(rule.desk, at) if rule.desk else None
    near = rule.near and any(
        post.organisation.path.startswith(station.organisation.path) for post in policy.who_may(rule.desk, alarm, civil_date(at))
    )  # fmt: skip
    # A component's state is bits: its number says nothing to people.
    value = (
        ""
        if alarm.value is None or alarm.stream.quantity == "state"
        else f"，{alarm.value:g} {alarm.stream.unit}".rstrip()
    )
    raised = f"{alarm.raised_at.astimezone(CHINA):%m-%d %H:%M:%S}"
    return open_case(
        actor=SYSTEM, process=process, owner=station.organisation, title=f"{station.name} {alarm.rule.title}"[:120],
        fact=f"{raised} 报警：{alarm.stream.title}{value}。{alarm.rule.advice}".strip(), kind=rule.kind, source="alarm", place=station.place_name[:120],
        longitude=station.longitude, latitude=station.latitude, alarm=alarm, at=at, is_demo=station.is_demo, issuer=desk,
        holder=station.organisation if near else desk,
    )  # fmt: skip


def desk_of(permission: str, at: datetime) -> Organisation | None:
    """The organisation that holds the permission for the whole district: that of the first post of the first role it names."""
    for role, reach in policy.permissions()[permission].roles.items():
        posts = [
            one for one in policy.who_may(permission, None, civil_date(at)) if one.role == role and reach == "district"
        ]
        if posts:
            first: Organisation = min(posts, key=lambda one: one.pk).organisation
            return first.parent if first.kind == "section" and first.parent else first
    return None
