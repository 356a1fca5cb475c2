"""Lists, the page of one case, the form of a new one, and the moves. `case_pages(process)` gives a process its list, form and export."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, time
from functools import partial
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from anlan.base.clock import CHINA, civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import STATUS, Request, form_key, number
from anlan.kernel.access.moves import Offer
from anlan.kernel.access.types import Page
from anlan.kernel.casework import actions, clocking, declared, handling, proposals, queries, subjects
from anlan.kernel.casework.actions import Upload
from anlan.kernel.casework.models import Case, Evidence, Extension, Proposal, ProposalFile
from anlan.kernel.casework.showing import History, bar, files, history
from anlan.kernel.casework.types import SOURCES, Field, Process
from anlan.kernel.files.models import Stored
from anlan.kernel.files.pages import sent
from anlan.kernel.registry import views
from anlan.kernel.web import picking, words
from anlan.kernel.web.exporting import exported
from anlan.kernel.web.paging import page_of
from anlan.kernel.web.picking import Units
from anlan.kernel.web.templatetags import web_tags

_T = "kernel/casework/"
READ = "casework.read"
MOST_EXPORTED = 100_000


def _process(slug: str) -> Process:
    try:
        return declared.process(slug)
    except Refused:
        raise Http404 from None


# ---- lists
def _rows(request: Request, process: str) -> Any:
    return queries.filtered(queries.visible(request.actor, process), request.GET.dict(), request.at)


def listing(request: Request, process: str = "") -> HttpResponse:
    """The cases of one process, or of all: filters in the address, saved views, export of what is filtered."""
    sheet = f"case:{process or 'all'}"
    if request.method == "POST":
        return views.answer(request, sheet)
    shown, name = declared.process(process) if process else None, process.replace("/", "_")
    page = page_of(request, _rows(request, process))
    context = {
        "process": shown, "page": page, "lines": [listed(one, request.at) for one in page], "asked": request.GET, "sources": SOURCES,
        "processes": queries.titles(declared.processes().values()), **views.context(request, sheet),
        "may_open": bool(shown) and policy.may(request.actor, shown.open if shown else ""), "new": f"{name}_new", "exports": f"{name}_export" if process else "cases_export",
        "counts": queries.counts(queries.visible(request.actor, process), request.at), "filtered": bool(set(request.GET) - {"page", "sort"}),
    }  # fmt: skip
    return render(request, _T + "list.html", context)


def listed(case: Case, at: datetime) -> tuple[Any, ...]:
    """The cells of a line, their words made once here: a page of fifty lines is read more often than any other."""
    chips = []
    if case.supervised_at:
        chips.append(("chip", gettext("挂牌督办")))
    if case.returns:
        chips.append(("chip", gettext("退回 %(n)s 次") % {"n": case.returns}))
    if case.is_demo:
        chips.append(("mark-demo", gettext("示例")))
    word, colour = grade_of(case)
    due = web_tags.due(case.due_at, at, case.started_at) if case.is_open and case.due_at else "—"
    return (
        reverse("case", args=[case.number]), case.title, chips, case.of.title, web_tags.level(colour, word=word) if colour else word or "—",
        case.get_state_display(), str(case.owner), str(case.holder), due, words.time_words(case.opened_at, at), case.number,
    )  # fmt: skip


def grade_of(case: Case) -> tuple[str, str]:
    """(word, level colour) of the grade; empty while it has none."""
    return (case.of.grades or {}).get(case.grade, ("", ""))


HEAD = ("编号", "流程", "事项", "类别", "等级", "状态", "责任单位", "现在在谁手里", "来源", "地点", "登记", "登记人", "时限", "超时", "办结", "退回次数", "督办")  # fmt: skip


def export(request: Request, process: str = "") -> HttpResponse:
    rows = _rows(request, process)[:MOST_EXPORTED]
    lines = (
        (one.number, one.of.title, one.title, (one.of.kinds or {}).get(one.kind, ""), grade_of(one)[0], one.get_state_display(), str(one.owner),
         str(one.holder), SOURCES[one.source], one.place, civil_date(one.opened_at), one.opened_by, civil_date(one.due_at) if one.due_at else None,
         "是" if one.is_open and one.due_at and one.due_at < request.at else "", civil_date(one.closed_at) if one.closed_at else None, one.returns,
         one.supervision)
        for one in rows
    )  # fmt: skip
    title = declared.process(process).title if process else "事项"
    return exported(request.GET.get("form", "xlsx"), title, HEAD, lines)


# ---- one case
def found(request: Request, given: str) -> Case:
    case = queries.visible(request.actor).filter(number=given).first()
    if case is None:
        raise Http404
    return case


def detail(request: Request, given: str) -> HttpResponse:
    return shown(request, found(request, given))


def shown(request: Request, case: Case, refused: Refused | None = None, place: str = "") -> HttpResponse:
    """The page; after a refusal with the sentence at the move it happened at, and everything typed kept."""
    process, actor = case.of, request.actor
    clock = clocking.running(case)
    lines: list[History] = history(case)
    shown_files, offers = files(case, lines), queries.offered(case, actor, [one.line for one in lines])
    manages = policy.why(actor, process.manage, case)
    context: dict[str, Any] = {
        "case": case, "process": process, "grade": grade_of(case), "kind": (process.kinds or {}).get(case.kind, ""), "bar": bar(case, lines),
        "panel": process.panel(case) if process.panel else (), "links": _links(request, case), "parts": queries.visible(actor).filter(parent=case),
        "lines": lines, "files": shown_files, "pictures": [one for one in shown_files if one.stored.media_type.startswith("image/")],
        "offers": offers, "clock": clock,
        "clocks": list(case.clocks.all()), "extensions": list(case.extensions.select_related("clock")),
        "proposals": [(one, proposals.told(one)) for one in case.proposals.filter(state="waiting").prefetch_related("files__stored")], "manages": manages, "holds": bool(actor.path) and case.holder.path.startswith(actor.path),
        "watching": case.watches.filter(person=actor.person_id or 0).exists(), "evidence": process.evidence or {}, "key": uuid4(),
        "units": _named(process) if manages.allowed or any(_names(one) for one in offers) else None, "source": SOURCES[case.source],
        "bad": refused, "place": place, "typed": request.POST if refused else {}, "neighbours": neighbours(request, case),
    }  # fmt: skip
    if process.part:
        context["part"], context["more"] = process.part(case, actor, request.at)
    return render(request, _T + "detail.html", context, status=STATUS.get(refused.code, 422) if refused else 200)


def _links(request: Request, case: Case) -> list[tuple[str, str, str]]:
    """(term, words, address): what other rooms have to do with the case, what it is about, and the papers of its own process."""
    papers, about = case.of.links(case) if case.of.links else (), subjects.link(request.actor, case)
    return [
        *declared.links(case),
        *([about] if about else ()),
        *((gettext("文书"), word, address) for word, address in papers),
    ]


def _names(offer: Offer) -> bool:
    return any(field.kind == "organisation" for field in getattr(offer.move, "fields", ()))


def _named(process: Process) -> Units:
    """Whom a case can be given to."""
    return Units(kinds=tuple(sorted(process.holders)), but=("community",))


def neighbours(request: Request, case: Case) -> dict[str, str]:
    """The numbers of the cases before and after in the order of entering, of the same process."""
    rows = queries.visible(request.actor, case.process)
    newer = (
        rows.filter(opened_at__gt=case.opened_at).order_by("opened_at", "id").values_list("number", flat=True).first()
    )
    older = (
        rows.filter(opened_at__lt=case.opened_at).order_by("-opened_at", "-id").values_list("number", flat=True).first()
    )
    return {"newer": newer or "", "older": older or ""}


def uploads(request: Request) -> list[Upload]:
    """Files of a form: fields `file_<kind>`, several each."""
    return [
        (name.removeprefix("file_"), one.name or "", one.read())
        for name in request.FILES
        if name.startswith("file_")
        for one in request.FILES.getlist(name)
    ]


def _moved(request: Request, case: Case, place: str, act: Callable[[], str]) -> HttpResponse:
    """Do it and go back to the case; a refusal is shown where it happened."""
    try:
        said = act()
    except Refused as refused:
        if refused.code in ("sign_in", "second_factor"):
            raise
        return shown(request, found(request, case.number), refused, place)
    if said:
        messages.success(request, said)
    if not queries.visible(request.actor).filter(pk=case.pk).exists():  # it is others' now
        return HttpResponseRedirect(reverse("cases"))
    return HttpResponseRedirect(reverse("case", args=[case.number]))


def step(request: Request, given: str, word: str) -> HttpResponse:
    case = found(request, given)

    def act() -> str:
        row = actions.find_step(case.of, word)
        actions.make_step(
            actor=request.actor, case=case, step=word, at=request.at, note=request.POST.get("note", ""), values=named(row.fields, request.POST.dict()),
            uploads=uploads(request), key=form_key(request),
        )  # fmt: skip
        return f"已办“{row.title}”，现在是“{case.get_state_display()}”，在{case.holder}。"

    return _moved(request, case, word, act)


def _until(text: str) -> datetime:
    try:
        return datetime.combine(datetime.fromisoformat(text).date(), time(23, 59, 59), CHINA)
    except ValueError:
        raise Refused("until", "写延到哪一天。", "until") from None


def handle(request: Request, given: str, word: str) -> HttpResponse:
    """Everything beside the steps: 留言 转办 延期 暂停 督办 并案 关注."""
    case = found(request, given)
    move = _MOVES.get(word)
    if move is None:
        raise Http404
    return _moved(request, case, word, lambda: move(request, case))


def _comment(request: Request, case: Case) -> str:
    actions.comment(
        actor=request.actor,
        case=case,
        text=request.POST.get("text", ""),
        at=request.at,
        uploads=uploads(request),
        key=form_key(request),
    )
    return "已记下。"


def _hand_over(request: Request, case: Case) -> str:
    to = picking.chosen(_named(case.of), request.POST, "to")
    handling.hand_over(actor=request.actor, case=case, to=to, reason=request.POST.get("reason", ""), at=request.at)
    return f"已转给{to}。"


def _extend(request: Request, case: Case) -> str:
    handling.ask_extension(
        actor=request.actor,
        case=case,
        until=_until(request.POST.get("until", "")),
        reason=request.POST.get("reason", ""),
        at=request.at,
    )
    return "已申请延期，等下达单位答复；答复以前期限不变。"


def _answer(request: Request, case: Case) -> str:
    row = Extension.objects.filter(case=case, pk=number(request.POST.get("extension"))).first()
    if row is None:
        raise Refused("not_found", "没有这次延期申请。")
    approve = request.POST.get("approve") == "1"
    handling.answer_extension(
        actor=request.actor, extension=row, approve=approve, answer=request.POST.get("answer", ""), at=request.at
    )
    return f"已答复：{Extension.STATES[row.state]}。"


def _proposal(request: Request, case: Case) -> str:
    row = Proposal.objects.filter(case=case, pk=number(request.POST.get("proposal"))).first()
    if row is None:
        raise Refused("not_found", "没有这个现场提议。")
    proposals.answer(
        actor=request.actor,
        proposal=row,
        take=request.POST.get("take") == "1",
        text=request.POST.get("answer", ""),
        at=request.at,
    )
    return f"现场提议{Proposal.STATES[row.state]}。"


def _pause(request: Request, case: Case) -> str:
    handling.pause(actor=request.actor, case=case, reason=request.POST.get("reason", ""), at=request.at)
    return "时限已暂停。"


def _resume(request: Request, case: Case) -> str:
    handling.resume(actor=request.actor, case=case, at=request.at)
    return "时限已恢复。"


def _supervise(request: Request, case: Case) -> str:
    handling.supervise(actor=request.actor, case=case, number=request.POST.get("number", ""), at=request.at)
    return "已挂牌督办，销号时解除。"


def _merge(request: Request, case: Case) -> str:
    into = queries.visible(request.actor, case.process).filter(number=request.POST.get("into", "").strip()).first()
    if into is None:
        raise Refused("into", "没有这个编号的同类事项。", "into")
    handling.merge(actor=request.actor, case=case, into=into, reason=request.POST.get("reason", ""), at=request.at)
    return f"已并入 {into.number}。"


def _watch(request: Request, case: Case) -> str:
    on = request.POST.get("on") == "1"
    handling.watch(actor=request.actor, case=case, on=on)
    return "已关注。" if on else "已取消关注。"


_MOVES: dict[str, Callable[[Request, Case], str]] = {
    "comment": _comment, "hand_over": _hand_over, "extend": _extend, "answer": _answer, "proposal": _proposal, "pause": _pause,
    "resume": _resume, "supervise": _supervise, "merge": _merge, "watch": _watch,
}  # fmt: skip


def file(request: Request, given: str, place: int) -> HttpResponse:
    """A file of the case, for whoever sees the case."""
    return sent(_stored(request, given, place))


def picture(request: Request, given: str, place: int) -> HttpResponse:
    """A photo in the page: re-encoded when it was kept, never anything but a picture."""
    return _shown_picture(_stored(request, given, place))


def proposed(request: Request, given: str, place: int) -> HttpResponse:
    """A photo that came with a proposal, before anybody decided about it."""
    row = ProposalFile.objects.filter(proposal__case=found(request, given), pk=place).select_related("stored").first()
    if row is None:
        raise Http404
    return _shown_picture(row.stored)


def _shown_picture(stored: Stored) -> HttpResponse:
    if not stored.media_type.startswith("image/"):
        raise Http404
    response = HttpResponse(stored.location.read_bytes(), content_type=stored.media_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=3600"
    return response


def _stored(request: Request, given: str, place: int) -> Stored:
    row = Evidence.objects.filter(case=found(request, given), pk=place).select_related("stored").first()
    if row is None:
        raise Http404
    return row.stored


# ---- a new case
def new(request: Request, process: str) -> HttpResponse:
    """The form; what was typed stays when something is wrong."""
    declaration = declared.process(process)
    units = queries.openable(request.actor, declaration)
    refused: Refused | None = None
    if request.method == "POST" and not request.POST.get("look"):
        try:
            owner = units.only() or picking.chosen(units, request.POST, "owner")
            about, values = subjects.chosen(
                request.actor, declaration, owner, named(declaration.asks, request.POST.dict())
            )
            case = actions.open_case(
                actor=request.actor, process=declaration, owner=owner, about=about, title=request.POST.get("title", ""), at=request.at,
                fact=request.POST.get("fact", ""), key=form_key(request), kind=request.POST.get("kind", ""), source=request.POST.get("source", "other"),
                place=request.POST.get("place", ""), issuer=queries.issuer_of(request.actor), values=values, uploads=uploads(request),
            )  # fmt: skip
            messages.success(request, f"已登记 {case.number}。")
            return HttpResponseRedirect(reverse("case", args=[case.number]))
        except Refused as given:
            if given.code in ("sign_in", "forbidden"):
                raise
            refused = given
    typed = request.POST if request.method == "POST" else request.GET  # an address may name the organisation: `?owner=`
    near = units.only() or picking.filtered(units, typed, "owner")
    context = {
        "process": declaration, "units": units, "only": units.only(), "bad": refused, "typed": typed, "sources": SOURCES, "key": request.POST.get("key") or uuid4(),
        "about": declared.about(declaration), "subject": subjects.picker(request.actor, declaration, near, typed, fixed=units.only() is not None),
    }  # fmt: skip
    return render(request, _T + "new.html", context, status=422 if refused else 200)


def named(fields: Sequence[Field], given: dict[str, Any]) -> dict[str, Any]:
    """The form's fields, an organisation that was written in words as its number. Raises Refused at the field."""
    for one in fields:
        if one.kind == "organisation" and (found := picking.maybe(Units(), given, one.name)):
            given[one.name] = str(found.pk)
    return given


def about(request: Request) -> HttpResponse:
    """The answer to a script: what the words may mean, of what the organisation offers for cases of the process."""
    process = _process(request.GET.get("process", ""))
    policy.require(request.actor, process.open)
    units = queries.openable(request.actor, process)
    owner = units.only() or picking.filtered(units, request.GET, "owner")
    rows = subjects.choices(subjects.offered(request.actor, process, owner))
    words = request.GET.get("q", "").strip()
    return picking.answer(picking.fitting(rows, words) if words else rows)


def case_pages(process: Process, path: str, section: str = "registry") -> tuple[Page, ...]:
    """The list, the form and the export of one process, under its own permissions. `path` ends with a slash."""
    slug = process.slug.replace("/", "_")
    return (
        Page(path=path, name=f"{slug}_list", view=partial(listing, process=process.slug), permission=process.read, title=process.title,
             methods=("GET", "POST"), section=section),
        Page(path=f"{path}new/", name=f"{slug}_new", view=partial(new, process=process.slug), permission=process.open,
             title=f"登记{process.title}", methods=("GET", "POST"), section=section, command=f"登记{process.title}"),
        Page(path=f"{path}export/", name=f"{slug}_export", view=partial(export, process=process.slug), permission=process.read,
             title=f"导出{process.title}", kind="export"),
    )  # fmt: skip


PAGES = (
    Page(path="cases/", name="cases", view=listing, permission=READ, title="全部事项", methods=("GET", "POST"), section="registry"),
    Page(path="cases/export/", name="cases_export", view=export, permission=READ, title="导出事项", kind="export"),
    Page(path="cases/subjects/", name="case_subjects", view=about, permission=READ, title="事项对应什么", kind="fragment"),
    Page(path="cases/<str:given>/", name="case", view=detail, permission=READ, title="一件事项", section="registry"),
    Page(path="cases/<str:given>/steps/<str:word>/", name="case_step", view=step, permission=READ, title="办一步", methods=("POST",), section="registry"),
    Page(path="cases/<str:given>/do/<str:word>/", name="case_handle", view=handle, permission=READ, title="转办、延期、留言", methods=("POST",), section="registry"),
    Page(path="cases/<str:given>/files/<int:place>/", name="case_file", view=file, permission=READ, title="事项附件", kind="file"),
    Page(path="cases/<str:given>/pictures/<int:place>/", name="case_picture", view=picture, permission=READ, title="事项照片", kind="file"),
    Page(path="cases/<str:given>/proposed/<int:place>/", name="case_proposed", view=proposed, permission=READ, title="现场提议的照片", kind="file"),
)  # fmt: skip
