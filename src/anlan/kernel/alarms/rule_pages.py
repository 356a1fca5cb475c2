"""Rules: the list, one rule with its versions and its trial, a new one, the next version, a permit's limit."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse

from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import Request, number
from anlan.kernel.alarms import actions, queries
from anlan.kernel.alarms.models import Permit, Rule
from anlan.kernel.alarms.settings import SETTINGS, check_settings
from anlan.kernel.alarms.trial import Trial, trial
from anlan.kernel.alarms.types import FORMS, PRIORITIES
from anlan.kernel.alarms.why import told
from anlan.kernel.observations import queries as observed
from anlan.kernel.observations.kinds import kind_of, seen_by
from anlan.kernel.observations.models import Stream
from anlan.kernel.observations.types import StationKind
from anlan.kernel.registry.models import Station
from anlan.kernel.web.paging import page_of

_RULES = "alarms.rules"
WEEK = ("一", "二", "三", "四", "五", "六", "日")
# Which fields each form has, in the order in which they are asked.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "above": ("limit", "permit", "back", "hold"), "below": ("limit", "permit", "back", "hold"),
    "outside": ("low", "limit", "permit", "back", "hold"), "bits": ("mask",), "rate": ("limit",), "frozen": ("hold",), "gap": ("hold",),
    "twin": ("limit", "other", "window", "back", "hold"), "all": ("of",),
}  # fmt: skip
_NUMBERS = {"limit": ("limit", 1), "low": ("low", 1), "back": ("back", 1), "mask": ("mask", 1), "hold": ("hold_s", 60), "window": ("window_s", 60)}  # fmt: skip
_SHOWN_STREAMS, _SHOWN_ALARMS = 100, 10


@dataclass(frozen=True)
class Shown:
    """A rule as a line."""

    rule: Rule
    kind: str
    channel: str
    condition: str
    priority: str


def _shown(one: Rule) -> Shown:
    kind = kind_of(one.kind)
    channel = kind.channel(one.code) if kind else None
    unit_stream = Stream(unit=channel.unit if channel else "") if not one.settings.get("permit") else None
    return Shown(
        one,
        kind.title if kind else one.kind,
        channel.title if channel else one.code,
        told(one, unit_stream),
        PRIORITIES[one.priority],
    )


def rules(request: Request) -> HttpResponse:
    """In force, or ended; a limit is changed by a new version."""
    asked = request.GET
    rows = queries.rules_seen(request.actor).filter(valid_to__isnull=asked.get("state") != "ended")
    if asked.get("kind"):
        rows = rows.filter(kind=asked["kind"])
    if asked.get("q"):
        rows = rows.filter(title__icontains=asked["q"][:80])
    page = page_of(request, rows)
    context = {"page": page, "lines": [_shown(one) for one in page], "asked": asked, "kinds": seen_by(request.actor),
               "may_change": policy.may(request.actor, _RULES)}  # fmt: skip
    return render(request, "kernel/alarms/rules.html", context)


def _found(request: Request, pk: int) -> Rule:
    rule = queries.rules_seen(request.actor).filter(pk=pk).first()
    if rule is None:
        raise Http404
    return rule


def rule(request: Request, number: int, refused: Refused | None = None, tried: Trial | None = None) -> HttpResponse:
    """One version: what it says, where it applies, what it raised, its versions before and after, and its trial."""
    one = _found(request, number)
    versions = Rule.objects.filter(slug=one.slug, station=one.station).order_by("-valid_from")
    streams = observed.streams(request.actor).filter(station__kind=one.kind, code=one.code, nature="raw")
    if one.station_id:
        streams = streams.filter(station=one.station)
    permits = {each.stream_id: each for each in Permit.objects.filter(stream__in=streams, valid_to=None)}
    alarms = queries.visible(request.actor).filter(rule__slug=one.slug, rule__station=one.station).order_by("-since")
    may, typed = policy.why(request.actor, _RULES, one if one.station else None), _typed(one)
    context = {
        "rule": one, "shown": _shown(one), "form": dict(FORMS)[one.form], "versions": [_shown(each) for each in versions],  # type: ignore[index]
        "streams": [(each, permits.get(each.pk)) for each in streams[:_SHOWN_STREAMS]], "alarms": alarms[:_SHOWN_ALARMS], "raised": alarms.count(),
        "may_change": may, "in_force": one.valid_to is None, "priorities": PRIORITIES, "fields": FIELDS[one.form], "week": WEEK,
        "typed": request.POST if request.method == "POST" else typed, "weekdays": request.POST.getlist("weekday") if request.method == "POST" else typed["weekdays"], "bad": refused, "tried": tried, "days": request.POST.get("days", "7"),
    }  # fmt: skip
    return render(request, "kernel/alarms/rule.html", context, status=422 if refused else 200)


def change(request: Request, number: int) -> HttpResponse:
    """试一试 (nothing is kept), 换版, 停用."""
    one, posted, word = _found(request, number), request.POST, request.POST.get("word", "")
    if one.valid_to is not None:
        raise Refused("stale", "这一版已经停用，看它后面的一版。")
    try:
        if word == "end":
            actions.end_rule(actor=request.actor, rule=one, at=request.at)
            messages.success(request, "规则已停用，它的报警几秒内撤下。")
            return HttpResponseRedirect(reverse("alarm_rules"))
        draft = _draft(one, posted)
        if word == "try":
            return rule(request, number, tried=trial(draft, _days(posted), request.at))
        made = actions.set_rule(
            actor=request.actor, slug=one.slug, title=draft.title, form=one.form, kind=one.kind, code=one.code, settings=draft.settings,
            priority=draft.priority, basis=draft.basis, at=request.at, station=one.station, advice=draft.advice, follows=one,
        )  # fmt: skip
    except Refused as refused:
        if refused.code in ("forbidden", "stale"):
            raise
        return rule(request, number, refused)
    messages.success(request, "规则已换新版，网关几秒内照新版判断。")
    return HttpResponseRedirect(reverse("alarm_rule", args=[made.pk]))


def new(request: Request) -> HttpResponse:
    """First which kind and form, then its fields; tried before it is kept, or not."""
    kinds = seen_by(request.actor)
    asked = request.POST if request.method == "POST" else request.GET
    kind = next((one for one in kinds if one.slug == asked.get("kind")), None)
    form = asked.get("form", "") if asked.get("form", "") in FIELDS else ""
    bad: Refused | None = None
    tried: Trial | None = None
    if request.method == "POST" and kind is not None and form:
        try:
            draft = _first(request, kind, form)
            if asked.get("word") != "try":
                return _added(request, draft)
            tried = trial(draft, _days(asked), request.at)
        except Refused as refused:
            if refused.code == "forbidden":
                raise
            bad = refused
    context = {"kinds": kinds, "kind": kind, "forms": FORMS, "form": form, "form_title": dict(FORMS).get(form, ""),  # type: ignore[call-overload]
               "fields": FIELDS.get(form, ()), "typed": asked, "bad": bad, "tried": tried, "priorities": PRIORITIES, "week": WEEK,
               "days": asked.get("days", "7"), "weekdays": asked.getlist("weekday")}  # fmt: skip
    return render(request, "kernel/alarms/rule_new.html", context, status=422 if bad else 200)


def _first(request: Request, kind: StationKind, form: str) -> Rule:
    """The unsaved first version the form says."""
    posted = request.POST
    start = Rule(
        slug=posted.get("slug", "").strip(), form=form, kind=kind.slug, code=posted.get("code", ""), priority=3
    )
    if kind.channel(start.code) is None:
        raise Refused("code", "没有选数据流。", "code")
    draft = _draft(start, posted)
    draft.station = _station(request, kind, posted.get("station", "").strip())
    if Rule.objects.filter(slug=draft.slug, station=draft.station, valid_to=None).exists():
        raise Refused("slug", "这个编号已有规则。到那条规则换版。", "slug")
    return draft


def _added(request: Request, draft: Rule) -> HttpResponse:
    made = actions.set_rule(
        actor=request.actor, slug=draft.slug, title=draft.title, form=draft.form, kind=draft.kind, code=draft.code, settings=draft.settings,
        priority=draft.priority, basis=draft.basis, at=request.at, station=draft.station, advice=draft.advice,
    )  # fmt: skip
    messages.success(request, "规则已加，网关几秒内照此判断。")
    return HttpResponseRedirect(reverse("alarm_rule", args=[made.pk]))


def permit(request: Request, stream: int) -> HttpResponse:
    """The limit that one stream's permit gives; back to the rule it was set from."""
    row = observed.streams(request.actor).filter(pk=stream, nature="raw").first()
    back = _found(request, number(request.POST.get("rule")))
    if row is None:
        raise Http404
    try:
        limit, low = _number(request.POST, "limit"), _number(request.POST, "low")
        if limit is None:
            raise Refused("limit", "没有写限值。", "limit")
        actions.set_permit(
            actor=request.actor, stream=row, limit=limit, low=low, basis=request.POST.get("basis", ""), at=request.at
        )
    except Refused as refused:
        if refused.code == "forbidden":
            raise
        return rule(request, back.pk, refused)
    messages.success(request, f"{row.station.name}的许可限值已换新版。")
    return HttpResponseRedirect(reverse("alarm_rule", args=[back.pk]))


def _station(request: Request, kind: StationKind, code: str) -> Station | None:
    if not code:
        return None
    found = observed.stations(request.actor, kind.slug).filter(code=code).first()
    if found is None:
        raise Refused("station", f"没有编号为“{code}”的{kind.title}。", "station")
    return found


def _days(posted: QueryDict) -> int:
    text = posted.get("days", "7").strip()
    return int(text) if text.isdecimal() and len(text) < 4 else 0


def _draft(one: Rule, posted: QueryDict) -> Rule:
    """An unsaved rule like `one` with what the form says; what the form does not name stays."""
    settings = _settings(one, posted)
    priority = posted.get("priority", str(one.priority))
    draft = Rule(
        slug=one.slug, title=posted.get("title", one.title).strip(), form=one.form, kind=one.kind, code=one.code, station=one.station,
        settings=check_settings(one.form, settings), advice=posted.get("advice", one.advice), basis=posted.get("basis", one.basis),
        priority=int(priority) if priority.isdecimal() and len(priority) < 3 else 0,
    )  # fmt: skip
    if draft.priority not in PRIORITIES:
        raise Refused("priority", "没有选优先级。", "priority")
    return draft


def _settings(one: Rule, posted: QueryDict) -> dict[str, Any]:
    settings = dict(one.settings)
    for field, (name, factor) in _NUMBERS.items():
        if field in posted:
            value = _number(posted, field)
            settings.pop(name, None)
            if value is not None:
                settings[name] = int(value) if name == "mask" and value == int(value) else value * factor
    if "other" in posted:
        settings["other"] = posted.get("other", "").strip()
    for name in ("of", "unless"):
        if name in posted:
            lines = [line.split() for line in posted.get(name, "")[:2000].splitlines() if line.strip()]
            settings = {key: value for key, value in settings.items() if key != name} | ({name: lines} if lines else {})
    return _whole(settings, posted) if posted.get("whole") else settings


def _whole(settings: dict[str, Any], posted: QueryDict) -> dict[str, Any]:
    """Of a form with every field: an empty box says no."""
    settings = {key: value for key, value in settings.items() if key not in ("permit", "calendar")}
    if posted.get("permit"):
        settings = {key: value for key, value in settings.items() if key not in ("limit", "low")} | {"permit": True}
    days = sorted({int(day) for day in posted.getlist("weekday") if day in ("0", "1", "2", "3", "4", "5", "6")})
    start, end = _minute(posted.get("start", "")) or 0, _minute(posted.get("end", "")) or 1440
    if (len(days), start, end) != (len(WEEK), 0, 1440):
        settings["calendar"] = {"weekdays": days, "start": start, "end": end}
    return settings


def _minute(text: str) -> int | None:
    if not text.strip():
        return None
    hour, _colon, minute = text.strip().partition(":")
    if not (hour.isdecimal() and minute[:2].isdecimal() and int(hour) < 25 and int(minute[:2]) < 60):
        raise Refused("calendar", "时段的时间读不出。按 时:分 填。", "calendar")
    return int(hour) * 60 + int(minute[:2])


def _number(posted: Mapping[str, str], name: str) -> float | None:
    text = posted.get(name, "").strip()
    if not text:
        return None
    title = SETTINGS.get(_NUMBERS[name][0] if name in _NUMBERS else name, name)
    try:
        value = float(text)
    except ValueError:
        raise Refused("settings", f"{title}须是数字。", name) from None
    if not math.isfinite(value):
        raise Refused("settings", f"{title}须是数字。", name)
    return value


def _typed(one: Rule) -> dict[str, Any]:
    """The form as the version in force says it."""
    settings = one.settings
    found: dict[str, Any] = {
        "title": one.title,
        "basis": one.basis,
        "advice": one.advice,
        "priority": str(one.priority),
    }
    for field, (name, factor) in _NUMBERS.items():
        if name in settings:
            found[field] = f"{settings[name] / factor:g}"
    for name in ("of", "unless"):
        found[name] = "\n".join(" ".join(pair) for pair in settings.get(name, ()))
    calendar = settings.get("calendar")
    found |= {"other": settings.get("other", ""), "permit": settings.get("permit", ""),
              "weekdays": [str(day) for day in (calendar["weekdays"] if calendar else range(7))]}  # fmt: skip
    if calendar:
        found |= {name: f"{calendar[name] // 60:02}:{calendar[name] % 60:02}" for name in ("start", "end")}
    return found
