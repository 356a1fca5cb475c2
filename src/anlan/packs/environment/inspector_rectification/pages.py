"""The ledger as a table that prints, its export, starting rows, and what the public sees."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import Request
from anlan.kernel.web.exporting import exported
from anlan.packs.environment.inspector_rectification import actions, queries
from anlan.packs.environment.inspector_rectification.rules import KINDS, SLUG, STATES

_T = "packs/environment/inspector_rectification/"


def ledger(request: Request) -> HttpResponse:
    today = civil_date(request.at)
    lines = queries.ledger(request.actor, request.GET.dict(), today)
    rounds = sorted(set(queries.visible(request.actor).values_list("round", flat=True)))
    context = {
        "lines": lines, "kinds": KINDS, "states": {"waiting": queries.WAITING, **STATES}, "rounds": rounds, "asked": request.GET, "today": today,
        "rates": queries.rates(today), "may_start": policy.may(request.actor, f"{SLUG}.report"), "filtered": bool(request.GET),
        "waiting": sum(one.item.case_id is None for one in lines), "may_write": policy.may(request.actor, f"{SLUG}.write"),
    }  # fmt: skip
    return render(request, _T + "ledger.html", context)


HEAD = ("编号", "批次", "来源", "问题", "整改目标", "整改措施", "责任单位", "督导部门", "交办日期", "目标日期", "状态", "进度 %", "最近进展", "销号日期",
        "按期", "公开日期", "公开在哪里", "事项编号")  # fmt: skip


def export(request: Request) -> HttpResponse:
    rows = (
        (one.item.code, one.item.round, KINDS.get(one.item.kind, one.item.kind), one.item.problem, one.item.goal, one.item.measures, one.item.responsible,
         one.item.supervisor, one.item.received_on, one.item.target_on, one.state, one.item.percent, one.item.progress, one.closed_on,
         "否" if one.late else "是" if one.done else "", one.item.published_on, one.item.published_where, one.item.case.number if one.item.case else "")
        for one in queries.ledger(request.actor, request.GET.dict(), civil_date(request.at))
    )  # fmt: skip
    return exported(request.GET.get("form", "xlsx"), "督察整改台账", HEAD, rows)


def start(request: Request, number: int) -> HttpResponse:
    item = queries.visible(request.actor).filter(pk=number).first()
    if item is None:
        raise Http404
    case = actions.start(actor=request.actor, item=item, at=request.at)
    messages.success(request, f"{item.code} 已立案并下达给{case.holder}：{case.number}。")
    return HttpResponseRedirect(reverse("case", args=[case.number]))


def start_all(request: Request) -> HttpResponse:
    policy.require(request.actor, f"{SLUG}.report")
    done, refused = actions.start_all(actor=request.actor, at=request.at)
    if not done and not refused:
        raise Refused("illegal", "没有待立案的任务。")
    messages.success(request, f"已立案 {done} 件。" + ("没有立的：" + "；".join(refused[:5]) if refused else ""))
    return HttpResponseRedirect(reverse(f"{SLUG}_ledger"))


def public(request: Request) -> HttpResponse:
    """Tasks that are to be public: problem, whose, until when, done or not. No person."""
    today = civil_date(request.at)
    lines = [queries.line(one, today) for one in queries.published()]
    return render(request, _T + "public.html", {"lines": lines, "closed": sum(one.done for one in lines)})


def public_csv(request: Request) -> HttpResponse:
    lines = (queries.line(one, civil_date(request.at)) for one in queries.published())
    head = ("编号", "批次", "问题", "责任单位", "目标日期", "状态", "销号日期", "公开在哪里")
    rows = ((one.item.code, one.item.round, one.item.problem, one.item.responsible, one.item.target_on, one.state, one.closed_on, one.item.published_where)
            for one in lines)  # fmt: skip
    return exported("csv", "督察整改公开", head, rows)
