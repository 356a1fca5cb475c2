"""Devices: the list with strangers on top, one device with its streams and raw frames, registering and admitting."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.clock import CHINA, civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import Request, number
from anlan.kernel.access.moves import offers
from anlan.kernel.observations import actions, queries, reading, retaining, reviewing
from anlan.kernel.observations.kinds import all_kinds, kind_of
from anlan.kernel.observations.models import ACTS, KEPT, STATES, Conversion, Correction, Device, Retention, Stream
from anlan.kernel.observations.moves import DEVICE_MOVES
from anlan.kernel.observations.types import DEVICE_SETTINGS, PERIOD_TITLES, PROTOCOLS, SETTING_CHOICES
from anlan.kernel.registry.models import Station
from anlan.kernel.web.paging import page_of

_MANAGE = "observations.manage"
FRAMES_SHOWN, COMMITS_READ = 20, 200
_PASSWORD = re.compile(r"PW=[^;&]*")


def devices(request: Request) -> HttpResponse:
    """Those that wait for a person first."""
    rows = queries.devices(request.actor)
    state, protocol, words = (request.GET.get(name, "") for name in ("state", "protocol", "q"))
    rows = rows.filter(state=state) if state in STATES else rows
    rows = rows.filter(protocol=protocol) if protocol in PROTOCOLS else rows
    rows = rows.filter(identity__icontains=words[:80]) if words else rows
    page = Paginator(rows.order_by("-state", "protocol", "identity"), 50).get_page(request.GET.get("page"))
    links = reading.links(request.at)
    context = {
        "page": page, "lines": [(one, links.get(one.pk)) for one in page], "states": STATES, "protocols": PROTOCOLS, "asked": request.GET,
        "waiting": queries.devices(request.actor).filter(state="waiting").count(), "may_manage": policy.may(request.actor, _MANAGE),
        "gateway": reading.gateway(request.at),
    }  # fmt: skip
    return render(request, "kernel/observations/devices.html", context)


def _found(request: Request, pk: int) -> Device:
    device = queries.devices(request.actor).filter(pk=pk).first()
    if device is None:
        raise Http404
    return device


def _stations(request: Request) -> list[Station]:
    rows = Station.objects.filter(retired_on=None).select_related("organisation")
    return list(policy.visible_to(request.actor, _MANAGE, rows, "organisation__path").order_by("name"))


def device(request: Request, pk: int, refused: Refused | None = None, token: str = "") -> HttpResponse:
    one = _found(request, pk)
    manages = policy.may(request.actor, _MANAGE)
    context = {
        # Who looks after a device need not see the figures of its station: then names lead nowhere.
        "seen": set(queries.streams(request.actor).filter(device=one).values_list("pk", flat=True)),
        "station_seen": queries.stations(request.actor).filter(pk=one.station_id or 0).exists(),
        "device": one, "link": reading.links(request.at).get(one.pk), "streams": one.streams.select_related("station"), "bad": refused,
        "offers": offers(DEVICE_MOVES, one, request.actor), "stations": _stations(request) if manages else [], "typed": request.POST,
        "settings": [(title, _said(one.settings.get(name, given))) for name, (title, given) in DEVICE_SETTINGS.items() if name != "key"],
        "conversions": Conversion.objects.filter(stream__device=one).select_related("stream")[:50],
        "fields": [_field(one, name) for name in DEVICE_SETTINGS], "why": reading.refusals(reading.links(request.at).get(one.pk)),
        "frames": frames(one), "token": token, "may_manage": manages, "takes_token": one.protocol in actions.TOKEN_PROTOCOLS,
    }  # fmt: skip
    return render(request, "kernel/observations/device.html", context, status=422 if refused else 200)


def frames(one: Device) -> list[tuple[datetime, str]]:
    """The newest raw frames, as received; text protocols as text, others in hex."""
    store = reading.reader()
    found: list[tuple[datetime, str]] = []
    for received, given in store.newest_frames(COMMITS_READ) if store else ():
        when = datetime.fromtimestamp(received / 1000, UTC)
        for device_id, raw in reversed(given):
            if device_id == str(one.pk) and len(found) < FRAMES_SHOWN:
                found.append((when, _legible(raw)))
    return found


def _legible(raw: bytes) -> str:
    """Without the password that HJ 212 sends with every frame: whoever reads a page is not to write as the device."""
    text = raw[:400].decode("utf-8", "replace").strip()
    return _PASSWORD.sub("PW=******", text) if text.isprintable() else raw[:200].hex(" ")


def register(request: Request) -> HttpResponse:
    """Enter a device that is expected."""
    bad: Refused | None = None
    places = _stations(request)
    if request.method == "POST":
        posted = request.POST
        try:
            station = next((one for one in places if one.pk == number(posted.get("station"))), None)
            if station is None:
                raise Refused("station", "选一个监测点。没有就先到“监测点”台账登记。", "station")
            if posted.get("secret") and posted.get("protocol") in actions.TOKEN_PROTOCOLS:
                raise Refused("secret", "这种设备用令牌，登记后在设备页面换发。口令空着。", "secret")
            made = actions.register_device(
                actor=request.actor, protocol=posted.get("protocol", ""), identity=posted.get("identity", ""), name=posted.get("name", ""),
                station=station, secret=posted.get("secret", ""), at=request.at,
            )  # fmt: skip
            actions.add_streams(actor=request.actor, device=made, at=request.at)
            messages.success(request, "已登记。网关几秒内开始接收。")
            return HttpResponseRedirect(reverse("device", args=[made.pk]))
        except Refused as refused:
            if refused.code == "forbidden":
                raise
            bad = refused
    context = {"stations": places, "protocols": PROTOCOLS, "bad": bad, "typed": request.POST}
    return render(request, "kernel/observations/register.html", context, status=422 if bad else 200)


def move(request: Request, pk: int, word: str) -> HttpResponse:
    """接入, 不予接入, 停用, 退役, 换发令牌."""
    one, posted = _found(request, pk), request.POST
    try:
        if word == "token":
            token = actions.new_token(actor=request.actor, device=one, at=request.at)
            return device(request, pk, token=token)
        if word not in {row.slug for row in DEVICE_MOVES}:
            raise Http404
        station = next((place for place in _stations(request) if place.pk == number(posted.get("station"))), None)
        actions.move_device(
            actor=request.actor, device=one, move=word, at=request.at, station=station, reason=posted.get("reason", "")
        )
    except Refused as refused:
        if refused.code in ("forbidden", "stale", "illegal"):
            raise
        return device(request, pk, refused)
    messages.success(request, "已办。网关几秒内照此执行。")
    return HttpResponseRedirect(reverse("device", args=[pk]))


def _said(value: Any) -> Any:
    return {True: "是", False: "否"}[value] if isinstance(value, bool) else value


def _field(one: Device, name: str) -> dict[str, Any]:
    """How a setting is typed. A key is never shown: what is typed replaces it, nothing leaves it."""
    title, usual = DEVICE_SETTINGS[name]
    value = "" if name == "key" else one.settings.get(name, usual)
    return {
        "name": name,
        "title": title,
        "value": value,
        "choices": SETTING_CHOICES.get(name),
        "yes_no": isinstance(usual, bool),
    }


def change_settings(request: Request, pk: int) -> HttpResponse:
    """What may differ from device to device."""
    one = _found(request, pk)
    try:
        actions.change_settings(actor=request.actor, device=one, at=request.at, settings=_settings(request))
    except Refused as refused:
        if refused.code in ("forbidden", "stale"):
            raise
        return device(request, pk, refused)
    messages.success(request, "已改。网关几秒内照此执行。")
    return HttpResponseRedirect(reverse("device", args=[pk]))


def _settings(request: Request) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, (title, usual) in DEVICE_SETTINGS.items():
        text = request.POST.get(name, "").strip()
        if isinstance(usual, bool):
            found[name] = text == "1"
        elif isinstance(usual, int):
            if not (text.isascii() and text.isdecimal() and len(text) < 8):
                raise Refused("settings", f"设置项“{title}”须是不小于 0 的数。", name)
            found[name] = int(text)
        elif text or name != "key":
            found[name] = text
    return found


def api_tokens(request: Request, told: str = "") -> HttpResponse:
    """My post's tokens for programs; those who manage devices see all."""
    bad: Refused | None = None
    if request.method == "POST" and not told:
        try:
            until = date.fromisoformat(request.POST.get("until", ""))
        except ValueError:
            bad = Refused("until", "有效期写成 2026-12-31。", "until")
        else:
            try:
                _made, told = actions.make_api_token(
                    actor=request.actor,
                    title=request.POST.get("title", ""),
                    until=until,
                    at=request.at,
                    registers=request.POST.get("registers") == "1",
                )
            except Refused as refused:
                bad = refused
    today = civil_date(request.at)
    context = {
        "tokens": queries.api_tokens(request.actor)[:200], "told": told, "bad": bad, "typed": request.POST, "today": today, "may_manage": policy.may(request.actor, _MANAGE),
        "latest": today + timedelta(days=actions.LONGEST_TOKEN_DAYS),
    }  # fmt: skip
    return render(request, "kernel/observations/api_tokens.html", context, status=422 if bad else 200)


def revoke_api_token(request: Request, pk: int) -> HttpResponse:
    token = queries.api_tokens(request.actor).filter(pk=pk).first()
    if token is None:
        raise Http404
    actions.revoke_api_token(actor=request.actor, token=token, at=request.at)
    messages.success(request, "已作废。")
    return HttpResponseRedirect(reverse("api_tokens"))


def change_stream(request: Request, pk: int, stream: int) -> HttpResponse:
    """Another conversion or another possible range."""
    one = _found(request, pk)
    row = one.streams.filter(pk=stream, retired_at=None).first()
    if row is None:
        raise Http404
    try:
        given: dict[str, Any] = {name: _number(request, name) for name in ("scale", "shift", "low", "high")}
        actions.change_stream(actor=request.actor, stream=row, at=request.at, scale=given["scale"] or 0.0, shift=given["shift"] or 0.0,
                              low=given["low"], high=given["high"], reason=request.POST.get("reason", ""))  # fmt: skip
    except Refused as refused:
        if refused.code in ("forbidden", "stale"):
            raise
        return device(request, pk, refused)
    messages.success(request, "已改。以后的数据照此换算和判断，已存的不变。")
    return HttpResponseRedirect(reverse("device", args=[pk]))


def values(request: Request, stream: int, refused: Refused | None = None) -> HttpResponse:
    """One stream's values of a day as sent, as judged and as reviewed; hours are ticked and reviewed."""
    one = queries.streams(request.actor).filter(pk=stream).first()
    if one is None:
        raise Http404
    raw = one.raw if one.nature == "reviewed" and one.raw is not None else one
    reviewed = Stream.objects.filter(raw=raw, nature="reviewed").first()
    day = _day(request)
    start = datetime.combine(day, time(), CHINA)
    until = min(start + timedelta(days=1), request.at)
    rows = reviewing.lines(reading.reader(), raw, reviewed, start, until) if start < until else []
    page = page_of(request, rows, 100)
    corrections = Correction.objects.filter(stream=raw)
    newest = corrections.order_by("-pk").values_list("pk", flat=True).first()
    context = {
        "stream": raw, "page": page, "lines": [(row, reading.ms(row.end)) for row in page], "day": day, "before": day - timedelta(days=1),
        "after": day + timedelta(days=1), "today": civil_date(request.at), "seen": newest or 0, "may": policy.why(request.actor, reviewing.REVIEW, raw),
        "acts": ACTS, "corrections": corrections[:20], "bad": refused, "typed": request.POST, "ticked": request.POST.getlist("row"),
        "usable": sum(row.usable for row in rows), "streams": queries.streams(request.actor, raw.station).filter(nature="raw"),
        "expected": max(0, int((until - start).total_seconds())) // raw.every if raw.every else 0,
    }  # fmt: skip
    return render(request, "kernel/observations/values.html", context, status=422 if refused else 200)


def _day(request: Request) -> date:
    try:
        return date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return civil_date(request.at)


def review(request: Request, stream: int) -> HttpResponse:
    """审核 what is ticked: neighbouring values are one correction, so that a night is one line of the course."""
    one = queries.streams(request.actor).filter(pk=stream, nature="raw").first()
    if one is None:
        raise Http404
    posted = request.POST
    try:
        ends = sorted({int(word) for word in posted.getlist("row") if word.isdecimal() and len(word) < 15})
        if not ends:
            raise Refused("row", "没有选值。勾选后再审核。", "row")
        value = _number(request, "value") if posted.get("act") == "set" else None
        with transaction.atomic():
            seen = number(posted.get("seen"))
            for after, until in _runs(ends, one.every * 1000):
                made = reviewing.review(
                    actor=request.actor, stream=one, act=posted.get("act", ""), after=reading.instant(after), until=reading.instant(until),
                    value=value, reason=posted.get("reason", ""), at=request.at, seen=seen,
                )  # fmt: skip
                seen = made.pk
    except Refused as refused:
        if refused.code in ("forbidden", "stale"):
            raise
        return values(request, stream, refused)
    messages.success(request, "已记下，网关几秒内写进审核数据。")
    return HttpResponseRedirect(f"{reverse('stream_values', args=[stream])}?day={reading.instant(ends[0] - 1).date()}")


def _runs(ends: Sequence[int], step: int) -> list[tuple[int, int]]:
    """(after, until] of neighbours: ends one step apart are one span; without a rhythm each stands alone."""
    found: list[list[int]] = []
    for end in ends:
        if found and step and end - found[-1][1] <= step:
            found[-1][1] = end
        else:
            found.append([end - 1, end])
    return [(after, until) for after, until in found]


def retention(request: Request, refused: Refused | None = None) -> HttpResponse:
    """How long what is kept, since when, and what the last run deleted."""
    rows = Retention.objects.order_by("what", "kind", "period", "-valid_from")
    context = {
        "rows": [(one, getattr(kind_of(one.kind), "title", "") or "全部种类", PERIOD_TITLES.get(one.period, "全部周期")) for one in rows],  # type: ignore[call-overload]
        "defaults": retaining.defaults(), "kept": KEPT, "kinds": all_kinds().values(), "periods": PERIOD_TITLES, "run": retaining.last_run(),
        "may_manage": policy.may(request.actor, _MANAGE), "bad": refused, "typed": request.POST,
    }  # fmt: skip
    return render(request, "kernel/observations/retention.html", context, status=422 if refused else 200)


def set_retention(request: Request) -> HttpResponse:
    posted = request.POST
    days = posted.get("days", "").strip()
    try:
        retaining.set_retention(
            actor=request.actor, what=posted.get("what", ""), kind=posted.get("kind", ""), period=posted.get("period", ""),
            days=int(days) if days.isdecimal() and len(days) < 7 else 0, basis=posted.get("basis", ""), at=request.at,
        )  # fmt: skip
    except Refused as refused:
        if refused.code == "forbidden":
            raise
        return retention(request, refused)
    messages.success(request, "保存期已换新版，网关明天起照此清理。")
    return HttpResponseRedirect(reverse("retention"))


def _number(request: Request, name: str) -> float | None:
    text = request.POST.get(name, "").strip()
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        raise Refused(name, "换算和范围须是数字。", name) from None
    if not math.isfinite(value):
        raise Refused(name, "换算和范围须是数字。", name)
    return value
