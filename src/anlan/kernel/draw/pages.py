"""Pages of draws: `draw_pages(pool, path)` gives a capability its list, its form and the page of one draw; the public pages are here once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.clock import CHINA, civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import STATUS, Request
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import PUBLIC, Page
from anlan.kernel.draw import actions, queries, rules
from anlan.kernel.draw.models import Draw
from anlan.kernel.draw.types import Candidate, Listing, Pool
from anlan.kernel.web.exporting import exported
from anlan.kernel.web.paging import page_of

_T = "kernel/draw/"


def _name(pool: Pool, what: str) -> str:
    return f"{pool.slug}_draw{what}"


def listing(request: Request, pool: Pool) -> HttpResponse:
    context = {
        "pool": pool, "page": page_of(request, queries.visible(pool, request.actor)), "detail": _name(pool, ""), "new": _name(pool, "_new"),
        "may": policy.why(request.actor, pool.hold),
    }  # fmt: skip
    return render(request, _T + "list.html", context)


# ---- a new list
@dataclass(frozen=True)
class Filter:
    """One choice of the form."""

    name: str
    title: str
    choices: Any
    value: str


@dataclass(frozen=True)
class Asked:
    """The form as it stands: what the filters gave, and its finger-print, so that nobody freezes another list than the one seen."""

    filters: dict[str, str]
    objects: list[Candidate]
    inspectors: list[Candidate]
    conflicts: list[Any]
    print: str


def _asked(request: Request, pool: Pool) -> Asked:
    given = request.POST if request.method == "POST" else request.GET
    filters = {name: given.get(name, "") for name in pool.filters}
    if bad := [name for name, value in filters.items() if value and value not in pool.filters[name][1]]:
        raise Refused("filter", f"没有这个{pool.filters[bad[0]][0]}。", bad[0])
    on = civil_date(request.at)
    rows, people, pairs = list(pool.objects(filters, on)), list(pool.inspectors(on)), list(pool.conflicts(on))
    return Asked(filters, rows, people, pairs, rules.digest(repr((rows, people, pairs))))


def _whole(text: str, field: str, word: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise Refused(field, f"“{word}”写整数。", field)
    return int(text)


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Refused("known_at", "写数值什么时候产生，例如 2026-01-31T21:30。", "known_at") from None
    return found.replace(tzinfo=CHINA) if found.tzinfo is None else found


def _out(request: Request, rows: list[Candidate]) -> tuple[Candidate, ...]:
    """Candidates with the reasons that a person wrote beside them."""
    return tuple(
        replace(one, excluded=one.excluded or request.POST.get(f"out_{one.id}", "").strip()[:120]) for one in rows
    )


def _organisation(request: Request) -> Organisation:
    row = Organisation.objects.filter(pk=request.actor.organisation_id or 0).first()
    if row is None:
        raise Refused("organisation", "当前岗位没有单位，不能抽查。")
    return row


def _freeze(request: Request, pool: Pool, asked: Asked) -> Draw:
    posted = request.POST
    if posted.get("seen") != asked.print:
        raise Refused("stale", "台账刚有改动，名单已变。核对后再锁定。")
    wanted = Listing(
        number="", title=posted.get("title", ""), objects=_out(request, asked.objects), inspectors=_out(request, asked.inspectors),
        conflicts=tuple(asked.conflicts), draw=_whole(posted.get("draw", ""), "draw", "抽几个"),
        spares=_whole(posted.get("spares", "") or "0", "spares", "候补"),
        inspectors_each=_whole(posted.get("inspectors_each", ""), "inspectors_each", "每个对象几人") if pool.people else 0, frozen_at=request.at,
        source=posted.get("source", ""), form=posted.get("form", ""), known_at=_moment(posted.get("known_at", "")),
    )  # fmt: skip
    return actions.freeze(
        actor=request.actor, pool=pool, organisation=_organisation(request), listing=wanted, at=request.at
    )


def new(request: Request, pool: Pool) -> HttpResponse:
    """Choose the range, see every candidate with weight and exclusion, then freeze."""
    refused: Refused | None = None
    asked = _asked(request, pool)
    if request.method == "POST":
        try:
            made = _freeze(request, pool, asked)
            messages.success(request, f"名单已锁定，哈希已公开：{made.list_hash[:12]}…")
            return HttpResponseRedirect(reverse(_name(pool, ""), args=[made.number]))
        except Refused as given:
            if given.code in ("sign_in", "forbidden"):
                raise
            refused = given
    filters = [Filter(name, title, choices, asked.filters[name]) for name, (title, choices) in pool.filters.items()]
    typed = request.POST if refused else {}
    context = {
        "pool": pool, "asked": asked, "filters": filters, "bad": refused, "typed": typed, "list": _name(pool, "s"), "free": sum(not one.excluded for one in asked.objects),
        "objects": [(one, typed.get(f"out_{one.id}", "")) for one in asked.objects],
        "inspectors": [(one, typed.get(f"out_{one.id}", "")) for one in asked.inspectors],
    }  # fmt: skip
    return render(request, _T + "new.html", context, status=STATUS.get(refused.code, 422) if refused else 200)


# ---- one draw
def _found(request: Request, pool: Pool, given: str) -> Draw:
    row = queries.visible(pool, request.actor).filter(number=given).first()
    if row is None:
        raise Http404
    return row


def _shown(draw: Draw) -> dict[str, Any]:
    return {"draw": draw, "listed": draw.listed, "results": queries.results(draw), "intact": actions.intact(draw)}


def detail(request: Request, pool: Pool, given: str, refused: Refused | None = None, place: str = "") -> HttpResponse:
    draw = _found(request, pool, given)
    context = {
        **_shown(draw), "pool": pool, "may": policy.why(request.actor, pool.hold, draw), "due": request.at >= draw.known_at, "bad": refused, "place": place,
        "typed": request.POST if refused else {}, "list": _name(pool, "s"), "act": _name(pool, "_do"),
        "tasks": f"{reverse(pool.tasks)}?draw={draw.number}" if pool.tasks else f"{reverse('cases')}?q={draw.number}",
    }  # fmt: skip
    return render(request, _T + "detail.html", context, status=STATUS.get(refused.code, 422) if refused else 200)


def _reveal(request: Request, pool: Pool, draw: Draw) -> str:
    posted = request.POST
    actions.reveal(actor=request.actor, pool=pool, draw=draw, value=posted.get("value", ""), value_from=posted.get("value_from", ""), at=request.at)  # fmt: skip
    return f"已抽取 {len(draw.result)} 个，结果已公开。"


def _void(request: Request, pool: Pool, draw: Draw) -> str:
    actions.make_void(actor=request.actor, pool=pool, draw=draw, reason=request.POST.get("reason", ""), at=request.at)
    return "已作废，理由已公开。"


def _start(request: Request, pool: Pool, draw: Draw) -> str:
    begun = actions.start(
        actor=request.actor, pool=pool, draw=draw, at=request.at, spares=request.POST.get("spares") == "1"
    )
    return f"抽查任务 {len(begun)} 件，点“看任务”。"


_DO: dict[str, Callable[[Request, Pool, Draw], str]] = {"reveal": _reveal, "void": _void, "start": _start}


def act(request: Request, pool: Pool, given: str, word: str) -> HttpResponse:
    draw = _found(request, pool, given)
    do = _DO.get(word)
    if do is None:
        raise Http404
    try:
        messages.success(request, do(request, pool, draw))
    except Refused as refused:
        if refused.code in ("sign_in", "second_factor"):
            raise
        return detail(request, pool, given, refused, word)
    return HttpResponseRedirect(reverse(_name(pool, ""), args=[given]))


def export(request: Request, pool: Pool, given: str) -> HttpResponse:
    """The result, a line an object."""
    draw = _found(request, pool, given)
    rows = (
        (one.place, one.id, one.name, "、".join(one.inspectors), "候补" if one.spare else "抽中")
        for one in queries.results(draw)
    )
    return exported(
        request.GET.get("form", "xlsx"), draw.number, ("序号", "编号", "对象", "检查人员证号", "结果"), rows
    )


def draw_pages(pool: Pool, path: str, section: str = "registry") -> tuple[Page, ...]:
    """The pages of one pool. `path` ends with a slash."""
    return (
        Page(path=path, name=_name(pool, "s"), view=partial(listing, pool=pool), permission=pool.read, title=f"{pool.title}随机抽查", section=section),
        Page(path=f"{path}new/", name=_name(pool, "_new"), view=partial(new, pool=pool), permission=pool.hold, title="锁定抽查名单", methods=("GET", "POST"),
             section=section, command=f"抽查{pool.title}"),
        Page(path=f"{path}<str:given>/", name=_name(pool, ""), view=partial(detail, pool=pool), permission=pool.read, title="一次抽查", section=section),
        Page(path=f"{path}<str:given>/export/", name=_name(pool, "_export"), view=partial(export, pool=pool), permission=pool.read, title="导出抽查结果", kind="export"),
        Page(path=f"{path}<str:given>/do/<str:word>/", name=_name(pool, "_do"), view=partial(act, pool=pool), permission=pool.hold, title="抽取、作废、下达",
             methods=("POST",), section=section),
    )  # fmt: skip


def audit(request: Request) -> HttpResponse:
    """Every draw of every department, computed again: list against hash and journal, result against list and value."""
    page = page_of(request, Draw.objects.select_related("organisation"))
    lines = [(one, actions.intact(one), actions.repeats(one)) for one in page]
    return render(request, _T + "audit.html", {"page": page, "lines": lines})


# ---- what everyone sees
def public_list(request: Request) -> HttpResponse:
    rows = Draw.objects.select_related("organisation")
    return render(request, _T + "public_list.html", {"page": page_of(request, rows)})


def _public(given: str) -> Draw:
    row = Draw.objects.filter(number=given).select_related("organisation").first()
    if row is None:
        raise Http404
    return row


def public_detail(request: Request, given: str) -> HttpResponse:
    """The commitment, the value, the result, and how to repeat it: certificate numbers only, no person's name."""
    draw = _public(given)
    return render(request, _T + "public_detail.html", {**_shown(draw), "script": script(), "due": request.at >= draw.known_at})  # fmt: skip


def script() -> str:
    return rules.SCRIPT.read_text(encoding="utf-8")


def public_file(_request: Request, given: str) -> HttpResponse:
    """The frozen list, byte for byte what was hashed."""
    response = HttpResponse(_public(given).text.encode(), content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{given}.json"'
    return response


def public_script(_request: Request) -> HttpResponse:
    response = HttpResponse(script(), content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="repeat_draw.py"'
    return response


AUDIT = "draw.audit"
PAGES = (
    Page(path="draws/audit/", name="draw_audit", view=audit, permission=AUDIT, title="核查随机抽查", section="registry", command="核查随机抽查"),
    Page(path="public/draws/", name="public_draws", view=public_list, permission=PUBLIC, title="随机抽查公开"),
    Page(path="public/draws/repeat_draw.py", name="public_draw_script", view=public_script, permission=PUBLIC, title="复核程序", kind="file"),
    Page(path="public/draws/<str:given>/", name="public_draw", view=public_detail, permission=PUBLIC, title="一次随机抽查"),
    Page(path="public/draws/<str:given>/list.json", name="public_draw_list", view=public_file, permission=PUBLIC, title="抽查名单", kind="file"),
)  # fmt: skip
