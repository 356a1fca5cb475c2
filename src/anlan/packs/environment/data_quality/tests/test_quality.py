"""Complete, accurate, true: by hand; and the chain of corrections."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.support.cast import Cast

from anlan.base.clock import CHINA
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.journal.sealing import seal_all
from anlan.kernel.observations import actions, demonstration, quality, reading
from anlan.kernel.observations.models import Stream
from anlan.kernel.observations.store.chunks import Store
from anlan.kernel.observations.store.types import Commit, columns
from anlan.packs.environment.data_quality import queries, rules
from anlan.packs.environment.data_quality.queries import StreamQuality

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime(2025, 7, 25, 14, 0, tzinfo=CHINA)
STATION = """
[[station]]
code = "B-1"
name = "甲锅炉"
kind = "boiler"
organisation = "SL"
device = [{ protocol = "hj212", identity = "MN1" }]
"""


@pytest.fixture
def store(cast: Cast, tmp_path: Path, settings: Any) -> Iterator[Store]:
    demonstration.load(STATION, cast.at)
    settings.OBSERVATIONS = str(tmp_path / "observations.sqlite3")
    reading.close()
    made = reading.writer()
    yield made
    reading.close()
    made.database.close()


def put(store: Store, code: str, values: list[tuple[float | None, str, int]]) -> None:
    """(value, mark, judged) a minute, the last at AT."""
    stream = Stream.objects.get(code=code, nature="raw")
    first = AT - timedelta(minutes=len(values) - 1)
    told = []
    for place, (value, mark, judged) in enumerate(values):
        end = reading.ms(first + timedelta(minutes=place))
        told.append((stream.pk, end, end, value, quality.code_of(mark), judged))
    store.append(Commit(told[-1][2], columns(told)))


def of(cast: Cast, code: str) -> StreamQuality:
    (one,) = queries.overview(cast.actor("monitor"), AT, 1, "boiler")
    return next(line for line in one.streams if line.stream.code == code)


def test_a_good_day_has_no_doubt(cast: Cast, store: Store) -> None:
    put(store, "nox_now", [(20 + at % 7, "N", 0) for at in range(1440)])
    found = of(cast, "nox_now")
    assert (found.expected, found.received, found.usable, found.share, found.doubts) == (1440, 1440, 1440, 100.0, [])


def test_marks_as_sent_and_reasons_as_judged_stand_side_by_side(cast: Cast, store: Store) -> None:
    values: list[tuple[float | None, str, int]] = [(20 + at % 7, "N", 0) for at in range(1140)]
    values += (
        [(20.0, "C", quality.MARKED)] * 200
        + [(5000.0, "N", quality.IMPOSSIBLE)] * 2
        + [(None, "N", quality.UNREADABLE)] * 3
    )
    put(store, "nox_now", values)
    found = of(cast, "nox_now")
    assert (found.received, found.usable) == (1345, 1140)
    assert found.sent == [("C 校准", 200)]
    assert found.judged == [("设备标记不可用", 200), ("没有值", 3), ("超出可能范围", 2)]
    assert [(one.kind, one.text) for one in found.doubts] == [
        ("全", "有效 1140，应有 1440"), ("真", "设备标记不可用的占 15%"), ("准", "超出可能范围 2 个"),
    ]  # fmt: skip


def test_a_stuck_sensor_is_found_over_any_commit(cast: Cast, store: Store) -> None:
    put(store, "o2", [(4 + at % 3, "N", 0) for at in range(1380)] + [(4.5, "N", 0)] * 60)
    assert [one.text for one in of(cast, "o2").doubts] == ["连续 60 个值不变"]
    assert of(cast, "nox_now").doubts == [rules.Doubt("全", "没有数据")]


@pytest.mark.parametrize(
    ("run", "period", "doubted"), [(29, "instant", False), (30, "instant", True), (5, "hour", False), (6, "hour", True)]
)
def test_how_long_is_long(run: int, period: str, doubted: bool) -> None:
    found = rules.doubts(expected=100, received=100, usable=100, marked=0, outside=0, run=run, period=period)
    assert bool(found) is doubted


def test_pages_per_role_and_without_data(cast: Cast) -> None:
    assert "还没有环境监测点" in cast.client("monitor").get("/quality/").content.decode()
    demonstration.load(STATION, cast.at)
    for who in ("planner", "leader", "auditor", "admin", "monitor"):
        client = cast.client(who)
        for url in (
            "/quality/",
            "/quality/?days=7&kind=boiler",
            "/quality/?days=999&kind=x",
            "/quality/stations/B-1/?days=30",
            "/quality/export/?form=csv",
        ):
            assert client.get(url).status_code == 200, (who, url)
    assert "没有数据" in cast.client("planner").get("/quality/").content.decode()
    street = cast.client("street")
    assert "甲锅炉" not in street.get("/quality/").content.decode()
    assert street.get("/quality/stations/B-1/").status_code == 404
    assert cast.client("planner").get("/quality/corrections/").status_code == 403
    assert cast.client(None).get("/quality/").status_code == 302


def test_corrections_are_listed_with_their_seal_and_the_chain_is_recomputed(cast: Cast, store: Store) -> None:
    stream = Stream.objects.get(code="nox_now", nature="raw")
    actions.change_stream(actor=SYSTEM, stream=stream, at=cast.at, scale=2.0, shift=0, low=0, high=1000)
    client = cast.client("auditor")
    assert "待封存" in client.get("/quality/corrections/").content.decode()
    seal_all(cast.at)
    body = client.get("/quality/corrections/?verify=1").content.decode()
    assert "日志链完好" in body
    assert "改数据流换算或范围" in body
