"""The scorecard; investigations and the ladder are the kernel's pages, the lists are registers."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from anlan.base.clock import civil_date
from anlan.kernel.access.edge import Request
from anlan.kernel.web.exporting import exported
from anlan.packs.safety.accountability import queries


def scorecard(request: Request) -> HttpResponse:
    kind = request.GET.get("kind", "")
    by, cards = queries.scorecards(request.actor, request.at, kind)
    context = {
        "rule": by, "cards": [one for one in cards if one.score is not None],
        "rest": [one for one in cards if one.score is None], "kinds": queries.KINDS, "kind": kind, "year": civil_date(request.at).year,
    }  # fmt: skip
    return render(request, "packs/safety/accountability/scorecard.html", context)


def scorecard_export(request: Request) -> HttpResponse:
    _by, cards = queries.scorecards(request.actor, request.at, request.GET.get("kind", ""))
    head = ("单位", "得分", "工作按期完成", "应完成", "隐患按时销号", "应销号", "责任清单条数", "提醒约谈通报扣分")
    rows = (
        (str(one.organisation), one.score, one.counted.works_done, one.counted.works_due, one.counted.dangers_good, one.counted.dangers_all,
         one.counted.duties, one.counted.less)
        for one in cards
    )  # fmt: skip
    return exported(request.GET.get("form", "xlsx"), "单位安全责任评分", head, rows)
