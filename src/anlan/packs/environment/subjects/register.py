"""What the dynamic registers share: columns of a place and of its looks, ratios with the way to their rows, layer, pages, permissions.

A register says its own columns, its own checks and its ratios; `register(...)` makes the capability.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.db import models
from django.db.models import Count, Max
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import Request
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import SYSTEM, Actor, Page, Permission
from anlan.kernel.capability.registers import layer
from anlan.kernel.capability.types import Capability
from anlan.kernel.casework import queries as cases
from anlan.kernel.maps import ground
from anlan.kernel.planning.types import Computed, Formula, Step
from anlan.kernel.registry import actions as registry
from anlan.kernel.registry import pages as registry_pages
from anlan.kernel.registry import queries
from anlan.kernel.registry.models import Entry
from anlan.kernel.registry.pages import sheet_pages
from anlan.kernel.registry.types import Column, Problem, Sheet
from anlan.kernel.web.exporting import exported
from anlan.kernel.web.types import Nav
from anlan.packs.environment.subjects import looks
from anlan.packs.environment.subjects.looks import RESULTS

STORY_DAY = date(2025, 7, 25)
RULE = "按台账现状，统计口径为本系统默认值（未核实）"
Values = Mapping[str, Any]


class Site(Entry):
    """A place that is looked at."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    address = models.CharField(max_length=160, blank=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    looked_on = models.DateField(null=True)
    result = models.CharField(max_length=8, blank=True)
    found = models.CharField(max_length=200, blank=True)

    class Meta:
        abstract = True
        app_label = "environment"

    def __str__(self) -> str:
        return self.name


HEAD = (Column("code", "编号", required=True, max_length=40), Column("name", "名称", required=True, max_length=80))
PLACE = (
    Column("address", "地址", max_length=160, in_list=False), Column("longitude", "经度", kind="longitude", in_list=False),
    Column("latitude", "纬度", kind="latitude", in_list=False),
)  # fmt: skip
LOOKS = (
    Column("looked_on", "最近检查", kind="date", past=True), Column("result", "检查结果", kind="choice", choices=RESULTS, filterable=True),
    Column("found", "检查发现", max_length=200, in_list=False),
)  # fmt: skip


def yes(name: str, title: str, help: str = "") -> Column:  # noqa: A002 - the column's own word
    return Column(name, title, kind="bool", help=help, in_list=False)


def problems_of(values: Values) -> list[Problem]:
    """What no place may say, whatever it is."""
    found = []
    lon, lat = values["longitude"], values["latitude"]
    if (lon is None) != (lat is None):
        found.append(Problem("longitude" if lon is None else "latitude", "经度、纬度要写就都写。"))
    elif lon is not None and ground.contains(lon, lat) is False:
        found.append(Problem("longitude", "经度、纬度：这个位置不在本区。核对坐标（WGS-84）。"))
    if bool(values["result"]) != (values["looked_on"] is not None):
        found.append(Problem("looked_on", "最近检查：日期和结果要写就都写。"))
    if values["result"] == "fail" and not values["found"]:
        found.append(Problem("found", "检查发现：不合格的写明哪里不合格。"))
    return found


def order(values: Values, earlier: str, later: str, sentence: str) -> list[Problem]:
    """`later` may not be before `earlier`; what is not there is not compared."""
    first, second = values[earlier], values[later]
    return [Problem(later, sentence)] if first is not None and second is not None and second < first else []


def both(values: Values, flag: str, name: str, sentence: str) -> list[Problem]:
    """Where `flag` is said, `name` is said too."""
    return [Problem(name, sentence)] if values[flag] and values[name] in (None, "") else []


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """A share over the rows of a register: the sum of `part` ÷ the sum of `whole` (0 leaves a row out). `of_year`: the column whose day
    must lie in the year; without it the register counts as it stands."""

    slug: str
    title: str
    text: str
    indicators: tuple[str, ...]
    whole: Callable[[Any], Decimal | int]
    part: Callable[[Any], Decimal | int]
    of_year: str = ""
    unit: str = "个"


def rows_of(sheet: Sheet, one: Ratio, year: int, on: date | None = None) -> list[tuple[Any, Decimal, Decimal]]:
    """(row, part, whole) of every row that counts; those that lack most first."""
    rows = sheet.model.objects.filter(retired_on=None).select_related("organisation")
    if one.of_year:
        rows = rows.filter(
            **{
                f"{one.of_year}__gte": date(year, 1, 1),
                f"{one.of_year}__lte": min(on or date(year, 12, 31), date(year, 12, 31)),
            }
        )
    found = [(row, Decimal(one.part(row)), Decimal(one.whole(row))) for row in rows]
    return sorted(
        ((row, min(part, whole), whole) for row, part, whole in found if whole),
        key=lambda line: (line[1] - line[2], line[0].code),
    )


def share(part: Decimal, whole: Decimal) -> Decimal | None:
    return (100 * part / whole).quantize(Decimal("0.1")) if whole else None


def plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def fingerprint(sheet: Sheet, _year: int) -> str:
    told = sheet.model.objects.aggregate(n=Count("pk"), last=Max("updated_at"), gone=Count("retired_on"))
    return hashlib.sha256(repr(sorted(told.items())).encode()).hexdigest()[:16]


def _compute(sheet: Sheet, one: Ratio, year: int, as_of: date) -> Computed:
    on = min(as_of, date(year, 12, 31))
    lines = rows_of(sheet, one, year, on)
    part, whole = sum((line[1] for line in lines), Decimal(0)), sum((line[2] for line in lines), Decimal(0))
    value, counted = share(part, whole), all(line[2] == 1 for line in lines)
    lacking = sum(line[1] < line[2] for line in lines)
    return Computed(
        value=value, unit="%", window=(date(year, 1, 1), on), as_of=on, expected=len(lines), valid=len(lines), rule=RULE,
        sentence=f"{one.title} {plain(part)} ÷ {plain(whole)} {one.unit} = {value} %" if whole else "", note="" if whole else f"{sheet.title}里还没有可以算的行。",
        ratio=(int(part), int(whole)) if whole and counted else None, inputs_hash=hashlib.sha256(repr([(line[0].pk, line[1], line[2]) for line in lines]).encode()).hexdigest(),
        steps=(
            Step(title=sheet.title, text=f"{len(lines)} 行，{lacking} 行没有做到", link="逐行看", url=f"{reverse(f'{sheet.slug}_ratio', args=[one.slug])}?year={year}"),
            Step(title="台账", text="每一行的修改和检查", link=sheet.title, url=reverse(f"{sheet.slug}_list")),
        ),
    )  # fmt: skip


def formula(sheet: Sheet, one: Ratio) -> Formula:
    return Formula(
        slug=f"{sheet.slug}.{one.slug}", title=one.title, unit="%", text=one.text, indicators=one.indicators, compute=partial(_compute, sheet, one),
        fingerprint=partial(fingerprint, sheet),
    )  # fmt: skip


# ---- pages
def ratio_page(sheet: Sheet, ratios: Sequence[Ratio], request: Request, word: str) -> HttpResponse:
    """Every row that counts, those that do not do it first; the same as a file."""
    one = next((each for each in ratios if each.slug == word), None)
    if one is None:
        raise Http404
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdecimal() and len(asked) == 4 and int(asked) >= 1900 else civil_date(request.at).year
    seen = set(queries.visible(sheet, request.actor).values_list("pk", flat=True))
    lines = [line for line in rows_of(sheet, one, year) if line[0].pk in seen]
    part, whole = sum((line[1] for line in lines), Decimal(0)), sum((line[2] for line in lines), Decimal(0))
    if request.GET.get("form"):
        cells = ((row.code, str(row), str(row.organisation), done, every) for row, done, every in lines)
        return exported(request.GET["form"], one.title, ("编号", "名称", "单位", "做到", "应做"), cells)
    told = [(row, plain(done), plain(every), done >= every) for row, done, every in lines]
    context = {"sheet": sheet, "one": one, "year": year, "lines": told, "part": plain(part), "whole": plain(whole), "value": share(part, whole),
               "detail": f"{sheet.slug}_detail", "list": f"{sheet.slug}_list"}  # fmt: skip
    return render(request, "packs/environment/subjects/ratio.html", context)


def part_of(sheet_slug: str, permission: str, row: Any, actor: Actor, at: datetime) -> tuple[str, Mapping[str, Any]]:
    rows = list(looks.SiteLook.objects.filter(sheet=sheet_slug, row=row.pk).select_related("case")[:50])
    seen = set(
        cases.visible(actor).filter(pk__in=[one.case_id for one in rows if one.case_id]).values_list("pk", flat=True)
    )
    return "packs/environment/subjects/looks.html", {
        "looks": rows, "cases": seen, "open": next((one.case for one in rows if one.case and one.case.is_open), None), "key": uuid4(), "may": policy.why(actor, permission, row), "results": RESULTS, "url": f"{sheet_slug}_look", "today": civil_date(at),
    }  # fmt: skip


def _day(text: str, name: str, *, needed: bool) -> date | None:
    if not text and not needed:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(name, "日期写成 2025-07-25。", name) from None


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def look_page(sheet: Sheet, permission: str, kind: str, request: Request, number: int) -> HttpResponse:
    row = queries.visible(sheet, request.actor).filter(pk=number).first()
    if row is None:
        raise Http404
    posted = request.POST
    try:
        day = _day(posted.get("looked_on", ""), "looked_on", needed=True)
        made = looks.look(
            actor=request.actor, sheet=sheet, permission=permission, row=row, looked_on=day or date.min, result=posted.get("result", ""),
            found=posted.get("found", ""), mend_by=_day(posted.get("mend_by", ""), "mend_by", needed=False), at=request.at,
            key=_key(posted.get("key", "")), kind=kind,
        )  # fmt: skip
    except Refused as refused:
        if not refused.field:
            raise
        return registry_pages.detail(sheet, request, number, refused)
    messages.success(request, "检查已记下。" + (f"整改 {made.case.number}。" if made.case else ""))
    return HttpResponseRedirect(reverse(f"{sheet.slug}_detail", args=[number]))


_READ = {
    **dict.fromkeys(("planner", "leader", "auditor", "bureau_officer", "environment_officer"), "district"),
    "street_officer": "own",
}
_WRITE = {"environment_officer": "district", "bureau_officer": "own", "street_officer": "own"}


def load(sheet: Sheet, rows: Sequence[tuple[str, Values]], at: datetime) -> None:
    """Idempotent: a row that is there stays as it is. Its days are told for STORY_DAY and move with the day of loading."""
    moved = civil_date(at) - STORY_DAY
    for code, given in rows:
        owner = Organisation.objects.filter(code=code).first()
        if owner is None or sheet.model.objects.filter(**{sheet.key: given[sheet.key]}).exists():
            continue
        empty = {
            one.name: False if one.kind == "bool" else "" if one.kind in ("text", "long", "choice") else None
            for one in sheet.columns
        }
        told = {name: value + moved if isinstance(value, date) else value for name, value in given.items()}
        registry.add(actor=SYSTEM, sheet=sheet, organisation=owner, values={**empty, **told}, at=at, is_demo=True)


def register(
    sheet: Sheet, *, slug: str, ratios: Sequence[Ratio] = (), demo: Sequence[tuple[str, Values]] = (), on_map: bool = True,
    value: Callable[[Any], str] | None = None, looked: bool = True, more: Sequence[Sheet] = (), more_permissions: Sequence[Permission] = (),
    more_demo: Sequence[tuple[Sheet, Sequence[tuple[str, Values]]]] = (), more_ratios: Sequence[tuple[Sheet, Ratio]] = (),
    kind: str = "other", told: Callable[[datetime], None] | None = None,
) -> Capability:  # fmt: skip
    """The capability of one register. `kind`: of the rectifications that its failed looks open; `told`: the story after its rows. `more`: sheets that belong to it (sources of an outfall, police's part of a check)."""
    look = f"{slug}.look"

    def loaded(at: datetime) -> None:
        load(sheet, demo, at)
        for each, rows in more_demo:
            load(each, rows, at)
        if told:
            told(at)

    pages = [*sheet_pages(sheet)]
    if looked:
        pages.append(Page(path=f"registry/{sheet.slug}/<int:number>/look/", name=f"{sheet.slug}_look", view=partial(look_page, sheet, look, kind), permission=look,
                          title="记检查", methods=("POST",), section="registry"))  # fmt: skip
    if ratios:
        pages.append(Page(path=f"registry/{sheet.slug}/ratio/<slug:word>/", name=f"{sheet.slug}_ratio", view=partial(ratio_page, sheet, ratios),
                          permission=sheet.read, title=f"{sheet.title}比例", section="registry"))  # fmt: skip
    for each in more:
        pages += sheet_pages(each)
        own = [ratio for of, ratio in more_ratios if of is each]
        if own:
            pages.append(Page(path=f"registry/{each.slug}/ratio/<slug:word>/", name=f"{each.slug}_ratio", view=partial(ratio_page, each, own),
                              permission=each.read, title=f"{each.title}比例", section="registry"))  # fmt: skip
    below = (sheet, *more)
    return Capability(
        slug=slug, title=sheet.title, plan_refs=("E9",),
        permissions=(
            Permission(slug=f"{slug}.read", title=f"查看{sheet.title}", roles=_READ),  # type: ignore[arg-type]
            Permission(slug=f"{slug}.write", title=f"登记{sheet.title}", roles=_WRITE),  # type: ignore[arg-type]
            *((Permission(slug=look, title=f"检查{sheet.title}", roles=_WRITE),) if looked else ()),  # type: ignore[arg-type]
            *more_permissions,
        ),
        pages=tuple(pages),
        nav=tuple(Nav(section="registry", title=one.title, page=f"{one.slug}_list", permission=one.read, order=41 + place, below=f"/registry/{each.slug}/")
                  for each in below for place, one in enumerate(below)),
        sheets=(sheet, *more), formulas=(*(formula(sheet, one) for one in ratios), *(formula(of, one) for of, one in more_ratios)),
        layers=(layer(sheet, slug=sheet.slug, title=sheet.title, value=value or (lambda row: RESULTS.get(row.result, ""))),) if on_map else (),
        demo=loaded,
    )  # fmt: skip


def sheet(
    slug: str, plural: str, title: str, model: Any, columns: Sequence[Column], *, check: Callable[[Values], Sequence[Problem]], duty: str,
    basis: str = "", review_days: int = 180,
) -> Sheet:  # fmt: skip
    """A register of places: the common columns around its own, the common checks before its own."""

    def checked(values: Values) -> Sequence[Problem]:
        return [*problems_of(values), *check(values)]

    return Sheet(
        slug=plural, title=title, model=model, key="code", read=f"{slug}.read", write=f"{slug}.write", review_days=review_days, check=checked,
        duty=duty, basis=basis, columns=(*HEAD, *columns, *PLACE, *LOOKS), part=partial(part_of, plural, f"{slug}.look"),
    )  # fmt: skip
