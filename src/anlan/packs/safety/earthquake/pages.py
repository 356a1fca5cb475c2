"""地震速报: the list, and taking one down."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.clock import CHINA
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import STATUS, Request, form_key, number
from anlan.kernel.access.models import Organisation
from anlan.kernel.response import queries as response
from anlan.kernel.web.exporting import exported
from anlan.kernel.web.paging import page_of
from anlan.packs.safety.earthquake import actions, queries, rules
from anlan.packs.safety.earthquake.models import KINDS, QuickReport

_T = "packs/safety/earthquake/"


def listing(request: Request) -> HttpResponse:
    page = page_of(request, queries.reports())
    seen = set(response.visible(request.actor).values_list("pk", flat=True))
    context = {"page": page, "lines": [(one, one.incident_id in seen, hasattr(one, "corrected_by")) for one in page], "may": policy.why(request.actor, actions.TAKE)}  # fmt: skip
    return render(request, _T + "list.html", context)


def export(request: Request) -> HttpResponse:
    head = (
        "发震时刻",
        "震中",
        "震级",
        "深度（千米）",
        "经度",
        "纬度",
        "测定",
        "来源",
        "事件",
        "录入时间",
        "录入人",
        "更正了哪一份",
    )
    rows = (
        (_text(one.occurred_at), one.place, one.magnitude, one.depth, one.longitude, one.latitude, KINDS[one.kind], one.source, one.incident.number if one.incident else "",
         _text(one.made_at), one.made_by, str(one.corrects or ""))
        for one in queries.reports()
    )  # fmt: skip
    return exported(request.GET.get("form", "xlsx"), "地震速报", head, rows)


def _text(at: datetime) -> str:
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.replace(tzinfo=CHINA) if found.tzinfo is None else found


def new(request: Request) -> HttpResponse:
    """Paste the sentence and have it read, or fill in the fields; then it opens an incident, corrects one, or is only kept."""
    typed: dict[str, Any] = request.POST.dict() if request.method == "POST" else {}
    refused: Refused | None = None
    if request.method == "POST":
        try:
            if typed.get("do") == "read":
                typed |= {name: value for name, value in rules.read(typed.get("text", ""), request.at).items() if value}
            else:
                return _take(request, typed)
        except Refused as error:
            if error.code in ("sign_in", "forbidden"):
                raise
            refused = error
    open_ones = queries.reports().filter(incident__is_open=True, corrected_by=None)[:20]
    context = {"typed": typed, "bad": refused, "kinds": KINDS.items(), "open": open_ones, "key": typed.get("key") or uuid4(), "rings": rules.rings(), "source": rules.source()}  # fmt: skip
    return render(request, _T + "new.html", context, status=STATUS.get(refused.code, 422) if refused else 200)


def _take(request: Request, typed: dict[str, Any]) -> HttpResponse:
    organisation = Organisation.objects.get(pk=int(request.actor.path.strip("/").split("/")[0]))
    corrects = QuickReport.objects.filter(pk=number(typed.get("corrects"))).first() if typed.get("corrects") else None
    made = actions.take(
        actor=request.actor, organisation=organisation, values=typed, occurred_at=_moment(typed.get("occurred_at", "")), at=request.at, key=form_key(request),
        opens=typed.get("do") != "keep", corrects=corrects, another=typed.get("another") == "1",
    )  # fmt: skip
    if made.incident is None:
        messages.success(request, f"已记下 {made}，没有开事件。")
        return HttpResponseRedirect(reverse("earthquakes"))
    messages.success(request, f"{made}：{'已更正' if corrects else '已开'}事件 {made.incident.number}。")
    return HttpResponseRedirect(reverse("incident", args=[made.incident.number]))
