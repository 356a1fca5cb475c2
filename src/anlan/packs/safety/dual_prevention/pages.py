"""The register of risks: list, one risk, entering and changing, Excel, points with their colour, notices to print."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import STATUS, Request, number
from anlan.kernel.access.models import Organisation, Post
from anlan.kernel.casework import actions as casework
from anlan.kernel.casework import queries as cases_seen
from anlan.kernel.checks import queries as checks
from anlan.kernel.checks.types import PACES, PHOTOS
from anlan.kernel.files.keeping import LIMIT, read_waiting, set_waiting
from anlan.kernel.registry import views
from anlan.kernel.response import queries as response
from anlan.kernel.web import picking
from anlan.kernel.web.bulk import chosen
from anlan.kernel.web.exporting import exported
from anlan.kernel.web.paging import page_of
from anlan.packs.safety.dual_prevention import actions, excel, queries, rules, syncing
from anlan.packs.safety.dual_prevention.models import Risk, RiskPoint
from anlan.packs.safety.dual_prevention.process import PROCESS
from anlan.packs.safety.dual_prevention.types import (
    CONTROLS,
    FACTORS,
    KINDS,
    METHODS,
    POINT_KINDS,
    MeasureRow,
    RiskRow,
    from_json,
)
from anlan.science.hazard import grading

_T = "packs/safety/dual_prevention/"
MORE = 3
SHEET = "risk:list"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _mine(refused: Refused) -> Refused:
    if refused.code in ("sign_in", "second_factor", "forbidden"):
        raise refused
    return refused


def _status(refused: Refused | None) -> int:
    return STATUS.get(refused.code, 422) if refused else 200


def firm(request: Request, permission: str = queries.EDIT) -> Organisation:
    """The firm that the page is about: the one asked for, or the person's own."""
    firms = queries.firms(request.actor, permission)
    given = request.POST if any(picking.sent(request.POST, "firm")) else request.GET
    if any(picking.sent(given, "firm")):
        return picking.chosen(firms, given, "firm")
    found = firms.rows().filter(pk=request.actor.organisation_id or 0).first() or firms.only()
    if found is None:
        raise Refused("firm", "没有选企业。", "firm")
    return found


def asked_of(request: Request) -> dict[str, str]:
    """The filters of the address; a firm that was written in words as its number."""
    asked: dict[str, str] = request.GET.dict()
    one = picking.filtered(queries.firms(request.actor), asked, "firm")
    return {**asked, "firm": str(one.pk)} if one else asked


def listing(request: Request) -> HttpResponse:
    """风险分级管控清单: filters in the address, saved views, rows chosen together to 核对."""
    if request.method == "POST":
        return views.answer(request, SHEET)
    seen = queries.risks(request.actor)
    asked, firms = asked_of(request), queries.firms(request.actor)
    page = page_of(request, queries.filtered(seen, asked).prefetch_related("measures"))
    within = queries.filtered(seen, {"firm": asked.get("firm", "")})
    own = firms.rows().filter(pk__in=(number(asked.get("firm")), request.actor.organisation_id or 0)).first()
    context = {
        "page": page, "asked": request.GET, "many": firms.only() is None, "counts": [(slug, grading.LEVELS[slug], n) for slug, n in queries.counts(within).items()], "levels": grading.LEVELS, "controls": CONTROLS,
        "signals": queries.filtered(within, {"signal": "1", "firm": asked.get("firm", "")}).count(), "unlooked": within.filter(looked_at=None).count(), "firms": firms,
        "own": own, "may_edit": policy.may(request.actor, queries.EDIT, own) if own else False, "may_plan": bool(own) and policy.may(request.actor, syncing.AREA.plan, own),
        "adoption": queries.adoption(own) if own else None, "plans": syncing.plans_of(own) if own else 0, "filtered": bool(set(request.GET) - {"page", "sort"}),
        **views.context(request, SHEET),
    }  # fmt: skip
    return render(request, _T + "list.html", context)


def export(request: Request) -> HttpResponse:
    rows = queries.filtered(queries.risks(request.actor), asked_of(request)).prefetch_related("measures")
    today = civil_date(request.at)
    cells = (
        ["" if one is None else one for one in line]
        for line in excel.lines((one.row() for one in rows[:20_000]), today)
    )
    return exported(request.GET.get("form", "xlsx"), "风险分级管控清单", excel.HEAD, cells)


def looked(request: Request) -> HttpResponse:
    """核对所选."""
    rows = list(queries.risks(request.actor).filter(pk__in=chosen(request)))
    if not rows:
        raise Refused("row", "没有选风险。")
    done = sum(
        actions.look_at(
            actor=request.actor,
            organisation=organisation,
            risks=[one for one in rows if one.organisation == organisation],
            at=request.at,
        )
        for organisation in {one.organisation for one in rows}
    )
    messages.success(request, f"已核对 {done} 条。")
    return HttpResponseRedirect(reverse("risks"))


def make_checks(request: Request) -> HttpResponse:
    """按措施生成检查."""
    organisation = firm(request, syncing.AREA.plan)
    told = syncing.make_checks(
        actor=request.actor, organisation=organisation, at=request.at, shifts=request.POST.get("shifts", "")
    )
    messages.success(request, f"检查表更新 {told.forms} 张，新计划 {told.plans} 个，停 {told.stopped} 个。")
    return HttpResponseRedirect(reverse("dual_prevention_check_plans"))


# ---- one risk
def _found(request: Request, place: int) -> Risk:
    risk = queries.risks(request.actor).filter(pk=place).first()
    if risk is None:
        raise Http404
    return risk


def detail(request: Request, place: int) -> HttpResponse:
    return _shown(request, _found(request, place))


def _shown(request: Request, risk: Risk, refused: Refused | None = None, at: str = "") -> HttpResponse:
    may_edit = policy.why(request.actor, queries.EDIT, risk)
    measures = queries.watched(risk.measures.filter(is_active=True), request.at)
    order = list(CONTROLS)
    consultations = [one.case for one in risk.consultations.select_related("case")]
    failed = [found for one in measures for found in one.failures]
    cases = {one.pk for one in consultations} | {one.case.pk for one in failed if one.case}
    tasks = {one.answer.record.task_id for one in failed if one.answer}
    context = {
        # Numbers lead only where the reader may follow.
        "cases": set(cases_seen.visible(request.actor).filter(pk__in=cases).values_list("pk", flat=True)),
        "tasks": set(checks.visible(request.actor).filter(pk__in=tasks).values_list("pk", flat=True)),
        "risk": risk, "row": risk.row(), "measures": measures, "kinds": KINDS, "paces": PACES, "tables": _tables(request), "may_edit": may_edit, "bad": refused, "place": at,
        "typed": request.POST if refused else {"method": risk.method, "direct": risk.direct, **risk.factors}, "signals": list(risk.signals.select_related("near_miss", "measure", "incident")),
        "incidents": set(response.visible(request.actor).filter(pk__in=risk.signals.exclude(incident=None).values("incident")).values_list("pk", flat=True)),
        "open_signals": risk.signals.filter(state="open").count(), "versions": list(risk.versions.all()[:30]), "lead": CONTROLS[risk.lead],
        "also": [CONTROLS[one] for one in order[: order.index(risk.lead)]], "below": [CONTROLS[one] for one in order[order.index(risk.lead) + 1 :]],
        "consultations": consultations, "may_ask": policy.may(request.actor, PROCESS.open, risk), "experts": _experts(request),
        "table": grading.table(risk.method, civil_date(request.at)), "roles": policy.roles(),
    }  # fmt: skip
    return render(request, _T + "risk.html", context, status=_status(refused))


def _tables(request: Request) -> list[grading.Table]:
    return [grading.table(method, civil_date(request.at)) for method in METHODS]


def _experts(request: Request) -> list[Organisation]:
    """Organisations in which an expert has a post today."""
    today = civil_date(request.at)
    posts = Post.objects.filter(role="expert", starts_on__lte=today).exclude(ends_on__lt=today)
    return list(Organisation.objects.filter(pk__in=posts.values("organisation")))


def do(request: Request, place: int, word: str) -> HttpResponse:
    """grade, retire, ask."""
    risk = _found(request, place)
    if word not in ("grade", "retire", "ask"):
        raise Http404
    try:
        said = _do(request, risk, word)
    except Refused as refused:
        return _shown(request, _found(request, place), _mine(refused), word)
    messages.success(request, said)
    return HttpResponseRedirect(reverse("risk", args=[place]))


def _do(request: Request, risk: Risk, word: str) -> str:
    post = request.POST
    if word == "grade":
        factors = {one: post.get(f"{post.get('method', '')}-{one}", post.get(one, "")) for one in FACTORS}
        actions.grade(
            actor=request.actor,
            risk=risk,
            method=post.get("method", ""),
            factors=factors,
            direct=post.get("direct", ""),
            reason=post.get("reason", ""),
            at=request.at,
        )
        return f"已重评，现在是{grading.LEVELS[risk.level]}风险，由{CONTROLS[risk.lead]}主控。"
    if word == "retire":
        actions.retire(actor=request.actor, risk=risk, reason=post.get("reason", ""), at=request.at)
        return "已停用。"
    holder = next((one for one in _experts(request) if str(one.pk) == post.get("holder")), None)
    if holder is None:
        raise Refused("holder", "没有选请哪里的专家。", "holder")
    case = casework.open_case(
        actor=request.actor, process=PROCESS, owner=risk.organisation, title=f"{risk.title[:100]}：请专家会诊", fact=post.get("fact", ""), issuer=holder, holder=holder,
        values={"risk": risk.code}, source="self", at=request.at,
    )  # fmt: skip
    return f"已送{holder}，编号 {case.number}。"


# ---- entering and changing
_TEXTS = (
    "code",
    "point_code",
    "point",
    "unit_code",
    "unit",
    "title",
    "accident",
    "consequence",
    "direct",
    "control",
    "post",
)
_PARTS = ("code", "kind", "text", "criterion", "pace", "role", "photo")


def edit(request: Request, place: int = 0) -> HttpResponse:
    """A new risk, or one that stands. 再加几条措施 keeps what was typed; works without script."""
    risk = _found(request, place) if place else None
    organisation = risk.organisation if risk else firm(request)
    policy.require(request.actor, queries.EDIT, organisation)
    refused = None
    if request.method == "POST" and not request.POST.get("more"):
        try:
            row = _typed_row(request, risk)
            found = actions.write_risk(
                actor=request.actor, organisation=organisation, row=row, at=request.at, why=request.POST.get("why", ""), risk=risk, version=number(request.POST.get("version"))
            )  # fmt: skip
            messages.success(request, f"已保存，{grading.LEVELS[found.level]}风险，由{CONTROLS[found.lead]}主控。")
            return HttpResponseRedirect(reverse("risk", args=[found.pk]))
        except Refused as given:
            refused = _mine(given)
    measures = _typed_measures(request.POST) if request.method == "POST" else list(risk.row().measures) if risk else []
    typed: Mapping[str, Any] = request.POST or _defaults(request, organisation, risk)
    context = {
        "risk": risk, "organisation": organisation, "typed": typed, "measures": [*measures, *[MeasureRow(code="", kind="", text="")] * MORE], "bad": refused, "kinds": KINDS,
        "paces": PACES, "photos": PHOTOS, "controls": CONTROLS, "tables": _tables(request), "accidents": rules.accidents(), "point_kinds": POINT_KINDS,
        "roles": [one for one in policy.roles().values() if one.slug in ("worker", "enterprise_officer", "enterprise_head")],
        "points": list(RiskPoint.objects.filter(organisation=organisation)),
    }  # fmt: skip
    return render(request, _T + "edit.html", context, status=_status(refused))


def _defaults(request: Request, organisation: Organisation, risk: Risk | None) -> dict[str, Any]:
    if risk is None:
        count = Risk.objects.filter(organisation=organisation).count()
        point = RiskPoint.objects.filter(organisation=organisation, pk=number(request.GET.get("point"))).first()
        place = {"point_code": point.code, "point": point.name, "point_kind": point.kind} if point else {}
        return {"code": f"F{count + 1:03d}", "method": "ls", **place}
    row = risk.row()
    factors = {f"{row.method}-{name}": value for name, value in row.factors.items()}
    return {
        **{name: getattr(row, name) for name in (*_TEXTS, "method", "point_kind")},
        **factors,
        "version": risk.version,
    }


def _typed_row(request: Request, risk: Risk | None) -> RiskRow:
    post = request.POST
    method = post.get("method", "")
    factors = {one: post.get(f"{method}-{one}", "").strip() for one in FACTORS}
    texts = {name: post.get(name, "").strip() for name in _TEXTS}
    if risk is not None:
        texts["code"] = risk.code
    return RiskRow(
        **texts, point_kind=post.get("point_kind", ""), method=method, **factors, measures=tuple(_typed_measures(post))
    )


def _typed_measures(post: Mapping[str, str]) -> list[MeasureRow]:
    found: list[MeasureRow] = []
    used = {post.get(f"code-{place}", "") for place in range(min(number(post.get("count")), 60))}
    for place in range(min(number(post.get("count")), 60)):
        given = {name: post.get(f"{name}-{place}", "").strip() for name in _PARTS}
        if not given["text"]:
            continue
        if not given["code"]:
            given["code"] = next(str(n) for n in range(1, 1000) if str(n) not in used)
            used.add(given["code"])
        found.append(MeasureRow(**given))
    return sorted(found, key=lambda one: one.code)


# ---- Excel
def import_rows(request: Request) -> HttpResponse:
    """Preview of a file, then its confirmation; a file with one fault stores nothing."""
    organisation, refused, context = firm(request), None, dict[str, Any]()
    if request.method == "POST":
        try:
            token = request.POST.get("token", "")
            if not token and "file" not in request.FILES:
                raise Refused("file", "没有选文件。", "file")
            data = read_waiting(token) if token else _uploaded(request)
            found = excel.read(data, request.at)
            if token and not found.problems:
                digest = hashlib.sha256(data).hexdigest()
                told = actions.write_rows(
                    actor=request.actor,
                    organisation=organisation,
                    rows=found.rows,
                    at=request.at,
                    why="导入 Excel",
                    digest=digest,
                )
                messages.success(request, f"已导入：新增 {told.new}，改动 {told.changed}，不变 {told.same}。")
                return HttpResponseRedirect(f"{reverse('risks')}?firm={organisation.pk}")
            context = {
                "found": found,
                "token": set_waiting(data),
                "counts": excel.compare(found.rows, queries.register(organisation)),
                "faults": found.problems[:200],
            }
        except Refused as given:
            refused = _mine(given)
    return render(
        request, _T + "import.html", {**context, "organisation": organisation, "bad": refused}, status=_status(refused)
    )


def _uploaded(request: Request) -> bytes:
    file = request.FILES["file"]
    if (file.size or 0) > LIMIT:  # type: ignore[union-attr]  # one file of that name
        raise Refused("size", f"文件超过 {LIMIT // 1024 // 1024} MB。拆分后再导入。", "file")
    content: bytes = file.read()  # type: ignore[union-attr]  # one file of that name
    return content


def template(request: Request) -> HttpResponse:
    """An empty file with the headings and one example line."""
    row = RiskRow(
        code="F001", point_code="P01", point="制冷机房", unit_code="P01-1", unit="氨压缩机", title="氨气泄漏", accident="中毒和窒息", consequence="人员中毒", method="lec", l="3", e="6",
        c="15", post="制冷班", measures=(MeasureRow(code="1", kind="engineering", text="泄漏报警联锁完好", criterion="试验有声光", pace="shift", role="worker", photo="failed"),),
    )  # fmt: skip
    return exported("xlsx", "风险清单模板", excel.HEAD, excel.lines([row], civil_date(request.at)))


# ---- points, the notice of a point, the board of a firm
def points(request: Request) -> HttpResponse:
    rows = queries.points(request.actor)
    if request.GET.get("firm", "").isdecimal():
        rows = rows.filter(organisation=int(request.GET["firm"][:18]))
    return render(request, _T + "points.html", {"lines": queries.coloured(rows), "asked": request.GET})


def _point(request: Request, place: int) -> RiskPoint:
    point = queries.points(request.actor).filter(pk=place).first()
    if point is None:
        raise Http404
    return point


def card(request: Request, place: int) -> HttpResponse:
    """风险告知卡 of a point, to print and post; here also its place on the map."""
    point, refused = _point(request, place), None
    if request.method == "POST":
        try:
            actions.place(
                actor=request.actor,
                point=point,
                longitude=_degrees(request, "longitude"),
                latitude=_degrees(request, "latitude"),
                at=request.at,
            )
            messages.success(request, "已标位置。")
            return HttpResponseRedirect(request.path)
        except Refused as given:
            refused = _mine(given)
    rows = list(queries.risks(request.actor).filter(unit__point=point, state="active").prefetch_related("measures"))
    rows.sort(key=lambda one: (grading.ORDER.index(one.level), one.code))
    context = {
        "point": point, "risks": [(one, _by_kind(one)) for one in rows], "level": grading.worst([one.level for one in rows]), "level_word": grading.LEVELS.get(grading.worst([one.level for one in rows]), ""), "kinds": KINDS, "bad": refused, "typed": request.POST,
        "may_edit": policy.may(request.actor, queries.EDIT, point),
    }  # fmt: skip
    return render(request, _T + "card.html", context, status=_status(refused))


def _by_kind(risk: Risk) -> list[tuple[str, list[str]]]:
    active = [one for one in risk.measures.all() if one.is_active]
    return [
        (word, [one.text for one in active if one.kind == slug])
        for slug, word in KINDS.items()
        if any(one.kind == slug for one in active)
    ]


def _degrees(request: Request, name: str) -> float | None:
    text = request.POST.get(name, "").strip()
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        raise Refused(name, "经纬度写成 117.2 这样的数。", name) from None


def board(request: Request) -> HttpResponse:
    """公告栏: the firm's major and larger risks, to print and put up at the gate."""
    organisation = firm(request, queries.READ)
    rows = (
        Risk.objects.filter(organisation=organisation, state="active", level__in=("red", "orange"))
        .select_related("unit__point")
        .prefetch_related("measures")
    )
    lines = sorted(rows, key=lambda one: (grading.ORDER.index(one.level), one.code))
    every = [
        (grading.LEVELS[slug], n) for slug, n in queries.counts(Risk.objects.filter(organisation=organisation)).items()
    ]
    return render(
        request,
        _T + "board.html",
        {"organisation": organisation, "lines": lines, "every": every, "today": civil_date(request.at)},
    )


def version(request: Request, place: int, which: int) -> HttpResponse:
    """One earlier version of a risk, as it was."""
    risk = _found(request, place)
    row = risk.versions.filter(pk=which).first()
    if row is None:
        raise Http404
    return render(
        request,
        _T + "version.html",
        {"risk": risk, "version": row, "row": from_json(row.row), "kinds": KINDS, "methods": METHODS},
    )
