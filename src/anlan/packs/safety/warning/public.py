"""What everyone sees without signing in: warnings that hold, one of them, the feed, a subscription, a receipt. All without script."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.errors import Refused
from anlan.kernel.access.edge import STATUS, Request, number
from anlan.kernel.access.models import Organisation
from anlan.kernel.reporting import actions as doors
from anlan.kernel.reporting.pages import address
from anlan.packs.safety.subjects import letters
from anlan.packs.safety.warning import feeds, queries, rules, telling
from anlan.packs.safety.warning.models import WarningMessage
from anlan.packs.safety.warning.sheets import COLOUR_CHOICES

_T = "packs/safety/warning/"
_CODES = {**STATUS, "too_many": 429}


def listing(request: Request) -> HttpResponse:
    lines = [(one, rules.COLOUR_SLUGS.get(one.colour or 0, "")) for one in queries.public(request.at)[:100]]
    return render(request, _T + "public_list.html", {"lines": lines, "ended": queries.ended(request.at)[:20]})


def _shown(given: str) -> WarningMessage:
    """Actual, public, issued or received as such; never an exercise."""
    row = WarningMessage.objects.filter(pk=number(given), status="Actual", exercise=False, scope="Public", sent_at__isnull=False).exclude(state__in=("draft", "waiting", "held", "ignored", "dropped")).first()  # fmt: skip
    if row is None:
        raise Http404
    return row


def detail(request: Request, given: str) -> HttpResponse:
    row = _shown(given)
    replaced = row.followed_by.filter(state__in=("active", "notice", "updated"), exercise=False).first()
    context = {
        "one": row, "standing": queries.standing(row, request.at), "colour": rules.COLOUR_SLUGS.get(row.colour or 0, ""), "replaced": replaced,
        "holds": queries.public(request.at).filter(pk=row.pk).exists(),
    }  # fmt: skip
    return render(request, _T + "public_detail.html", context)


def feed(request: Request) -> HttpResponse:
    def where(one: WarningMessage) -> str:
        return request.build_absolute_uri(reverse("public_warning_cap", args=[one.identifier]))

    rows = list(feeds.outgoing(request.at)[:100])
    top = Organisation.objects.filter(parent=None).order_by("pk").first()
    content = feeds.atom(rows, f"{top or '安澜'}预警", request.build_absolute_uri(request.path), where, request.at)
    return HttpResponse(content, content_type="application/atom+xml; charset=utf-8")


def cap(request: Request, given: str) -> HttpResponse:
    """One document, for machines. An exercise has no address."""
    row = (
        feeds.outgoing(request.at).filter(identifier=given).first()
        or WarningMessage.objects.filter(
            way="own", status="Actual", exercise=False, scope="Public", identifier=given, sent_at__isnull=False
        ).first()
    )
    if row is None:
        raise Http404
    return HttpResponse(feeds.document(row), content_type="application/cap+xml; charset=utf-8")


# ---- subscriptions
def subscribe(request: Request) -> HttpResponse:
    refused: Refused | None = None
    if request.method == "POST":
        try:
            _subscribe(request)
            return HttpResponseRedirect(reverse("public_warning_subscribe") + "?sent=1")
        except Refused as given:
            refused = given
    context: dict[str, Any] = {
        "bad": refused, "typed": request.POST if refused else {}, "hazards": rules.HAZARDS, "colours": COLOUR_CHOICES, "sent": request.GET.get("sent") == "1",
        "streets": Organisation.objects.filter(kind="street", closed_on=None),
    }  # fmt: skip
    return render(request, _T + "subscribe.html", context, status=_CODES.get(refused.code, 422) if refused else 200)


def _subscribe(request: Request) -> None:
    posted = request.POST
    if posted.get("website"):
        raise Refused("trap", "有一栏不该填的填了字，没有收下。清空那一栏再提交。")
    doors.allow("send", address(request), request.at)
    place = Organisation.objects.filter(code=posted.get("place", ""), kind="street", closed_on=None).first()
    if posted.get("place") and place is None:
        raise Refused("place", "没有这个街道。", "place")
    telling.subscribe(
        channel=posted.get("channel", ""), address=posted.get("address", ""), place=place, hazard=posted.get("hazard", ""), colour=posted.get("colour", ""), at=request.at
    )  # fmt: skip
    doors.count("send", address(request), request.at)


def subscription(request: Request, key: UUID, given: str) -> HttpResponse:
    """Confirm or stop. Opening it changes nothing: programs that look into letters open links too."""
    row = telling.subscription(key, given)
    if request.method == "POST":
        telling.settle(row, request.POST.get("step", ""), request.at)
        return HttpResponseRedirect(reverse("public_warning_subscription", args=[key, given]))
    return render(request, _T + "subscription.html", {"row": row, "hazard": rules.HAZARDS.get(row.hazard, "")})


def receipt(request: Request, key: UUID, given: str) -> HttpResponse:
    if not letters.good("receipt", key, given):
        raise Http404
    if request.method == "POST":
        telling.confirm_letter(key, given, request.at)
        messages.success(request, "已记下您收到了。")
        return HttpResponseRedirect(reverse("public_warnings"))
    return render(request, _T + "receipt.html", {})
