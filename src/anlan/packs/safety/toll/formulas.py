"""The plan's safety indicators from incidents, parcels to the city and registers; each with the way back to what it was computed from."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.urls import reverse

from anlan.kernel.planning.types import Computed, Formula, Step, Working
from anlan.packs.safety.toll import queries, rules
from anlan.packs.safety.toll.queries import Counted
from anlan.packs.safety.toll.rules import RULE, Year
from anlan.science.stats.rounding import round_half_even

NAMED = 12  # incidents with a line of their own in the chain


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _digest(*told: object) -> str:
    return hashlib.sha256(repr(told).encode()).hexdigest()


def _steps(rows: Sequence[Counted], years: Sequence[Year], amount: str, unit: str) -> tuple[Step, ...]:
    unruled, late = [one for one in rows if not one.ruled], sum((one.late for one in rows), Decimal(0))
    hand = [str(one.year) for one in years if one.typed]
    told = f"{len(rows)} 起计入" + (f"，其中 {len(unruled)} 起没有认定，按事件类别暂计" if unruled else "")
    if amount == "dead" and late:
        told += f"；另有 {_plain(late)} 人在法定天数以后死亡，不计"
    return (
        Step(title="事件", text=told, link=f"{len(rows)} 起", url=f"{reverse('incidents')}?show=all"),
        *(
            Step(
                title=one.incident.number, text=f"{one.incident.title}：{_plain(getattr(one, amount))} {unit}，{rules.FIELDS[one.field]}{'' if one.ruled else '（暂计）'}",
                link="看复盘", url=reverse("incident_review", args=[one.incident.number]),
            )
            for one in rows[:NAMED]
        ),
        Step(title="认定", text="伤亡计在哪一类", link="事故认定", url=reverse("toll_rulings_list")),
        Step(title="年度统计数", text="分母照统计部门的数手填，写明来源" + (f"；{'、'.join(hand)} 年没有事件记录，伤亡或损失也是手填" if hand else ""), link="年度统计数",
             url=reverse("toll_years_list")),
    )  # fmt: skip


def _rate(
    span: Sequence[int], until: date, fields: Sequence[str], amount: str, earlier: str, measure: str, *, factor: str, places: int, unit: str, words: tuple[str, str, str, str]
) -> Computed:  # fmt: skip
    """`words`: what is counted, its unit, what it is measured by, its unit."""
    years, rows = queries.years(span, until, fields, amount, earlier, measure)
    value = rules.rate(years, Decimal(factor), places)
    what, of, by, per = words
    above, below = (
        sum((one.amount or Decimal(0) for one in years), Decimal(0)),
        sum((one.measure or Decimal(0) for one in years), Decimal(0)),
    )
    when = f"{span[0]}" if len(span) == 1 else f"{span[0]}—{span[-1]}"
    scale = "" if factor == "1" else f" × {_plain(Decimal(factor))}"
    known = sum(one.measure is not None for one in years)
    return Computed(
        value=value, unit=unit, window=(date(span[0], 1, 1), until), as_of=until, expected=len(rows) + len(years), valid=sum(one.ruled for one in rows) + known, rule=RULE,
        sentence="" if value is None else f"{when} 年{what} {_plain(above)} {of} ÷ {by} {_plain(below)} {per}{scale} = {_plain(value)} {unit}",
        note="" if value is not None else rules.lacking(years, what, by),
        inputs_hash=_digest(years, [(one.incident.pk, one.incident.head, one.field) for one in rows]), steps=_steps(rows, years, amount, of),
    )  # fmt: skip


def _until(year: int, as_of: date) -> date:
    return min(as_of, date(year, 12, 31))


def by_product(year: int, as_of: date) -> Computed:
    return _rate(
        [year], _until(year, as_of), rules.WORK, "dead", "work_deaths", "gdp", factor="1", places=4, unit="人/亿元",
        words=("生产安全事故死亡", "人", "地区生产总值", "亿元"),
    )  # fmt: skip


def by_workers(year: int, as_of: date) -> Computed:
    return _rate(
        [year], _until(year, as_of), ("trade",), "dead", "trade_deaths", "trade_workers", factor="100000", places=3, unit="人/十万人",
        words=("工矿商贸死亡", "人", "工矿商贸从业人员", "人"),
    )  # fmt: skip


def loss_share(year: int, as_of: date) -> Computed:
    """万元 ÷ 亿元 in per cent: × 100 ÷ 10,000."""
    return _rate(
        rules.period(year), _until(year, as_of), ("disaster",), "loss", "disaster_loss", "gdp", factor="0.01", places=3, unit="%",
        words=("因灾直接经济损失", "万元", "地区生产总值", "亿元"),
    )  # fmt: skip


def disaster_deaths(year: int, as_of: date) -> Computed:
    """Persons ÷ 万人, per 100,000: × 10."""
    return _rate(
        rules.period(year), _until(year, as_of), ("disaster",), "dead", "disaster_deaths", "residents", factor="10", places=3, unit="人/十万人",
        words=("因灾死亡", "人", "常住人口（各年相加）", "万人"),
    )  # fmt: skip


def city_link(year: int, as_of: date) -> Computed:
    """Parcels to the city that it has acknowledged ÷ all that were sent to it, in per cent."""
    window = (date(year, 1, 1), _until(year, as_of))
    rows = queries.parcels(*window)
    whole, good = rows.count(), rows.exclude(acked_at=None).count()
    dead = rows.filter(state="dead").count()
    value = round_half_even(Decimal(good * 100) / whole, 1) if whole else None
    url = reverse("delivery")
    return Computed(
        value=value, unit="%", window=window, as_of=window[1], expected=whole, valid=good, rule=RULE,
        sentence=f"市平台已签收 {good} ÷ 发往市平台 {whole} = {value} %" if whole else "", note="" if whole else "这一年没有发往市平台的消息。",
        inputs_hash=_digest(whole, good, dead),
        steps=(
            Step(title="发往市平台", text=f"已签收 {good}，没有签收 {whole - good}", link=f"{whole} 件", url=url),
            Step(title="死信", text="送不到、要人处理的", link=f"{dead} 件", url=url),
        ),
    )  # fmt: skip


def culture_bases(year: int, as_of: date) -> Computed:
    window = (date(year, 1, 1), _until(year, as_of))
    rows = list(queries.bases(window[1]).order_by("code"))
    there = reverse("culture_bases_list")
    told = "、".join(one.name for one in rows[:NAMED]) or "没有"
    return Computed(
        value=Decimal(len(rows)), unit="处", window=window, as_of=window[1], expected=len(rows), valid=len(rows), rule="台账里已建成开放的",
        sentence=f"{window[1]} 已建成开放 {len(rows)} 处", inputs_hash=_digest([(one.pk, one.version) for one in rows]),
        steps=(Step(title="应急文化基地", text=told, link=f"{len(rows)} 处", url=there),),
    )  # fmt: skip


FORMULAS = (
    Formula(
        slug="toll.by_product", title="亿元生产总值生产安全事故死亡率", unit="人/亿元", compute=by_product, fingerprint=queries.fingerprint,
        text="当年发生的生产安全事故在法定天数内死亡的人数 ÷ 当年地区生产总值（亿元），保留四位小数。演练、误报、重复的不计。",
        indicators=("单位国内生产总值生产安全事故死亡率", "亿元国内生产总值生产安全事故死亡率", "示例事故死亡率"),
        working=Working(printed=("%",), why="原文印作“%”，数值是每亿元生产总值死亡的人数：数照印，单位按人/亿元比。"),
    ),
    Formula(
        slug="toll.by_workers", title="工矿商贸就业人员十万人生产安全事故死亡率", unit="人/十万人", compute=by_workers, fingerprint=queries.fingerprint,
        text="当年工矿商贸事故（含建筑业）在法定天数内死亡的人数 ÷ 工矿商贸从业人员 × 10 万，保留三位小数。",
        indicators=("工矿商贸就业十万人生产安全事故死亡率", "工矿商贸就业人员十万人生产安全事故死亡率", "十万就业人员示例事故死亡率"),
        working=Working(printed=("%",), why="原文印作“%”，数值是每十万名从业人员死亡的人数：数照印，单位按人/十万人比。"),
    ),
    Formula(
        slug="toll.loss_share", title="年均因灾直接经济损失占生产总值比例", unit="%", compute=loss_share, fingerprint=queries.period_fingerprint,
        text="规划期到当年为止，各年自然灾害直接经济损失之和 ÷ 各年地区生产总值之和。少一年的数就不算。",
        indicators=("年均因灾直接经济损失占河北区生产总值比例", "年均因灾直接经济损失占生产总值比例", "年均因灾直接经济损失占国内生产总值的比例"),
    ),
    Formula(
        slug="toll.disaster_deaths", title="年均每十万人口因灾死亡率", unit="人/十万人", compute=disaster_deaths, fingerprint=queries.period_fingerprint,
        text="规划期到当年为止，各年自然灾害死亡人数之和 ÷ 各年常住人口之和 × 10 万。少一年的数就不算。失踪的不计。",
        indicators=("年均每十万人口因灾死亡率",),
        working=Working(printed=("%",), why="原文印作“%”，数值是每十万人口死亡的人数：数照印，单位按人/十万人比。"),
    ),
    Formula(
        slug="toll.city_link", title="市应急平台对接签收率", unit="%", compute=city_link, fingerprint=queries.sent_fingerprint,
        text="当年发往市应急平台、市平台已签收的消息 ÷ 发往市平台的消息。", indicators=("加强信息化建设力度，全面对接市应急指挥中心", "全面对接市应急指挥中心", "与市平台全面连通"),
        working=Working(printed=("",), target=Decimal(100), comparator=">=", why="原文没有数：口径是发往市平台的消息全部签收。"),
    ),
    Formula(
        slug="toll.culture_bases", title="安全生产和应急文化基地", unit="处", compute=culture_bases, fingerprint=queries.base_fingerprint,
        text="到期为止已建成开放的处数。", indicators=("建设完善区级安全生产和应急文化基地", "安全生产和应急文化基地", "建成应急文化基地"),
    ),
)  # fmt: skip
