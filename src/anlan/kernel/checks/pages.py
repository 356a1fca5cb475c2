"""The page of one task (to do, to read, to print) and its moves, all areas' list; `check_pages(area, path)` mounts an area."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.errors import Refused
from anlan.kernel.access import policy, undo
from anlan.kernel.access.edge import STATUS, Request, form_key
from anlan.kernel.access.types import Page
from anlan.kernel.checks import actions, declared, queries
from anlan.kernel.checks.actions import Given
from anlan.kernel.checks.area_pages import area_pages, export, listing
from anlan.kernel.checks.models import Answer, Item, Photo, Record, Task
from anlan.kernel.checks.types import RESULTS, CheckArea

_T = "kernel/checks/"
READ = "checks.read"


@dataclass(frozen=True)
class Asked:
    """One item on the form: what was typed, or what the record says."""

    item: Item
    answer: Answer | None
    result: str
    number: str
    note: str
    bad: str = ""


def found(request: Request, number: int) -> Task:
    task = (
        queries.visible(request.actor).filter(pk=number).first()
        or queries.mine(request.actor, request.at).filter(pk=number).first()
    )
    if task is None:
        raise Http404
    return task


def given(request: Request, task: Task) -> dict[int, Given]:
    """Answers of the form's fields: `r-<id>`, `n-<id>`, `t-<id>`, files `p-<id>`."""
    read: dict[int, Given] = {}
    for number in task.form.items.values_list("pk", flat=True):
        photos = tuple((one.name or "", one.read()) for one in request.FILES.getlist(f"p-{number}"))
        read[number] = Given(
            request.POST.get(f"r-{number}", ""),
            request.POST.get(f"n-{number}", ""),
            request.POST.get(f"t-{number}", ""),
            photos,
        )
    return read


def _typed(task: Task, record: Record | None, typed: Mapping[str, str], refused: Refused | None) -> list[Asked]:
    answers = (
        {one.item_id: one for one in record.answers.select_related("case").prefetch_related("photos__stored")}
        if record
        else {}
    )
    lines = []
    for item in task.form.items.all():
        answer = answers.get(item.pk)
        bad = refused.message if refused and refused.field == f"item-{item.pk}" else ""
        number = f"{answer.number.normalize():f}" if answer and answer.number is not None else ""
        lines.append(Asked(
            item, answer, typed.get(f"r-{item.pk}", answer.result if answer else ""), typed.get(f"n-{item.pk}", number),
            typed.get(f"t-{item.pk}", answer.note if answer else ""), bad,
        ))  # fmt: skip
    return lines


def shown(request: Request, task: Task, refused: Refused | None = None, place: str = "") -> HttpResponse:
    """The page; after a refusal with the sentence where it happened, and everything typed kept."""
    area, actor = declared.area(task.area), request.actor
    record = task.standing
    why_not = queries.obstacle(task, actor, request.at)
    may_plan = policy.may(actor, area.plan, task.organisation)
    may_correct = record is not None and (
        may_plan or (record.person_id == actor.person_id and policy.may(actor, area.do))
    )
    correcting = bool(record and may_correct and (request.GET.get("correct") or place == "correct"))
    context = {
        "task": task, "area": area, "record": record, "lines": _typed(task, record, request.POST.dict() if refused else {}, refused), "results": RESULTS,
        "records": list(task.records.select_related("corrects")), "doing": task.state == "open" and not why_not, "why_not": why_not, "correcting": correcting,
        "may_correct": may_correct, "may_plan": may_plan, "bad": refused, "place": place, "typed": request.POST if refused else {}, "key": uuid4(),
        "missed": task.state == "open" and task.due_at < request.at, "late": bool(task.done_at and task.done_at > task.due_at),
        "list_page": f"{task.area}_checks", "process": task.form.process,
    }  # fmt: skip
    return render(request, _T + "task.html", context, status=STATUS.get(refused.code, 422) if refused else 200)


def detail(request: Request, number: int) -> HttpResponse:
    return shown(request, found(request, number))


def printed(request: Request, number: int) -> HttpResponse:
    """The record on paper, with the lines to sign."""
    task = found(request, number)
    record = task.standing
    return render(
        request,
        _T + "paper.html",
        {"task": task, "record": record, "lines": _typed(task, record, {}, None), "area": declared.area(task.area)},
    )


def do(request: Request, number: int, word: str) -> HttpResponse:
    """finish, correct, excuse, explain."""
    task = found(request, number)
    if word not in ("finish", "correct", "excuse", "explain"):
        raise Http404
    try:
        said = _do(request, task, word)
    except Refused as refused:
        if refused.code in ("sign_in", "second_factor"):
            raise
        return shown(request, found(request, number), refused, word)
    if word == "finish":
        undo.said(request, said)
    else:
        messages.success(request, said)
    return HttpResponseRedirect(reverse("check", args=[number]))


def _do(request: Request, task: Task, word: str) -> str:
    actor, at = request.actor, request.at
    if word == "finish":
        record = actions.finish(
            actor=actor,
            task=task,
            answers=given(request, task),
            at=at,
            key=form_key(request),
            note=request.POST.get("note", ""),
        )
        return _outcome(record)
    reason = request.POST.get("reason", "")
    if word == "correct":
        standing = task.standing
        if standing is None:
            raise Refused("illegal", "这次检查还没有记录。")
        fresh = actions.correct(
            actor=actor, record=standing, answers=given(request, task), reason=reason, at=at, key=form_key(request), note=request.POST.get("note", "")
        )  # fmt: skip
        return f"已更正，原记录保留。{_outcome(fresh)}"
    if word == "excuse":
        actions.excuse(actor=actor, task=task, reason=reason, at=at)
        return "已记免查。"
    actions.explain(actor=actor, task=task, reason=reason, at=at)
    return "已写明漏查原因。"


def _outcome(record: Record) -> str:
    cases = [one.case.number for one in record.answers.exclude(case=None).select_related("case") if one.case]
    words = "检查完成。" if not record.failed else f"检查完成，{record.failed} 项不合格。"
    return f"{words}已登记 {'、'.join(cases)}。" if cases else words


def picture(request: Request, number: int) -> HttpResponse:
    """A photo of an answer, for whoever sees the task."""
    photo = Photo.objects.filter(pk=number).select_related("stored", "answer__record").first()
    if photo is None:
        raise Http404
    found(request, photo.answer.record.task_id)
    response = HttpResponse(photo.stored.location.read_bytes(), content_type=photo.stored.media_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=3600"
    return response


def check_pages(area: CheckArea, path: str, section: str = "registry") -> tuple[Page, ...]:
    """The lists, forms, plans, figures, exports and API of one area, under its own permissions. `path` ends with a slash. The names
    are `<area>_checks`, `<area>_check_forms`, `<area>_check_plans`, `<area>_check_figures` …"""
    return area_pages(area, path, section)


def case_links(case: object) -> list[tuple[str, str, str]]:
    """On the page of a case: the checks it came from, as (term, words, address)."""
    return [
        ("检查", f"{one.record.task.title}，{one.item.title}", reverse("check", args=[one.record.task_id]))
        for one in queries.of_case(case)  # type: ignore[arg-type]  # the contract stands below casework's models
        if one.record.state == "standing"
    ]


PAGES = (
    Page(path="checks/", name="checks", view=listing, permission=READ, title="全部检查", methods=("GET", "POST"), section="registry"),
    Page(path="checks/export/", name="checks_export", view=export, permission=READ, title="导出检查", kind="export"),
    Page(path="checks/<int:number>/", name="check", view=detail, permission=READ, title="一次检查", section="registry"),
    Page(path="checks/<int:number>/print/", name="check_print", view=printed, permission=READ, title="打印检查记录", section="registry"),
    Page(path="checks/<int:number>/do/<str:word>/", name="check_do", view=do, permission=READ, title="完成、更正检查", methods=("POST",), section="registry"),
    Page(path="checks/pictures/<int:number>/", name="check_picture", view=picture, permission=READ, title="检查照片", kind="file"),
)  # fmt: skip
