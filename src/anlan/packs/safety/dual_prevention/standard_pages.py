"""Standards: the list, an edition, publishing, and the three-way page on which a firm adopts or upgrades. Near misses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.clock import CHINA, civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import STATUS, Request, number
from anlan.kernel.access.models import Organisation
from anlan.kernel.checks.types import PACES
from anlan.kernel.web.exporting import exported
from anlan.kernel.web.paging import page_of
from anlan.packs.safety.dual_prevention import actions, excel, merging, queries, rules, standards
from anlan.packs.safety.dual_prevention.merging import Change
from anlan.packs.safety.dual_prevention.models import Edition, NearMiss, Risk, Standard
from anlan.packs.safety.dual_prevention.pages import firm
from anlan.packs.safety.dual_prevention.types import CONTROLS, KINDS, METHODS, MeasureRow, RiskRow
from anlan.science.hazard import grading

_T = "packs/safety/dual_prevention/"


def _mine(refused: Refused) -> Refused:
    if refused.code in ("sign_in", "second_factor", "forbidden"):
        raise refused
    return refused


def _status(refused: Refused | None) -> int:
    return STATUS.get(refused.code, 422) if refused else 200


def _own(request: Request) -> Organisation | None:
    """The person's own firm, when they edit its register."""
    return queries.firms(request.actor, queries.EDIT).rows().filter(pk=request.actor.organisation_id or 0).first()


def listing(request: Request) -> HttpResponse:
    own = _own(request)
    context = {
        "lines": queries.standards(),
        "adoption": queries.adoption(own) if own else None,
        "own": own,
        "may_publish": policy.may(request.actor, queries.PUBLISH),
    }
    return render(request, _T + "standards.html", context)


def _edition(place: int) -> Edition:
    found = Edition.objects.select_related("standard__organisation").filter(pk=place).first()
    if found is None:
        raise Http404
    return found


def edition(request: Request, place: int) -> HttpResponse:
    """One edition: its rows, the others, and 套用."""
    found = _edition(place)
    today = civil_date(request.at)
    rows = [(one, rules.verdict(one, today)) for one in standards.content(found).values()]
    context = {
        "edition": found, "rows": rows, "editions": list(found.standard.editions.all()), "adoptions": found.adoptions.filter(state="active").select_related("organisation"),
        "own": _own(request), "kinds": KINDS, "may_publish": policy.may(request.actor, queries.PUBLISH),
    }  # fmt: skip
    return render(request, _T + "edition.html", context)


def edition_export(request: Request, place: int) -> HttpResponse:
    found = _edition(place)
    cells = (
        ["" if one is None else one for one in line]
        for line in excel.lines(standards.content(found).values(), civil_date(request.at))
    )
    return exported(request.GET.get("form", "xlsx"), f"{found.standard.title}_{found.name}", excel.HEAD, cells)


def publish(request: Request) -> HttpResponse:
    """A firm's register as a new standard, or as the next edition of its own."""
    firms, refused = queries.firms(request.actor, queries.PUBLISH), None
    if request.method == "POST":
        try:
            post = request.POST
            standard = (
                Standard.objects.filter(pk=number(post.get("standard"))).select_related("organisation").first()
                if post.get("standard")
                else None
            )
            organisation = standard.organisation if standard else firm(request, queries.PUBLISH)
            made = standards.publish(
                actor=request.actor, organisation=organisation, standard=standard, title=post.get("title", ""), trade=post.get("trade", ""), name=post.get("name", ""),
                approval=post.get("approval", ""), note=post.get("note", ""), at=request.at,
            )  # fmt: skip
            messages.success(request, f"已发布“{made.standard}”{made.name}，{made.risks} 条风险。")
            return HttpResponseRedirect(reverse("risk_edition", args=[made.pk]))
        except Refused as given:
            refused = _mine(given)
    context = {
        "firms": firms,
        "standards": Standard.objects.select_related("organisation"),
        "bad": refused,
        "typed": request.POST or request.GET,
    }
    return render(request, _T + "publish.html", context, status=_status(refused))


@dataclass(frozen=True)
class Shown:
    """One change with its three values in words."""

    change: Change
    part: str
    word: str
    base: str
    mine: str
    theirs: str
    chosen: str


_PARTS = {
    "title": "风险事件",
    "accident": "事故类型",
    "consequence": "后果",
    "place": "风险点和单元",
    "grade": "评估",
    "control": "管控",
    merging.WHOLE: "整条",
}
_SHOWN = ("conflict", "removed", "added", "update", "own", "own_added", "own_removed")


def words(part: str, value: Any) -> str:
    """A value of a part as a person reads it."""
    if value is None:
        return "—"
    if isinstance(value, RiskRow):
        return f"{value.title}（{len(value.measures)} 条措施）"
    if isinstance(value, MeasureRow):
        said = [
            KINDS.get(value.kind, value.kind),
            value.text,
            value.criterion,
            PACES.get(value.pace, ""),
            value.photo and "拍照",
        ]
        return "；".join(one for one in said if one)
    return _TOLD[part](value) if part in _TOLD else str(value) or "—"


def _grade_words(value: Sequence[str]) -> str:
    method, *factors, direct = value
    told = " ".join(f"{letter}{factor}" for letter, factor in zip("LECS", factors, strict=True) if factor)
    return f"{METHODS.get(method, method)} {told}{f'，直接判定：{direct}' if direct else ''}"


_TOLD: Mapping[str, Callable[[Sequence[str]], str]] = {
    "grade": _grade_words,
    "control": lambda value: "，".join(one for one in (CONTROLS.get(value[0], ""), value[1]) if one) or "—",
    "place": lambda value: f"{value[0]} {value[1]} › {value[3]} {value[4]}",
}


def shown(
    changes: Sequence[Change], decisions: dict[str, str], titles: dict[str, str]
) -> list[tuple[str, list[Shown]]]:
    """Changes by kind, conflicts first."""
    found: dict[str, list[Shown]] = {}
    for one in changes:
        part = "措施" if one.part.startswith("measure:") else _PARTS.get(one.part, one.part)
        line = Shown(
            one,
            part,
            titles.get(one.code, ""),
            words(one.part, one.base),
            words(one.part, one.mine),
            words(one.part, one.theirs),
            decisions.get(one.key, ""),
        )
        found.setdefault(one.kind, []).append(line)
    return [(kind, found[kind]) for kind in _SHOWN if kind in found]


def take(request: Request, place: int) -> HttpResponse:
    """The three-way comparison; each conflict is decided, then all of it is applied at once or nothing."""
    found, organisation = _edition(place), firm(request)
    policy.require(request.actor, queries.EDIT, organisation)
    decisions = {
        name.removeprefix("d-"): str(value)
        for name, value in request.POST.items()
        if name.startswith("d-") and value in ("mine", "theirs")
    }
    refused = None
    if request.method == "POST":
        try:
            _adoption, told = standards.take(
                actor=request.actor,
                organisation=organisation,
                edition=found,
                at=request.at,
                decisions=decisions,
                version=number(request.POST.get("version")),
            )
            messages.success(
                request,
                f"已用“{found.standard}”{found.name}：新增 {told.new}，改动 {told.changed}，停用 {told.retired}。套来的逐条核对。",
            )
            return HttpResponseRedirect(f"{reverse('risks')}?firm={organisation.pk}&unlooked=1")
        except Refused as given:
            refused = _mine(given)
    here = queries.adoption(organisation)
    merge = standards.preview(organisation, found, decisions)
    titles = {
        code: row.title
        for rows in (standards.content(found), queries.register(organisation))
        for code, row in rows.items()
    }
    groups = shown(merge.changes, decisions, titles)
    context = {
        "edition": found, "organisation": organisation, "adoption": here, "groups": [(kind, merging.WORDS[kind], lines) for kind, lines in groups], "merge": merge, "bad": refused,
        "rows": len(merge.rows), "same": here is not None and here.edition_id == found.pk, "taken": sum(merge.count(one) for one in ("update", "added", "removed")), "kept": sum(merge.count(one) for one in ("own", "own_added", "own_removed")),
    }  # fmt: skip
    return render(request, _T + "take.html", context, status=_status(refused))


# ---- near misses
HEAD = ("类别", "单位", "发生了什么", "经过", "地点", "发生时间", "报告时间", "对应的风险", "待重评")


def near_misses(request: Request) -> HttpResponse:
    rows = queries.near_misses(request.actor)
    if request.GET.get("kind") in NearMiss.KINDS:
        rows = rows.filter(kind=request.GET["kind"])
    if request.GET.get("unlinked"):
        rows = rows.filter(signals=None)
    if said := request.GET.get("q", "").strip()[:80]:
        rows = rows.filter(title__contains=said)
    page = page_of(request, rows.prefetch_related("signals__risk"))
    context = {"page": page, "asked": request.GET, "kinds": NearMiss.KINDS, "may_report": policy.may(request.actor, queries.REPORT), "may_edit": policy.may(request.actor, queries.EDIT),
               "filtered": bool(set(request.GET) - {"page"}), "risks": _risks_of(request)}  # fmt: skip
    return render(request, _T + "near_misses.html", context)


def _risks_of(request: Request) -> list[Risk]:
    """Active risks of the person's own firm, to be named as touched."""
    return list(
        queries.risks(request.actor)
        .filter(organisation=request.actor.organisation_id or 0, state="active")
        .order_by("code")[:1000]
    )


def near_misses_export(request: Request) -> HttpResponse:
    rows = queries.near_misses(request.actor).prefetch_related("signals__risk")
    lines = (
        (one.get_kind_display(), str(one.organisation), one.title, one.fact, one.place, f"{one.happened_at.astimezone(CHINA):%Y-%m-%d %H:%M}",
         f"{one.reported_at.astimezone(CHINA):%Y-%m-%d %H:%M}", "，".join(signal.risk.code for signal in one.signals.all()),
         sum(signal.state == "open" for signal in one.signals.all()))
        for one in rows
    )  # fmt: skip
    return exported(request.GET.get("form", "xlsx"), "未遂事故", HEAD, lines)


def near_miss_new(request: Request) -> HttpResponse:
    refused = None
    if request.method == "POST":
        try:
            post = request.POST
            organisation = firm(request, queries.REPORT)
            risks = list(
                queries.risks(request.actor).filter(
                    pk__in=[number(text) for text in post.getlist("risk")], organisation=organisation, state="active"
                )
            )
            row = actions.report_near_miss(
                actor=request.actor, organisation=organisation, kind=post.get("kind", ""), title=post.get("title", ""), fact=post.get("fact", ""), place=post.get("place", ""),
                happened_at=_moment(post.get("happened_at", "")), at=request.at, key=_key(post.get("key", "")), risks=risks,
            )  # fmt: skip
            messages.success(
                request, f"已报“{row.title}”。" + ("对应的风险待重评。" if risks else "没有对应风险的，由安全员补上。")
            )
            return HttpResponseRedirect(reverse("near_misses"))
        except Refused as given:
            refused = _mine(given)
    context = {"kinds": NearMiss.KINDS, "risks": _risks_of(request), "bad": refused, "typed": request.POST, "key": request.POST.get("key") or uuid4(), "levels": grading.LEVELS,
               "chosen": request.POST.getlist("risk")}  # fmt: skip
    return render(request, _T + "near_miss_new.html", context, status=_status(refused))


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return uuid4()


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Refused("happened_at", "写什么时候发生的。", "happened_at") from None
    return found if found.tzinfo else found.replace(tzinfo=CHINA)


def near_miss_link(request: Request, place: int) -> HttpResponse:
    """Say which risk it touched."""
    row = queries.near_misses(request.actor).filter(pk=place).first()
    if row is None:
        raise Http404
    risk = queries.risks(request.actor).filter(pk=number(request.POST.get("risk"))).first()
    if risk is None:
        raise Refused("risk", "没有选风险。", "risk")
    actions.link_near_miss(actor=request.actor, near_miss=row, risk=risk, at=request.at)
    messages.success(request, f"已对应“{risk.title}”，待重评。")
    return HttpResponseRedirect(reverse("near_misses"))
