"""Reviews: list and one-click making, the report as paper with its moves, the printed files, and the public site."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import quote

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import Request
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.moves import offers
from anlan.kernel.documents.pdf import to_pdf
from anlan.kernel.documents.sheet import sheet
from anlan.kernel.documents.word import MEDIA_TYPE, to_docx
from anlan.kernel.journal.models import Entry
from anlan.kernel.planning.models import Plan
from anlan.kernel.planning.reviews import actions
from anlan.kernel.planning.reviews.models import KINDS, STATES, Review
from anlan.kernel.planning.reviews.moves import MOVES
from anlan.kernel.planning.reviews.verbs import TITLES
from anlan.kernel.planning.reviews.writing import document
from anlan.kernel.web.exporting import exported

_READING = "plan__document__reading"  # the reader's whole answer: never fetched with a row
_PDF, _JSON = "application/pdf", "application/json"


def _visible(request: Request) -> QuerySet[Review]:
    rows = policy.visible_to(request.actor, "planning_reviews.view", Review.objects.all(), "organisation__path")
    return rows.select_related("plan__document", "organisation", "snapshot").defer(_READING)


def _filtered(request: Request) -> QuerySet[Review]:
    rows, asked = _visible(request), request.GET
    if asked.get("plan", "").isdecimal():
        rows = rows.filter(plan_id=int(asked["plan"]))
    if asked.get("kind") in KINDS:
        rows = rows.filter(kind=asked["kind"])
    if asked.get("state") in STATES:
        rows = rows.filter(state=asked["state"])
    orders = {"year": ("year", "id"), "-year": ("-year", "-id")}
    return rows.order_by(*orders.get(asked.get("sort", ""), ("-made_at", "-id")))


def reviews(request: Request) -> HttpResponse:
    """The list, and above it the form that makes a review."""
    return _listed(request, None)


def _listed(request: Request, refused: Refused | None) -> HttpResponse:
    page = Paginator(_filtered(request), 50).get_page(request.GET.get("page"))
    last = Review.objects.order_by("-id").values_list("code", "addressee").first()
    root = Organisation.objects.filter(parent=None).order_by("id").first()
    context = {
        "page": page, "plans": Plan.objects.select_related("document").defer("document__reading").order_by("document__is_demo", "id"), "kinds": KINDS,
        "states": STATES, "asked": request.GET, "making": policy.why(request.actor, "planning_reviews.make"),
        "today": civil_date(request.at), "typed": request.POST if refused else {},
        "bad": {refused.field or "form": refused.message} if refused else {},
        "code": last[0] if last else "规评", "addressee": last[1] if last else str(root.name if root else ""),
    }  # fmt: skip
    return render(request, "kernel/planning/reviews/list.html", context, status=422 if refused else 200)


def make(request: Request) -> HttpResponse:
    """一键生成. Wrong input shows the list again with the sentence and everything typed."""
    posted = request.POST
    try:
        plan = Plan.objects.filter(pk=int(posted["plan"]) if posted.get("plan", "").isdecimal() else 0).first()
        if plan is None:
            raise Refused("plan", "选一份规划。", "plan")
        unit = Organisation.objects.filter(pk=request.actor.organisation_id or 0).first()
        if unit is None:
            raise Refused("organisation", "当前岗位没有单位，不能发文。")
        review = actions.make(
            actor=request.actor, plan=plan, kind=posted.get("kind", ""), year=_year(posted.get("year", "")),
            as_of=_day(posted.get("as_of", ""), posted, request), organisation=unit, code=posted.get("code", "").strip(),
            addressee=posted.get("addressee", ""), at=request.at,
        )  # fmt: skip
    except Refused as refused:
        return _listed(request, refused)
    return HttpResponseRedirect(reverse("review", args=[review.pk]))


def _year(text: str) -> int:
    if len(text.strip()) != 4 or not text.strip().isdecimal():
        raise Refused("year", "年份写四位数，如 2024。", "year")
    return int(text)


def _day(text: str, posted: Any, request: Request) -> date:
    """Empty means the end of the year (the end of June for a mid-term review), but not after today."""
    if not text.strip():
        month, day = (6, 30) if posted.get("kind") == "mid" else (12, 31)
        return min(date(_year(posted.get("year", "")), month, day), civil_date(request.at))
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Refused("as_of", "截至日期写成 2024-12-31。", "as_of") from None


def _found(request: Request, number: int) -> Review:
    review = _visible(request).filter(pk=number).first()
    if review is None:
        raise Http404
    return review


def _shown(request: Request, review: Review, refused: Refused | None = None) -> HttpResponse:
    facts = actions.facts_of(review)
    frozen = review.state in ("signed", "published")
    entries = Entry.objects.filter(subject_kind="review", subject_id=str(review.pk)).order_by("id")
    context = {
        "review": review, "facts": facts, "sheet": sheet(document(facts)), "frozen": frozen, "states": STATES,
        "order": list(STATES), "place": list(STATES).index(review.state),
        "intact": frozen and actions.intact(review.snapshot), "offers": offers(MOVES, review, request.actor),
        "figures": [one for one in facts["indicators"] if one["value"] is not None],
        "history": [(entry, TITLES.get(entry.verb, entry.verb)) for entry in entries],
        "bad": {refused.field or "form": refused.message} if refused else {}, "typed": request.POST if refused else {},
    }  # fmt: skip
    return render(request, "kernel/planning/reviews/detail.html", context, status=422 if refused else 200)


def detail(request: Request, number: int) -> HttpResponse:
    return _shown(request, _found(request, number))


def move(request: Request, number: int, word: str) -> HttpResponse:
    """One move of the table. A refusal that belongs to a field shows the page again with what was typed."""
    review, posted = _found(request, number), request.POST
    actor, at = request.actor, request.at
    try:
        match word:
            case "refresh":
                actions.refresh(actor=actor, review=review, at=at)
            case "write":
                actions.write(
                    actor=actor,
                    review=review,
                    opinion=posted.get("opinion", ""),
                    proposals=posted.get("proposals", ""),
                    at=at,
                )
            case "score":
                actions.send_to_sign(actor=actor, review=review, at=at)
            case "return":
                actions.send_back(actor=actor, review=review, reason=posted.get("reason", ""), at=at)
            case "sign":
                actions.sign(actor=actor, review=review, at=at)
            case "publish":
                actions.publish(actor=actor, review=review, at=at)
            case _:
                raise Http404
    except Refused as refused:
        if not refused.field:
            raise
        return _shown(request, _found(request, number), refused)
    return HttpResponseRedirect(reverse("review", args=[number]))


def _file(review: Review, form: str) -> HttpResponse:
    """Word, PDF or the frozen facts themselves; from the snapshot only."""
    if review.state not in ("signed", "published"):
        raise Refused("unsigned", "还没有签发，不能出正式文件。")
    facts = actions.facts_of(review)
    name = quote(document(facts).plain_title)
    if form == "docx":
        content, kind = to_docx(document(facts)), MEDIA_TYPE
    elif form == "pdf":
        content, kind = to_pdf(document(facts)), _PDF
    elif form == "json":
        content, kind = review.snapshot.content.encode(), _JSON
    else:
        raise Http404
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}.{form}"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def printed(request: Request, number: int, form: str) -> HttpResponse:
    return _file(_found(request, number), form)


def export(request: Request) -> HttpResponse:
    head = ("规划", "评估", "年份", "次", "截至", "状态", "文号", "得分", "等次", "签发", "公布")
    rows = (
        (
            str(one.plan), KINDS[one.kind], one.year, one.round, one.as_of, STATES[one.state], number_of(one),
            one.data["score"]["total"], one.data["score"]["grade"], civil_date(one.signed_at) if one.signed_at else None,
            civil_date(one.published_at) if one.published_at else None,
        )
        for one in _filtered(request)
    )  # fmt: skip
    return exported(request.GET.get("form", "xlsx"), "评估报告", head, rows)


def number_of(review: Review) -> str:
    return f"{review.code}〔{review.number_year}〕{review.serial}号" if review.serial else ""


def _published() -> QuerySet[Review]:
    return (
        Review.objects.filter(state="published")
        .select_related("plan__document", "organisation", "snapshot")
        .defer(_READING)
    )


def public_list(request: Request) -> HttpResponse:
    page = Paginator(_published().order_by("-published_at", "-id"), 50).get_page(request.GET.get("page"))
    return render(request, "kernel/planning/reviews/public_list.html", {"page": page})


def public_detail(request: Request, number: int) -> HttpResponse:
    """The report as paper, ready for the printer."""
    review = _published().filter(pk=number).first()
    if review is None:
        raise Http404
    context = {"review": review, "sheet": sheet(document(actions.facts_of(review)))}
    return render(request, "kernel/planning/reviews/public_detail.html", context)


def public_file(_request: Request, number: int, form: str) -> HttpResponse:
    review = _published().filter(pk=number).first()
    if review is None:
        raise Http404
    return _file(review, form)
