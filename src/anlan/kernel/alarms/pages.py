"""The alarm list, one alarm, the load, the rules."""

from __future__ import annotations

import math
from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
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
from anlan.kernel.alarms.models import STATES, Alarm, Rule
from anlan.kernel.alarms.moves import ALARM_MOVES, ANSWER, BY_HAND
from anlan.kernel.alarms.types import FORMS, PRIORITIES
from anlan.kernel.alarms.verbs import TITLES
from anlan.kernel.observations.kinds import seen_by
from anlan.kernel.web import bulk
from anlan.kernel.web.exporting import exported


def alarms(request: Request) -> HttpResponse:
    """Open ones first, the urgent ones on top; shelved ones are marked and call nobody."""
    rows = queries.filtered(queries.visible(request.actor), request.GET.dict())
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    aside = queries.shelved(request.at)
    lines = [(one, queries.said(one), (one.rule_id, one.stream_id) in aside) for one in page]
    context = {
        "page": page, "lines": lines, "states": STATES, "priorities": {str(k): v[0] for k, v in PRIORITIES.items()},
        "kinds": seen_by(request.actor), "asked": request.GET, "flood": queries.floods(request.actor, request.at),
        "may_answer": policy.may(request.actor, ANSWER),
    }  # fmt: skip
    return render(request, "kernel/alarms/list.html", context)


def export(request: Request) -> HttpResponse:
    head = (
        "优先级",
        "监测点",
        "规则",
        "数据流",
        "值",
        "限值",
        "单位",
        "开始",
        "报警",
        "恢复",
        "确认",
        "确认人",
        "状态",
        "处置结果",
    )
    rows = (
        (PRIORITIES[one.priority][0], one.stream.station.name, one.rule.title, one.stream.title, one.value, one.limit, one.stream.unit,
         one.since, one.raised_at, one.returned_at, one.acknowledged_at, one.acknowledged_by, STATES[one.state], one.outcome)
        for one in queries.filtered(queries.visible(request.actor), request.GET.dict())
    )  # fmt: skip
    return exported(request.GET.get("form", "xlsx"), "报警", head, rows)


def acknowledge_many(request: Request) -> HttpResponse:
    """Every chosen alarm its own action; what was refused is said per row."""

    rows = list(queries.visible(request.actor).filter(pk__in=bulk.chosen(request)))

    def acknowledge(alarm: Alarm) -> object:
        return actions.acknowledge(actor=request.actor, alarm=alarm, at=request.at)

    def told(alarm: Alarm) -> tuple[str, str]:
        return f"{alarm.stream.station.name} {alarm.rule.title}", reverse("alarm", args=[alarm.pk])

    return bulk.answered(request, "确认", bulk.each(rows, acknowledge, told), reverse("alarms"))


def _found(request: Request, number: int) -> Alarm:
    alarm = queries.visible(request.actor).filter(pk=number).first()
    if alarm is None:
        raise Http404
    return alarm


def alarm(request: Request, number: int, refused: Refused | None = None) -> HttpResponse:
    one = _found(request, number)
    shelf = one.rule_id and (one.rule_id, one.stream_id) in queries.shelved(request.at)
    context = {
        "alarm": one, "said": queries.said(one), "form": FORMS.get(one.rule.form, ""), "priority": PRIORITIES[one.priority],  # type: ignore[call-overload]
        "offers": [each for each in offers(ALARM_MOVES, one, request.actor) if each.move.slug in BY_HAND],
        "may_answer": policy.why(request.actor, ANSWER, one), "shelved": shelf, "history": [(line, TITLES.get(line.verb, line.verb)) for line in queries.history(one)],
        "settings": [(actions.SETTINGS[name], value) for name, value in one.rule.settings.items() if not isinstance(value, list | dict)],
        "others": queries.visible(request.actor).filter(rule=one.rule, stream=one.stream).exclude(pk=one.pk).order_by("-since")[:10],
        "bad": refused, "typed": request.POST,
    }  # fmt: skip
    return render(request, "kernel/alarms/detail.html", context, status=422 if refused else 200)


def move(request: Request, number: int, word: str) -> HttpResponse:
    """确认, 人工结束, 搁置, 取消搁置."""
    one, posted = _found(request, number), request.POST
    try:
        if word == "acknowledge":
            actions.acknowledge(actor=request.actor, alarm=one, at=request.at)
        elif word == "clear":
            actions.clear(actor=request.actor, alarm=one, outcome=posted.get("outcome", ""), at=request.at)
        elif word == "shelve":
            actions.shelve(actor=request.actor, alarm=one, ends_at=_instant(posted.get("ends_at", "")), reason=posted.get("reason", ""),
                           at=request.at)  # fmt: skip
        elif word == "unshelve":
            actions.unshelve(actor=request.actor, alarm=one, at=request.at)
        else:
            raise Http404
    except Refused as refused:
        if refused.code in ("forbidden", "stale", "illegal"):
            raise
        return alarm(request, number, refused)
    messages.success(
        request,
        {"acknowledge": "已确认。", "clear": "已结束。", "shelve": "已搁置。", "unshelve": "已取消搁置。"}[word],
    )
    return HttpResponseRedirect(bulk.back(request, "/monitor/", reverse("alarm", args=[number])))


def _instant(text: str) -> datetime:
    """A local time out of a form. Raises Refused."""
    try:
        return make_aware(datetime.fromisoformat(text).replace(tzinfo=None), CHINA)
    except (ValueError, OverflowError):
        raise Refused("ends_at", "结束时间读不出。按 年-月-日 时:分 填。", "ends_at") from None


def load(request: Request) -> HttpResponse:
    found = queries.load(request.actor, request.at)
    return render(
        request,
        "kernel/alarms/load.html",
        {"load": found, "flood": queries.FLOOD, "most": max((n for _h, n in found.hours), default=0)},
    )


def rules(request: Request, refused: Refused | None = None) -> HttpResponse:
    """Rules in force with their versions; a limit is changed by a new version."""
    rows = list(queries.rules(request.actor))
    kinds = {one.slug: one for one in seen_by(request.actor)}
    lines = [
        (one, kinds[one.kind].title, getattr(kinds[one.kind].channel(one.code), "title", one.code), FORMS.get(one.form, ""),  # type: ignore[call-overload]
         [(actions.SETTINGS[name], value) for name, value in one.settings.items() if not isinstance(value, list | dict)], PRIORITIES[one.priority][0])
        for one in rows if one.valid_to is None
    ]  # fmt: skip
    context = {"lines": lines, "old": [one for one in rows if one.valid_to is not None][:50], "bad": refused,
               "may_change": policy.may(request.actor, "alarms.rules")}  # fmt: skip
    return render(request, "kernel/alarms/rules.html", context, status=422 if refused else 200)


def change_rule(request: Request, number: int) -> HttpResponse:
    """The next version of a rule with another limit, dead band or hold; or its end."""
    rule: Rule | None = queries.rules(request.actor).filter(pk=number, valid_to=None).first()
    if rule is None:
        raise Http404
    try:
        if request.POST.get("word") == "end":
            actions.end_rule(actor=request.actor, rule=rule, at=request.at)
        else:
            settings = {**rule.settings, **_numbers(request.POST.dict())}
            actions.set_rule(
                actor=request.actor, slug=rule.slug, title=rule.title, form=rule.form, kind=rule.kind, code=rule.code, settings=settings,
                priority=rule.priority, basis=request.POST.get("basis", ""), at=request.at, station=rule.station, advice=rule.advice,
            )  # fmt: skip
    except Refused as refused:
        if refused.code in ("forbidden", "stale"):
            raise
        return rules(request, refused)
    messages.success(request, "规则已换新版，网关几秒内照新版判断。")
    return HttpResponseRedirect(reverse("alarm_rules"))


def _numbers(posted: dict[str, str]) -> dict[str, float]:
    found = {}
    for name in ("limit", "low", "back", "hold_s"):
        text = posted.get(name, "").strip()
        if text:
            try:
                found[name] = float(text)
            except ValueError:
                raise Refused("settings", f"{actions.SETTINGS[name]}须是数字。", name) from None
            if not math.isfinite(found[name]):
                raise Refused("settings", f"{actions.SETTINGS[name]}须是数字。", name)
    return found
