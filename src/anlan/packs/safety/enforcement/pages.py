"""Rewards. Inspections, penalties and draws are the kernel's pages."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import STATUS, Request, number
from anlan.kernel.access.moves import offers
from anlan.packs.safety.enforcement import actions, queries
from anlan.packs.safety.enforcement.moves import PROPOSE, REWARD

_T = "packs/safety/enforcement/"


def rewards(request: Request, refused: Refused | None = None) -> HttpResponse:
    rows = queries.rewards(request.actor)
    context = {
        "lines": [(one, offers(REWARD, one, request.actor)) for one in rows[:200]], "count": rows.count(), "bad": refused, "typed": request.POST if refused else {},
        "may": policy.may(request.actor, PROPOSE), "cases": queries.penalties(request.actor)[:200] if policy.may(request.actor, PROPOSE) else [],
    }  # fmt: skip
    return render(request, _T + "rewards.html", context, status=STATUS.get(refused.code, 422) if refused else 200)


def reward_new(request: Request) -> HttpResponse:
    posted = request.POST
    try:
        case = queries.penalties(request.actor).filter(number=posted.get("case", "").strip()).first()
        if case is None:
            raise Refused("case", "选一件已经送达的处罚。", "case")
        actions.propose(
            actor=request.actor, case=case, report=posted.get("report", ""), amount=posted.get("amount", ""), basis=posted.get("basis", ""), at=request.at
        )  # fmt: skip
    except Refused as refused:
        if refused.code in ("sign_in", "forbidden"):
            raise
        return rewards(request, refused)
    messages.success(request, "已提出，等别人批准。")
    return HttpResponseRedirect(reverse("enforcement_rewards"))


def reward_move(request: Request, given: str, word: str) -> HttpResponse:
    row = queries.rewards(request.actor).filter(pk=number(given)).first()
    if row is None:
        raise Http404
    try:
        actions.move(actor=request.actor, reward=row, step=word, reason=request.POST.get("reason", ""), at=request.at)
    except Refused as refused:
        if refused.code in ("sign_in", "forbidden"):
            raise
        return rewards(request, refused)
    messages.success(request, f"已办，现在是“{row.get_state_display()}”。")
    return HttpResponseRedirect(reverse("enforcement_rewards"))
