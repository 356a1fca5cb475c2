"""A campaign register that samples (S24): the pool it draws from, who is told, and the pages of its visits. Everything here is made from the
register's own declaration; a register says only which rows are sampled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any, Protocol

from django.contrib import messages
from django.db.models import Count, Min, Q, QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.clock import CHINA, civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import demonstration, policy
from anlan.kernel.access.edge import STATUS, Request
from anlan.kernel.access.policy import reach
from anlan.kernel.access.types import Actor, Page
from anlan.kernel.capability import registers
from anlan.kernel.draw import actions as draws
from anlan.kernel.draw import queries as drawing
from anlan.kernel.draw.models import Draw
from anlan.kernel.draw.pages import draw_pages
from anlan.kernel.draw.types import Candidate, Drawn, Listing, Pool
from anlan.kernel.registry import pages as registry_pages
from anlan.kernel.registry import queries
from anlan.kernel.web.exporting import exported
from anlan.kernel.web.paging import page_of
from anlan.kernel.web.types import Waiting
from anlan.packs.safety.subjects import visits
from anlan.packs.safety.subjects.visits import KINDS, STATES, CampaignVisit

_T = "packs/safety/subjects/"
REST_DAYS = 180  # what was sampled is left alone so long; 本系统默认值
WEIGHING = "没有查过的权重 3，上次有没做到的 2，其他 1（本系统默认值）；已抽中没查、等回头看、180 天内抽查过的不参加。"
HEAD = ("处所", "单位", "种类", "抽查编号", "期限", "状态", "日期", "没有做到", "回头看期限", "谁查的", "说明")
WORDS = {"open": "待查", "late": "超期没查", "done": "已查", "excused": "不查了"}


class Sampled(visits.Register, Protocol):
    """A register with rows that are sampled (`drawn`)."""

    @property
    def title(self) -> str: ...
    @property
    def short(self) -> str: ...
    @property
    def drawn(self) -> Q | None: ...
    def lacking(self, row: Any) -> int: ...


def seen(register: visits.Register) -> str:
    return f"{register.slug}.draws"


def hold(register: visits.Register) -> str:
    return f"{register.slug}.draw"


# ---- the pool
def pool(register: Sampled) -> Pool:
    def begin(draw: Any, one: Drawn, actor: Actor, at: datetime) -> str:
        return visits.begin(actor=actor, register=register, hold=hold(register), draw=draw, code=one.object, at=at).name

    choices = {one.name: (one.title, one.choices) for one in register.sheet.columns if one.kind == "choice" and one.filterable and one.choices}  # fmt: skip
    return Pool(
        slug=register.slug, title=register.title, read=seen(register), hold=hold(register), prefix="ZC", filters=choices, weighing=WEIGHING,
        objects=partial(candidates, register), start=begin, tasks=f"{register.slug}_visits",
    )  # fmt: skip


def candidates(register: Sampled, asked: Mapping[str, str], on: date) -> list[Candidate]:
    """The rows that are sampled, in the order of their codes; each excluded one with its reason."""
    rows = register.sheet.model.objects.filter(
        register.drawn, retired_on=None, **{name: word for name, word in asked.items() if word}
    )
    waiting = visits.open_rows(register)
    again = set(rows.filter(register.second_looks).values_list("pk", flat=True))
    return [Candidate(row.code, row.name, _weight(register, row), _out(row, waiting, again, on)) for row in rows.order_by("code")]  # fmt: skip


def _weight(register: Sampled, row: Any) -> int:
    if row.checked_on is None:
        return 3
    return 2 if register.lacking(row) else 1


def _out(row: Any, waiting: set[int], again: set[int], on: date) -> str:
    if row.pk in waiting:
        return "已抽中，还没有查"
    return "等回头看，不重复抽" if row.pk in again else drawing.recent(row.sampled_on, on, REST_DAYS)


# ---- on the workbench
def waiting(register: Sampled, actor: Actor, at: datetime) -> Iterator[Waiting]:
    """A line a place for whose place it is; one line of all for who sees the whole district."""
    writes, today = reach(actor, register.sheet.write), civil_date(at)
    rows = CampaignVisit.objects.filter(campaign=register.slug, state="open").order_by("due_on", "id")
    if writes == "own" and actor.path:
        for one in rows.filter(organisation__path__startswith=actor.path)[: registers.SHOWN]:
            yield Waiting(kind="抽查", title=one.name, fact=f"查到 {one.due_on}" + ("，已过期" if one.due_on < today else ""), sender=register.title, verb="去查",
                          url=f"{reverse(f'{register.sheet.slug}_detail', args=[one.row])}#visits", due_at=registers.end_of(one.due_on))  # fmt: skip
    elif writes == "district":
        told = rows.aggregate(all=Count("pk"), late=Count("pk", filter=Q(due_on__lt=today)), first=Min("due_on"))
        if told["late"]:
            yield Waiting(kind="抽查", title=f"{register.title}抽查 {told['all']} 处没查完", fact=f"已过期 {told['late']}", sender=register.title, verb="看",
                          url=f"{reverse(f'{register.slug}_visits')}?state=late", due_at=registers.end_of(told["first"]))  # fmt: skip


# ---- pages
def _listed(register: Sampled, request: Request) -> QuerySet[CampaignVisit]:
    rows = CampaignVisit.objects.filter(campaign=register.slug).select_related("organisation", "draw")
    rows = policy.visible_to(request.actor, register.sheet.read, rows, "organisation__path")
    asked, today = request.GET.get("state", ""), civil_date(request.at)
    if asked == "late":
        rows = rows.filter(state="open", due_on__lt=today)
    elif asked in STATES:
        rows = rows.filter(state=asked)
    if number := request.GET.get("draw", "").strip()[:24]:
        rows = rows.filter(draw__number=number)
    return rows


def _words(register: Sampled, one: CampaignVisit) -> list[str]:
    return [register.requirements.get(name, name) for name in one.lacking]


def listing(register: Sampled, request: Request, bad: Refused | None = None) -> HttpResponse:
    """Every visit: what is late, what failed, when it is looked at again; the numbers above it lead to the same list."""
    page, today = page_of(request, _listed(register, request)), civil_date(request.at)
    every = policy.visible_to(
        request.actor, register.sheet.read, CampaignVisit.objects.filter(campaign=register.slug), "organisation__path"
    )
    told = every.aggregate(
        open=Count("pk", filter=Q(state="open")),
        late=Count("pk", filter=Q(state="open", due_on__lt=today)),
        done=Count("pk", filter=Q(state="done")),
    )
    again = dict(
        register.sheet.model.objects.filter(register.second_looks, pk__in=[one.row for one in page]).values_list(
            "pk", "second_look_on"
        )
    )
    context = {
        "register": register, "page": page, "lines": [(one, _words(register, one), again.get(one.row)) for one in page], "told": told, "asked": request.GET,
        "choices": WORDS, "today": today, "kinds": KINDS, "bad": bad, "may": policy.may(request.actor, hold(register)), "detail": f"{register.sheet.slug}_detail",
        "draws": f"{register.slug}_draws", "new": f"{register.slug}_draw_new", "export": f"{register.slug}_visits_export", "excuse": f"{register.slug}_excuse",
    }  # fmt: skip
    return render(request, _T + "visits.html", context, status=STATUS.get(bad.code, 422) if bad else 200)


def export(register: Sampled, request: Request) -> HttpResponse:
    rows = (
        (one.name, str(one.organisation), KINDS[one.kind], one.draw.number if one.draw else "", one.due_on, STATES[one.state], one.done_on,
         "、".join(_words(register, one)), one.again_on, one.person_name, one.note)
        for one in _listed(register, request)
    )  # fmt: skip
    return exported(request.GET.get("form", "xlsx"), f"{register.short}抽查", HEAD, rows)


def excuse(register: Sampled, request: Request, number: int) -> HttpResponse:
    visit = _listed(register, request).filter(pk=number).first()
    if visit is None:
        raise Http404
    try:
        visits.excuse(
            actor=request.actor,
            register=register,
            hold=hold(register),
            visit=visit,
            reason=request.POST.get("reason", ""),
            at=request.at,
        )
    except Refused as refused:
        if refused.code in ("sign_in", "forbidden"):
            raise
        return listing(register, request, refused)
    messages.success(request, "已记下，抽查结果不变。")
    return HttpResponseRedirect(reverse(f"{register.slug}_visits"))


def part(register: visits.Register, row: Any, actor: Actor, at: datetime) -> tuple[str, Mapping[str, Any]]:
    """The row's page: its visits, and the form of the one that is wanted."""
    rows = [
        (one, [register.requirements.get(name, name) for name in one.lacking])
        for one in visits.of_row(register, row)[:50]
    ]
    return _T + "visited.html", {
        "visits": rows, "wanted": visits.wanted(register, row), "may": policy.why(actor, register.sheet.write, row), "requirements": [(f"held_{name}", word, getattr(row, name)) for name, word in register.requirements.items()],
        "url": f"{register.sheet.slug}_visit", "today": civil_date(at), "kinds": KINDS,
    }  # fmt: skip


def _day(text: str, name: str, *, needed: bool) -> date | None:
    if not text and not needed:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(name, "日期写成 2025-07-25。", name) from None


def visit(register: visits.Register, request: Request, number: int) -> HttpResponse:
    sheet, posted = register.sheet, request.POST
    row = queries.visible(sheet, request.actor).filter(pk=number).first()
    if row is None:
        raise Http404
    version = posted.get("version", "")
    try:
        made = visits.record(
            actor=request.actor, register=register, row=row, kind=posted.get("kind", ""), done_on=_day(posted.get("done_on", ""), "done_on", needed=True) or date.min,
            held=[name.removeprefix("held_") for name in posted if name.startswith("held_")], again_on=_day(posted.get("again_on", ""), "again_on", needed=False), note=posted.get("note", ""),
            version=int(version) if version.isdecimal() else 0, at=request.at,
        )  # fmt: skip
    except Refused as refused:
        if refused.code in ("sign_in", "forbidden"):
            raise
        return registry_pages.detail(sheet, request, number, refused)
    messages.success(request, f"{KINDS[made.kind]}已记下。" + (f"{made.again_on} 前再看。" if made.again_on else ""))
    return HttpResponseRedirect(reverse(f"{sheet.slug}_detail", args=[number]))


def visit_page(register: visits.Register) -> Page:
    """Every campaign register has second looks."""
    sheet = register.sheet
    return Page(path=f"registry/{sheet.slug}/<int:number>/visit/", name=f"{sheet.slug}_visit", view=partial(visit, register), permission=sheet.write,
                title="记抽查、回头看", methods=("POST",), section="registry")  # fmt: skip


def sampling_pages(register: Sampled) -> tuple[Page, ...]:
    base, slug = f"registry/{register.sheet.slug}/", register.slug
    return (
        Page(path=f"{base}visits/", name=f"{slug}_visits", view=partial(listing, register), permission=seen(register), title=f"{register.short}抽查", section="registry",
             command=f"看{register.short}抽查"),
        Page(path=f"{base}visits/export/", name=f"{slug}_visits_export", view=partial(export, register), permission=seen(register), title=f"导出{register.short}抽查", kind="export"),
        Page(path=f"{base}visits/<int:number>/excuse/", name=f"{slug}_excuse", view=partial(excuse, register), permission=hold(register), title="抽中不查了",
             methods=("POST",), section="registry"),
        *draw_pages(pool(register), f"{base}draws/"),
    )  # fmt: skip


# ---- the demonstration
def demo(register: Sampled, at: datetime, number: int = 2) -> None:
    """A draw of three weeks ago: the first place was seen and lacks something, its second look is late; the others were not seen in time."""
    who, street = (demonstration.people().get(name) for name in ("regulator", "street"))
    if who is None or street is None or Draw.objects.filter(pool=register.slug).exists():
        return
    office = demonstration.units().get("SL-B11")
    began = at - timedelta(days=22)
    objects = candidates(register, {}, civil_date(began))
    if office is None or sum(not one.excluded for one in objects) < number:
        return
    known = datetime.combine(civil_date(began) + timedelta(days=1), time(15, 0), CHINA)
    listing_ = Listing(
        number="", title=f"示例：{register.title}抽查", objects=tuple(objects), inspectors=(), draw=number, inspectors_each=0, frozen_at=began, known_at=known,
        source=f"示例交易所 {known:%m 月 %d 日}收盘指数（编造）", form="写到小数点后两位，例如 3123.45",
    )  # fmt: skip
    own, told = pool(register), known + timedelta(hours=2)
    draw = draws.freeze(actor=who, pool=own, organisation=office, listing=listing_, at=began, is_demo=True)
    draws.reveal(actor=who, pool=own, draw=draw, value="3188.42", value_from="示例交易所网站（编造）", at=told)
    draws.start(actor=who, pool=own, draw=draw, at=told)
    first = CampaignVisit.objects.filter(draw=draw).order_by("id").first()
    if first is not None:
        row = register.sheet.model.objects.select_related("organisation").get(pk=first.row)
        when = told + timedelta(days=4)
        visits.record(
            actor=who, register=register, row=row, kind="sample", done_on=civil_date(when), held=list(register.requirements)[:-2], again_on=civil_date(at) - timedelta(days=2),
            note="示例：账和货对不上", version=row.version, at=when,
        )  # fmt: skip
