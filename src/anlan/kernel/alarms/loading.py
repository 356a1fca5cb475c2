"""Rules out of a file: what a capability brings as its defaults, and what a customer writes."""

from __future__ import annotations

import tomllib
from datetime import datetime
from typing import Any

from anlan.base.errors import Refused
from anlan.kernel.access.types import Actor
from anlan.kernel.alarms.actions import set_rule
from anlan.kernel.alarms.models import Rule
from anlan.kernel.registry.models import Station

_KNOWN = {"slug", "title", "form", "kind", "code", "priority", "basis", "verified", "advice", "station", "settings"}


def load_rules(actor: Actor, text: str, at: datetime) -> int:
    """`[[rule]]` tables; a rule that has a version in force stays as it is. Returns how many were new. Raises Refused."""
    try:
        rows: list[dict[str, Any]] = tomllib.loads(text).get("rule", [])
    except tomllib.TOMLDecodeError as error:
        raise Refused("form", f"规则文件读不懂：{error}") from None
    count = 0
    for place, row in enumerate(rows, 1):
        wrong = set(row) - _KNOWN
        lacking = {"slug", "title", "form", "kind", "code", "priority", "basis"} - set(row)
        if wrong or lacking:
            raise Refused(
                "form",
                f"第 {place} 条规则：{'多了 ' + '、'.join(sorted(wrong)) if wrong else '缺 ' + '、'.join(sorted(lacking))}。",
            )
        given = dict(row)
        code = given.pop("station", "")
        station = Station.objects.filter(code=code).first() if code else None
        if code and station is None:
            raise Refused("station", f"第 {place} 条规则：没有监测点 {code}。")
        if not Rule.objects.filter(slug=row["slug"], station=station, valid_to=None).exists():
            set_rule(actor=actor, at=at, station=station, settings=given.pop("settings", {}), **given)
            count += 1
    return count
