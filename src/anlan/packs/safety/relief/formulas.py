"""Two indicators: households that had everything within the limit, and residents within walking distance of a shelter. Each goes back to its rows."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, Max, Sum
from django.urls import reverse

from anlan.kernel.planning.types import Computed, Formula, Step, Working
from anlan.packs.safety.relief import queries, rules
from anlan.packs.safety.relief.models import Community, Confirmation, Household
from anlan.packs.safety.relief.sites import Shelter
from anlan.science.stats.rounding import round_half_even


def _within(year: int, as_of: date, *, counts: bool) -> Computed:
    """Households are judged as everything stands now: a limit that passed cannot be met any more, whatever is entered later."""
    until = min(as_of, date(year, 12, 31))
    window = (date(year, 1, 1), until)
    rows = queries.with_confirmations(queries.of_year(year, until).filter(voided_at=None))
    good = whole = running = 0
    streets: dict[str, int] = {}
    incidents: dict[int, str] = {}
    edition = rules.clock(until, counts=counts)
    for row in rows:
        clock = queries.clock_of(row.incident, counts=counts)
        end = rules.ended_at(
            queries.case_of(row, row.confirmations.all()).told, row.incident.occurred_at + timedelta(hours=clock.hours)
        )
        whole += 1
        good += end is not None
        streets[str(row.organisation)] = streets.get(str(row.organisation), 0) + (end is None)
        incidents[row.incident_id] = row.incident.number
    value = round_half_even(Decimal(good * 100) / whole, 1) if whole else None
    slow = max(streets, key=lambda name: (streets[name], name), default="")
    return Computed(
        value=value, unit="%", window=window, as_of=until, expected=whole, valid=whole - running,
        sentence=f"{edition.hours} 小时内五项齐全的户 {good} ÷ 登记的户 {whole} = {value} %" if whole else "",
        rule=f"{edition.source}{'' if edition.verified else '（未核实）'}；从事件发生起算，系统收到确认的时间为准",
        inputs_hash=_fingerprint(year), note="" if whole else "这一年没有登记过安置户。",
        steps=(
            Step(title="事件", text=f"{len(incidents)} 个实战事件，演练不计", link=f"{len(incidents)} 个", url=reverse("relief_incidents")),
            Step(title="街道", text=f"没有按时齐全最多的是{slow}，{streets[slow]} 户" if slow and streets[slow] else "各街道都按时", link="看户", url=reverse("relief_incidents")),
            *(
                Step(title=number, text="按户看", link="户", url=reverse("relief_households", args=[number]))
                for number in sorted(incidents.values())
            ),
        ),
    )  # fmt: skip


def within(year: int, as_of: date) -> Computed:
    return _within(year, as_of, counts=True)


def within_alternative(year: int, as_of: date) -> Computed:
    """The same under the other limit (national plan, unverified)."""
    return _within(year, as_of, counts=False)


def _fingerprint(year: int) -> str:
    rows = Household.objects.filter(incident__occurred_at__year=year)
    told = (
        rows.aggregate(n=Count("pk"), v=Sum("version")),
        Confirmation.objects.filter(household__in=rows).aggregate(
            n=Count("pk"), last=Max("recorded_at"), struck=Count("struck_at")
        ),
    )
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def coverage(year: int, as_of: date) -> Computed:
    """The registers as they are now: neither sites nor communities keep what they were."""
    until = min(as_of, date(year, 12, 31))
    found = queries.coverage()
    whole = sum(one.community.residents for one in found)
    good = sum(one.community.residents for one in found if one.covered)
    value = round_half_even(Decimal(good * 100) / whole, 1) if whole else None
    url, far = reverse("relief_coverage"), sum(not one.covered for one in found)
    kinds = "、".join(f"{one.title} {one.walk} 米" for one in rules.kinds().values())
    return Computed(
        value=value, unit="%", window=(date(year, 1, 1), until), as_of=until, expected=len(found), valid=len(found), ratio=(good, whole) if whole else None,
        sentence=f"走得到场所的社区常住人口 {good:,} ÷ 常住人口 {whole:,} = {value} %" if whole else "",
        rule=f"步行距离限值 {kinds}；步行距离 = 直线 × {rules.method().detour:g}（均未核实）；一个社区按一个点整个计入",
        inputs_hash=_coverage_fingerprint(year), note="" if whole else "还没有登记社区常住人口。",
        steps=(
            Step(title="社区", text=f"{len(found)} 个，{far} 个走不到", link=f"{len(found)} 行", url=url),
            Step(title="场所", text="在用、有位置的", link="台账", url=reverse("shelters_list")),
        ),
    )  # fmt: skip


def _coverage_fingerprint(_year: int) -> str:
    told = [
        model.objects.aggregate(n=Count("pk"), v=Sum("version"), r=Count("retired_on"))
        for model in (Community, Shelter)
    ]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


FORMULAS = (
    Formula(
        slug="relief.within_limit", title="受灾群众按时救助率", unit="%",
        text="当年实战事件登记的户中，从事件发生起在时限内，食物、饮水、住处、衣被、医疗五项都确认（或不需要）的户 ÷ 登记的户。",
        indicators=("自然灾害发生12小时内受灾群众基本生活得到有效救助", "灾害发生12小时内受灾群众得到安置", "受灾群众12小时救助率"),
        compute=within, fingerprint=_fingerprint, trial=within_alternative,
        working=Working(
            printed=("小时", ""), target=Decimal(100), comparator=">=", why="原文的 12 小时是时限，不是要比的数：口径是在时限内五项齐全的户占登记的户，应为 100%。"
        ),
    ),
    Formula(
        slug="relief.coverage", title="应急避难场所覆盖率", unit="%",
        text="走得到在用避难场所的社区常住人口 ÷ 全部登记社区的常住人口。", indicators=("应急避难场所覆盖率", "紧急避难场所覆盖率"),
        compute=coverage, fingerprint=_coverage_fingerprint,
    ),
)  # fmt: skip
