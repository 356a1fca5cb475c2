"""May one go down: from fresh values only; alarms by rule; pages by role."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from tests.support.cast import AT, Cast
from tests.support.district import District

from anlan.kernel.access.types import SYSTEM
from anlan.kernel.alarms.loading import load_rules
from anlan.kernel.alarms.models import Alarm
from anlan.kernel.registry import actions as registry
from anlan.kernel.registry.cells import row_of
from anlan.packs.safety.underground import rules
from anlan.packs.safety.underground.demonstration import _HERE
from anlan.packs.safety.underground.sheets import SPACES

GOOD = {"ch4": 1.0, "h2s": 1.0, "co": 2.0, "o2": 20.8, "ingress": 0.0, "level": 0.3}


def _verdict(values: dict[str, float], at: datetime = AT) -> rules.Verdict:
    return rules.entry({code: (value, at) for code, value in {**GOOD, **values}.items()}, AT)


@pytest.mark.pure
@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({}, "ok"), ({"o2": 19.5}, "ok"), ({"o2": 19.4}, "no"), ({"o2": 21.0}, "ok"), ({"o2": 21.1}, "no"), ({"ch4": 10.0}, "ok"), ({"ch4": 10.1}, "no"),
        ({"h2s": 10.0}, "ok"), ({"h2s": 10.1}, "no"), ({"co": 20.1}, "no"), ({"ingress": 1.0}, "no"), ({"level": 9.0}, "ok"),
    ],
)  # fmt: skip
def test_the_edges_of_entry(values: dict[str, float], word: str) -> None:
    assert _verdict(values).word == word


@pytest.mark.pure
def test_what_is_missing_or_old_is_never_a_yes_and_what_is_wrong_outweighs_it() -> None:
    assert _verdict({}, AT - timedelta(minutes=30)).word == "ok"
    assert _verdict({}, AT - timedelta(minutes=31)).word == "unknown"
    partly = {code: (value, AT) for code, value in GOOD.items() if code != "h2s"}
    assert rules.entry(partly, AT) == rules.Verdict("unknown", ("硫化氢没有 30 分钟内的数据",))
    assert rules.entry({**partly, "ch4": (60.0, AT)}, AT).word == "no"
    assert rules.entry({}, AT).word == "unknown"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("values", "slugs"),
    [
        ({"ch4": 30.0}, ["underground_gas_first"]), ({"ch4": 60.0}, ["underground_gas_second"]), ({"h2s": 10.5}, ["underground_h2s"]),
        ({"o2": 18.0}, ["underground_oxygen"]), ({"o2": 24.0}, ["underground_oxygen"]), ({"ingress": 1.0}, ["underground_ingress"]),
        ({"cover": 1.0}, ["underground_cover"]), ({"level": 2.1}, ["underground_level"]), ({"co": 31.0}, ["underground_co"]), ({"ch4": 25.0, "h2s": 10.0}, []),
    ],
)  # fmt: skip
def test_alarms_by_rule(district: District, values: dict[str, float], slugs: list[str]) -> None:
    load_rules(SYSTEM, (_HERE / "rules.toml").read_text(encoding="utf-8"), district.at - timedelta(days=1))
    station = district.station("underground", "DX-9", "http")
    district.send(station, district.at, **{**GOOD, **values})
    assert sorted(Alarm.objects.values_list("rule__slug", flat=True)) == slugs


@pytest.mark.django_db(transaction=True)
def test_pages_by_role_and_what_they_say(district: District, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("anlan.base.clock.now", lambda: district.at)
    load_rules(SYSTEM, (_HERE / "rules.toml").read_text(encoding="utf-8"), district.at - timedelta(days=1))
    bad, good, silent = (district.station("underground", code, "http") for code in ("DX-1", "DX-2", "DX-3"))
    district.send(bad, district.at, **{**GOOD, "h2s": 18.0})
    district.send(good, district.at, **GOOD)
    values = {
        "code": "K1",
        "name": "示例井",
        "kind": "well",
        "station_code": "DX-1",
        "address": "",
        "depth": None,
        "entry_rules": "先批准",
        "checked_on": None,
    }
    registry.add(actor=SYSTEM, sheet=SPACES, organisation=district.cast.emergency, values=values, at=district.at)
    urls = [reverse("underground"), reverse("underground_overview_export"), reverse("underground_space", args=["DX-1"])]
    for who in ("planner", "leader", "auditor", "admin", "officer", "other", "street"):
        assert [district.cast.client(who).get(url).status_code for url in urls] == [200, 200, 200], who
    assert [district.cast.client("monitor").get(url).status_code for url in urls] == [403, 403, 403]
    client = district.cast.client("officer")
    page = client.get(urls[0]).content.decode()
    assert page.index(bad.name) < page.index(silent.name) < page.index(good.name)  # in trouble first
    assert "硫化氢 18 mg/m³" in page
    assert "2 处不要进入" in page
    assert good.name not in client.get(urls[0], {"kind": "well"}).content.decode()
    assert client.get(urls[0], {"kind": "没有这种"}).status_code == 200
    rows = list(csv.reader(io.StringIO(client.get(urls[1], {"form": "csv"}).content.decode("utf-8-sig"))))
    assert [row[2] for row in rows[1:]] == ["不要进入", "不能判断，不要进入", "未见超限，进前再测"]
    assert client.get(urls[1], {"form": "exe"}).status_code == 422
    assert "先批准" in client.get(urls[2]).content.decode()
    assert client.get(reverse("underground_space", args=["没有"])).status_code == 404


@pytest.mark.django_db
def test_empty_and_wrong_rows(cast: Cast) -> None:
    assert "没有符合的地下空间监测点" in cast.client("officer").get(reverse("underground")).content.decode()
    row = {"code": "1", "name": "示例", "kind": "检查井、阀门井"}
    assert row_of(row, SPACES)[1] == []
    for wrong, column in (
        ({"station_code": "没有"}, "station_code"),
        ({"depth": "-1"}, "depth"),
        ({"kind": "地洞"}, "kind"),
        ({"checked_on": "昨天"}, "checked_on"),
    ):
        assert [one.column for one in row_of({**row, **wrong}, SPACES)[1]] == [column]
