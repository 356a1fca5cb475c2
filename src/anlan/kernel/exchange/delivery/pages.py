"""链路: our own card, the peers, what waits, what was refused; the file that a person carries."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import STATUS, Request, number
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.moves import offers
from anlan.kernel.access.types import PUBLIC, Page
from anlan.kernel.exchange.delivery import actions, api, carrying, identity, queries, rules
from anlan.kernel.exchange.delivery.declared import subjects
from anlan.kernel.exchange.delivery.models import Forged, Peer
from anlan.kernel.exchange.delivery.moves import CARRY, MANAGE, PEER, READ
from anlan.kernel.exchange.delivery.types import PEER_KINDS
from anlan.kernel.web.paging import page_of

_T = "kernel/exchange/delivery/"
_OUTWARD = ("sign_in", "forbidden", "second_factor")


def _status(refused: Refused | None) -> int:
    return STATUS.get(refused.code, 422) if refused else 200


def _organisation(request: Request) -> Organisation:
    row = Organisation.objects.filter(pk=request.actor.organisation_id or 0).first()
    if row is None:
        raise Refused("organisation", "当前岗位没有单位，不能登记对端。")
    return row


def overview(request: Request, refused: Refused | None = None) -> HttpResponse:
    lines = queries.lines(queries.visible(request.actor))
    card = identity.card(request.build_absolute_uri("/").rstrip("/"))
    context = {
        "lines": [(one, one.late(request.at)) for one in lines], "card": rules.write_card(card), "own": card, "fingerprint": rules.fingerprint(card.key),
        "manage": policy.may(request.actor, MANAGE), "carry": policy.may(request.actor, CARRY), "kinds": PEER_KINDS, "forged": Forged.objects.all()[:50],
        "unseen": Forged.objects.filter(seen_at=None).exists(), "bad": refused, "typed": request.POST if refused else {},
    }  # fmt: skip
    return render(request, _T + "overview.html", context, status=_status(refused))


def enter(request: Request) -> HttpResponse:
    posted = request.POST
    try:
        made = actions.enter_peer(
            actor=request.actor, card=rules.read_card(posted.get("card", "")), kind=posted.get("kind", ""), organisation=_organisation(request), at=request.at
        )  # fmt: skip
    except Refused as refused:
        if refused.code in _OUTWARD:
            raise
        return overview(request, refused)
    messages.success(request, f"已登记{made}，请另一个人打电话核对公钥。")
    return HttpResponseRedirect(reverse("delivery_peer", args=[made.pk]))


def _peer(request: Request, given: str) -> Peer:
    row = queries.visible(request.actor).filter(pk=number(given)).first()
    if row is None:
        raise Http404
    return row


def peer(request: Request, given: str, refused: Refused | None = None) -> HttpResponse:
    row = _peer(request, given)
    titles = {slug: one.title for slug, one in subjects().items()}
    context: dict[str, Any] = {
        "peer": row, "line": queries.lines(Peer.objects.filter(pk=row.pk))[0], "fingerprint": rules.fingerprint(row.key), "titles": titles,
        "offers": offers(PEER, row, request.actor), "out": page_of(request, row.parcels.order_by("-seq")), "came": row.arrived.order_by("-seq")[:50],
        "own": rules.fingerprint(rules.public_key(identity.seed())), "carry": policy.may(request.actor, CARRY, row),
        "manage": policy.may(request.actor, MANAGE, row), "bad": refused, "typed": request.POST if refused else {},
    }  # fmt: skip
    return render(request, _T + "peer.html", context, status=_status(refused))


def _move(request: Request, row: Peer, word: str) -> str:
    actions.move_peer(
        actor=request.actor, peer=row, step=word, at=request.at, fingerprint=request.POST.get("fingerprint", "")
    )
    return f"已办，现在是“{row.get_state_display()}”。"


def _again(request: Request, row: Peer, _word: str) -> str:
    parcel = row.parcels.select_related("peer__organisation").filter(seq=number(request.POST.get("seq"))).first()
    if parcel is None:
        raise Refused("not_found", "没有这一件。")
    actions.again(actor=request.actor, parcel=parcel, at=request.at)
    return "已放回待送，几秒内就送。"


def _take(request: Request, row: Peer, _word: str) -> str:
    came = row.arrived.select_related("peer__organisation").filter(seq=number(request.POST.get("seq"))).first()
    if came is None:
        raise Refused("not_found", "没有这一件。")
    actions.take_again(actor=request.actor, row=came, at=request.at)
    return "已收办。"


def _card(request: Request, row: Peer, _word: str) -> str:
    actions.replace_card(
        actor=request.actor, peer=row, card=rules.read_card(request.POST.get("card", "")), at=request.at
    )
    return "连接卡已换，请另一个人重新核对公钥。"


_DO = {"confirm": _move, "stop": _move, "resume": _move, "again": _again, "take": _take, "card": _card}


def act(request: Request, given: str, word: str) -> HttpResponse:
    row = _peer(request, given)
    if word not in _DO:
        raise Http404
    try:
        messages.success(request, _DO[word](request, row, word))
    except Refused as refused:
        if refused.code in _OUTWARD:
            raise
        return peer(request, given, refused)
    return HttpResponseRedirect(reverse("delivery_peer", args=[row.pk]))


def seen(request: Request) -> HttpResponse:
    actions.seen(actor=request.actor, at=request.at)
    messages.success(request, "已记为看过。")
    return HttpResponseRedirect(reverse("delivery"))


# ---- the file
def _attachment(content: bytes, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def export(request: Request, given: str) -> HttpResponse:
    row = _peer(request, given)
    content = carrying.export(actor=request.actor, peer=row, at=request.at)
    return _attachment(content, f"link-{identity.code()}-{row.code}-{request.at:%Y%m%d%H%M}.zip", "application/zip")


def acks(request: Request, given: str) -> HttpResponse:
    row = _peer(request, given)
    return _attachment(
        carrying.export_acks(row), f"acks-{identity.code()}-{row.code}.json", "application/json; charset=utf-8"
    )


def paper(request: Request, given: str) -> HttpResponse:
    """The covering sheet of the file: what is in it, with digests, to be signed for."""
    row = _peer(request, given)
    rows = [
        (one, rules.digest(one.text)) for one in row.parcels.exclude(state="acked").order_by("seq")[: carrying.MOST]
    ]
    titles = {slug: one.title for slug, one in subjects().items()}
    return render(
        request,
        _T + "paper.html",
        {"peer": row, "rows": rows, "own": identity.card(), "titles": titles, "at": request.at},
    )


def bring(request: Request) -> HttpResponse:
    refused: Refused | None = None
    done = None
    if request.method == "POST":
        try:
            file = request.FILES.get("file")
            if file is not None and (file.size or 0) > carrying.LARGEST:
                raise Refused("file", f"文件超过 {carrying.LARGEST >> 20} MB。", "file")
            done = carrying.bring(actor=request.actor, data=file.read() if file else b"", at=request.at)
        except Refused as given:
            if given.code in _OUTWARD:
                raise
            refused = given
    received, settled = done or (None, 0)
    context = {"received": received, "settled": settled, "bad": refused}
    return render(request, _T + "bring.html", context, status=_status(refused))


PAGES = (
    Page(path="link/", name="delivery", view=overview, permission=READ, title="链路", section="command", command="看城市链路"),
    Page(path="link/new/", name="delivery_enter", view=enter, permission=MANAGE, title="登记对端", methods=("POST",), section="command"),
    Page(path="link/seen/", name="delivery_seen", view=seen, permission=CARRY, title="看过拒收的消息", methods=("POST",), section="command"),
    Page(path="link/import/", name="delivery_import", view=bring, permission=CARRY, title="导入链路文件", methods=("GET", "POST"), section="command",
         command="导入链路文件"),
    Page(path="link/<str:given>/", name="delivery_peer", view=peer, permission=READ, title="一个对端", section="command"),
    Page(path="link/<str:given>/export/", name="delivery_export", view=export, permission=CARRY, title="导出待送文件", methods=("POST",), kind="export"),
    Page(path="link/<str:given>/acks/", name="delivery_acks", view=acks, permission=CARRY, title="导出回执", kind="file"),
    Page(path="link/<str:given>/print/", name="delivery_print", view=paper, permission=CARRY, title="待送清单", section="command"),
    Page(path="link/<str:given>/do/<str:word>/", name="delivery_do", view=act, permission=READ, title="办理对端", methods=("POST",), section="command"),
    Page(path="api/v1/link/parcels", name="delivery_parcels", view=api.parcels, permission=PUBLIC, title="收对端的邮件", methods=("POST",), kind="api",
         operation=api.PARCELS),
)  # fmt: skip
