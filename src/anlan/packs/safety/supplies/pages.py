"""Stock, the ledger, the form of moves, orders. No rule lives here."""

from __future__ import annotations

from functools import partial
from uuid import uuid4

from django.contrib import messages
from django.db.models import F, Q, QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.clock import CHINA, civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import Request, number
from anlan.kernel.documents.sheet import sheet
from anlan.kernel.web.exporting import Cell, exported
from anlan.kernel.web.paging import page_of
from anlan.packs.safety.subjects.reserve_models import ReserveScenario
from anlan.packs.safety.supplies import actions, forms, printing, queries
from anlan.packs.safety.supplies.models import StockBalance, StockMove, StockPlace, SupplyItem, SupplyOrder, SupplyStore
from anlan.packs.safety.supplies.moves import CATALOGUE, DRAW, MOVE, SIGN_OFF, WRITE
from anlan.packs.safety.supplies.rules import CATEGORIES, KIND_TITLES, KINDS, ORDER_STATES, TYPED, condition, whole

_T = "packs/safety/supplies/"


# ---- stock
def _stock(request: Request) -> list[queries.Stock]:
    rows = queries.stock(civil_date(request.at))
    category, words = request.GET.get("category", ""), request.GET.get("q", "").strip()
    rows = [one for one in rows if (not category or one.item.category == category) and (words in one.item.name or words in one.item.code)]  # fmt: skip
    return [one for one in rows if one.lacking] if request.GET.get("lacking") else rows


def stock(request: Request) -> HttpResponse:
    """The district's stock by item, over all who keep their own."""
    rows = _stock(request)
    context = {
        "rows": rows, "categories": CATEGORIES, "wanted": request.GET, "expired": sum(one.expired > 0 for one in rows), "near": sum(one.near > 0 for one in rows),
        "lacking": sum(one.lacking > 0 for one in rows), "filtered": any(request.GET.get(name) for name in ("category", "q", "lacking")),
        "may_move": policy.may(request.actor, MOVE), "may_write": policy.may(request.actor, CATALOGUE),
    }  # fmt: skip
    return render(request, _T + "stock.html", context)


def stock_export(request: Request) -> HttpResponse:
    head = ("编号", "物资", "单位", "类别", "可用", "其中快过期", "过期", "在途", "在用", "协议可调", "定额", "缺")
    rows = ((one.item.code, one.item.name, one.item.unit, CATEGORIES[one.item.category], one.usable, one.near, one.expired, one.transit, one.in_use, one.agreed, one.norm, one.lacking) for one in _stock(request))  # fmt: skip
    return exported(request.GET.get("form", "xlsx"), "应急物资库存", head, rows)


def stores(request: Request) -> HttpResponse:
    """Stock by place: every store, whose it is, what stands in it."""
    today = civil_date(request.at)
    rows = [(one, queries.stock(today, one), policy.may(request.actor, MOVE, one)) for one in queries.stores(request.actor)]  # fmt: skip
    return render(request, _T + "stores.html", {"rows": rows, "may_write": policy.may(request.actor, WRITE)})


def store(request: Request, pk: int) -> HttpResponse:
    """What a store holds, lot by lot; each lot is counted here."""
    row = SupplyStore.objects.select_related("organisation").filter(pk=pk).first()
    if row is None:
        raise Http404
    refused = None
    if request.method == "POST":

        def act() -> str:
            lot = forms.lot(request.POST.get("lot"))
            if lot is None:
                raise Refused("lot", "没有选哪一批。", "lot")
            typed = request.POST.get("counted", "").strip()
            counted = 0 if typed == "0" else whole(typed, "盘点数", "counted")
            done = actions.count(actor=request.actor, store=row, lot=lot, counted=counted, at=request.at, key=forms.key(request), reason=request.POST.get("reason", ""))  # fmt: skip
            return f"已盘点，{done.number}。"

        refused = forms.tried(request, act)
        if refused is None:
            return HttpResponseRedirect(request.path)
    today = civil_date(request.at)
    lots = [(one, condition(one.lot.expires_on, today, one.lot.item.warn_days), uuid4()) for one in queries.balances(row)]  # fmt: skip
    context = {"row": row, "lots": lots, "may": policy.why(request.actor, MOVE, row), "bad": refused, "typed": request.POST}  # fmt: skip
    return render(request, _T + "store.html", context, status=forms.status(refused))


def _expiring(request: Request) -> list[tuple[StockBalance, str]]:
    rows = queries.expiring(civil_date(request.at), request.actor, mine=bool(request.GET.get("mine")))
    wanted = request.GET.get("state", "")
    return [(one, state) for one, state in rows if not wanted or state == wanted]


def expiring(request: Request) -> HttpResponse:
    context = {"page": page_of(request, _expiring(request)), "wanted": request.GET, "may_move": policy.may(request.actor, MOVE)}  # fmt: skip
    return render(request, _T + "expiring.html", context)


def expiring_export(request: Request) -> HttpResponse:
    head = ("物资", "批号", "有效期至", "状态", "数量", "单位", "储备点", "归属")
    rows = ((one.lot.item.name, one.lot.batch, one.lot.expires_on, "已过期" if state == "expired" else "快过期", one.amount, one.lot.item.unit, str(one.place), str(one.place.store.organisation if one.place.store else "")) for one, state in _expiring(request))  # fmt: skip
    return exported(request.GET.get("form", "xlsx"), "物资效期", head, rows)


# ---- one item
def _item(pk: int) -> SupplyItem:
    row = SupplyItem.objects.select_related("organisation").filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def item(request: Request, pk: int) -> HttpResponse:
    """The ledger of an item: where it is, lot by lot, and every move of it."""
    row, today = _item(pk), civil_date(request.at)
    context = {
        "row": row, "lots": [(one, condition(one.lot.expires_on, today, row.warn_days)) for one in queries.balances().filter(lot__item=row)],
        "page": page_of(request, queries.moves_of(row)), "agreements": [one for one in queries.agreements(today) if one.item == row.code],
        "category": CATEGORIES[row.category], "may_move": policy.may(request.actor, MOVE),
    }  # fmt: skip
    return render(request, _T + "item.html", context)


_MOVE_HEAD = ("时间", "单号", "种类", "从", "到", "物资", "批号", "有效期至", "数量", "单位", "经办")


def _move_cells(one: StockMove) -> tuple[Cell, ...]:
    lot = one.lot
    return (f"{one.at.astimezone(CHINA):%Y-%m-%d %H:%M}", one.order.number, KIND_TITLES[one.order.kind], str(one.source), str(one.target), lot.item.name, lot.batch, lot.expires_on, one.amount, lot.item.unit, one.actor_name)  # fmt: skip


def item_export(request: Request, pk: int) -> HttpResponse:
    row = _item(pk)
    return exported(
        request.GET.get("form", "xlsx"), f"物资台账_{row}", _MOVE_HEAD, map(_move_cells, queries.moves_of(row))
    )


def balance(request: Request) -> HttpResponse:
    """The trial balance: what each place holds, inside and outside; together nothing."""
    total, rows = queries.totals()
    names = {one.slug: one for one in StockPlace.objects.select_related("store__organisation")}
    return render(request, _T + "balance.html", {"total": total, "rows": [(names[slug], amount) for slug, amount in rows]})  # fmt: skip


# ---- the form of moves
def move(request: Request) -> HttpResponse:
    """One form for what comes in and goes out; the kind is in the address. Enter saves; the next one keeps kind and store."""
    sent = request.POST if request.method == "POST" else request.GET
    kind = sent.get("kind", "") if sent.get("kind", "") in TYPED else "issue"
    typed, refused = forms.rows(request), None
    if request.method == "POST":
        try:
            done = _ordered(request, kind, typed)
            messages.success(request, f"已记 {done.number}。")
            again = f"{reverse('supply_move')}?kind={kind}&store={number(request.POST.get('store'))}"
            return HttpResponseRedirect(again if request.POST.get("again") else reverse("supply_order", args=[done.number]))  # fmt: skip
        except Refused as given:
            if given.code in ("sign_in", "second_factor"):
                raise
            refused = given
    context = {
        "kind": KINDS[kind], "kinds": TYPED, "lines": list(enumerate(typed)), "mine": queries.stores(request.actor, mine=True), "all": queries.stores(request.actor) if kind == "transfer" else (),
        "items": queries.items(), "typed": sent, "bad": refused, "key": uuid4(), "today": civil_date(request.at), "more": len(typed) + 6, "travels": kind in ("issue", "transfer"),
        "lots": {n: forms.lot(row["lot"]) for n, row in enumerate(typed) if row["lot"]} if not refused else {},
    }  # fmt: skip
    return render(request, _T + "move.html", context, status=forms.status(refused))


def _ordered(request: Request, kind: str, typed: list[dict[str, str]]) -> SupplyOrder:
    posted, actor, at, key = request.POST, request.actor, request.at, forms.key(request)
    store = forms.store(posted.get("store"))
    if KINDS[kind].into:
        return actions.bring_in(actor=actor, kind=kind, store=store, lines=forms.lines_in(typed), at=at, key=key, partner=posted.get("partner", ""), reason=posted.get("reason", ""))  # fmt: skip
    target = forms.store(posted.get("target"), "target") if kind == "transfer" else None
    return actions.send_out(
        actor=actor, kind=kind, store=store, target=target, lines=forms.lines_out(typed), at=at, key=key, partner=posted.get("partner", ""), place=posted.get("place", ""),
        carrier=posted.get("carrier", ""), moving=bool(posted.get("moving")), reason=posted.get("reason", ""),
    )  # fmt: skip


# ---- orders
def _orders(request: Request) -> QuerySet[SupplyOrder]:
    rows = queries.orders()
    for name in ("kind", "state"):
        if request.GET.get(name):
            rows = rows.filter(**{name: request.GET[name]})
    if pk := number(request.GET.get("store")):
        rows = rows.filter(Q(source=pk) | Q(target=pk))
    if words := request.GET.get("q", "").strip():
        rows = rows.filter(Q(number__contains=words) | Q(partner__contains=words) | Q(lines__item__name__contains=words)).distinct()  # fmt: skip
    return rows


def orders(request: Request) -> HttpResponse:
    context = {
        "page": page_of(request, _orders(request)), "kinds": KIND_TITLES, "states": ORDER_STATES, "stores": queries.stores(request.actor), "wanted": request.GET,
        "chosen": number(request.GET.get("store")), "may_move": policy.may(request.actor, MOVE),
    }  # fmt: skip
    return render(request, _T + "orders.html", context)


def orders_export(request: Request) -> HttpResponse:
    rows = StockMove.objects.filter(order__in=_orders(request)).select_related("order", "lot__item", "source__store", "target__store").order_by("-at", "-id")  # fmt: skip
    return exported(request.GET.get("form", "xlsx"), "物资收发明细", _MOVE_HEAD, map(_move_cells, rows[:100_000]))


def _order(number: str) -> SupplyOrder:
    row = queries.order(number)
    if row is None:
        raise Http404
    return row


def order(request: Request, number: str) -> HttpResponse:
    """One order: its lines and moves, and what can be done with it now."""
    row, refused = _order(number), None
    if request.method == "POST":
        refused = forms.tried(request, partial(_order_move, request, row))
        if refused is None:
            return HttpResponseRedirect(request.path)
        row = _order(number)
    actor = request.actor
    signer = row.target or row.need or row
    issued = row.kind in ("issue", "agreement") and row.state == "done" and row.target is None
    lines = [(one, actions.outstanding(row, one) if issued else 0) for one in row.lines.all()]
    context = {
        "row": row, "lines": lines, "kind": KINDS[row.kind], "moves": row.moves.select_related("source__store", "target__store", "lot__item"), "bad": refused, "typed": request.POST, "key": uuid4(),
        "sign": policy.why(actor, SIGN_OFF, signer), "own": policy.why(actor, MOVE, row.target if row.target and row.state == "done" else row.organisation),
        "back": [one for one in queries.stores(actor, mine=True) if one.organisation_id == row.organisation_id] if issued and any(out for _one, out in lines) else [],
        "may_cancel": policy.may(actor, DRAW, row), "children": row.children.all(), "reversible": row.state in ("moving", "done") and row.kind != "reversal",
    }  # fmt: skip
    return render(request, _T + "order.html", context, status=forms.status(refused))


def _order_move(request: Request, row: SupplyOrder) -> str:
    posted, actor, at, reason = request.POST, request.actor, request.at, request.POST.get("reason", "")
    match posted.get("do", ""):
        case "sign":
            received = {one.pk: 0 if posted.get(f"received-{one.pk}", "").strip() == "0" else whole(posted.get(f"received-{one.pk}", ""), "实收", "received") for one in row.lines.all()}  # fmt: skip
            actions.sign(actor=actor, order=row, received=received, at=at, reason=reason)
            return "已签收。"
        case "deliver":
            line = row.lines.get()
            given = actions.In(
                item=line.item, amount=whole(posted.get("amount", ""), "实收", "amount"), batch=posted.get("batch", ""),
                made_on=forms.day_or_none(posted.get("made_on", ""), "生产日期", "made_on"), expires_on=forms.day_or_none(posted.get("expires_on", ""), "有效期", "expires_on"),
            )  # fmt: skip
            actions.deliver(actor=actor, order=row, line=given, at=at)
            return "已签收。"
        case "cancel":
            actions.cancel(actor=actor, order=row, reason=reason, at=at)
            return "已取消，协议数量恢复。"
        case "return":
            amounts = {one.pk: whole(posted[f"back-{one.pk}"], "退回", "amount") for one in row.lines.all() if posted.get(f"back-{one.pk}", "").strip() not in ("", "0")}  # fmt: skip
            done = actions.give_back(actor=actor, order=row, amounts=amounts, store=forms.store(posted.get("store")), at=at, key=forms.key(request, "return"), reason=reason)  # fmt: skip
            return f"已退库，{done.number}。"
        case "reverse":
            done = actions.reverse(actor=actor, order=row, reason=reason, at=at, key=forms.key(request, "reverse"))
            return f"已冲回，{done.number}。"
        case _:
            raise Refused("illegal", "没有这一步。")


def order_print(request: Request, number: str) -> HttpResponse:
    row = _order(number)
    form, document = request.GET.get("form", ""), printing.order(row)
    if form in ("pdf", "docx"):
        return forms.paper(document, form, row.number)
    return render(request, _T + "paper.html", {"title": row.number, "back": reverse("supply_order", args=[row.number]), "sheet": sheet(document)})  # fmt: skip


# ---- norms, donations
def norms(request: Request) -> HttpResponse:
    """Norms reached or not; a scenario's demand against the ledger, what the grass roots keep, agreements and plans."""
    today = civil_date(request.at)
    lines = queries.norms(today)
    scenarios = list(ReserveScenario.objects.filter(retired_on=None).order_by("code"))
    chosen = next((one for one in scenarios if one.pk == number(request.GET.get("scenario"))), scenarios[0] if scenarios else None)  # fmt: skip
    context = {
        "lines": [one for one in lines if one.lacking] if request.GET.get("lacking") else lines, "reached": sum(one.reached for one in lines), "all": len(lines), "scenarios": scenarios, "chosen": chosen,
        "gaps": queries.scenario_gaps(chosen, today) if chosen else [], "wanted": request.GET,
    }  # fmt: skip
    return render(request, _T + "norms.html", context)


def norms_export(request: Request) -> HttpResponse:
    head = ("物资", "单位", "定额", "在效期内", "协议可调", "缺", "达到", "定额已核对")
    rows = ((one.title, one.unit, one.needed, one.held, one.agreed, one.lacking, "是" if one.reached else "否", "是" if one.verified else "否") for one in queries.norms(civil_date(request.at)))  # fmt: skip
    return exported(request.GET.get("form", "xlsx"), "储备对定额", head, rows)


def donations(request: Request) -> HttpResponse:
    return render(request, _T + "donations.html", {"rows": queries.gifts(), "may_move": policy.may(request.actor, MOVE)})  # fmt: skip


def donations_export(request: Request) -> HttpResponse:
    rows = ((one.donor, one.item.name, one.item.unit, one.received, one.used, one.scrapped, one.left) for one in queries.gifts())  # fmt: skip
    return exported(request.GET.get("form", "xlsx"), "捐赠收支", ("捐赠人", "物资", "单位", "收到", "已用", "报废", "还在"), rows)  # fmt: skip


# ---- agreements
def agreements(request: Request) -> HttpResponse:
    """协议储备: what is promised, what is left, whom to call; an order is placed here."""
    today, refused = civil_date(request.at), None
    rows = list(queries.agreements(today))
    if request.method == "POST":

        def act() -> str:
            row = next((one for one in rows if one.pk == number(request.POST.get("agreement"))), None)
            if row is None:
                raise Refused("agreement", "没有这份协议，或它不在有效期内。", "agreement")
            need = queries.needs().filter(number=request.POST.get("need", ""), state="open").first()
            if request.POST.get("need") and need is None:
                raise Refused("need", "没有这个需求，或它已经结束。", "need")
            given = forms.store(request.POST.get("store")) if request.POST.get("store") else None
            done = actions.draw(actor=request.actor, agreement=row, amount=whole(request.POST.get("amount", ""), "数量", "amount"), at=request.at, key=forms.key(request, "draw", row.pk), store=given, need=need, place=request.POST.get("place", ""))  # fmt: skip
            return f"已下单 {done.number}，打电话给 {row.contact} {row.phone}，{row.lead_hours} 小时内送到。"

        refused = forms.tried(request, act)
        if refused is None:
            return HttpResponseRedirect(request.path)
    wanted = request.GET.get("need", "")
    items = {one.code: one for one in SupplyItem.objects.filter(code__in=[one.item for one in rows])}
    need = queries.needs().filter(number=wanted, state="open").first() if wanted else None
    context = {
        "rows": [(one, items.get(one.item)) for one in rows if need is None or one.item == need.item.code], "may_draw": policy.may(request.actor, DRAW), "stores": queries.stores(request.actor),
        "need": need, "bad": refused, "typed": request.POST, "key": uuid4(), "drawn": queries.orders().filter(kind="agreement").order_by(F("state").desc(), "-made_at")[:20],
        "may_write": policy.may(request.actor, CATALOGUE),
    }  # fmt: skip
    return render(request, _T + "agreements.html", context, status=forms.status(refused))
