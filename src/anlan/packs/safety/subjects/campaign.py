"""What the registers of the special campaigns (专项整治台账, S24) have in common: a place, its requirements, when it was looked at, when
it is looked at again (回头看). A register adds its own columns and words; the overview of all of them is built from the same declarations.

A place meets the campaign when it was checked and every requirement holds. One that lacks something has a day for the second look.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.db import models
from django.db.models import Count, F, Min, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from anlan.base.clock import civil_date
from anlan.kernel.access import policy
from anlan.kernel.access.edge import Request
from anlan.kernel.access.types import Actor, Page, Permission, Scope
from anlan.kernel.capability import registers
from anlan.kernel.capability.types import Capability
from anlan.kernel.registry import queries
from anlan.kernel.registry.models import Entry
from anlan.kernel.registry.pages import sheet_pages
from anlan.kernel.registry.types import Column, Problem, Sheet
from anlan.kernel.web.exporting import exported
from anlan.kernel.web.types import Fact, Nav, Waiting
from anlan.packs.safety.subjects import sampling, visits

# The tabs of the registers, for the catalogue of translations.
WORDS = ("仓储", "仓储抽查", "寄递", "消防通道", "消防重点", "老旧小区", "铁路沿线", "码头", "危大工程", "楼宇园区")
YES_NO = {"1": "是", "0": "否"}
READ: Mapping[str, Scope] = {
    "planner": "district", "leader": "district", "auditor": "district", "safety_regulator": "district", "bureau_officer": "district",
    "street_officer": "own",
}  # fmt: skip
WRITE: Mapping[str, Scope] = {"safety_regulator": "district", "bureau_officer": "own", "street_officer": "own"}
_TEMPLATE = "packs/safety/subjects/campaign.html"
_SEEN = "campaign.read"
AHEAD = 14  # days before its day that a second look, or a check, is shown
# Again after the second look was made on the day it was due, or later.
NOT_SEEN_AGAIN = Q(second_looked_on=None) | Q(second_looked_on__lt=F("checked_on"))


class CampaignEntry(Entry):
    """`checked_on`: the last check; `second_look_on`: the day set for looking again; `second_looked_on`: when that was done."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    address = models.CharField(max_length=160, blank=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    checked_on = models.DateField(null=True)
    second_look_on = models.DateField(null=True)
    second_looked_on = models.DateField(null=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class SampledEntry(CampaignEntry):
    """A register of which some rows are sampled; `sampled_on`: the last time one was."""

    sampled_on = models.DateField(null=True)

    class Meta:
        abstract = True


def requirement(name: str, title: str) -> Column:
    return Column(name, title, kind="bool", choices=YES_NO, filterable=True, in_list=False)


@dataclass(frozen=True, kw_only=True)
class Campaign:
    """One register. `requirements`: column -> what is asked for; `own`: its further columns; `check`: what they cannot say; `counts`
    says which rows the rate is about (of them the register's `every` days); `drawn`: rows that are sampled by a public draw, not all visited
    (the model derives from SampledEntry)."""

    slug: str
    title: str
    short: str
    model: Any
    duty: str
    basis: str
    requirements: Mapping[str, str]
    own: Sequence[Column] = ()
    check: Callable[[Mapping[str, Any]], Sequence[Problem]] | None = None
    rate: str = ""
    indicators: Sequence[str] = ()
    every: int = 365
    drawn: Q | None = None
    sign: str = ""
    placed: bool = True
    rows: Sequence[Mapping[str, Any]] = ()
    order: int = 50
    sheet: Sheet = field(init=False)

    def __post_init__(self) -> None:
        sampled = (
            ()
            if self.drawn is None
            else (Column("sampled_on", "抽查日期", kind="date", help="只用于抽查的", in_list=False),)
        )
        place = () if not self.placed else (Column("longitude", "经度", kind="longitude", in_list=False), Column("latitude", "纬度", kind="latitude", in_list=False))  # fmt: skip
        object.__setattr__(self, "sheet", Sheet(
            slug=f"campaign_{self.slug}s", title=self.title, model=self.model, key="code", read=f"{self.slug}.read", write=f"{self.slug}.write",
            review_days=self.every, check=self.faults, part=partial(sampling.part, self), duty=self.duty, basis=self.basis,
            columns=(
                Column("code", "编号", required=True, max_length=40), Column("name", "名称", required=True, max_length=80), *self.own, *sampled,
                *(requirement(name, title) for name, title in self.requirements.items()),
                Column("checked_on", "最近检查", kind="date"), Column("second_look_on", "回头看期限", kind="date"),
                Column("second_looked_on", "回头看日期", kind="date"), Column("address", "地址", max_length=160, in_list=False), *place,
                Column("note", "备注", kind="long", max_length=200, in_list=False),
            ),
        ))  # fmt: skip

    # ---- what a row must say
    def faults(self, values: Mapping[str, Any]) -> Sequence[Problem]:
        found = list(self.check(values)) if self.check else []
        lacking = [title for name, title in self.requirements.items() if not values[name]]
        checked, again, done = values["checked_on"], values["second_look_on"], values["second_looked_on"]
        if checked and lacking and not again:
            found.append(Problem("second_look_on", f"回头看期限：{len(lacking)} 项没有做到（{'、'.join(lacking[:3])}{'…' if len(lacking) > 3 else ''}），写哪天前再看。"))  # fmt: skip
        if not checked and (again or done):
            found.append(Problem("checked_on", "最近检查：有回头看就要有检查日期。"))
        found += [
            Problem(name, f"{self.sheet.column(name).title}：早于检查日期。")
            for name, day in (("second_look_on", again), ("second_looked_on", done))
            if checked and day and day < checked
        ]
        return found

    # ---- what counts
    @property
    def met(self) -> Q:
        return Q(**dict.fromkeys(self.requirements, True)) & ~Q(checked_on=None)

    @property
    def in_full(self) -> Q:
        """The rows that are all visited; the rest is sampled."""
        return ~self.drawn if self.drawn is not None else registers.EVERY_ROW

    @property
    def second_looks(self) -> Q:
        return ~Q(second_look_on=None) & NOT_SEEN_AGAIN

    @property
    def capability(self) -> Capability:
        sheet, samples = self.sheet, self.drawn is not None
        rated = ((sheet, (registers.Ratio(
            under=self.slug, slug="met_rate", title=self.rate or f"{self.short}达标率", indicators=self.indicators or (self.rate or f"{self.short}达标率",), unit="处",
            text=f"检查过而且{len(self.requirements)}项要求都做到的 ÷ 在册的" + ("（只抽查的不计）" if samples else "") + "，保留一位小数。",
            part=self.met, whole=self.in_full,
        ),)),)  # fmt: skip
        due = registers.waiting(
            registers.Due(sheet=sheet, column="second_look_on", kind="回头看", verb="去看", ahead=AHEAD, where=self.second_looks, counted=False),
            registers.Due(sheet=sheet, column="review_due_on", kind="到期检查", verb="检查", ahead=AHEAD, counted=False, where=self.in_full & ~Q(checked_on=None)),
        )  # fmt: skip

        def waiting(actor: Actor, at: datetime) -> Iterator[Waiting]:
            yield from due(actor, at)
            if samples:
                yield from sampling.waiting(self, actor, at)

        return Capability(
            slug=self.slug, title=self.title, plan_refs=("S24",),
            permissions=(
                Permission(slug=sheet.read, title=f"查看{self.title}", roles=READ),
                Permission(slug=sheet.write, title=f"登记{self.title}", roles=WRITE),
                *((
                    Permission(slug=sampling.seen(self), title=f"查看{self.title}抽查", roles=dict.fromkeys(READ, "district")),
                    Permission(slug=sampling.hold(self), title=f"办{self.title}抽查", roles={"safety_regulator": "own"}),
                ) if samples else ()),
            ),
            pages=(*sheet_pages(sheet), sampling.visit_page(self), *(sampling.sampling_pages(self) if samples else ()), *registers.ratio_pages(rated)),
            nav=(
                Nav(section="registry", title=self.short, page=f"{sheet.slug}_list", permission=sheet.read, order=self.order, below="/registry/campaign_"),
                *((Nav(section="registry", title=f"{self.short}抽查", page=f"{self.slug}_visits", permission=sampling.seen(self), order=self.order, below="/registry/campaign_"),)
                  if samples else ()),
            ),
            sheets=(sheet,),
            layers=(registers.layer(sheet, slug=sheet.slug, title=self.title, sign=self.sign, value=self.told),) if self.placed else (),
            formulas=registers.formulas(rated),
            waiting=waiting, demo=partial(self._demo),
        )  # fmt: skip

    def _demo(self, at: datetime) -> None:
        registers.load(self.sheet, self.rows, at)
        if self.drawn is not None:
            sampling.demo(self, at)

    def lacking(self, row: Any) -> int:
        return sum(not getattr(row, name) for name in self.requirements)

    def told(self, row: Any) -> str:
        if row.checked_on is None:
            return "还没有检查"
        lacking = self.lacking(row)
        return f"{lacking} 项没有做到" if lacking else "做到"


# ---- all of them together
@dataclass(frozen=True)
class Line:
    """One register in the overview: how many stand, were looked at in its time, meet it all; second looks due and missed."""

    campaign: Campaign
    rows: int
    checked: int
    met: int
    again: int
    late: int
    sampled: int
    url: str
    drawn: int = 0  # drawn and not visited yet
    drawn_late: int = 0


def lines(campaigns: Sequence[Campaign], actor: Actor, today: date) -> list[Line]:
    """One query a register, one more where rows are drawn."""
    found = []
    for one in campaigns:
        full, again = one.in_full, one.second_looks
        fresh = Q(checked_on__gte=today - timedelta(days=one.every))
        told = queries.visible(one.sheet, actor).filter(retired_on=None).aggregate(
            rows=Count("pk", filter=full), checked=Count("pk", filter=full & fresh), met=Count("pk", filter=full & one.met), again=Count("pk", filter=again),
            late=Count("pk", filter=again & Q(second_look_on__lt=today)), sampled=Count("pk", filter=one.drawn & fresh if one.drawn is not None else Q(pk=None)),
        )  # fmt: skip
        if one.drawn is not None:
            told |= policy.visible_to(actor, one.sheet.read, visits.CampaignVisit.objects.filter(campaign=one.slug, state="open"), "organisation__path").aggregate(
                drawn=Count("pk"), drawn_late=Count("pk", filter=Q(due_on__lt=today)))  # fmt: skip
        found.append(Line(campaign=one, url=reverse(f"{one.sheet.slug}_list"), **told))
    return found


def overview(campaigns: Sequence[Campaign]) -> Capability:
    """The page of all registers: which one lags behind. The pack gives it the registers it has."""

    def page(request: Request) -> HttpResponse:
        return render(request, _TEMPLATE, {"lines": lines(campaigns, request.actor, civil_date(request.at))})

    def export(request: Request) -> HttpResponse:
        head = ("台账", "在册", "期内查过", "全部做到", "待回头看", "回头看超期", "抽查过", "抽中待查", "待查超期")
        rows = ((one.campaign.title, one.rows, one.checked, one.met, one.again, one.late, one.sampled, one.drawn, one.drawn_late)
                for one in lines(campaigns, request.actor, civil_date(request.at)))  # fmt: skip
        return exported(request.GET.get("form", "xlsx"), "专项整治", head, rows)

    def now(actor: Actor, at: datetime) -> Sequence[Fact]:
        if not {"safety_regulator", "planner", "leader"} & actor.roles:
            return ()
        told = lines(campaigns, actor, civil_date(at))
        text = f"在册 {sum(one.rows for one in told)}，期内查过 {sum(one.checked for one in told)}，回头看超期 {sum(one.late for one in told)}"
        return (
            (Fact(title="专项整治", text=text, url=reverse("campaign_areas")),) if any(one.rows for one in told) else ()
        )

    def waiting(actor: Actor, at: datetime) -> Iterator[Waiting]:
        """One line of all registers for who watches over the district; the streets and bureaus have a line a place."""
        if "safety_regulator" not in actor.roles:
            return
        today = civil_date(at)
        first, late, near = [], 0, 0
        for one in campaigns:
            rows = one.sheet.model.objects.filter(
                one.second_looks, retired_on=None, second_look_on__lte=today + timedelta(days=AHEAD)
            )
            told = rows.aggregate(
                all=Count("pk"), late=Count("pk", filter=Q(second_look_on__lt=today)), first=Min("second_look_on")
            )
            late, near = late + told["late"], near + told["all"] - told["late"]
            first += [told["first"]] if told["first"] else []
        if first:
            yield Waiting(kind="回头看", title=f"专项整治回头看 {late + near} 处", fact=f"已过期 {late}，{AHEAD} 天内 {near}", sender="专项整治", verb="看",
                          url=reverse("campaign_areas"), due_at=registers.end_of(min(first)))  # fmt: skip

    return Capability(
        slug="campaign", title="专项整治", plan_refs=("S24",),
        permissions=(Permission(slug=_SEEN, title="查看专项整治", roles=READ),),
        pages=(
            Page(path="registry/campaign_areas/", name="campaign_areas", view=page, permission=_SEEN, title="专项整治", section="registry", command="看专项整治进度"),
            Page(path="registry/campaign_areas/export/", name="campaign_areas_export", view=export, permission=_SEEN, title="导出专项整治", kind="export"),
        ),
        nav=(Nav(section="registry", title="专项整治", page="campaign_areas", permission=_SEEN, order=20),),
        verbs=visits.VERBS, now=now, waiting=waiting,
    )  # fmt: skip
