"""移送: what we handed over and how far it got; what others handed to us, read-only."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import STATUS, Request, number
from anlan.kernel.access.moves import offers
from anlan.kernel.access.types import Page
from anlan.kernel.exchange.delivery.models import Peer
from anlan.kernel.relay import actions, queries
from anlan.kernel.relay.models import Mirror
from anlan.kernel.relay.types import HAND_OVER, READ
from anlan.kernel.response import queries as response
from anlan.kernel.response.showing import sentence
from anlan.kernel.response.types import FACTS, GRADES, KINDS, LEVELS, POSTS, STATES
from anlan.kernel.web.exporting import exported

_T = "kernel/relay/"
_OUTWARD = ("sign_in", "forbidden", "second_factor")


def overview(request: Request, refused: Refused | None = None) -> HttpResponse:
    may = policy.may(request.actor, HAND_OVER)
    context = {
        "sent": [(one, offers(actions.MOVES, one.handover, request.actor)) for one in queries.lines(queries.handovers(request.actor)[:200])],
        "came": queries.mirrors(request.actor)[:200], "may": may, "states": STATES, "levels": LEVELS, "grades": GRADES,
        "incidents": response.visible(request.actor).filter(is_open=True)[:200] if may else [],
        "peers": Peer.objects.filter(state="linked") if may else [], "bad": refused, "typed": request.POST if refused else request.GET,
    }  # fmt: skip
    return render(request, _T + "overview.html", context, status=STATUS.get(refused.code, 422) if refused else 200)


def hand_over(request: Request) -> HttpResponse:
    posted = request.POST
    try:
        peer = Peer.objects.filter(pk=number(posted.get("peer"))).first()
        if peer is None:
            raise Refused("peer", "没有选移送给谁。", "peer")
        incident = response.incident(request.actor, posted.get("incident", ""))
        actions.hand_over(
            actor=request.actor, incident=incident, peer=peer, reason=posted.get("reason", ""), at=request.at
        )
    except Refused as refused:
        if refused.code in _OUTWARD:
            raise
        return overview(request, refused)
    messages.success(request, f"已移送{peer}，以后的记录随时传送。")
    return HttpResponseRedirect(reverse("relay"))


def move(request: Request, given: str, word: str) -> HttpResponse:
    row = queries.handovers(request.actor).filter(pk=number(given)).first()
    if row is None:
        raise Http404
    try:
        actions.move(actor=request.actor, handover=row, step=word, at=request.at)
    except Refused as refused:
        if refused.code in _OUTWARD:
            raise
        return overview(request, refused)
    messages.success(request, f"已办，现在是“{row.get_state_display()}”。")
    return HttpResponseRedirect(reverse("relay"))


def _mirror(request: Request, given: str) -> Mirror:
    row = queries.mirrors(request.actor).filter(pk=number(given)).first()
    if row is None:
        raise Http404
    return row


def mirror(request: Request, given: str, refused: Refused | None = None) -> HttpResponse:
    """The board and the log of another's incident, and whether the chain holds."""
    row = _mirror(request, given)
    board = queries.board(row)
    facts = [
        (FACTS[slug].title, count.value, FACTS[slug].unit, count.occurred_at) for slug, count in board.counts.items()
    ]
    entries = [
        (one, KINDS[one.kind].title, sentence(one.kind, one.payload), POSTS.get(one.post, ""), one.pk in board.struck)
        for one in queries.entries(row)
    ]
    context = {
        "mirror": row, "board": board, "facts": facts, "entries": entries[::-1], "wrong": queries.verify(row), "state": STATES[board.state],
        "level": LEVELS.get(board.level or 0, ""), "grade": GRADES.get(board.grade or 0, ""), "may": policy.may(request.actor, HAND_OVER, row), "bad": refused,
    }  # fmt: skip
    return render(request, _T + "mirror.html", context, status=STATUS.get(refused.code, 422) if refused else 200)


def take(request: Request, given: str) -> HttpResponse:
    row = _mirror(request, given)
    try:
        actions.take(actor=request.actor, mirror=row, at=request.at)
    except Refused as refused:
        if refused.code in _OUTWARD:
            raise
        return mirror(request, given, refused)
    messages.success(request, "已签收，对方会看到是谁签的。")
    return HttpResponseRedirect(reverse("relay_mirror", args=[row.pk]))


def export(request: Request, given: str) -> HttpResponse:
    row = _mirror(request, given)
    rows = (
        (one.seq, one.occurred_at.isoformat(), KINDS[one.kind].title, sentence(one.kind, one.payload), one.actor_name, one.on_behalf_of, one.hash)
        for one in queries.entries(row)
    )  # fmt: skip
    head = ("序号", "发生", "种类", "内容", "谁", "代表", "SHA-256")
    return exported(request.GET.get("form", "xlsx"), row.number, head, rows)


PAGES = (
    Page(path="relay/", name="relay", view=overview, permission=READ, title="移送", section="command", command="移送事件"),
    Page(path="relay/new/", name="relay_new", view=hand_over, permission=HAND_OVER, title="移送事件", methods=("POST",), section="command"),
    Page(path="relay/sent/<str:given>/<str:word>/", name="relay_move", view=move, permission=HAND_OVER, title="停止或恢复传送", methods=("POST",), section="command"),
    Page(path="relay/<str:given>/", name="relay_mirror", view=mirror, permission=READ, title="移送来的事件", section="command"),
    Page(path="relay/<str:given>/take/", name="relay_take", view=take, permission=HAND_OVER, title="签收移送的事件", methods=("POST",), section="command"),
    Page(path="relay/<str:given>/export/", name="relay_export", view=export, permission=READ, title="导出移送来的记录", kind="export"),
)  # fmt: skip
