"""What of water waits for a person, its state in one line, what citizens read, and the search."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from anlan.base.clock import CHINA, civil_date
from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor
from anlan.kernel.web.types import Fact, Hit, Waiting
from anlan.packs.environment.water_station import actions, queries, rules
from anlan.packs.environment.water_station.kinds import PERMISSION

MOST_FOUND = 8


def waiting(actor: Actor, at: datetime) -> Iterable[Waiting]:
    """Samples of last month that nobody has entered; quarters of drinking water that are entered and not public."""
    today = civil_date(at)
    if policy.may(actor, "water_station.write"):
        year, month = rules.shifted(today.year, today.month, -1)
        lacking = queries.without_sample(year, month)
        if lacking:
            due = datetime(today.year, today.month, rules.SAMPLE_DUE, 18, tzinfo=CHINA)
            yield Waiting(kind="监测", title=f"断面手工监测 {year}年{month}月", fact=f"{len(lacking)} 个断面没有录入", sender="断面台账", verb="录入",
                          url=reverse("water_samples_new"), due_at=due)  # fmt: skip
    if policy.may(actor, actions.PUBLISH):
        for year, quarter in queries.drinking_quarters(published=False):
            rows = [one for one in queries.drinking(year, quarter, published=False) if one.published_at is None]
            if rows and today >= actions.ends_on(year, quarter) and policy.may(actor, actions.PUBLISH, rows[0]):
                yield Waiting(kind="公开", title=f"饮用水 {year}年第{quarter}季度", fact=f"{len(rows)} 处没有公布", sender="饮用水台账", verb="公布",
                              url=reverse("water_drinking"))  # fmt: skip


def now(actor: Actor, at: datetime) -> Iterator[Fact]:
    if not policy.may(actor, PERMISSION):
        return
    told = queries.brief(actor, at)
    if told.measured:
        text = f"{told.month}月达标 {told.meeting} / {told.measured}"
        text += f"，本月预警 {told.warned} 个" if told.warned else ""
        yield Fact(title="地表水断面", text=text, url=reverse("water"))


def public(_at: datetime) -> Iterator[Fact]:
    quarters = queries.drinking_quarters(published=True)
    if quarters:
        year, quarter = quarters[0]
        rows = queries.drinking(year, quarter, published=True)
        passed = sum(one.verdict == "pass" for one in rows)
        text = f"{year}年第{quarter}季度：{len(rows)} 处，达标 {passed} 处" + (
            "（示例）" if any(one.is_demo for one in rows) else ""
        )
        yield Fact(title=_("饮用水"), text=text, url=reverse("public_drinking"))


def find(actor: Actor, words: str) -> Sequence[Hit]:
    if not policy.may(actor, PERMISSION):
        return ()
    mine = [one for one in queries.sections(actor) if words in one.name or words.upper() in one.code]
    return [Hit(group="查", title=one.name, detail=f"{one.river} · {one.get_level_display()}断面", url=reverse("water_section", args=[one.code]))
            for one in mine[:MOST_FOUND]]  # fmt: skip
