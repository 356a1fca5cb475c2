"""What the dynamic registers share: columns of a place and of its looks, ratios with the way to their rows, layer, pages, permissions.

A register says its own columns, its own checks and its ratios; `register(...)` makes the capability.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.db import models
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import Request
from anlan.kernel.access.types import Actor, Page, Permission
from anlan.kernel.capability import registers
from anlan.kernel.capability.registers import Ratio, layer
from anlan.kernel.capability.types import Capability
from anlan.kernel.casework import queries as cases
from anlan.kernel.maps import ground
from anlan.kernel.registry import pages as registry_pages
from anlan.kernel.registry import queries
from anlan.kernel.registry.models import Entry
from anlan.kernel.registry.pages import sheet_pages
from anlan.kernel.registry.types import Column, Problem, Sheet
from anlan.kernel.web.types import Nav
from anlan.packs.environment.subjects import looks
from anlan.packs.environment.subjects.looks import RESULTS

STORY_DAY = date(2025, 7, 25)
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


# ---- pages
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
    **dict.fromkeys(
        ("planner", "leader", "auditor", "bureau_officer", "environment_officer", "environment_inspector"), "district"
    ),
    "street_officer": "own",
}
_WRITE = {"environment_officer": "district", "bureau_officer": "own", "street_officer": "own"}


def load(sheet: Sheet, rows: Sequence[tuple[str, Values]], at: datetime) -> None:
    """Idempotent: a row that is there stays as it is. Its days are told for STORY_DAY and move with the day of loading."""
    moved = civil_date(at) - STORY_DAY
    told = [
        {"organisation": code, **{name: value + moved if isinstance(value, date) else value for name, value in given.items()}} for code, given in rows
    ]  # fmt: skip
    registers.load(sheet, told, at)


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
    rated: registers.Rated = [
        (sheet, ratios),
        *((each, [ratio for of, ratio in more_ratios if of is each]) for each in more),
    ]
    pages += [page for each in more for page in sheet_pages(each)]
    pages += registers.ratio_pages(rated)
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
        sheets=(sheet, *more), formulas=registers.formulas(rated),
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
