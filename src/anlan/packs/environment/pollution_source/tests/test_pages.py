"""Pages per role, with data, without, and with wrong addresses."""

from __future__ import annotations

import pytest
from tests.support.cast import Cast

from anlan.kernel.observations.store.chunks import Store
from anlan.packs.environment.pollution_source.models import Dosing, HourReview, Limit
from anlan.packs.environment.pollution_source.tests.filling import put
from anlan.packs.environment.pollution_source.tests.test_hours import whole_day

pytestmark = pytest.mark.django_db(transaction=True)
DAY_URL = "/pollution/sources/GL-01/2025-07-24/"
PAGES = (
    "/pollution/",
    "/pollution/bulletin/",
    "/pollution/limits/",
    "/pollution/totals/",
    "/pollution/vapour/",
    "/registry/dosing_ledger/",
)


def test_nothing_is_registered(cast: Cast, store: Store) -> None:
    client = cast.client("monitor")
    for url, words in zip(
        PAGES[:5],
        ("还没有污染源", "还没有锅炉监测点", "还没有限值", "还没有锅炉监测点", "还没有加油站监测点"),
        strict=True,
    ):
        page = client.get(url)
        assert (page.status_code, words in page.content.decode()) == (200, True), url
    assert "还没有公布过日报" in cast.client(None).get("/public/boilers/").content.decode()


def test_sources_without_a_single_value(sources: Cast) -> None:
    """No gateway has ever written: every page still opens and says so."""
    client = sources.client("monitor")
    for url in (*PAGES, DAY_URL, f"{DAY_URL}?item=so2", "/pollution/?kind=medical", "/pollution/?kind=nonsense"):
        assert client.get(url).status_code == 200, url
    assert "没有数据" in client.get(DAY_URL).content.decode()


def test_each_role_sees_what_it_may(sources: Cast, store: Store) -> None:
    put(store, "GL-01", list(whole_day(35)))
    for who in ("planner", "leader", "auditor", "admin", "monitor"):
        assert "超限 24 小时" in sources.client(who).get("/pollution/bulletin/?day=2025-07-24").content.decode(), who
    for who in ("other", "street"):  # an office sees the sources of its own organisation only, here none
        client = sources.client(who)
        assert "还没有锅炉监测点" in client.get("/pollution/bulletin/?day=2025-07-24").content.decode()
        assert client.get(DAY_URL).status_code == 404
    assert sources.client(None).get("/pollution/").status_code == 302
    for who in ("planner", "leader", "auditor", "admin", "other", "street"):
        client = sources.client(who)
        assert (
            client.post(
                f"{DAY_URL}judge/", {"item": "nox", "hour": "3", "verdict": "invalid", "reason": "x"}
            ).status_code
            == 403
        )
        assert client.post(f"{DAY_URL}sign/").status_code == 403
        assert client.post("/pollution/bulletin/publish/", {"day": "2025-07-24"}).status_code == 403
        assert (
            client.post("/pollution/limits/set/", {"station": "GL-01", "item": "nox", "high": "1"}).status_code == 403
        )
    assert not HourReview.objects.exists()
    assert "不能“审核污染源数据”" in sources.client("planner").get(DAY_URL).content.decode()


def test_wrong_addresses(sources: Cast) -> None:
    client = sources.client("monitor")
    for url in (
        "/pollution/bulletin/?day=2025-02-30",
        "/pollution/bulletin/?day=tomorrow",
        "/pollution/bulletin/?day=2099-01-01",
        "/pollution/bulletin/?day=1899-01-01",
        "/pollution/sources/GL-01/2025-13-01/",
        "/pollution/sources/GL-01/x/",
        "/pollution/totals/?year=abcd&quarter=1",
        "/pollution/totals/?year=2025&quarter=5",
        "/pollution/totals/?year=2099&quarter=1",
        "/pollution/vapour/?day=0",
        "/public/boilers/?day=never",
    ):
        assert client.get(url).status_code == 400, url
    assert client.get("/pollution/sources/XX-99/2025-07-24/").status_code == 404
    assert client.get("/pollution/sources/SZ-01/2025-07-24/").status_code == 404
    assert client.get("/pollution/bulletin/export/?form=exe").status_code == 422


def test_what_was_typed_stays_when_it_is_refused(sources: Cast, store: Store) -> None:
    put(store, "GL-01", list(whole_day(35)))
    client = sources.client("monitor")
    page = client.post(f"{DAY_URL}judge/", {"item": "nox", "hour": "3", "verdict": "valid", "reason": ""})
    assert (page.status_code, "没有写理由" in page.content.decode(), 'value="3"' in page.content.decode()) == (
        422,
        True,
        True,
    )
    for hour in ("24", "-1", "", "x", "9999999999"):
        assert (
            client.post(
                f"{DAY_URL}judge/", {"item": "nox", "hour": hour, "verdict": "invalid", "reason": "x"}
            ).status_code
            == 422
        ), hour
    form = {"station": "GL-01", "item": "nox", "high": "2a", "basis": "许可证第 5 页", "valid_from": "2025-07-01"}
    page = client.post("/pollution/limits/set/", form)
    assert (page.status_code, "许可证第 5 页" in page.content.decode()) == (422, True)
    for wrong in (
        {"high": "NaN"},
        {"high": "Infinity"},
        {"high": "25.1234"},
        {"high": ""},
        {"station": "nowhere"},
        {"valid_from": "soon"},
    ):
        assert client.post("/pollution/limits/set/", {**form, "high": "25", **wrong}).status_code == 422, wrong
    assert Limit.objects.filter(station__code="GL-01", item="nox").count() == 1
    assert client.post("/pollution/limits/set/", {**form, "high": "25"}).status_code == 302
    assert Limit.objects.filter(station__code="GL-01", item="nox").count() == 2


def test_the_way_from_overview_to_a_signed_day(sources: Cast, store: Store) -> None:
    put(store, "GL-01", list(whole_day(35)))
    client = sources.client("monitor")
    assert (
        client.post(
            f"{DAY_URL}judge/", {"item": "nox", "hour": "3", "verdict": "invalid", "reason": "比对监测"}
        ).status_code
        == 302
    )
    assert client.post(f"{DAY_URL}sign/").status_code == 302
    body = client.get(DAY_URL).content.decode()
    assert "第 1 版" in body
    assert "判为无效：比对监测" in body
    assert client.post(f"{DAY_URL}sign/").status_code == 422
    assert client.post("/pollution/bulletin/publish/", {"day": "2025-07-24"}).status_code == 302


def test_the_dosing_ledger_refuses_what_cannot_be(sources: Cast) -> None:
    client = sources.client("monitor")
    before = Dosing.objects.count()
    good = {"code": "YF-01-x", "station_code": "YF-01", "dosed_on": "2025-07-24", "agent": "naclo", "kilograms": "40", "cubic_metres": "320",
            "chlorine": "4", "contact_minutes": "90", "working": "是", "organisation": str(sources.environment.pk)}  # fmt: skip
    for wrong in (
        {"kilograms": "0"},
        {"cubic_metres": "0"},
        {"kilograms": "-1"},
        {"agent": "salt"},
        {"dosed_on": "2025-02-31"},
        {"chlorine": "much"},
    ):
        client.post("/registry/dosing_ledger/new/", {**good, **wrong})
        assert Dosing.objects.count() == before, wrong
    client.post("/registry/dosing_ledger/new/", good)
    assert Dosing.objects.count() == before + 1
