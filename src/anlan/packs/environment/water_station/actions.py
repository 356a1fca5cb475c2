"""Publishing the drinking water of a quarter."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime

from django.db import transaction

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor
from anlan.kernel.journal.record import record
from anlan.packs.environment.water_station import queries
from anlan.packs.environment.water_station.models import DrinkingResult

PUBLISH = "water_station.publish"


def ends_on(year: int, quarter: int) -> date:
    """The first day after the quarter."""
    return date(year + (quarter == 4), quarter * 3 % 12 + 1, 1)


@transaction.atomic
def publish_drinking(*, actor: Actor, year: int, quarter: int, at: datetime) -> int:
    """Everything entered for a quarter becomes public at once; returns how many places. What is public already stays as it is."""
    policy.require(actor, PUBLISH)
    if not (1 <= quarter <= 4 and 2000 <= year <= 2100):
        raise Refused("quarter", "年度写四位，季度写 1 到 4。", "quarter")
    if civil_date(at) < ends_on(year, quarter):
        raise Refused("quarter", "这个季度还没有过完。过完再公布。", "quarter")
    rows = [one for one in queries.drinking(year, quarter, published=False) if one.published_at is None]
    if not rows:
        raise Refused("empty", "没有等公布的结果。先到台账填写。")
    lines = [[one.code, one.place, one.kind, one.items, one.passed, one.verdict, one.failing] for one in rows]
    digest = hashlib.sha256(json.dumps(lines, ensure_ascii=False).encode()).hexdigest()
    DrinkingResult.objects.filter(pk__in=[one.pk for one in rows], published_at=None).update(published_at=at)
    record(actor=actor, verb="water_station.drinking.published", subject_kind="drinking_quarter", subject_id=f"{year}Q{quarter}", at=at,
           org_path=rows[0].organisation.path, new={"year": year, "quarter": quarter, "places": len(rows)}, content_hash=digest)  # fmt: skip
    return len(rows)
