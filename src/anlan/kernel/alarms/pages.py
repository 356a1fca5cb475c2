"""The alarm list, one alarm, the load."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import make_aware

from anlan.base.clock import CHINA
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import Request
from anlan.kernel.access.moves import offers
from anlan.kernel.alarms import actions, queries
from anlan.kernel.alarms.load import lines, load
from anlan.kernel.alarms.models import STATES, Alarm
from anlan.kernel.alarms.moves import ALARM_MOVES, ANSWER, BY_HAND
from anlan.kernel.alarms.rules import edition
from anlan.kernel.alarms.types import PRIORITIES
from anlan.kernel.alarms.verbs import TITLES
from anlan.kernel.alarms.why import course, why
from anlan.kernel.observations.kinds import seen_by
from anlan.kernel.web import bulk
from anlan.kernel.web.exporting import exported
from anlan.kernel.web.paging import page_of

_FILTERS = ("state", "priority", "kind", "q", "sort", "rule", "stream", "organisation", "since")


def alarms(request: Request) -> HttpResponse:
    """Open ones first, the urgent ones on top, repeated ones as one line; shelved ones are marked and call nobody."""
    asked = request.GET.dict()
    found = queries.filtered(queries.visible(request.actor), asked, request.at)
    grouped = asked.get("state", "open") == "open" and not asked.get("stream")
    rows = queries.grouped(found) if grouped else found
    page = page_of(request, rows.select_related("case"))  # what is being verified says so
    aside = {(one.rule_id, one.stream_id): one for one in queries.shelves(request.at)}
    mine = queries.called(request.actor, request.at)
    context = {
        "page": page, "lines": [(one, queries.said(one), aside.get((one.rule_id, one.stream_id)), getattr(one, "times", 1) or 1) for one in page],
        "states": STATES, "priorities": {str(number): word for number, word in PRIORITIES.items()},
        "kinds": seen_by(request.actor), "asked": request.GET, "flood": queries.flood(request.actor, request.at),
        "filtered": any(asked.get(name) for name in _FILTERS), "may_answer": policy.may(request.actor, ANSWER), "mine": len(mine),
        "total": found.count() if grouped else page.paginator.count, "counts": queries.counts(request.actor, request.at),
    }  # fmt: skip
    return render(request, "kernel/alarms/list.html", context)


def _text(at: datetime | None) -> str:
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}" if at else ""


def export(request: Request) -> HttpResponse:
    head = ("编号", "优先级", "监测点", "单位", "规则", "数据流", "值", "限值", "单位", "开始", "报警", "恢复", "确认", "确认人", "状态", "上报级数", "处置结果", "依据")  # fmt: skip
    rows = (
        (one.pk, PRIORITIES[one.priority], one.stream.station.name, str(one.organisation), one.rule.title, one.stream.title, one.value, one.limit,
         one.stream.unit, _text(one.since), _text(one.raised_at), _text(one.returned_at), _text(one.acknowledged_at), one.acknowledged_by,
         STATES[one.state], one.climbed, one.outcome, one.rule.basis)
        for one in queries.filtered(queries.visible(request.actor), request.GET.dict(), request.at)
    )  # fmt: skip
    return exported(request.GET.get("form", "xlsx"), "报警", head, rows)


def acknowledge_many(request: Request) -> HttpResponse:
    """Every chosen alarm its own action, with the older ones its line stood for; what was refused is said per row."""
    rows: dict[int, Alarm] = {}
    for one in queries.visible(request.actor).filter(pk__in=bulk.chosen(request)):
        rows[one.pk] = one
        if request.POST.get("alike"):
            rows |= {other.pk: other for other in queries.alike(one)}

    def acknowledge(alarm: Alarm) -> object:
        return actions.acknowledge(actor=request.actor, alarm=alarm, at=request.at)

    def told(alarm: Alarm) -> tuple[str, str]:
        return f"{alarm.stream.station.name} {alarm.rule.title}", reverse("alarm", args=[alarm.pk])

    return bulk.answered(
        request, "确认", bulk.each(list(rows.values())[: bulk.LIMIT], acknowledge, told), reverse("alarms")
    )


def _found(request: Request, number: int) -> Alarm:
    alarm = queries.visible(request.actor).filter(pk=number).first()
    if alarm is None:
        raise Http404
    return alarm


def alarm(request: Request, number: int, refused: Refused | None = None) -> HttpResponse:
    one = _found(request, number)
    known = edition(one.raised_at)
    ladder = queries.ladder_of(one, request.at) if one.state == "raised" else []
    context = {
        "alarm": one, "said": queries.said(one), "priority": PRIORITIES[one.priority], "known": known,
        "minutes": known.answer_minutes[one.priority], "why": why(one, request.actor),
        "offers": [each for each in offers(ALARM_MOVES, one, request.actor) if each.move.slug in BY_HAND],
        "may_answer": policy.why(request.actor, ANSWER, one), "shelf": queries.shelf_of(one, request.at),
        "course": [(line, TITLES.get(line.verb, line.verb)) for line in course(one)], "climbs": one.climbs.all(),
        "next": ladder[min(one.climbed + 1, len(ladder) - 1)] if ladder and one.climbed < known.most_climbs else [],
        "others": queries.same_rule(one)[:10], "alike": queries.alike(one).count(), "bad": refused, "typed": request.POST,
        "steps": _steps(one),
    }  # fmt: skip
    return render(request, "kernel/alarms/detail.html", context, status=422 if refused else 200)


def _steps(one: Alarm) -> list[tuple[str, datetime | None]]:
    return [("条件成立", one.since), ("报警", one.raised_at), ("确认", one.acknowledged_at), ("恢复", one.returned_at),
            ("结束", one.cleared_at)]  # fmt: skip


_DONE = {"acknowledge": "已确认。", "clear": "已结束。", "shelve": "已搁置，到期自动恢复提醒。", "unshelve": "已取消搁置。", "remark": "已记下。"}  # fmt: skip


def move(request: Request, number: int, word: str) -> HttpResponse:
    """确认, 人工结束, 搁置, 取消搁置, 记一条."""
    one, posted, actor, at = _found(request, number), request.POST, request.actor, request.at
    acts: dict[str, Callable[[], object]] = {
        "acknowledge": lambda: actions.acknowledge(actor=actor, alarm=one, at=at),
        "clear": lambda: actions.clear(actor=actor, alarm=one, outcome=posted.get("outcome", ""), at=at),
        "shelve": lambda: actions.shelve(actor=actor, alarm=one, ends_at=_instant(posted.get("ends_at", "")), reason=posted.get("reason", ""), at=at),
        "unshelve": lambda: actions.unshelve(actor=actor, alarm=one, at=at),
        "remark": lambda: actions.remark(actor=actor, alarm=one, text=posted.get("text", ""), at=at),
    }  # fmt: skip
    if word not in acts:
        raise Http404
    try:
        acts[word]()
    except Refused as refused:
        if refused.code in ("forbidden", "stale", "illegal"):
            raise
        return alarm(request, number, refused)
    messages.success(request, _DONE[word])
    return HttpResponseRedirect(bulk.back(request, "/monitor/", reverse("alarm", args=[number])))


def _instant(text: str) -> datetime:
    """A local time out of a form. Raises Refused."""
    try:
        return make_aware(datetime.fromisoformat(text).replace(tzinfo=None), CHINA)
    except (ValueError, OverflowError):
        raise Refused("ends_at", "结束时间读不出。按 年-月-日 时:分 填。", "ends_at") from None


def load_page(request: Request) -> HttpResponse:
    found = load(request.actor, request.at)
    context = {"load": found, "known": edition(request.at)}
    return render(request, "kernel/alarms/load.html", context)


def load_export(request: Request) -> HttpResponse:
    head, rows = lines(load(request.actor, request.at))
    told = [tuple(_text(cell) if isinstance(cell, datetime) else cell for cell in row) for row in rows]
    return exported(request.GET.get("form", "xlsx"), "报警负荷", head, told)  # type: ignore[arg-type]
