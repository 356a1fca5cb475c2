"""The set of contingency plans: the list, an edition with its cards, import, publishing, filing; and choosing one for an incident."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import STATUS, Request, form_key
from anlan.kernel.access.types import Page
from anlan.kernel.response import cards, log, queries
from anlan.kernel.response.actions import plans, tasking
from anlan.kernel.response.cards import Book
from anlan.kernel.response.grading import kinds
from anlan.kernel.response.models import ContingencyPlan, PlanVersion
from anlan.kernel.response.pages.incidents import found
from anlan.kernel.response.types import GRADES, LEVELS, POSTS, READ, TASK_STATES

_T = "kernel/response/"
MOST_BYTES = 2_000_000


def library(request: Request) -> HttpResponse:
    """Every plan of the set: its edition in force, filing, when it is to be reviewed."""
    today = civil_date(request.at)
    lines = []
    for plan in ContingencyPlan.objects.select_related("organisation").prefetch_related("versions"):
        versions = list(plan.versions.all())
        current = next((one for one in versions if one.state == "published"), None)
        lines.append(
            (
                plan,
                current,
                any(one.state == "draft" for one in versions),
                bool(current and current.review_on and current.review_on < today),
            )
        )
    context = {
        "lines": lines,
        "named": sum(1 for one in lines if one[0].named),
        "worked": sum(1 for one in lines if one[1]),
        "may": policy.why(request.actor, plans.MANAGE),
    }
    return render(request, _T + "plans.html", context)


def _plan(slug: str) -> ContingencyPlan:
    plan = ContingencyPlan.objects.select_related("organisation").filter(slug=slug).first()
    if plan is None:
        raise Http404
    return plan


def plan(request: Request, slug: str, refused: Refused | None = None) -> HttpResponse:
    """One plan: the edition in force (or the one asked for) card by card, and its editions."""
    row = _plan(slug)
    versions = list(row.versions.order_by("-number"))
    asked = request.GET.get("edition", "")
    chosen = (
        next((one for one in versions if str(one.number) == asked), None)
        or next((one for one in versions if one.state == "published"), None)
        or next(iter(versions), None)
    )
    book = cards.read(chosen.text) if chosen else None
    context = {
        "plan": row, "versions": versions, "version": chosen, "book": book, "scenarios": _scenarios(book), "post_words": POSTS, "levels": LEVELS, "grades": GRADES,
        "kinds": [kinds()[one].title for one in row.kinds if one in kinds()], "may": policy.why(request.actor, plans.MANAGE, row), "bad": refused,
        "differences": plans.differences(cards.read(versions[1].text), book) if book and chosen and len(versions) > 1 and chosen.pk == versions[0].pk else [],
    }  # fmt: skip
    return render(request, _T + "plan.html", context, status=STATUS.get(refused.code, 422) if refused else 200)


def _scenarios(book: Book | None) -> list[dict[str, Any]]:
    if book is None:
        return []
    return [
        {"row": one, "number": sum(len(phase.cards) for phase in one.phases), "levels": [(LEVELS[level], sum(1 for _c in cards.cards(one, level))) for level in book.levels]}
        for one in book.scenarios
    ]  # fmt: skip


def manage(request: Request, slug: str, word: str) -> HttpResponse:
    """Import an edition, publish it, note its filing."""
    row = _plan(slug)
    try:
        if word == "import":
            file = request.FILES.get("file")
            if file is None or (file.size or 0) > MOST_BYTES:
                raise Refused("file", "没有选文件，或文件超过 2 MB。", "file")
            version = plans.take_in(actor=request.actor, plan=row, text=file.read(), at=request.at)
            told = f"已存为草稿：{version.edition}。看过再发布。"
        elif word in ("publish", "file"):
            chosen = request.POST.get("number", "")
            found_version = (
                row.versions.filter(number=chosen).first() if chosen.isdecimal() and len(chosen) < 6 else None
            )
            if found_version is None:
                raise Refused("not_found", "没有这一版。")
            version = found_version
            if word == "publish":
                plans.publish(actor=request.actor, version=version, at=request.at)
                told = f"{version.edition}已发布，从现在起按它响应。"
            else:
                plans.filed(
                    actor=request.actor,
                    version=version,
                    on=_day(request.POST.get("on", "")),
                    number=request.POST.get("filed_number", ""),
                    at=request.at,
                )
                told = "已记下备案。"
        else:
            raise Http404
    except Refused as refused:
        if refused.code == "sign_in":
            raise
        return plan(request, slug, refused)
    messages.success(request, told)
    return HttpResponseRedirect(reverse("contingency_plan", args=[slug]))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("on", "备案日期读不出。", "on") from None


def download(_request: Request, slug: str, number: int) -> HttpResponse:
    """An edition as the file it is imported from."""
    version = PlanVersion.objects.filter(plan=_plan(slug), number=number).first()
    if version is None:
        raise Http404
    response = HttpResponse(version.text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{slug}-{number}.json"'
    return response


# ---- choosing and signing one for an incident
def activation(request: Request, number: str) -> HttpResponse:
    """Choose plan, scenario and level; the preview says who would get what, what has no owner, what is kept and withdrawn; then sign."""
    incident = found(request, number)
    standing, at = log.board(incident), incident.now(request.at)
    asked = request.POST if request.method == "POST" else request.GET
    pinned = queries.pinned(standing)
    versions = [pinned] if pinned else queries.fitting(standing.kind)
    version = next((one for one in versions if str(one.pk) == asked.get("version")), None) or next(iter(versions), None)
    book = cards.read(version.text) if version else None
    scenario = (
        asked.get("scenario")
        or (standing.plan.get("scenario") if standing.plan else "")
        or (book.scenarios[0].slug if book else "")
    )
    proposed = next((one.value for one in queries.proposed(standing, at) if one.what == "level"), None)
    level = int(asked["level"]) if asked.get("level", "") in ("1", "2", "3", "4") else standing.level or proposed or 4
    refused: Refused | None = None
    new, difference = None, None
    if version and book:
        try:
            if request.method == "POST":
                seen = request.POST.get("seen", "")
                tasking.activate(
                    actor=request.actor, incident=incident, version=version, scenario=scenario, level=level, at=request.at, hash=request.POST.get("hash", ""),
                    reason=request.POST.get("reason", ""), seen=int(seen) if seen.isdecimal() and len(seen) < 10 else None, key=form_key(request),
                )  # fmt: skip
                messages.success(request, f"已启动《{version.plan.title}》{LEVELS[level]}。")
                return HttpResponseRedirect(reverse("incident", args=[number]))
            new, difference = queries.preview(standing, version, scenario, level, at)
        except Refused as error:
            if error.code == "sign_in":
                raise
            refused = error
            try:
                new, difference = queries.preview(standing, version, scenario, level, at)
            except Refused:
                new, difference = None, None
    context = {
        "incident": incident, "board": standing, "versions": versions, "version": version, "book": book, "scenario": scenario, "level": level, "levels": LEVELS,
        "post_words": POSTS, "new": new, "difference": difference, "bad": refused, "key": form_key(request), "typed": request.POST, "proposed": proposed,
        "kept": [standing.tasks[one] for one in difference.kept] if difference else [], "at": at,
        "withdrawn": [standing.tasks[one] for one in difference.withdrawn] if difference else [], "states": TASK_STATES,
        "names": {one.key: one.title for one in difference.added} if difference else {}, "hindrance": tasking.hindrance(incident, standing, request.actor, at),
    }  # fmt: skip
    return render(request, _T + "activation.html", context, status=STATUS.get(refused.code, 422) if refused else 200)


_P = "command/plans/"
PAGES = (
    Page(path=_P, name="contingency_plans", view=library, permission=READ, title="预案库", section="command"),
    Page(path=f"{_P}<slug:slug>/", name="contingency_plan", view=plan, permission=READ, title="预案", section="command"),
    Page(path=f"{_P}<slug:slug>/do/<slug:word>/", name="contingency_plan_do", view=manage, permission=plans.MANAGE, title="导入、发布、备案", methods=("POST",)),
    Page(path=f"{_P}<slug:slug>/<int:number>.json", name="contingency_plan_file", view=download, permission=READ, title="导出预案", kind="export"),
    Page(path="incidents/<str:number>/plan/", name="incident_plan", view=activation, permission=READ, title="启动预案", methods=("GET", "POST"), section="command"),
)  # fmt: skip
