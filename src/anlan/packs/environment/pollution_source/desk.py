"""What of the sources waits for a person, their state in one line, what citizens read, and the search."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from anlan.base.clock import civil_date
from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor
from anlan.kernel.web.types import Fact, Hit, Waiting
from anlan.kernel.web.words import day_words
from anlan.packs.environment.pollution_source import queries
from anlan.packs.environment.pollution_source.kinds import PERMISSION
from anlan.packs.environment.pollution_source.models import Bulletin

MOST_FOUND = 8


def waiting(actor: Actor, at: datetime) -> Iterable[Waiting]:
    """Yesterday's data to look through, yesterday's bulletin to publish: one line each."""
    day = civil_date(at) - timedelta(days=1)
    stations = queries.sources(actor)
    if not stations:
        return
    if policy.may(actor, "pollution_source.review"):
        open_now = [one for one in stations if one.pk not in queries.signed(stations, day)]
        if open_now:
            yield Waiting(kind="审核", title=f"污染源数据 {day_words(day, at)}", fact=f"{len(open_now)} 个点没有审核", sender="在线监控", verb="审核",
                          url=reverse("pollution_day", args=[open_now[0].code, day]))  # fmt: skip
    boilers = [one for one in stations if one.kind == "boiler"]
    if boilers and policy.may(actor, "pollution_source.publish") and not Bulletin.objects.filter(day=day).exists():
        yield Waiting(kind="日报", title=f"锅炉氮氧化物日报 {day_words(day, at)}", fact=f"{len(boilers)} 台，还没有公布", sender="在线监控", verb="公布",
                      url=f"{reverse('pollution_bulletin')}?day={day}")  # fmt: skip


def now(actor: Actor, at: datetime) -> Iterator[Fact]:
    if not policy.may(actor, PERMISSION):
        return
    rows = queries.standing(actor, at)
    if rows:
        over = {one.station.pk for one in rows if one.over}
        silent = {one.station.pk for one in rows if one.newest is None}
        words = [
            f"超限 {len(over)} 个点" if over else "没有超限",
            *([f"无有效数据 {len(silent)} 个点"] if silent else []),
        ]
        yield Fact(title="污染源", text="，".join(words), url=reverse("pollution"))


def public(at: datetime) -> Iterator[Fact]:
    row = queries.published()
    if row is not None:
        over = sum(bool(one["over"]) for one in row.lines)
        text = f"{day_words(row.day, at)}：{len(row.lines)} 台锅炉，超限 {over} 台" + (
            "（示例）" if row.is_demo else ""
        )
        yield Fact(title=_("锅炉氮氧化物"), text=text, url=reverse("public_boilers"))


def find(actor: Actor, words: str) -> Sequence[Hit]:
    if not policy.may(actor, PERMISSION):
        return ()
    mine = [one for one in queries.sources(actor) if words in one.name or words.upper() in one.code]
    return [
        Hit(group="查", title=one.name, detail=str(one.organisation), url=reverse("station", args=[one.code]))
        for one in mine[:MOST_FOUND]
    ]
