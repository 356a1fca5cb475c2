"""The city beside the district: its own folder, its own people, a link that is made once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from anlan.base import clock
from anlan.base.errors import Refused
from anlan.kernel.access.models import Organisation, Post
from anlan.kernel.exchange.delivery import identity, rules
from anlan.kernel.exchange.delivery.models import Peer
from anlan.kernel.exchange.delivery.types import Card
from anlan.server import city, cli


@pytest.mark.pure
def test_the_city_never_writes_into_the_districts_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "ANLAN_VAR": "/somewhere/var/",
        "ANLAN_DATABASE_URL": "postgresql://x/y",
        "ANLAN_DEMO": "",
        "ANLAN_CITY_OF": "",
        "ANLAN_CITY_OF_DATABASE_URL": "",
    }.items():
        monkeypatch.setenv(name, value)
    cli._beside()
    assert os.environ["ANLAN_VAR"] == "/somewhere/var-city"
    assert "ANLAN_DATABASE_URL" not in os.environ
    assert (os.environ[city.OF], os.environ[city.OF_DATABASE]) == ("/somewhere/var/", "postgresql://x/y")


@pytest.mark.pure
def test_where_the_district_listens(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(city.OF, str(tmp_path))
    assert city.district_address() == "http://127.0.0.1:8000"
    for text, address in (
        ('{"address": "http://127.0.0.1:8145"}', "http://127.0.0.1:8145"),
        ("{", "http://127.0.0.1:8000"),
        ("[]", "http://127.0.0.1:8000"),
    ):
        (tmp_path / "web.json").write_text(text, encoding="utf-8")
        assert city.district_address() == address


@pytest.mark.django_db
def test_settled_and_paired_once(settings: Any, tmp_path: Path) -> None:
    settings.VAR = tmp_path
    with pytest.raises(Refused, match="还没有单位"):
        city.pair(
            Card(code="sl", title="示例区", address="", key=rules.public_key(rules.new_seed())), "unit", clock.now()
        )
    for _time in range(2):
        assert [one.username for one in city.settle(clock.now())] == ["city", "city-chief", "city-admin"]
    assert (Organisation.objects.count(), Post.objects.count()) == (1, 3)
    assert identity.code() == "city"
    first = Card(code="sl", title="示例区", address="http://127.0.0.1:8000", key=rules.public_key(rules.new_seed()))
    for _time in range(2):
        assert city.pair(first, "unit", clock.now()).state == "linked"
    Peer.objects.update(out_seq=7)
    moved = Card(code="sl", title="示例区", address="http://127.0.0.1:8001", key=rules.public_key(rules.new_seed()))
    peer = city.pair(moved, "unit", clock.now())
    assert (peer.state, peer.address, peer.key) == ("linked", moved.address, moved.key)
    assert Peer.objects.get().out_seq == 7
