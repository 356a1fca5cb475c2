"""What the pages say of live values: over, silent, unusable, missing; who sees which station; a year of days; exports."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from tests.support.cast import Cast

from anlan.base import clock
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.alarms import actions, consuming
from anlan.kernel.alarms.models import Alarm, Rule
from anlan.kernel.alarms.types import Watch, event
from anlan.kernel.monitor import queries
from anlan.kernel.observations import reading
from anlan.kernel.observations.actions import move_device, register_device
from anlan.kernel.observations.models import Stream
from anlan.kernel.observations.store.chunks import Store
from anlan.kernel.observations.store.types import Commit, columns
from anlan.kernel.registry import actions as registry
from anlan.kernel.registry.models import Station
from anlan.kernel.registry.sheets import STATIONS

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = 3_600_000
Row = tuple[int, int, int, float | None, int, int]


@pytest.fixture(autouse=True)
def _now(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages' clock stands at the cast's instant."""
    monkeypatch.setattr(clock, "now", lambda: cast.at)


@pytest.fixture
def store(tmp_path: Path, settings: Any) -> Iterator[Store]:
    settings.OBSERVATIONS = str(tmp_path / "observations.sqlite3")
    reading.close()
    opened = reading.writer()
    yield opened
    reading.close()
    opened.database.close()


@pytest.fixture
def station(cast: Cast) -> Station:
    owner = Organisation.objects.get(pk=cast.actor("monitor").organisation_id or 0)
    values = {"code": "T-1", "name": "示例断面", "kind": "water", "place_name": "", "method": "", "longitude": None, "latitude": None,
              "since": None}  # fmt: skip
    made = registry.add(actor=SYSTEM, sheet=STATIONS, organisation=owner, values=values, at=cast.at)
    assert isinstance(made, Station)
    device = register_device(actor=SYSTEM, protocol="hj212", identity="MN1", name="", station=made, at=cast.at)
    move_device(actor=SYSTEM, device=device, move="suspend", reason="示例", at=cast.at)
    move_device(actor=SYSTEM, device=device, move="admit", at=cast.at)
    return made


def oxygen(station: Station) -> Stream:
    return Stream.objects.get(station=station, code="DO")


def hourly(stream: Stream, cast: Cast, hours: int, value: float = 7.5, judged: int = 0, ago: int = 0) -> list[Row]:
    """Values of whole hours, the newest `ago` hours before the cast's now."""
    last = reading.ms(cast.at) // HOUR * HOUR - ago * HOUR
    return [(stream.pk, last - (n + 1) * HOUR, last - n * HOUR, value, 0, judged) for n in range(hours)]


def page(cast: Cast, name: str, *arguments: object, **query: str | int) -> str:
    found = cast.client("monitor").get(reverse(name, args=arguments), dict[str, str | int](query))
    assert found.status_code == 200, found.content
    return str(found.content.decode())


def test_a_new_value_a_silent_stream_an_unusable_one_and_none_at_all(
    store: Store, station: Station, cast: Cast
) -> None:
    mine = {one.code: one for one in Stream.objects.filter(station=station)}
    rows = [
        *hourly(mine["DO"], cast, 3),
        *hourly(mine["pH"], cast, 3, value=7.0, ago=5),
        *hourly(mine["TP"], cast, 1, value=30.0, judged=1),
    ]
    store.append(Commit(reading.ms(cast.at), columns(rows)))
    shown = {one.stream.code: one for one in queries.shown(list(mine.values()), cast.actor("monitor"), cast.at)}
    assert (shown["DO"].state, shown["DO"].text) == ("ok", "7.50")
    assert shown["pH"].state == "silent"
    assert shown["TP"].state == "bad"
    assert shown["NH3N"].state == "none"
    (line,) = queries.lines([station], cast.actor("monitor"), cast.at)
    assert line.state == "silent"
    assert [one.state for one in line.values][:2] == ["silent", "bad"]


def test_the_station_page_opens_on_what_stands_and_says_why(store: Store, station: Station, cast: Cast) -> None:
    stream = Stream.objects.get(station=station, code="NH3N")
    rule: Rule = actions.set_rule(actor=SYSTEM, slug="n", title="氨氮高", form="above", kind="water", code="NH3N", settings={"limit": 1.0},
                                  priority=2, basis="示例依据", at=cast.at - timedelta(days=1))  # fmt: skip
    (row,) = hourly(stream, cast, 1, value=1.9)
    store.append(
        Commit(
            reading.ms(cast.at),
            columns([row]),
            events=(event("raised", Watch(rule.pk, stream.pk, "above", limit=1.0), row[2], row[2], 1.9),),
        )
    )
    consuming.consume(cast.at)
    alarm = Alarm.objects.get()
    said = page(cast, "station", station.code)
    assert "1 项报警" in said
    assert "1 次未确认" in said
    assert "示例依据" in said
    assert '<tr aria-current="true"><th scope="row"><a href="?stream=' in said
    assert "≤ 1" in said
    overview = page(cast, "monitor")
    assert reverse("alarm", args=[alarm.pk]) in overview
    assert "1.9" in overview
    back = reverse("station", args=[station.code]) + "?span=7d"
    answered = cast.client("monitor").post(reverse("alarm_move", args=[alarm.pk, "acknowledge"]), {"next": back})
    assert answered.status_code == 302
    assert answered["Location"] == back
    assert "1 次未确认" not in page(cast, "station", station.code)


@pytest.mark.parametrize(
    "elsewhere", ["https://example.org/monitor/", "//example.org/", "/account/logout/", "javascript:1"]
)
def test_a_move_never_leads_elsewhere(store: Store, station: Station, cast: Cast, elsewhere: str) -> None:
    stream = oxygen(station)
    rule = actions.set_rule(actor=SYSTEM, slug="d", title="溶解氧低", form="below", kind="water", code="DO", settings={"limit": 5.0}, priority=2,
                            basis="示例", at=cast.at)  # fmt: skip
    store.append(
        Commit(
            1,
            columns(hourly(stream, cast, 1, 3.0)),
            events=(event("raised", Watch(rule.pk, stream.pk, "below", limit=5), 1, 1, 3.0),),
        )
    )
    consuming.consume(cast.at)
    alarm = Alarm.objects.get()
    answered = cast.client("monitor").post(reverse("alarm_move", args=[alarm.pk, "acknowledge"]), {"next": elsewhere})
    assert answered["Location"] == reverse("alarm", args=[alarm.pk])


def test_every_span_has_a_curve_and_a_table_and_the_export_is_what_is_shown(
    store: Store, station: Station, cast: Cast
) -> None:
    stream = oxygen(station)
    store.append(Commit(reading.ms(cast.at), columns(hourly(stream, cast, 24 * 40))))
    for span, points in (("1h", 1), ("24h", 24), ("7d", 168), ("30d", 720), ("1y", 41)):
        found = queries.series(stream, span, cast.at)
        assert abs(len(found.points) - points) <= 1, span
        assert "svg-line" in page(cast, "station", station.code, stream=stream.pk, span=span) or points == 1
        assert "可用" in page(cast, "station", station.code, stream=stream.pk, span=span, view="table")
    lines = cast.client("monitor").get(
        reverse("station_export", args=[station.code]), {"stream": str(stream.pk), "span": "24h", "form": "csv"}
    )
    assert len(lines.getvalue().decode("utf-8-sig").strip().splitlines()) - 1 == len(
        queries.series(stream, "24h", cast.at).points
    )


def test_pages_without_a_gateway_or_a_station_say_what_to_do(settings: Any, tmp_path: Path, cast: Cast) -> None:
    settings.OBSERVATIONS = str(tmp_path / "none.sqlite3")
    reading.close()
    said = page(cast, "monitor")
    assert "网关还没有启动" in said
    assert "还没有监测点" in said
    assert "没有符合条件的监测点" in page(cast, "stations_now", q="没有这个")


def test_a_kind_one_may_not_see_is_not_there(
    store: Store, station: Station, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = reverse("station", args=[station.code])
    assert cast.client("street").get(where).status_code == 200
    monkeypatch.setattr("anlan.kernel.observations.queries.seen_by", lambda _actor: ())
    assert cast.client("street").get(where).status_code == 404
    assert cast.client("monitor").get(reverse("station", args=["NO-1"])).status_code == 404
    assert cast.client(None).get(where).status_code == 302


@pytest.mark.parametrize(
    "query", [{"span": "9y"}, {"stream": "x"}, {"stream": "999999"}, {"stream": "9" * 30}, {"view": "<zz>"}]
)
def test_odd_parameters_change_nothing(store: Store, station: Station, cast: Cast, query: dict[str, str]) -> None:
    assert "<zz>" not in page(cast, "station", station.code, **query)
