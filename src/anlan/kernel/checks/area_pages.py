"""Lists, forms, plans, figures, exports and the API of one area of checks, mounted by `pages.check_pages`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from anlan.base.clock import CHINA, civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import STATUS, Request, number
from anlan.kernel.access.models import Organisation, Person
from anlan.kernel.access.policy import reach
from anlan.kernel.access.types import Page
from anlan.kernel.casework import declared as processes
from anlan.kernel.checks import api, declared, planning, queries
from anlan.kernel.checks.models import Form, Plan, Task
from anlan.kernel.checks.types import PACES, PHOTOS, CheckArea, CheckItem
from anlan.kernel.registry import views
from anlan.kernel.web import picking
from anlan.kernel.web.exporting import exported
from anlan.kernel.web.paging import page_of
from anlan.kernel.web.picking import Units, units

_T = "kernel/checks/"
MOST_EXPORTED = 100_000
MORE = 5  # blank lines of a form that is being written
HEAD = ("检查", "检查表", "版次", "检查单位", "被查单位", "地点", "对象", "开始", "完成期限", "状态", "完成", "检查人", "不合格", "得分", "满分", "登记事项", "原因")  # fmt: skip


# ---- tasks
def _rows(request: Request, area: str) -> QuerySet[Task]:
    rows = queries.filtered(queries.visible(request.actor, area), request.GET.dict(), request.at)
    if request.GET.get("unexplained"):
        rows = rows.filter(reason="", state="open", closes_at__lt=request.at)
    return rows.order_by("due_at", "id") if request.GET.get("state") == "open" else rows.order_by("-due_at", "-id")


def listing(request: Request, area: str = "") -> HttpResponse:
    """Tasks of one area, or of all: filters in the address, saved views, export of what is filtered."""
    sheet = f"check:{area or 'all'}"
    if request.method == "POST":
        return views.answer(request, sheet)
    shown = declared.area(area) if area else None
    seen = queries.visible(request.actor, area)
    page = page_of(request, _rows(request, area).prefetch_related("records"))
    lines = [
        (one, state_of(one, request.at), next((row for row in one.records.all() if row.state == "standing"), None))
        for one in page
    ]
    today = civil_date(request.at)
    context = {
        "area": shown, "page": page, "lines": lines, "asked": request.GET, "words": queries.WORDS, **views.context(request, sheet),
        "mine": queries.mine(request.actor, request.at, area).count(), "today": queries.totals(queries.figures(seen, today, today, request.at)),
        "missed": queries.missed(queries.within(seen, today - timedelta(days=30), today), request.at).count(),
        "failed": queries.within(seen, today - timedelta(days=30), today).filter(records__state="standing", records__failed__gt=0).count(),
        "filtered": bool(set(request.GET) - {"page"}), "names": names(area) if area else {}, "month_ago": today - timedelta(days=30),
        "kept": [(name, request.GET[name]) for name in ("organisation", "plan", "target", "checklist", "subject", "unexplained") if request.GET.get(name)],
        "may_plan": bool(shown) and policy.may(request.actor, shown.plan if shown else ""), "exports": names(area)["export"] if area else "checks_export",
    }  # fmt: skip
    return render(request, _T + "list.html", context)


def names(area: str) -> dict[str, str]:
    """The names of the area's pages."""
    words = (
        "check_forms",
        "check_form",
        "check_form_new",
        "check_plans",
        "check_plan",
        "check_plan_new",
        "check_figures",
        "check_figures_export",
        "check_task_new",
    )
    return {
        "list": f"{area}_checks",
        "export": f"{area}_checks_export",
        **{one.removeprefix("check_"): f"{area}_{one}" for one in words},
    }


def state_of(task: Task, at: datetime) -> tuple[str, str]:
    """(word, class): missed and done late are computed."""
    if task.state == "open":
        if task.due_at < at:
            return "漏查", "late"
        return ("待查", "near") if task.starts_at <= at else ("未开始", "quiet")
    if task.state == "done":
        return ("补查", "gap") if task.done_at and task.done_at > task.due_at else ("已查", "ok")
    return "免查", "quiet"


def export(request: Request, area: str = "") -> HttpResponse:
    rows = _rows(request, area).prefetch_related("records__answers__case")[:MOST_EXPORTED]

    def line(one: Task) -> tuple[Any, ...]:
        record = next((row for row in one.records.all() if row.state == "standing"), None)
        cases = "，".join(answer.case.number for answer in record.answers.all() if answer.case) if record else ""
        return (
            one.title, one.form.title, one.form.edition, str(one.organisation), str(one.target), one.place, one.subject_title, _minute(one.starts_at),
            _minute(one.due_at), state_of(one, request.at)[0], _minute(one.done_at), record.actor_name if record else "", record.failed if record else None,
            record.got if record and record.full else None, record.full or None if record else None, cases, one.reason,
        )  # fmt: skip

    title = declared.area(area).title if area else "检查"
    return exported(request.GET.get("form", "xlsx"), title, HEAD, map(line, rows))


def _minute(at: datetime | None) -> str:
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M}" if at else ""


def task_new(area: str, request: Request) -> HttpResponse:
    """加一次检查: outside any plan."""
    declaration, refused = declared.area(area), None
    offered = _units(request, declaration)
    if request.method == "POST":
        try:
            form = queries.visible_forms(request.actor, area).filter(pk=number(request.POST.get("form"))).first()
            if form is None:
                raise Refused("form", "没有选检查表。", "form")
            task = planning.make_task(
                actor=request.actor, area=declaration, form=form, organisation=_unit(request, offered, "organisation"), target=picking.maybe(offered, request.POST, "target"),
                place=request.POST.get("place", ""), title=request.POST.get("title", ""), due_at=_day_end(request.POST.get("due", "")), at=request.at,
                key=_key(request.POST),
            )  # fmt: skip
            return HttpResponseRedirect(reverse("check", args=[task.pk]))
        except Refused as given:
            refused = _mine(given)
    forms = queries.newest(queries.visible_forms(request.actor, area))
    context = {
        "area": declaration,
        "forms": forms,
        "units": offered,
        "asks": offered.only() is None,
        "bad": refused,
        "typed": request.POST or request.GET,
        "names": names(area),
        "key": uuid4(),
    }
    return render(request, _T + "task_new.html", context, status=_status(refused))


def _mine(refused: Refused) -> Refused:
    """What the page itself shows; signing in and permission are the gate's answers."""
    if refused.code in ("sign_in", "second_factor", "forbidden"):
        raise refused
    return refused


def _status(refused: Refused | None) -> int:
    return STATUS.get(refused.code, 422) if refused else 200


def _key(post: Mapping[str, str]) -> UUID | None:
    try:
        return UUID(post.get("key", ""))
    except ValueError:
        return None


def _units(request: Request, area: CheckArea) -> Units:
    """Organisations for which this person may plan checks; their own when they may only do them."""
    if policy.may(request.actor, area.plan):
        return units(request.actor, area.plan)
    return Units(but=("section",), ids=(request.actor.organisation_id or 0,))


def _unit(request: Request, offered: Units, name: str) -> Organisation:
    """Who was chosen; the person's own, or the only one, while nobody was."""
    if any(picking.sent(request.POST, name)):
        return picking.chosen(offered, request.POST, name)
    own = offered.rows().filter(pk=request.actor.organisation_id or 0).first() or offered.only()
    if own is None:
        raise Refused(name, "没有选单位。", name)
    return own


def _day(text: str, field: str, *, needed: bool = True) -> Any:
    if not text and not needed:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(field, "日期写成 2026-01-31 这样。", field) from None


def _day_end(text: str) -> datetime | None:
    day = _day(text, "due", needed=False)
    return datetime.combine(day, time(23, 59, 59), CHINA) if day else None


# ---- forms
def forms(area: str, request: Request) -> HttpResponse:
    planning.load_forms(request.at)
    rows = queries.visible_forms(request.actor, area)
    declaration = declared.area(area)
    context = {
        "area": declaration, "names": names(area), "may_plan": policy.may(request.actor, declaration.plan),
        "lines": [(one, one.items.count(), one.points) for one in queries.newest(rows)],
    }  # fmt: skip
    return render(request, _T + "forms.html", context)


def form_detail(area: str, request: Request, place: int) -> HttpResponse:
    """One edition with its items; prints as it stands."""
    form = queries.visible_forms(request.actor, area).filter(pk=place).first()
    if form is None:
        raise Http404
    declaration = declared.area(area)
    process = processes.processes().get(form.process)
    context = {
        "form": form, "area": declaration, "names": names(area), "items": list(form.items.all()), "photos": PHOTOS, "process": process.title if process else "",
        "editions": list(queries.visible_forms(request.actor, area).filter(slug=form.slug).order_by("-number")), "plans": queries.visible_plans(request.actor, area).filter(form=form.slug),
        "may_plan": policy.may(request.actor, declaration.plan, form.organisation) if form.organisation else reach(request.actor, declaration.plan) == "district",
    }  # fmt: skip
    return render(request, _T + "form.html", context)


def form_new(area: str, request: Request) -> HttpResponse:
    """A new form, or with `?from=` the next edition of one. Works without script: 再加几项 keeps what was typed."""
    declaration, refused = declared.area(area), None
    base = queries.visible_forms(request.actor, area).filter(pk=number(request.GET.get("from"))).first()
    lines = _lines(request, base)
    if request.method == "POST" and not request.POST.get("more"):
        try:
            form = _publish(request, declaration, base, lines)
            messages.success(request, f"已发布“{form.title}”{form.edition}，{form.valid_from} 起用。")
            return HttpResponseRedirect(reverse(f"{area}_check_form", args=[form.pk]))
        except Refused as given:
            refused = _mine(given)
    typed: Mapping[str, Any] = request.POST or _defaults(request, base)
    blank = dict.fromkeys(("code", "title", "criterion", "photo", "number", "unit", "low", "high", "points"), "")
    rectifying = {one.slug: one.title for one in processes.processes().values() if "rectifying" in one.states}
    context = {
        "area": declaration, "names": names(area), "base": base, "lines": [*lines, *[blank] * MORE], "photos": PHOTOS, "bad": refused, "typed": typed,
        "units": _units(request, declaration), "asks": base is None and _units(request, declaration).only() is None, "district": reach(request.actor, declaration.plan) == "district", "processes": rectifying,
    }  # fmt: skip
    return render(request, _T + "form_new.html", context, status=_status(refused))


def _defaults(request: Request, base: Form | None) -> dict[str, Any]:
    today = civil_date(request.at).isoformat()
    if base is None:
        return {"edition": f"{today[:4]} 版", "valid_from": today}
    return {
        "title": base.title,
        "edition": "",
        "valid_from": today,
        "process": base.process,
        "note": base.note,
        "source": base.source,
    }


def _lines(request: Request, base: Form | None) -> list[dict[str, Any]]:
    if request.method == "POST":
        post, found = request.POST, []
        for place in range(min(number(post.get("count")), planning.MOST_ITEMS + MORE)):
            row = {
                name: post.get(f"{name}-{place}", "").strip()
                for name in ("code", "title", "criterion", "photo", "number", "unit", "low", "high", "points")
            }
            if any(row[name] for name in ("title", "criterion", "unit", "low", "high", "points")):
                found.append(row)
        return found
    return [
        {"code": one.code, "title": one.title, "criterion": one.criterion, "photo": one.photo, "number": "1" if one.number else "", "unit": one.unit,
         "low": "" if one.low is None else f"{one.low.normalize():f}", "high": "" if one.high is None else f"{one.high.normalize():f}", "points": one.points or ""}
        for one in (base.items.all() if base else ())
    ]  # fmt: skip


def _publish(request: Request, area: CheckArea, base: Form | None, lines: list[dict[str, Any]]) -> Form:
    post = request.POST
    known = {one.code: one.declared() for one in base.items.all()} if base else {}
    taken = set(known) | {one["code"] for one in lines}
    items = []
    for place, row in enumerate(lines, 1):
        code = row["code"] or next(f"x{n}" for n in range(place, place + 10_000) if f"x{n}" not in taken)
        taken.add(code)
        items.append(_item(row, code, known.get(code)))
    organisation = base.organisation if base else None
    if base is None and post.get("organisation") != "0" and not post.get("everyone"):
        organisation = _unit(request, _units(request, area), "organisation")
    return planning.publish_form(
        actor=request.actor, area=area, slug=base.slug if base else f"{area.slug}-{uuid4().hex[:10]}", title=post.get("title", ""), edition=post.get("edition", ""),
        valid_from=_day(post.get("valid_from", ""), "valid_from"), items=items, at=request.at, organisation=organisation, process=post.get("process", ""),
        note=post.get("note", "")[:400], source=post.get("source", "")[:200],
    )  # fmt: skip


def _item(row: Mapping[str, str], code: str, before: CheckItem | None) -> CheckItem:
    def bound(name: str) -> Decimal | None:
        if not row[name]:
            return None
        try:
            value = Decimal(row[name])
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite() or abs(value) >= Decimal("1e9"):
            raise Refused("items", f"“{row['title']}”的上下限要写数。", "items")
        return value

    points = row["points"] or "0"
    if not points.isdecimal() or len(points) > 4:
        raise Refused("items", f"“{row['title']}”的分值写整数。", "items")
    if row["photo"] not in PHOTOS:
        raise Refused("items", f"“{row['title']}”的拍照要求不对。", "items")
    return CheckItem(
        code=code, title=row["title"], criterion=row["criterion"], photo=row["photo"], number=bool(row["number"] or row["low"] or row["high"]), unit=row["unit"],  # type: ignore[arg-type]
        low=bound("low"), high=bound("high"), points=int(points), measure_kind=before.measure_kind if before else "", measure=before.measure if before else "",
        subject=before.subject if before else ("", "", ""),
    )  # fmt: skip


# ---- plans
def plans(area: str, request: Request) -> HttpResponse:
    declaration = declared.area(area)
    rows = queries.visible_plans(request.actor, area)
    rows = rows if request.GET.get("all") else rows.filter(state="active")
    page = page_of(request, rows)
    today = civil_date(request.at)
    lines = [(one, queries.in_force(one.form, max(today, one.starts_on)), role_word(one)) for one in page]
    context = {
        "area": declaration,
        "names": names(area),
        "page": page,
        "lines": lines,
        "asked": request.GET,
        "may_plan": policy.may(request.actor, declaration.plan),
    }
    return render(request, _T + "plans.html", context)


def role_word(plan: Plan) -> str:
    if plan.person:
        return plan.person.name
    return policy.roles()[plan.role].title if plan.role in policy.roles() else ""


def plan_detail(area: str, request: Request, place: int) -> HttpResponse:
    plan = queries.visible_plans(request.actor, area).filter(pk=place).first()
    if plan is None:
        raise Http404
    refused = None
    if request.method == "POST":
        try:
            planning.stop_plan(actor=request.actor, plan=plan, reason=request.POST.get("reason", ""), at=request.at)
            messages.success(request, "计划已停止，没开始的检查记为免查。")
            return HttpResponseRedirect(request.path)
        except Refused as given:
            refused = _mine(given)
            plan.refresh_from_db()
    today = civil_date(request.at)
    rows = Task.objects.filter(plan=plan).select_related("form")
    month = queries.totals(queries.figures(rows, today - timedelta(days=30), today, request.at))
    recent = [(one, state_of(one, request.at)) for one in rows.order_by("-due_at").prefetch_related("records")[:40]]
    context = {
        "plan": plan, "area": declared.area(area), "names": names(area), "form": queries.in_force(plan.form, max(today, plan.starts_on)), "recent": recent, "month": month,
        "role": role_word(plan), "may_plan": policy.why(request.actor, declared.area(area).plan, plan.organisation), "bad": refused, "typed": request.POST,
    }  # fmt: skip
    return render(request, _T + "plan.html", context, status=_status(refused))


def plan_new(area: str, request: Request) -> HttpResponse:
    declaration, refused = declared.area(area), None
    planning.load_forms(request.at)
    offered = _units(request, declaration)
    if request.method == "POST":
        try:
            plan = _make_plan(request, declaration, offered)
            messages.success(request, f"已定“{plan.title}”，到点自动出任务。")
            return HttpResponseRedirect(reverse(f"{area}_check_plan", args=[plan.pk]))
        except Refused as given:
            refused = _mine(given)
    people = (
        Person.objects.filter(posts__organisation__in=offered.rows().order_by(), is_active=True)
        .distinct()
        .order_by("name")[:300]
    )
    context = {
        "area": declaration, "names": names(area), "forms": queries.newest(queries.visible_forms(request.actor, area)), "units": offered, "asks": offered.only() is None, "paces": PACES, "people": people,
        "roles": policy.roles().values(), "bad": refused, "typed": request.POST or {**request.GET.dict(), "starts_on": civil_date(request.at).isoformat(), "shifts": "08:00-20:00，20:00-08:00"},
    }  # fmt: skip
    return render(request, _T + "plan_new.html", context, status=_status(refused))


def _make_plan(request: Request, area: CheckArea, offered: Units) -> Plan:
    post = request.POST
    person = Person.objects.filter(pk=number(post.get("person"))).first() if post.get("person") else None
    return planning.make_plan(
        actor=request.actor, area=area, title=post.get("title", ""), form=post.get("form", ""), organisation=_unit(request, offered, "organisation"),
        target=picking.maybe(offered, post, "target"), role=post.get("role", ""), person=person, place=post.get("place", ""), pace=post.get("pace", ""),  # type: ignore[arg-type]
        shifts=post.get("shifts", ""), workdays=bool(post.get("workdays")), starts_on=_day(post.get("starts_on", ""), "starts_on"),
        ends_on=_day(post.get("ends_on", ""), "ends_on", needed=False), at=request.at,
    )  # fmt: skip


# ---- figures
def _period(request: Request) -> tuple[date, date]:
    today = civil_date(request.at)
    first = _day(request.GET.get("from", ""), "from", needed=False) or today.replace(day=1)
    last = _day(request.GET.get("to", ""), "to", needed=False) or today
    if last < first:
        raise Refused("to", "结束日期早于开始日期。", "to")
    return first, last


def figures(area: str, request: Request) -> HttpResponse:
    """Done, late, missed, failed by organisation; each figure leads to its records."""
    first, last = _period(request)
    lines = queries.figures(queries.visible(request.actor, area), first, last, request.at)
    context = {
        "area": declared.area(area),
        "names": names(area),
        "lines": lines,
        "first": first,
        "last": last,
        "totals": queries.totals(lines),
        "period": f"&from={first}&to={last}",
    }
    return render(request, _T + "figures.html", context)


def figures_export(area: str, request: Request) -> HttpResponse:
    first, last = _period(request)
    head = ("检查单位", "到期", "按时", "补查", "漏查", "免查", "待查", "按时率", "不合格项", "登记事项")
    rows = (
        (str(one.organisation), one.due, one.on_time, one.late, one.missed, one.excused, one.waiting, one.rate, one.failed, one.cases)
        for one in queries.figures(queries.visible(request.actor, area), first, last, request.at)
    )  # fmt: skip
    return exported(request.GET.get("form", "xlsx"), f"{declared.area(area).title}统计_{first}_{last}", head, rows)


def rows_api(area: str, request: Request) -> HttpResponse:
    """`{"count", "page", "pages", "rows": […]}` under the same permissions and filters as the list."""
    found = _rows(request, area).prefetch_related("records__answers__case", "records__answers__item")
    pages = Paginator(found, api.ROWS)
    place = int(request.GET.get("page", 1))
    if place > pages.num_pages:
        raise Refused("not_found", f"只有 {pages.num_pages} 页。", "page")
    lines = [api.as_json(one, request.at) for one in pages.page(place).object_list]
    body = {"count": pages.count, "page": place, "pages": pages.num_pages, "rows": lines}
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False})


def area_pages(area: CheckArea, path: str, section: str) -> tuple[Page, ...]:
    slug, title = area.slug, area.title

    def of(view: Any) -> Any:
        return partial(view, slug)

    both = ("GET", "POST")
    return (
        Page(path=path, name=f"{slug}_checks", view=partial(listing, area=slug), permission=area.read, title=title, methods=both, section=section),
        Page(path=f"{path}export/", name=f"{slug}_checks_export", view=partial(export, area=slug), permission=area.read, title=f"导出{title}", kind="export"),
        Page(path=f"{path}new/", name=f"{slug}_check_task_new", view=of(task_new), permission=area.do, title="加一次检查", methods=both, section=section, command=f"加一次{title}"),
        Page(path=f"{path}forms/", name=f"{slug}_check_forms", view=of(forms), permission=area.read, title="检查表", section=section),
        Page(path=f"{path}forms/new/", name=f"{slug}_check_form_new", view=of(form_new), permission=area.plan, title="写检查表", methods=both, section=section),
        Page(path=f"{path}forms/<int:place>/", name=f"{slug}_check_form", view=of(form_detail), permission=area.read, title="一张检查表", section=section),
        Page(path=f"{path}plans/", name=f"{slug}_check_plans", view=of(plans), permission=area.read, title="检查计划", section=section),
        Page(path=f"{path}plans/new/", name=f"{slug}_check_plan_new", view=of(plan_new), permission=area.plan, title="定检查计划", methods=both, section=section, command=f"定{title}计划"),
        Page(path=f"{path}plans/<int:place>/", name=f"{slug}_check_plan", view=of(plan_detail), permission=area.read, title="一个检查计划", methods=both, section=section),
        Page(path=f"{path}figures/", name=f"{slug}_check_figures", view=of(figures), permission=area.read, title="检查统计", section=section),
        Page(path=f"{path}figures/export/", name=f"{slug}_check_figures_export", view=of(figures_export), permission=area.read, title="导出检查统计", kind="export"),
        Page(path=f"api/v1/checks/{slug}", name=f"{slug}_checks_api", view=of(rows_api), permission=area.read, title=f"{title}（API）", kind="api", operation=api.operation(title)),
    )  # fmt: skip
