"""Devices and streams: one function per intent. Every change counts the edition up, so that a gateway reads them again."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.moves import advance, find
from anlan.kernel.access.types import Actor
from anlan.kernel.journal.record import record
from anlan.kernel.observations.kinds import kind_of
from anlan.kernel.observations.models import ApiToken, Conversion, Device, Edition, Stream
from anlan.kernel.observations.moves import DEVICE_MOVES
from anlan.kernel.observations.types import DEVICE_SETTINGS, PERIOD_TITLES, PROTOCOLS, SETTING_CHOICES, Channel
from anlan.kernel.registry.models import Station

_MANAGE = "observations.manage"
_WORDS = {"admit": "admitted", "refuse": "refused", "suspend": "suspended", "retire": "retired"}
LONGEST_TOKEN_DAYS, MOST_API_TOKENS = 366, 10
TOKEN_PROTOCOLS = ("http", "mqtt", "sensorthings")  # the token is ours: shown once, its SHA-256 kept


def changed() -> None:
    """Tell gateways that what they know is old. Part of the caller's transaction."""
    if not Edition.objects.filter(pk=1).update(number=F("number") + 1):
        Edition.objects.create(pk=1, number=1)


def _note(actor: Actor, device: Device, verb: str, at: datetime, **facts: Any) -> None:
    path = device.station.organisation.path if device.station else ""
    record(actor=actor, verb=f"observations.device.{verb}", subject_kind="device", subject_id=device.pk, at=at, org_path=path,
           new={"protocol": device.protocol, "identity": device.identity, **facts})  # fmt: skip
    changed()


def _settings(given: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(given) - set(DEVICE_SETTINGS)
    if unknown:
        raise Refused("settings", f"没有设置项“{'、'.join(sorted(unknown))}”。", "settings")
    for name, value in given.items():
        title, usual = DEVICE_SETTINGS[name]
        if type(value) is not type(usual) or value not in SETTING_CHOICES.get(name, (value,)):
            raise Refused("settings", f"设置项“{title}”的值不对。", "settings")
        if isinstance(value, int) and not 0 <= value <= 1_000_000:
            raise Refused("settings", f"设置项“{title}”须是不小于 0 的数。", "settings")
    if given.get("key") and not re.fullmatch(r"[0-9a-fA-F]{32}", given["key"]):
        raise Refused("settings", "SM4 密钥须是 32 位十六进制。", "settings")
    for name in ("minute", "silence"):
        if given.get(name, 1) < 1:
            raise Refused("settings", f"设置项“{DEVICE_SETTINGS[name][0]}”须大于 0。", "settings")
    return dict(given)


@transaction.atomic
def register_device(
    *, actor: Actor, protocol: str, identity: str, name: str, station: Station, at: datetime, secret: str = "",
    settings: Mapping[str, Any] | None = None, is_demo: bool = False,
) -> Device:  # fmt: skip
    """Enter a device that is expected: it is admitted at once."""
    policy.require(actor, _MANAGE, station)
    identity = identity.strip()
    if protocol not in PROTOCOLS:
        raise Refused("protocol", f"没有“{protocol}”这种协议。", "protocol")
    if not 1 <= len(identity) <= 64:
        raise Refused("identity", "设备标识须为 1 到 64 个字。", "identity")
    if Device.objects.filter(protocol=protocol, identity=identity).exists():
        raise Refused("duplicate", f"{PROTOCOLS[protocol]} 设备 {identity} 已经登记。", "identity")
    if len(secret) > 64:
        raise Refused("secret", "口令超过 64 个字。", "secret")
    device = Device.objects.create(
        protocol=protocol, identity=identity, name=name.strip()[:80], station=station, state="admitted", secret=secret,
        settings=_settings(settings or {}), is_demo=is_demo,
    )  # fmt: skip
    _note(actor, device, "registered", at, station=station.code)
    return device


@transaction.atomic
def hear_of(*, protocol: str, identity: str, said: str, at: datetime, actor: Actor) -> Device:
    """The gateway met a device that nobody registered: it waits for a person. Again and again is one row."""
    device, made = Device.objects.get_or_create(
        protocol=protocol, identity=identity[:64],
        defaults={"state": "waiting", "first_heard_at": at, "first_said": said[:200]},
    )  # fmt: skip
    if made:
        _note(actor, device, "heard", at, said=said[:200])
    return device


@transaction.atomic
def move_device(
    *, actor: Actor, device: Device, move: str, at: datetime, station: Station | None = None, reason: str = ""
) -> Device:
    """Admit (to a station, with the streams its kind has in this protocol), refuse, suspend, retire."""
    row = find(DEVICE_MOVES, move)
    place = station or device.station
    if move == "admit" and place is None:
        raise Refused("station", "没有选监测点。选好再接入。", "station")
    if move in ("refuse", "suspend", "retire") and not reason.strip():
        raise Refused("reason", "没有写理由。写明理由再办。", "reason")
    if place is not None:
        policy.require(actor, _MANAGE, place)
    old = device.state
    advance(device, row, actor=actor, station=place)
    if move == "admit" and place is not None:
        add_streams(actor=actor, device=device, at=at)
    if move == "retire":
        device.streams.filter(retired_at=None).update(retired_at=at)
    _note(actor, device, _WORDS[move], at, old=old, reason=reason.strip()[:200], station=place.code if place else "")
    return device


@transaction.atomic
def add_streams(*, actor: Actor, device: Device, at: datetime) -> list[Stream]:
    """The streams that the kind of the device's station has in its protocol; those that are there already stay."""
    station = device.station
    if station is None:
        raise Refused("station", "设备还没有监测点。")
    kind = kind_of(station.kind)
    wanted = [one for one in kind.channels if device.protocol in one.sources] if kind else []
    known = set(Stream.objects.filter(station=station, nature="raw").values_list("code", flat=True))
    for one in kind.channels if kind else ():
        if one.derived and one.code not in known:
            _create(station, None, one, "")
    return [
        add_stream(actor=actor, device=device, channel=one, source=one.sources[device.protocol], at=at)
        for one in wanted
        if one.code not in known
    ]


@transaction.atomic
def add_stream(
    *, actor: Actor, device: Device, channel: Channel, source: str, at: datetime, scale: float = 1.0, shift: float = 0.0
) -> Stream:
    """One stream of a device. `source` is where its protocol carries it; what is sent × scale + shift is in the stream's unit."""
    policy.require(actor, _MANAGE, device)
    if device.station is None:
        raise Refused("station", "设备还没有监测点。先接入，再加数据流。", "station")
    if channel.period not in PERIOD_TITLES:
        raise Refused("period", "数据周期只有实时、分钟、小时、日。", "period")
    if scale == 0:
        raise Refused("scale", "换算倍数不能是 0。", "scale")
    if channel.low is not None and channel.high is not None and channel.low >= channel.high:
        raise Refused("low", "可能范围的下限须小于上限。", "low")
    if Stream.objects.filter(station=device.station, code=channel.code, nature="raw").exists():
        raise Refused("duplicate", f"这个监测点已有“{channel.code}”。", "code")
    if Stream.objects.filter(device=device, channel=source, retired_at=None).exists():
        raise Refused("duplicate", f"这台设备的 {source} 已接到别的数据流。", "channel")
    stream = _create(device.station, device, channel, source, scale, shift)
    _note(actor, device, "stream_added", at, stream=stream.pk, code=channel.code, channel=source)
    return stream


def _create(
    station: Station, device: Device | None, channel: Channel, source: str, scale: float = 1.0, shift: float = 0.0
) -> Stream:
    stream: Stream = Stream.objects.create(
        station=station, device=device, code=channel.code, channel=source, quantity=channel.quantity,
        title=channel.title, unit=channel.unit, decimals=channel.decimals, period=channel.period, every=channel.every,
        scale=scale, shift=shift, low=channel.low, high=channel.high,
    )  # fmt: skip
    return stream


@transaction.atomic
def add_reviewed(*, actor: Actor, raw: Stream, at: datetime) -> Stream:
    """The reviewed series beside a raw one: same property and period, values set by people or by rule."""
    policy.require(actor, _MANAGE, raw)
    return reviewed_of(actor=actor, raw=raw, at=at)


def reviewed_of(*, actor: Actor, raw: Stream, at: datetime) -> Stream:
    """The reviewed stream, made when there is none. Part of the caller's transaction."""
    if raw.nature != "raw":
        raise Refused("nature", "只有原始数据流可以有审核数据流。")
    stream, made = Stream.objects.get_or_create(
        station=raw.station, code=raw.code, nature="reviewed",
        defaults={"raw": raw, "quantity": raw.quantity, "title": raw.title, "unit": raw.unit, "decimals": raw.decimals,
                  "period": raw.period, "every": raw.every, "low": raw.low, "high": raw.high},
    )  # fmt: skip
    if made:
        record(actor=actor, verb="observations.stream.reviewed_added", subject_kind="stream", subject_id=stream.pk, at=at,
               org_path=raw.station.organisation.path, new={"raw": raw.pk})  # fmt: skip
        changed()
    return stream


@transaction.atomic
def change_stream(
    *, actor: Actor, stream: Stream, at: datetime, scale: float, shift: float, low: float | None, high: float | None, reason: str = "",
) -> Stream:  # fmt: skip
    """Another conversion or another possible range, from now on: a new version; what is stored stays as it was judged."""
    policy.require(actor, _MANAGE, stream)
    if scale == 0:
        raise Refused("scale", "换算倍数不能是 0。", "scale")
    if low is not None and high is not None and low >= high:
        raise Refused("low", "可能范围的下限须小于上限。", "low")
    held = Stream.objects.select_for_update().get(pk=stream.pk)
    old = {"scale": held.scale, "shift": held.shift, "low": held.low, "high": held.high}
    new = {"scale": scale, "shift": shift, "low": low, "high": high}
    if old == new:
        raise Refused("same", "没有改动。改了再存。", "scale")
    if not Conversion.objects.filter(stream=stream, valid_to=None).update(valid_to=at):
        Conversion.objects.create(stream=stream, valid_from=None, valid_to=at, made_by="", **old)
    Conversion.objects.create(stream=stream, valid_from=at, reason=reason.strip()[:200], made_by=actor.name, **new)
    stream.scale, stream.shift, stream.low, stream.high = scale, shift, low, high
    stream.save(update_fields=["scale", "shift", "low", "high"])
    record(actor=actor, verb="observations.stream.changed", subject_kind="stream", subject_id=stream.pk, at=at, old=old,
           org_path=stream.station.organisation.path, new={**new, "reason": reason.strip()[:200]})  # fmt: skip
    changed()
    return stream


@transaction.atomic
def new_token(*, actor: Actor, device: Device, at: datetime) -> str:
    """A token for a device that writes over HTTP or MQTT: told once, kept as its SHA-256; the one before stops working."""
    policy.require(actor, _MANAGE, device)
    if device.protocol not in TOKEN_PROTOCOLS:
        raise Refused("protocol", "只有 HTTP、MQTT 和 SensorThings 设备用令牌。")
    token = secrets.token_urlsafe(32)
    device.secret = digest_of(token)
    device.save(update_fields=["secret"])
    _note(actor, device, "token_made", at)
    return token


@transaction.atomic
def change_settings(*, actor: Actor, device: Device, at: datetime, settings: Mapping[str, Any]) -> Device:
    """Some settings of a device; the others stay. The journal names those that changed; a key is never written there."""
    policy.require(actor, _MANAGE, device)
    fresh = _settings({**device.settings, **settings})
    changed_ones = {
        name: fresh[name] for name in settings if fresh[name] != device.settings.get(name, DEVICE_SETTINGS[name][1])
    }
    if not changed_ones:
        raise Refused("same", "没有改动。")
    device.settings = fresh
    device.save(update_fields=["settings"])
    _note(
        actor,
        device,
        "settings_changed",
        at,
        **{name: "…" if name == "key" else value for name, value in changed_ones.items()},
    )
    return device


@transaction.atomic
def make_api_token(
    *, actor: Actor, title: str, until: date, at: datetime, registers: bool = False
) -> tuple[ApiToken, str]:
    """A token with which a program reads what the actor's post may see, and registers devices if it is to; told once."""
    today = civil_date(at)
    if actor.post_id is None:
        raise Refused("forbidden", "没有岗位，不能开接口令牌。")
    if registers:
        policy.require(actor, _MANAGE)
    if not 1 <= len(title.strip()) <= 60:
        raise Refused("title", "写明给谁用，1 到 60 个字。", "title")
    if not today <= until <= today + timedelta(days=LONGEST_TOKEN_DAYS):
        raise Refused("until", f"有效期从今天起，最多 {LONGEST_TOKEN_DAYS} 天。", "until")
    if ApiToken.objects.filter(post=actor.post_id, revoked_at=None, until__gte=today).count() >= MOST_API_TOKENS:
        raise Refused("many", f"这个岗位已有 {MOST_API_TOKENS} 个有效的令牌。先作废不用的。")
    token = secrets.token_urlsafe(32)
    made = ApiToken.objects.create(
        post_id=actor.post_id,
        title=title.strip(),
        digest=digest_of(token),
        made_at=at,
        until=until,
        registers=registers,
    )
    record(actor=actor, verb="observations.api_token.made", subject_kind="api_token", subject_id=made.pk, at=at, org_path=actor.path,
           new={"title": made.title, "until": until, "registers": registers})  # fmt: skip
    return made, token


@transaction.atomic
def revoke_api_token(*, actor: Actor, token: ApiToken, at: datetime) -> None:
    """From now on it opens nothing. One's own; who manages devices may revoke any."""
    if token.post_id != actor.post_id:
        policy.require(actor, _MANAGE, token.post)
    if not ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at):
        raise Refused("stale", "这个令牌已经作废。")
    record(actor=actor, verb="observations.api_token.revoked", subject_kind="api_token", subject_id=token.pk, at=at,
           org_path=token.post.organisation.path, new={"title": token.title})  # fmt: skip


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def demo_streams(actor: Actor, device: Device, channels: Sequence[tuple[Channel, str]], at: datetime) -> list[Stream]:
    """Streams beyond the kind's own, for loaders that run again: those that are there stay."""
    known = set(device.streams.values_list("code", flat=True))
    return [
        add_stream(actor=actor, device=device, channel=channel, source=source, at=at)
        for channel, source in channels
        if channel.code not in known
    ]
