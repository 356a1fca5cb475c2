"""The duty post: who watches, which rounds are due, the log, on the screen, as a file and on paper."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.clock import CHINA, civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import Request, number
from anlan.kernel.access.moves import offers
from anlan.kernel.documents.pdf import to_pdf
from anlan.kernel.documents.word import MEDIA_TYPE, to_docx
from anlan.kernel.web import picking
from anlan.kernel.web.exporting import exported
from anlan.kernel.web.picking import units
from anlan.packs.safety.hazchem_monitoring import actions, duty_rules, queries
from anlan.packs.safety.hazchem_monitoring.duty_moves import BY_HOLDER, DUTY_MOVES, TITLES
from anlan.packs.safety.hazchem_monitoring.kinds import DUTY, POSTS
from anlan.packs.safety.hazchem_monitoring.models import DutyPost
from anlan.packs.safety.hazchem_monitoring.printing import document, line

_T = "packs/safety/hazchem_monitoring/"
# What a move asks to be written; the others are signed with one press, a word may be added.
PROMPTS = {
    "takeover": "接班时的情况（可空）", "relieve": "为什么顶班", "round": "看到的情况（可空）", "leave": "事由和替班人", "back": "返岗时的情况（可空）",
    "handover": "设备、报警、未办的事", "note": "内容", "explain": "为什么漏巡", "correct": "更正成什么",
}  # fmt: skip
_EVER_WANTED = ("takeover", "round", "back")


def _found(request: Request, pk: int) -> DutyPost:
    found = queries.post(request.actor, pk)
    if found is None:
        raise Http404
    return found


def _day(request: Request) -> date:
    try:
        return min(date.fromisoformat(request.GET.get("day", "")), civil_date(request.at))
    except ValueError:
        return civil_date(request.at)


def _bounds(day: date) -> tuple[datetime, datetime]:
    start = datetime.combine(day, time(), CHINA)
    return start, start + timedelta(days=1)


def post(request: Request, pk: int) -> HttpResponse:
    return _post(request, _found(request, pk))


def _post(request: Request, row: DutyPost, bad: Refused | None = None, word: str = "") -> HttpResponse:
    day = _day(request)
    mine = row.holder_id is not None and row.holder_id == request.actor.person_id
    rounds = queries.rounds_now(row, request.at) if row.ended_at is None else []
    missed = [one for one in queries.rounds_of(row, request.at) if one.unexplained]
    shown = [
        (
            one.move,
            one.reason,
            PROMPTS[one.move.slug],
            one.move.slug not in _EVER_WANTED,
            one.move.slug in BY_HOLDER and not mine,
        )
        for one in offers(DUTY_MOVES, row, request.actor)
        if (one.move.slug != "relieve" or not mine) and (one.move.slug != "explain" or missed)
    ]
    context = {
        "row": row, "mine": mine, "rounds": rounds, "missed": missed, "offers": shown, "bad": bad, "bad_word": word, "typed": request.POST if bad else {},
        "log": queries.log(row, *_bounds(day)), "day": day, "today": civil_date(request.at), "before": day - timedelta(days=1), "after": day + timedelta(days=1),
        "tallies": queries.tallies(row, request.at), "shift": duty_rules.shift_of(duty_rules.read_shifts(row.shifts), request.at),
        "grace": duty_rules.GRACE.seconds // 60, "source": duty_rules.SOURCE, "may_end": policy.may(request.actor, POSTS, row),
        "open": next((one for one in rounds if one.state == "open"), None), "titles": TITLES,
    }  # fmt: skip
    return render(request, _T + "post.html", context, status=422 if bad else 200)


def sign(request: Request, pk: int, word: str) -> HttpResponse:
    row, posted = _found(request, pk), request.POST
    if word not in TITLES:
        raise Http404
    try:
        actions.sign(
            actor=request.actor, post=row, kind=word, text=posted.get("text", ""), at=request.at, due=_instant(posted.get("due", "")),
            corrects=number(posted.get("corrects")),
        )  # fmt: skip
    except Refused as refused:
        if not refused.field:
            raise
        return _post(request, _found(request, pk), refused, word)
    messages.success(request, f"已签：{TITLES[word]}。")
    return HttpResponseRedirect(reverse("duty_post", args=[pk]))


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def end(request: Request, pk: int) -> HttpResponse:
    row = _found(request, pk)
    try:
        actions.end_post(actor=request.actor, post=row, reason=request.POST.get("reason", ""), at=request.at)
    except Refused as refused:
        if not refused.field:
            raise
        return _post(request, _found(request, pk), refused, "end")
    return HttpResponseRedirect(reverse("hazchem"))


def new(request: Request) -> HttpResponse:
    bad: Refused | None = None
    owners = units(request.actor, POSTS, but=())
    if request.method == "POST":
        posted = request.POST
        try:
            owner = picking.chosen(owners, posted, "organisation")
            made = actions.found_post(
                actor=request.actor, organisation=owner, name=posted.get("name", ""), shifts=posted.get("shifts", ""),
                every=number(posted.get("every", "").strip()), at=request.at,
            )  # fmt: skip
            return HttpResponseRedirect(reverse("duty_post", args=[made.pk]))
        except Refused as refused:
            bad = refused
    context = {
        "owners": owners,
        "bad": bad,
        "typed": request.POST,
        "least": duty_rules.LEAST_EVERY,
        "most": duty_rules.MOST_EVERY,
        "may": DUTY,
    }
    return render(request, _T + "post_new.html", context, status=422 if bad else 200)


def export(request: Request, pk: int) -> HttpResponse:
    """The whole log of a post, as csv or xlsx; a day of it on paper, as docx or pdf."""
    row, form = _found(request, pk), request.GET.get("form", "xlsx")
    day = _day(request)
    if form in ("csv", "xlsx"):
        head = ("序号", "日期", "时间", "事项", "内容", "签名", "代表")
        rows = ((int(told[0]), f"{one.at.astimezone(CHINA):%Y-%m-%d}", *told[1:], one.on_behalf_of)
                for one in row.entries.select_related("corrects").order_by("number") for told in (line(one),))  # fmt: skip
        return exported(form, f"值守日志_{row.name}", head, rows)
    start, finish = _bounds(day)
    tallies = [
        one for one in queries.tallies(row, request.at, 60) if one.shift.start < finish and one.shift.end > start
    ]
    paper = document(row, day, queries.log(row, start, finish), tallies)
    if form == "docx":
        content, kind = to_docx(paper), MEDIA_TYPE
    elif form == "pdf":
        content, kind = to_pdf(paper), "application/pdf"
    else:
        raise Refused("form", "只能导出 csv、xlsx、docx 或 pdf。", "form")
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'值守日志_{row.name}_{day}')}.{form}"
    return response
