"""The yearly plan of a department's inspections: planned against done, by line, by month and category. What was done is counted from the inspections."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from anlan.base.clock import CHINA, civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import Request
from anlan.kernel.access.types import Page
from anlan.kernel.casework.models import Line
from anlan.kernel.draw.models import LEVELS
from anlan.kernel.penalties.inspecting import Office
from anlan.kernel.penalties.models import PlanEntry
from anlan.kernel.registry import queries as registry
from anlan.kernel.registry.types import Column, Sheet
from anlan.kernel.web.exporting import exported

# Tabs of the offices and titles of their tables, for the catalogue of translations.
WORDS = (
    "计划进度",
    "随机抽查",
    "整改",
    "处罚",
    "红黄牌",
    "裁量表",
    "检查对象",
    "检查人员",
    "回避",
    "应急管理处罚",
    "生态环境处罚",
    "重点检查",
)
WAYS = {"random": "随机抽查", "plan": "重点检查"}
MONTHS = tuple(range(1, 13))
HEAD = (
    "编号",
    "类别",
    "风险颜色",
    "办法",
    "月份",
    "计划",
    "已查",
    "查出问题",
    *(f"{month} 月已查" for month in MONTHS),
)


def plan_sheet(office: Office, model: type[PlanEntry], *, title: str, read: str, write: str) -> Sheet:
    """The register of the plan's lines."""
    return Sheet(
        slug=f"{office.slug}_plans", title=title, model=model, key="code", read=read, write=write, review_days=90,
        duty="一行一类：今年或哪个月检查多少家、用什么办法；完成多少由检查事项算出来。", columns=(
            Column("code", "编号", required=True, max_length=40), Column("year", "年份", kind="int", required=True, minimum=2020, maximum=2100),
            Column("month", "月份", kind="int", minimum=1, maximum=12, help="空着是全年"),
            Column("category", "类别", kind="choice", required=True, choices=office.kinds, filterable=True),
            Column("level", "风险颜色", kind="choice", choices=LEVELS, help="空着是各种颜色"),
            Column("way", "办法", kind="choice", required=True, choices=WAYS, filterable=True),
            Column("number", "计划数", kind="int", required=True, unit="家次", minimum=1, maximum=100_000),
            Column("basis", "依据", max_length=160, in_list=False)),
    )  # fmt: skip


# ---- what was done
@dataclass(frozen=True)
class Done:
    """One inspection recorded on site in the year; `found`: it ended with an order or a filing."""

    category: str
    level: str
    random: bool
    month: int
    found: bool

    def counts_for(self, plan: PlanEntry) -> bool:
        """Random inspections count for lines of that way, others for 重点检查."""
        return (
            self.category == plan.category
            and plan.level in ("", self.level)
            and self.random == (plan.way == "random")
            and plan.month in (None, self.month)
        )


def done_in(process: str, year: int) -> list[Done]:
    """Inspections recorded in a civil year and not cancelled."""
    first, last = (
        datetime.combine(day, edge, CHINA)
        for day, edge in ((date(year, 1, 1), time.min), (date(year, 12, 31), time.max))
    )
    rows = Line.objects.filter(case__process=process, step="record", at__gte=first, at__lte=last).exclude(
        case__state="void"
    )
    found = set(
        Line.objects.filter(case__in=rows.values("case"), step__in=("order", "file")).values_list("case_id", flat=True)
    )
    told = rows.values_list("case_id", "case__kind", "case__grade", "case__inspected__draw", "at")
    return [
        Done(kind, grade, draw is not None, at.astimezone(CHINA).month, case in found)
        for case, kind, grade, draw, at in told
    ]


@dataclass(frozen=True)
class Progress:
    """A line of the plan with what was done of it; `months`: done in each."""

    plan: PlanEntry
    done: int
    found: int
    months: tuple[int, ...]

    @property
    def share(self) -> int:
        """Per cent, not more than 100."""
        return min(100, 100 * self.done // self.plan.number)


def progress(plans: Iterable[Any], done: Sequence[Done]) -> list[Progress]:
    found = []
    for plan in plans:
        mine = [one for one in done if one.counts_for(plan)]
        found.append(
            Progress(
                plan,
                len(mine),
                sum(one.found for one in mine),
                tuple(sum(one.month == month for one in mine) for month in MONTHS),
            )
        )
    return found


@dataclass(frozen=True)
class Cell:
    """A category in a month: what the lines of that month ask for, and all that was done."""

    planned: int
    done: int
    late: bool

    @property
    def lacking(self) -> int:
        return max(0, self.planned - self.done)


@dataclass(frozen=True)
class Row:
    """A category over the year. `planned` also holds the lines without a month."""

    category: str
    cells: tuple[Cell, ...]
    planned: int
    done: int


def by_month(
    kinds: Mapping[str, str], plans: Sequence[PlanEntry], done: Sequence[Done], year: int, today: date
) -> list[Row]:
    """The categories with a plan or an inspection. A month is late when it is over and lacks some."""
    found = []
    for kind in kinds:
        lines, mine = [one for one in plans if one.category == kind], [one for one in done if one.category == kind]
        cells = []
        for month in MONTHS:
            planned, made = (
                sum(one.number for one in lines if one.month == month),
                sum(one.month == month for one in mine),
            )
            cells.append(Cell(planned, made, made < planned and (year, month) < (today.year, today.month)))
        if lines or mine:
            found.append(Row(kind, tuple(cells), sum(one.number for one in lines), len(mine)))
    return found


# ---- pages
def _year(request: Request) -> int:
    this = civil_date(request.at).year
    text = request.GET.get("year", "") or str(this)
    if not (text.isascii() and text.isdigit() and 2020 <= int(text) <= this + 1):
        raise Refused("year", "年份写四位，2020 年以后、不晚于明年。", "year")
    return int(text)


def _lines(sheet: Sheet, request: Request, year: int) -> list[PlanEntry]:
    return list(registry.visible(sheet, request.actor).filter(retired_on=None, year=year).order_by("code"))


def page(office: Office, sheet: Sheet, request: Request) -> HttpResponse:
    """A line of the plan a row, then a category a row and a month a column; each leads to its inspections. Prints as it stands."""
    year = _year(request)
    plans, done = _lines(sheet, request, year), done_in(office.slug, year)
    context = {
        "office": office, "year": year, "lines": progress(plans, done), "categories": office.kinds, "levels": LEVELS, "ways": WAYS, "months": MONTHS,
        "rows": by_month(office.kinds, plans, done, year, civil_date(request.at)), "planned": sum(one.number for one in plans), "done": len(done),
        "outside": sum(not any(one.counts_for(plan) for plan in plans) for one in done), "may": policy.may(request.actor, sheet.write),
        "list": f"{office.slug}_list", "plans": f"{sheet.slug}_list", "export": f"{office.slug}_plan_export",
    }  # fmt: skip
    return render(request, "kernel/penalties/plan.html", context)


def export(office: Office, sheet: Sheet, request: Request) -> HttpResponse:
    year = _year(request)
    rows = (
        (one.plan.code, office.kinds.get(one.plan.category, one.plan.category), LEVELS.get(one.plan.level, "各种"), WAYS[one.plan.way], one.plan.month or "全年", one.plan.number,
         one.done, one.found, *one.months)
        for one in progress(_lines(sheet, request, year), done_in(office.slug, year))
    )  # fmt: skip
    return exported(request.GET.get("form", "xlsx"), f"{office.title}计划_{year}", HEAD, rows)


def plan_pages(office: Office, sheet: Sheet, path: str) -> tuple[Page, ...]:
    """`path` ends with a slash; these stand before the pages of the inspections."""
    return (
        Page(path=f"{path}plan/", name=f"{office.slug}_plan", view=partial(page, office, sheet), permission=sheet.read, title=f"{office.title}计划进度", section="registry",
             command=f"看{office.title}计划进度"),
        Page(path=f"{path}plan/export/", name=f"{office.slug}_plan_export", view=partial(export, office, sheet), permission=sheet.read, title=f"导出{office.title}计划进度",
             kind="export"),
    )  # fmt: skip
