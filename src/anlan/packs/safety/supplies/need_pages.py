"""The need board, one need, requisitions. No rule lives here."""

from __future__ import annotations

from uuid import uuid4

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.clock import CHINA, civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import Request, number
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.moves import find
from anlan.kernel.documents.sheet import sheet
from anlan.kernel.response import queries as response
from anlan.kernel.web.exporting import exported
from anlan.kernel.web.paging import page_of
from anlan.packs.safety.supplies import forms, needs, printing, queries, requisitions
from anlan.packs.safety.supplies.models import Requisition, SupplyNeed
from anlan.packs.safety.supplies.moves import DIRECT, DRAW, MOVE, NEED, NEEDS, OFFERS, REQUISITION, SIGN_OFF
from anlan.packs.safety.supplies.rules import NEED_STATES, REQUISITION_STATES, Standing, whole

_T = "packs/safety/supplies/"


def _own(request: Request, permission: str) -> Organisation:
    found = Organisation.objects.filter(pk=request.actor.organisation_id or 0).first()
    if found is None:
        raise Refused("organisation", "先选一个岗位再办。")
    policy.require(request.actor, permission, found)
    return found


# ---- needs
def _needs(request: Request) -> list[tuple[SupplyNeed, Standing]]:
    rows = queries.needs()
    state = request.GET.get("state", "open")
    rows = rows.filter(state=state) if state in NEED_STATES else rows
    if request.GET.get("incident"):
        rows = rows.filter(incident__number=request.GET["incident"])
    found = list(rows[:500])
    standing = queries.standing(found)
    return sorted(((one, standing[one.pk]) for one in found), key=lambda pair: (pair[1].missing == 0, pair[0].due_at))


def board(request: Request) -> HttpResponse:
    """需求: what is asked for, sent, promised, still missing; the most pressing first."""
    rows = _needs(request)
    context = {
        "rows": rows, "missing": sum(one.missing > 0 for _need, one in rows), "late": sum(need.state == "open" and need.due_at < request.at and one.open > 0 for need, one in rows),
        "states": NEED_STATES, "wanted": {"state": "open", **request.GET.dict()}, "incidents": forms.incidents(request), "may_need": policy.may(request.actor, NEED), "mine": queries.asked_of(request.actor),
        "sign": queries.to_sign(request.actor) if policy.may(request.actor, SIGN_OFF) else [],
    }  # fmt: skip
    return render(request, _T + "needs.html", context)


def board_export(request: Request) -> HttpResponse:
    head = (
        "需求",
        "事件",
        "物资",
        "单位",
        "要",
        "已发",
        "已承诺",
        "还缺",
        "送到",
        "要在什么时候前",
        "提出单位",
        "状态",
    )
    rows = (
        (need.number, str(need.incident or ""), need.item.name, need.item.unit, one.wanted, one.sent, one.promised, one.missing, need.place, f"{need.due_at.astimezone(CHINA):%Y-%m-%d %H:%M}", str(need.organisation), need.get_state_display())
        for need, one in _needs(request)
    )  # fmt: skip
    return exported(request.GET.get("form", "xlsx"), "物资需求", head, rows)


def new(request: Request) -> HttpResponse:
    """提出需求 in one minute: item, how many, where, by when."""
    refused = None
    if request.method == "POST":
        try:
            x, y = forms.degrees(request.POST)
            found = forms.incident(request, request.POST.get("incident", ""))
            if found is not None and x is None:
                x, y = found.longitude, found.latitude
            row = needs.make(
                actor=request.actor, organisation=_own(request, NEED), item=queries.item(request.POST.get("item", "")), amount=whole(request.POST.get("amount", ""), "数量", "amount"),
                place=request.POST.get("place", "") or (found.place if found else ""), due_at=forms.moment(request.POST.get("due_at", ""), "时间", "due_at"), at=request.at,
                key=forms.key(request), incident=found, longitude=x, latitude=y, note=request.POST.get("note", ""),
            )  # fmt: skip
            return HttpResponseRedirect(reverse("supply_need", args=[row.number]))
        except Refused as given:
            if given.code in ("sign_in", "second_factor", "forbidden"):
                raise
            refused = given
    sent = request.POST if request.method == "POST" else request.GET
    context = {"bad": refused, "typed": sent, "items": queries.items(), "incidents": forms.incidents(request), "key": uuid4()}  # fmt: skip
    return render(request, _T + "need_new.html", context, status=forms.status(refused))


def need(request: Request, number: str) -> HttpResponse:
    """One need: what is missing, who has it nearest, who promised what, and what can be done now."""
    row, refused = queries.needs().filter(number=number).first(), None
    if row is None:
        raise Http404
    if request.method == "POST":
        refused = forms.tried(request, lambda: _need_move(request, row))
        if refused is None:
            return HttpResponseRedirect(request.path)
        row.refresh_from_db()
    actor, today = request.actor, civil_date(request.at)
    there = queries.nearest(row.item, today, row.longitude, row.latitude)
    offers = [(one, policy.may(actor, MOVE, one.store)) for one in needs.lines_of(row)]
    context = {
        "row": row, "standing": queries.standing([row])[row.pk], "offers": offers, "orders": queries.orders().filter(need=row), "may_ask": policy.may(actor, DIRECT),
        "near": [(one, amount, km, policy.may(actor, MOVE, one)) for one, amount, km in there[:12]], "bad": refused, "typed": request.POST, "key": uuid4(),
        "moves": [(one, policy.why(actor, one.permission, row)) for one in NEEDS if row.state in one.sources], "may_draw": policy.may(actor, DRAW),
        "agreements": [one for one in queries.agreements(today) if one.item == row.item.code and one.left > 0],
    }  # fmt: skip
    return render(request, _T + "need.html", context, status=forms.status(refused))


def _need_move(request: Request, row: SupplyNeed) -> str:
    posted, actor, at, do = request.POST, request.actor, request.at, request.POST.get("do", "")
    if do in ("ask", "offer"):
        amount = whole(posted.get("amount", ""), "数量", "amount")
        needs.offer(actor=actor, need=row, store=forms.store(posted.get("store")), amount=amount, at=at, asked=do == "ask")  # fmt: skip
        return "已请求，等储备点答复。" if do == "ask" else "已承诺。"
    if do in {one.slug for one in NEEDS}:
        needs.move(actor=actor, need=row, move=find(NEEDS, do), at=at, reason=posted.get("reason", ""))
        return "已办。"
    offer = row.offers.select_related("store__organisation", "need__item", "need__incident", "need__organisation").filter(pk=number(posted.get("offer"))).first()  # fmt: skip
    if offer is None or do not in {one.slug for one in OFFERS}:
        raise Refused("illegal", "没有这一步。")
    if do == "send":
        amount = whole(posted.get("amount", ""), "数量", "amount")
        needs.send(actor=actor, offer=offer, amount=amount, at=at, key=forms.key(request, offer.pk), carrier=posted.get("carrier", ""), reason=posted.get("reason", ""))  # fmt: skip
        return f"已发出，{offer.order.number}。" if offer.order else "演练：已记发出，不动账。"
    needs.answer(actor=actor, offer=offer, move=find(OFFERS, do), at=at, reason=posted.get("reason", ""))
    return "已办。"


# ---- requisitions
def taken(request: Request) -> HttpResponse:
    rows = queries.requisitions(request.actor)
    if request.GET.get("state") in REQUISITION_STATES:
        rows = rows.filter(state=request.GET["state"])
    page = page_of(request, rows)
    context = {
        "page": page, "lines": [(one, masked(request, one)) for one in page.object_list], "states": REQUISITION_STATES, "wanted": request.GET, "today": civil_date(request.at),
        "may": policy.may(request.actor, REQUISITION),
    }  # fmt: skip
    return render(request, _T + "requisitions.html", context)


def masked(request: Request, row: Requisition) -> str:
    """The owner's name, whole for those who handle the requisition."""
    return row.owner if policy.may(request.actor, REQUISITION, row) else row.owner[:1] + "**"


def taken_export(request: Request) -> HttpResponse:
    head = (
        "编号",
        "征用单位",
        "征用什么",
        "数量",
        "单位",
        "所有人",
        "征用时间",
        "计划归还",
        "状态",
        "损坏",
        "补偿（元）",
        "付款",
        "凭证",
    )
    rows = (
        (one.number, str(one.organisation), one.what, one.amount, one.unit, masked(request, one), f"{one.taken_at.astimezone(CHINA):%Y-%m-%d %H:%M}", one.until, one.get_state_display(), one.damage, one.compensation, one.paid_on, one.voucher)
        for one in queries.requisitions(request.actor)
    )  # fmt: skip
    return exported(request.GET.get("form", "xlsx"), "应急征用", head, rows)


def take(request: Request) -> HttpResponse:
    refused = None
    if request.method == "POST":
        posted = request.POST
        try:
            row = requisitions.take(
                actor=request.actor, organisation=_own(request, REQUISITION), what=posted.get("what", ""), amount=whole(posted.get("amount", ""), "数量", "amount", 1_000_000),
                unit=posted.get("unit", ""), owner=posted.get("owner", ""), phone=posted.get("phone", ""), basis=posted.get("basis", ""), state_before=posted.get("state_before", ""),
                until=forms.day(posted.get("until", ""), "归还日期", "until"), at=request.at, key=forms.key(request), incident=forms.incident(request, posted.get("incident", "")),
            )  # fmt: skip
            return HttpResponseRedirect(reverse("supply_requisition", args=[row.number]))
        except Refused as given:
            if given.code in ("sign_in", "second_factor", "forbidden"):
                raise
            refused = given
    context = {"bad": refused, "typed": request.POST, "incidents": forms.incidents(request), "key": uuid4(), "today": civil_date(request.at)}  # fmt: skip
    return render(request, _T + "requisition_new.html", context, status=forms.status(refused))


def _requisition(request: Request, number: str) -> Requisition:
    row = queries.requisitions(request.actor).filter(number=number).first()
    if row is None:
        raise Http404
    return row


def requisition(request: Request, number: str) -> HttpResponse:
    row, refused = _requisition(request, number), None
    if request.method == "POST":
        refused = forms.tried(request, lambda: _requisition_move(request, row))
        if refused is None:
            return HttpResponseRedirect(request.path)
        row = _requisition(request, number)
    whole_name = policy.why(request.actor, REQUISITION, row)
    context = {"row": row, "owner": masked(request, row), "may": whole_name, "bad": refused, "typed": request.POST, "today": civil_date(request.at), "states": list(REQUISITION_STATES.items())}  # fmt: skip
    return render(request, _T + "requisition.html", context, status=forms.status(refused))


def _requisition_move(request: Request, row: Requisition) -> str:
    posted, actor, at = request.POST, request.actor, request.at
    match posted.get("do", ""):
        case "hand_back":
            requisitions.hand_back(actor=actor, row=row, damage=posted.get("damage", ""), at=at)
            return "已归还。"
        case "settle":
            requisitions.settle(actor=actor, row=row, compensation=forms.money(posted.get("compensation", ""), "补偿", "compensation"), grounds=posted.get("grounds", ""), at=at)  # fmt: skip
            return "补偿已定。"
        case "pay":
            requisitions.pay(actor=actor, row=row, on=forms.day(posted.get("paid_on", ""), "付款日期", "paid_on"), voucher=posted.get("voucher", ""), at=at)  # fmt: skip
            return "已记付款。"
        case _:
            raise Refused("illegal", "没有这一步。")


def requisition_print(request: Request, number: str) -> HttpResponse:
    """The receipt with the owner's name: for those who handle the requisition."""
    row = _requisition(request, number)
    policy.require(request.actor, REQUISITION, row)
    form, document = request.GET.get("form", ""), printing.requisition(row)
    if form in ("pdf", "docx"):
        return forms.paper(document, form, row.number)
    return render(request, _T + "paper.html", {"title": row.number, "back": reverse("supply_requisition", args=[row.number]), "sheet": sheet(document)})  # fmt: skip


def incident_needs(request: Request, number: str) -> HttpResponse:
    """The needs of one incident: the way in from its board."""
    response.incident(request.actor, number)
    return HttpResponseRedirect(f"{reverse('supply_needs')}?incident={number}&state=all")
