"""What everyone sees without signing in and without script: knowledge, search, subscriptions, kit lists, the proof of a certificate."""

from __future__ import annotations

import hmac
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access.edge import Request
from anlan.kernel.access.models import Organisation
from anlan.kernel.reporting import actions as doors
from anlan.kernel.reporting.pages import address
from anlan.kernel.web.paging import page_of
from anlan.packs.safety.publicity import queries, rules, telling
from anlan.packs.safety.publicity.models import KnowledgeEdition, TrainingCertificate
from anlan.packs.safety.publicity.pages import html_of, inline, status_of
from anlan.packs.safety.publicity.sheets import HOUSEHOLDS

_T = "packs/safety/publicity/"
PAGE = 10
MOST_PEOPLE = 20


def _streets() -> list[Organisation]:
    return list(Organisation.objects.filter(kind="street", closed_on=None).order_by("path"))


def listing(request: Request) -> HttpResponse:
    words = request.GET.get("q", "").strip()[:60]
    topic, place = request.GET.get("topic", ""), request.GET.get("place", "")
    topic = topic if topic in rules.TOPICS else ""
    page = page_of(request, queries.search(words, topic, place[:40]), PAGE)
    lines = [(one, _excerpt(one.text, words)) for one in page]
    context = {"page": page, "lines": lines, "words": words, "topic": topic, "place": place, "topics": rules.TOPICS, "streets": _streets()}  # fmt: skip
    return render(request, _T + "public_list.html", context)


def _excerpt(text: str, words: str) -> str:
    """The place of the text where the first word stands, without the signs of Markdown."""
    bare = rules.bare(text)
    places = [rules.plain(bare).find(one) for one in rules.words_of(words)]
    start = max(min((one for one in places if one >= 0), default=0) - 20, 0)
    return ("…" if start else "") + bare[start : start + 90] + ("…" if len(bare) > start + 90 else "")


def _published(number: int) -> KnowledgeEdition:
    row = queries.published().filter(page_id=number).first()
    if row is None:
        raise Http404
    return row


def detail(request: Request, number: int) -> HttpResponse:
    row = _published(number)
    near = [one for one in queries.search("", row.topic) if one.pk != row.pk][:4]
    context = {"one": row, "html": html_of(row, "public_knowledge_picture"), "pictures": row.pictures.all(), "places": queries.place_names(row.places), "near": near}  # fmt: skip
    return render(request, _T + "public_detail.html", context)


def picture(_request: Request, number: int, place: int) -> HttpResponse:
    found = _published(number).pictures.filter(number=place).select_related("stored").first()
    if found is None:
        raise Http404
    return inline(found.stored, public=True)


# ---- subscriptions
def subscribe(request: Request) -> HttpResponse:
    refused: Refused | None = None
    if request.method == "POST":
        try:
            _subscribe(request)
            return HttpResponseRedirect(reverse("public_knowledge_subscribe") + "?sent=1")
        except Refused as given:
            refused = given
    context = {"bad": refused, "typed": request.POST if refused else request.GET, "topics": rules.TOPICS, "streets": _streets(), "sent": request.GET.get("sent") == "1"}  # fmt: skip
    return render(request, _T + "subscribe.html", context, status=status_of(refused))


def _subscribe(request: Request) -> None:
    posted = request.POST
    if posted.get("website"):
        raise Refused("trap", "有一栏不该填的填了字，没有收下。清空那一栏再提交。")
    doors.allow("send", address(request), request.at)
    place = Organisation.objects.filter(code=posted.get("place", ""), kind="street", closed_on=None).first()
    if posted.get("place") and place is None:
        raise Refused("place", "没有这个街道。", "place")
    telling.subscribe(channel=posted.get("channel", ""), address=posted.get("address", ""), place=place, topic=posted.get("topic", ""), at=request.at)  # fmt: skip
    doors.count("send", address(request), request.at)


def subscription(request: Request, key: UUID, given: str) -> HttpResponse:
    """Confirm or stop. Opening it changes nothing: programs that look into letters open links too."""
    row = telling.subscription(key, given)
    if request.method == "POST":
        telling.settle(row, request.POST.get("step", ""), request.at)
        return HttpResponseRedirect(reverse("public_knowledge_subscription", args=[key, given]))
    return render(request, _T + "subscription.html", {"row": row, "topic": rules.TOPICS.get(row.topic, "")})


# ---- kit lists
def kit(request: Request) -> HttpResponse:
    asked = request.GET.get("people", "").strip() or "3"
    people = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 4 else 0
    bad = None if 1 <= people <= MOST_PEOPLE else Refused("people", f"人数写 1 到 {MOST_PEOPLE}。", "people")
    households = [one for one in request.GET.getlist("household") if one in HOUSEHOLDS and one != "any"]
    context = {
        "parts": [] if bad else queries.kit(households, people), "people": asked[:20] if bad else people, "households": {slug: word for slug, word in HOUSEHOLDS.items() if slug != "any"},
        "chosen": households, "chosen_words": [HOUSEHOLDS[one] for one in households], "bad": bad, "today": civil_date(request.at),
    }  # fmt: skip
    return render(request, _T + "kit.html", context, status=status_of(bad))


# ---- certificates
def certificate(request: Request) -> HttpResponse:
    """Number and code together, or nothing: what does not fit and what does not exist get the same answer."""
    refused: Refused | None = None
    row: TrainingCertificate | None = None
    number, code = (request.POST.get(name, "").strip().upper()[:30] for name in ("number", "code"))
    if request.method == "POST":
        try:
            doors.allow("wrong", address(request), request.at)
            found = TrainingCertificate.objects.filter(number=number).select_related("sitting__course__organisation", "sitting__person").first()  # fmt: skip
            if found is None or not rules.CODE.match(code) or not hmac.compare_digest(found.code, code):
                doors.count("wrong", address(request), request.at)
                raise Refused("code", "编号和验证码对不上。照证书上写的再填。", "code")
            row = found
        except Refused as told:
            refused = told
    today = civil_date(request.at)
    context = {"bad": refused, "one": row, "name": rules.masked(row.sitting.person.name) if row else "", "ended": row is not None and row.expires_on < today, "number": number, "code": code}  # fmt: skip
    return render(request, _T + "verify.html", context, status=status_of(refused))
