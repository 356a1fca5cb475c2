"""区域应急联动: whom an agreement is in force with, what we asked, what was asked of us."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.clock import CHINA, civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import STATUS, Request, number
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.moves import offers
from anlan.kernel.exchange.delivery.models import Peer
from anlan.kernel.response import queries as response
from anlan.kernel.web.paging import page_of
from anlan.packs.safety.mutual_aid import actions, queries
from anlan.packs.safety.mutual_aid.moves import ASK, IN, OUT

_T = "packs/safety/mutual_aid/"
_OUTWARD = ("sign_in", "forbidden", "second_factor")


def overview(request: Request, refused: Refused | None = None) -> HttpResponse:
    today = civil_date(request.at)
    may = policy.may(request.actor, ASK)
    page = page_of(request, queries.requests(request.actor))
    peers = {one.code: one for one in Peer.objects.filter(state="linked")}
    context = {
        "page": page, "lines": [(one, offers(OUT if one.way == "out" else IN, one, request.actor)) for one in page], "may": may, "bad": refused,
        "agreements": [(one, peers.get(one.peer_code)) for one in queries.agreements(today)], "undrilled": queries.undrilled(today),
        "peers": [peers[one.peer_code] for one in queries.agreements(today) if one.peer_code in peers], "typed": request.POST if refused else request.GET,
        "incidents": response.visible(request.actor).filter(is_open=True)[:100] if may else [],
    }  # fmt: skip
    return render(request, _T + "overview.html", context, status=STATUS.get(refused.code, 422) if refused else 200)


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.replace(tzinfo=CHINA) if found.tzinfo is None else found


def ask(request: Request) -> HttpResponse:
    posted = request.POST
    try:
        peer = Peer.objects.filter(pk=number(posted.get("peer"))).first()
        organisation = Organisation.objects.filter(pk=request.actor.organisation_id or 0).first()
        if peer is None or organisation is None:
            raise Refused("peer", "没有选向谁请求。", "peer")
        chosen = posted.get("incident", "")
        actions.ask(
            actor=request.actor, organisation=organisation, peer=peer, what=posted.get("what", ""), place=posted.get("place", ""),
            needed_at=_moment(posted.get("needed_at", "")), at=request.at, incident=response.incident(request.actor, chosen) if chosen else None,
            exercise=posted.get("exercise") == "1",
        )  # fmt: skip
    except Refused as refused:
        if refused.code in _OUTWARD:
            raise
        return overview(request, refused)
    messages.success(request, f"已向{peer}请求，对方答复后这里和工作台都看得到。")
    return HttpResponseRedirect(reverse("mutual_aid"))


def move(request: Request, given: str, word: str) -> HttpResponse:
    row = queries.requests(request.actor).filter(pk=number(given)).first()
    if row is None:
        raise Http404
    try:
        actions.move(actor=request.actor, request=row, step=word, words=request.POST.get("words", ""), at=request.at)
    except Refused as refused:
        if refused.code in _OUTWARD:
            raise
        return overview(request, refused)
    messages.success(request, f"已办，现在是“{row.get_state_display()}”，对方也会看到。")
    return HttpResponseRedirect(reverse("mutual_aid"))
