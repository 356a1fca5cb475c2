"""Pages per role, without data, with wrong addresses, and what the registers refuse."""

from __future__ import annotations

import pytest
from tests.support.cast import Cast

from anlan.kernel.registry.cells import row_of
from anlan.packs.environment.water_station.sheets import BLACK_READINGS, DRINKING_SHEET, SAMPLES, SECTIONS

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = ("/water/", "/water/report/", "/water/black/", "/water/drinking/")


def test_nothing_is_registered(cast: Cast) -> None:
    client = cast.client("monitor")
    for url, words in zip(PAGES, ("还没有断面", "这个月没有监测值", "没有黑臭水体", "还没有饮用水结果"), strict=True):
        page = client.get(url)
        assert (page.status_code, words in page.content.decode()) == (200, True), url
    assert "还没有公布过结果" in cast.client(None).get("/public/drinking/").content.decode()
    assert client.get("/water/report/print.docx").status_code == 200


def test_every_role_reads_and_only_the_office_publishes(rivers: Cast) -> None:
    for who in ("planner", "leader", "auditor", "admin", "officer", "other", "monitor", "street"):
        client = rivers.client(who)
        for url in (*PAGES, "/water/sections/SZ-01/", "/water/export/?form=csv"):
            assert client.get(url).status_code == 200, (who, url)
        if who in ("planner", "leader", "auditor", "admin", "street"):
            assert client.post("/water/drinking/", {"year": "2025", "quarter": "2"}).status_code == 403, who
    assert rivers.client(None).get("/water/").status_code == 302
    assert rivers.client("other").post("/water/drinking/", {"year": "2025", "quarter": "2"}).status_code == 302


def test_wrong_addresses(rivers: Cast) -> None:
    client = rivers.client("planner")
    for url in (
        "/water/report/?year=abc&month=1",
        "/water/report/?year=2025&month=13",
        "/water/report/?year=2025&month=0",
        "/water/report/?year=2031&month=1",
        "/water/black/?year=1800",
        "/water/black/?year=%F0%9F%98%80",
    ):
        assert client.get(url).status_code == 400, url
    assert client.get("/water/sections/nowhere/").status_code == 404
    assert client.get("/water/report/print.rtf?year=2025&month=5").status_code == 404
    assert client.get("/water/export/?form=pdf").status_code == 422
    for url in (
        "/water/sections/SZ-01/?item=nonsense",
        "/water/sections/SZ-01/?month=2025-99",
        "/water/?level=x&state=y",
    ):
        assert client.get(url).status_code == 200, url
    assert client.get("/public/drinking/?quarter=x").status_code == 404


def test_the_registers_refuse_what_cannot_be(rivers: Cast) -> None:
    """The key of the wrong cell, for each of them."""
    drinking = {"code": "a", "place": "甲", "kind": "tap", "year": "2025", "quarter": "2", "items": "43", "passed": "43", "verdict": "pass",
                "failing": "", "standard": "GB 5749"}  # fmt: skip
    sample = {"code": "a", "section_code": "SZ-01", "taken_on": "2025-07-01", "nh3n": "0.4"}
    section = {"code": "a", "name": "甲", "river": "乙", "level": "city", "target": "III", "position": "1"}
    reading = {"code": "a", "water_code": "HC-01", "measured_on": "2025-07-01", "orp": "-120"}
    cases = (
        (DRINKING_SHEET, drinking, {"passed": "44"}, "passed"), (DRINKING_SHEET, drinking, {"passed": "42"}, "verdict"),
        (DRINKING_SHEET, drinking, {"passed": "42", "verdict": "fail"}, "failing"), (DRINKING_SHEET, drinking, {"quarter": "5"}, "quarter"),
        (DRINKING_SHEET, drinking, {"items": "0"}, "items"), (SAMPLES, sample, {"section_code": "没有"}, "section_code"),
        (SAMPLES, sample, {"nh3n": ""}, ""), (SAMPLES, sample, {"nh3n": "-1"}, "nh3n"), (SAMPLES, sample, {"ph": "15"}, "ph"),
        (SAMPLES, sample, {"nh3n": "0.4mg"}, "nh3n"), (SAMPLES, sample, {"taken_on": "7月1日"}, "taken_on"), (SECTIONS, section, {"target": "VI"}, "target"),
        (SECTIONS, section, {"longitude": "200"}, "longitude"), (SECTIONS, section, {"river": ""}, "river"),
        (BLACK_READINGS, reading, {"orp": ""}, ""), (BLACK_READINGS, reading, {"water_code": "x"}, "water_code"),
        (BLACK_READINGS, reading, {"oxygen": "31"}, "oxygen"),
    )  # fmt: skip
    for sheet, good, wrong, column in cases:
        assert row_of(good, sheet)[1] == [], sheet.slug
        assert column in [one.column for one in row_of({**good, **wrong}, sheet)[1]], (sheet.slug, wrong)
