"""Decisions: list, detail, the form that opens one, the moves, evidence files, and what the public sees."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import Request
from anlan.kernel.access.models import Organisation, Post
from anlan.kernel.access.moves import Offer
from anlan.kernel.files.models import Stored
from anlan.kernel.files.pages import sent
from anlan.kernel.planning.decisions import actions, moves, queries
from anlan.kernel.planning.decisions.models import STATES, Decision, Evidence, GateRow
from anlan.kernel.planning.decisions.rules import EDITION, GATES, Conclusion
from anlan.kernel.web.exporting import exported

_SHOWN = "kernel/planning/decisions/detail.html"


def decisions(request: Request) -> HttpResponse:
    """The list; `?form=xlsx` on the export page gives exactly the filtered rows."""
    rows = queries.filtered(queries.visible(request.actor), request.GET.dict())
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    lines = [(decision, queries.standing(decision)) for decision in page]
    context = {
        "page": page, "lines": lines, "states": STATES, "gates": GATES.values(),
        "units": Organisation.objects.filter(pk__in=queries.visible(request.actor).values("organisation")),
        "may_open": policy.may(request.actor, "planning_decisions.draft"), "asked": request.GET,
    }  # fmt: skip
    return render(request, "kernel/planning/decisions/list.html", context)


def export(request: Request) -> HttpResponse:
    head = ("事项", "承办单位", "规划任务", "状态", "进展", *(gate.title for gate in GATES.values()), "立项", "公布")
    rows = (
        (
            one.title, str(one.organisation), one.plan_ref, STATES[one.state], queries.standing(one),
            *(row.get_state_display() for row in one.gates.all()), civil_date(one.opened_at),
            civil_date(one.published_at) if one.published_at else None,
        )
        for one in queries.filtered(queries.visible(request.actor), request.GET.dict())
    )  # fmt: skip
    return exported(request.GET.get("form", "xlsx"), "重大行政决策", head, rows)


def open_form(request: Request) -> HttpResponse:
    """立项. What was typed stays when something is wrong."""
    bad: dict[str, str] = {}
    units = queries.units(request.actor)
    if request.method == "POST":
        try:
            unit = next((one for one in units if str(one.pk) == request.POST.get("organisation")), None)
            if unit is None:
                raise Refused("organisation", "选一个你能承办的单位。", "organisation")
            made = actions.open_decision(
                actor=request.actor, title=request.POST.get("title", ""), summary=request.POST.get("summary", ""),
                organisation=unit, plan_ref=request.POST.get("plan_ref", ""), draft=_upload(request, "draft"),
                at=request.at,
            )  # fmt: skip
            return HttpResponseRedirect(reverse("decision", args=[made.pk]))
        except Refused as refused:
            bad = {refused.field or "title": refused.message}
    context = {"units": units, "bad": bad, "typed": request.POST}
    return render(request, "kernel/planning/decisions/form.html", context, status=422 if bad else 200)


def _found(request: Request, number: int) -> Decision:
    decision = queries.visible(request.actor).filter(pk=number).first()
    if decision is None:
        raise Http404
    return decision


def _detail(request: Request, decision: Decision, *, refused: Refused | None = None, place: str = "") -> HttpResponse:
    """The page; after a refusal with the sentence at the place where it happened and everything typed kept."""
    gates: list[dict[str, Any]] = []
    drafts = policy.may(request.actor, "planning_decisions.draft", decision) and decision.state == "open"
    for gate in decision.gates.all():
        evidence = list(gate.evidence.all())
        offered = moves.gate_offers(gate, request.actor, len(evidence))
        mine = gate.responsible_id is not None and gate.responsible_id == request.actor.post_id
        pending = decision.state == "open" and gate.state == "pending"
        gates.append({
            "row": gate, "evidence": evidence, "pending": pending,
            "refused": _same_reason([one for one in offered if not one.reason.allowed]),
            "can": [one.move for one in offered if one.reason.allowed and one.move.slug != "redo"],
            "redo": any(one.reason.allowed and one.move.slug == "redo" for one in offered),
            "adds": pending and (mine or drafts), "posts": queries.posts(gate, request.at) if drafts and pending else [],
            "bad": {refused.field or "outcome": refused.message} if refused and place == gate.kind else {},
        })  # fmt: skip
    context = {
        "decision": decision, "gates": gates, "offers": moves.decision_offers(decision, request.actor),
        "history": queries.history(decision), "edition": EDITION, "standing": queries.standing(decision),
        "bad": {refused.field or "move": refused.message} if refused and not place else {},
        "typed": request.POST if refused else {},
    }  # fmt: skip
    return render(request, _SHOWN, context, status=422 if refused else 200)


def _same_reason(refused: list[Offer]) -> list[tuple[str, str]]:
    """`(通过、不通过, reason)`: moves refused for one reason are one line."""
    by_reason: dict[str, list[str]] = {}
    for one in refused:
        by_reason.setdefault(one.reason.sentence, []).append(one.move.title)
    return [("、".join(titles), sentence) for sentence, titles in by_reason.items()]


def detail(request: Request, number: int) -> HttpResponse:
    return _detail(request, _found(request, number))


def move(request: Request, number: int, word: str) -> HttpResponse:
    """改草案, 公布, 终止."""
    decision = _found(request, number)
    actor, at, posted = request.actor, request.at, request.POST
    try:
        if word == "revise":
            actions.revise(
                actor=actor,
                decision=decision,
                summary=posted.get("summary", ""),
                draft=_upload(request, "draft"),
                at=at,
            )
        elif word == "publish":
            actions.publish(actor=actor, decision=decision, at=at)
        elif word == "terminate":
            actions.terminate(actor=actor, decision=decision, reason=posted.get("reason", ""), at=at)
        else:
            raise Http404
    except Refused as refused:
        if not refused.field:
            raise
        return _detail(request, _found(request, number), refused=refused)
    return HttpResponseRedirect(reverse("decision", args=[number]))


def gate_move(request: Request, number: int, kind: str, word: str) -> HttpResponse:
    """At one gate: name who answers for it, add evidence, conclude, take up again."""
    decision = _found(request, number)
    gate = next((row for row in decision.gates.all() if row.kind == kind), None)
    work = {"assign": _assign, "evidence": _evidence, "conclude": _conclude, "redo": _redo}.get(word)
    if gate is None or work is None:
        raise Http404
    try:
        work(request, gate)
    except Refused as refused:
        if not refused.field:
            raise
        return _detail(request, _found(request, number), refused=refused, place=kind)
    return HttpResponseRedirect(f"{reverse('decision', args=[number])}#{kind}")


def _assign(request: Request, gate: GateRow) -> None:
    wanted = request.POST.get("post", "")
    post = (
        Post.objects.select_related("organisation", "person").filter(pk=int(wanted) if wanted.isdigit() else 0).first()
    )
    if post is None:
        raise Refused("post", "选一个岗位。", "post")
    actions.assign(actor=request.actor, gate=gate, post=post, at=request.at)


def _evidence(request: Request, gate: GateRow) -> None:
    actions.add_evidence(
        actor=request.actor,
        gate=gate,
        title=request.POST.get("title", ""),
        upload=_upload(request, "file"),
        at=request.at,
    )


def _conclude(request: Request, gate: GateRow) -> None:
    posted = request.POST
    wanted = Conclusion(
        outcome=posted.get("outcome", ""), text=posted.get("text", ""), held_from=_day(posted.get("held_from", ""), "held_from"),
        held_to=_day(posted.get("held_to", ""), "held_to"), short_reason=posted.get("short_reason", ""),
    )  # fmt: skip
    actions.conclude(actor=request.actor, gate=gate, wanted=wanted, at=request.at)


def _redo(request: Request, gate: GateRow) -> None:
    actions.redo(actor=request.actor, gate=gate, reason=request.POST.get("reason", ""), at=request.at)


def _day(text: str, field: str) -> date | None:
    try:
        return date.fromisoformat(text) if text.strip() else None
    except ValueError:
        raise Refused("date", f"“{text[:20]}”不是日期，写成 2025-07-25。", field) from None


def _upload(request: Request, field: str) -> actions.Upload | None:
    sent_file = request.FILES.get(field)
    return (sent_file.name or "文件", sent_file.read()) if sent_file else None


def attachment(request: Request, number: int) -> HttpResponse:
    """A draft or an evidence file, for those who may see a decision it belongs to."""
    decisions_seen = queries.visible(request.actor).values("pk")
    evidence = Evidence.objects.filter(gate__decision__in=decisions_seen).values("stored")
    stored = Stored.objects.filter(pk=number).filter(
        Q(pk__in=evidence) | Q(pk__in=queries.visible(request.actor).values("draft"))
    )
    found = stored.first()
    if found is None:
        raise Http404
    return sent(found)


def public_list(request: Request) -> HttpResponse:
    rows = Decision.objects.filter(state="published").select_related("organisation").order_by("-published_at", "-id")
    context = {"page": Paginator(rows, 50).get_page(request.GET.get("page"))}
    return render(request, "kernel/planning/decisions/public_list.html", context)


def public_detail(request: Request, number: int) -> HttpResponse:
    """Gates, conclusions, responsible units and evidence by title: never a person's name, never a file."""
    rows = Decision.objects.filter(state="published").select_related("organisation")
    decision = (
        rows.prefetch_related("gates__responsible__organisation", "gates__evidence__stored").filter(pk=number).first()
    )
    if decision is None:
        raise Http404
    context = {"decision": decision, "edition": EDITION}
    return render(request, "kernel/planning/decisions/public_detail.html", context)
