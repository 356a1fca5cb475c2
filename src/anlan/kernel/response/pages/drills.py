"""Drills: starting one, and the page of who directs it (players play on the board)."""

from __future__ import annotations

from pathlib import Path

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import STATUS, Request, form_key
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import Page
from anlan.kernel.response import log
from anlan.kernel.response.actions import drills
from anlan.kernel.response.grading import kinds
from anlan.kernel.response.models import Drill
from anlan.kernel.response.pages.incidents import district_of

_T = "kernel/response/"
_SAMPLE = (Path(__file__).parents[1] / "library" / "drill_flood.toml").read_text(encoding="utf-8")


def listing(request: Request) -> HttpResponse:
    """Every drill, and the form of a new one; for who directs drills, not for players."""
    refused: Refused | None = None
    if request.method == "POST":
        try:
            drill = _start(request)
            messages.success(request, f"演练已开始：{drill.incident.number}。")
            return HttpResponseRedirect(reverse("drill", args=[drill.incident.number]))
        except Refused as error:
            if error.code in ("sign_in", "forbidden"):
                raise
            refused = error
    typed = request.POST if refused else {"script": _SAMPLE, "pace": "1", "kind": "flood"}
    context = {
        "drills": Drill.objects.select_related("incident", "director"), "kinds": kinds(), "typed": typed, "bad": refused, "key": form_key(request),
        "streets": Organisation.objects.filter(kind="street", closed_on=None), "chosen": request.POST.getlist("streets"),
    }  # fmt: skip
    return render(request, _T + "drills.html", context, status=STATUS.get(refused.code, 422) if refused else 200)


def _start(request: Request) -> Drill:
    typed = request.POST
    return drills.start(
        actor=request.actor, organisation=district_of(request), title=typed.get("title", ""), kind=typed.get("kind", ""), place=typed.get("place", ""),
        script=drills.read(typed.get("script", "")), at=request.at, pace=typed.get("pace", "1"), blind=typed.get("blind") == "1", key=form_key(request),
        streets=tuple(Organisation.objects.filter(kind="street", code__in=typed.getlist("streets"))),
    )  # fmt: skip


def one(request: Request, number: str) -> HttpResponse:
    """The director's page: the script with what has come and what is to come, the drill's own clock."""
    drill = Drill.objects.select_related("incident", "director").filter(incident__number=number).first()
    if drill is None:
        raise Http404
    policy.require(request.actor, drills.DIRECT, drill)
    board = log.board(drill.incident)
    context = {
        "drill": drill,
        "incident": drill.incident,
        "board": board,
        "at": drill.incident.now(request.at),
        "lines": [(row, row["key"] in board.injects) for row in drill.script],
    }
    return render(request, _T + "drill.html", context)


PAGES = (
    Page(path="command/drills/", name="drills", view=listing, permission=drills.DIRECT, title="演练", methods=("GET", "POST"), section="command", command="开始演练"),
    Page(path="command/drills/<str:number>/", name="drill", view=one, permission=drills.DIRECT, title="导调", section="command"),
)  # fmt: skip
