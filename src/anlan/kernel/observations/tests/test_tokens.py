"""Tokens for programs, settings of devices, and what the device pages show of refusals and bounds."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from tests.support.cast import Cast

from anlan.base.errors import Refused
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.journal.models import Entry
from anlan.kernel.observations import actions, reading
from anlan.kernel.observations.models import ApiToken, Device
from anlan.kernel.observations.store.adapters import open_database
from anlan.kernel.observations.store.chunks import Store
from anlan.kernel.observations.store.types import EMPTY, Commit
from anlan.kernel.registry.models import Station

pytestmark = pytest.mark.django_db


def _device(cast: Cast, protocol: str = "mqtt") -> Device:
    station = Station.objects.create(
        code="W1", name="示例井", kind="level", organisation=cast.environment, created_at=cast.at, updated_at=cast.at
    )
    return actions.register_device(
        actor=SYSTEM, protocol=protocol, identity="well-1", name="示例井", station=station, at=cast.at
    )


def test_a_token_is_told_once_and_only_its_digest_is_kept(cast: Cast) -> None:
    client, until = cast.client("planner"), "2099-01-01"
    assert client.post(reverse("api_tokens"), {"title": "示例", "until": until}).status_code == 422  # too far
    client.get(reverse("api_tokens"))
    day = (cast.at.date() + timedelta(days=300)).isoformat()
    page = client.post(reverse("api_tokens"), {"title": "示例地图", "until": day})
    if page.status_code == 422:  # the clock of the machine is far from the cast's
        made, token = actions.make_api_token(
            actor=cast.actor("planner"), title="示例地图", until=cast.at.date(), at=cast.at
        )
    else:
        made = ApiToken.objects.get()
        token = page.context["told"]
    assert made.digest == actions.digest_of(token)
    assert token not in client.get(reverse("api_tokens")).content.decode()
    assert Entry.objects.filter(verb="observations.api_token.made").count() == 1


def test_what_a_token_may_be(cast: Cast) -> None:
    planner, today = cast.actor("planner"), cast.at.date()
    for title, until in (
        ("", today),
        ("x" * 61, today),
        ("示例", today - timedelta(days=1)),
        ("示例", today + timedelta(days=367)),
    ):
        with pytest.raises(Refused):
            actions.make_api_token(actor=planner, title=title, until=until, at=cast.at)
    with pytest.raises(Refused):
        actions.make_api_token(
            actor=planner, title="示例", until=today, at=cast.at, registers=True
        )  # may not manage devices
    for _one in range(actions.MOST_API_TOKENS):
        actions.make_api_token(actor=planner, title="示例", until=today, at=cast.at)
    with pytest.raises(Refused):
        actions.make_api_token(actor=planner, title="示例", until=today, at=cast.at)


def test_one_revokes_ones_own_and_who_manages_devices_any(cast: Cast) -> None:
    mine, _token = actions.make_api_token(actor=cast.actor("planner"), title="示例", until=cast.at.date(), at=cast.at)
    address = reverse("api_token_revoke", args=[mine.pk])
    assert cast.client("street").post(address).status_code == 404
    with pytest.raises(Refused):
        actions.revoke_api_token(actor=cast.actor("street"), token=mine, at=cast.at)
    assert cast.client("admin").post(address).status_code == 302
    mine.refresh_from_db()
    assert mine.revoked_at is not None
    with pytest.raises(Refused):
        actions.revoke_api_token(actor=cast.actor("planner"), token=mine, at=cast.at)


def test_settings_are_changed_on_the_page_and_a_key_is_never_shown(cast: Cast) -> None:
    device, client = _device(cast), cast.client("monitor")
    address, page = reverse("device_settings", args=[device.pk]), reverse("device", args=[device.pk])
    good = {
        "minute": "5",
        "silence": "60",
        "crc": "hj212",
        "key": "0123456789ABCDEF" * 2,
        "coordinates": "wgs84",
        "resend": "1",
        "clock": "120",
        "declares": "0",
    }
    assert client.post(address, good).status_code == 302
    device.refresh_from_db()
    assert (device.settings["resend"], device.settings["clock"], device.settings["key"]) == (True, 120, good["key"])
    entry = Entry.objects.get(verb="observations.device.settings_changed")
    assert json.loads(entry.new_text)["key"] == "…"
    assert good["key"] not in client.get(page).content.decode()
    assert client.post(address, {**good, "key": "", "minute": "10"}).status_code == 302  # an empty key leaves it
    device.refresh_from_db()
    assert (device.settings["key"], device.settings["minute"]) == (good["key"], 10)
    for wrong in (
        {"minute": "0"},
        {"minute": "x"},
        {"silence": "-1"},
        {"crc": "md5"},
        {"coordinates": "mars"},
        {"key": "short"},
        {"clock": "1.5"},
        {"clock": "9999999"},
    ):
        assert client.post(address, {**good, **wrong}).status_code == 422, wrong
    assert cast.client("street").post(address, good).status_code == 403


def test_an_mqtt_device_has_a_token_and_no_typed_password(cast: Cast) -> None:
    device = _device(cast)
    page = cast.client("monitor").post(reverse("device_move", args=[device.pk, "token"]))
    device.refresh_from_db()
    assert device.secret == actions.digest_of(page.context["token"])
    typed = {"protocol": "mqtt", "identity": "well-2", "name": "", "station": str(device.station_id), "secret": "typed"}
    assert cast.client("monitor").post(reverse("device_new"), typed).status_code == 422


def test_the_pages_show_what_waits_the_broker_and_why_something_was_refused(
    cast: Cast, tmp_path: Path, settings: Any
) -> None:
    settings.OBSERVATIONS = str(tmp_path / "o.sqlite3")
    reading.close()
    device = _device(cast)
    link = {
        "connected": True,
        "heard": 0,
        "skew": None,
        "frames": 3,
        "bad": 1,
        "rows": 2,
        "unlisted": 0,
        "untimely": 0,
        "refused": 2,
        "why": {"time": 2},
    }
    facts = {"at": 0, "commits": 1, "stored": 2, "waiting_rows": 7, "waiting_bytes": 2048, "most_rows": 200_000, "most_bytes": 64 << 20, "failed": "", "held": 512,
             "broker": {"address": "mq:1883", "connected": False, "said": "2 秒后再连", "since": 0}, "devices": {str(device.pk): link}}  # fmt: skip
    store = Store(open_database(settings.OBSERVATIONS, writes=True))
    store.append(Commit(0, EMPTY, state={"gateway": json.dumps(facts).encode()}))
    text = cast.client("monitor").get(reverse("devices")).content.decode()
    assert all(one in text for one in ("7 / 200000", "mq:1883", "2 秒后再连"))
    assert (
        "没有时间、没有时区或读不懂" in cast.client("monitor").get(reverse("device", args=[device.pk])).content.decode()
    )
    reading.close()
    store.database.close()
