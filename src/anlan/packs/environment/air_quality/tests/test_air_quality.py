"""From the figure down to the line of the file, and what happens when a line goes."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from tests.support.cast import AT, Cast

from anlan.base.errors import Refused
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.journal.models import Entry
from anlan.packs.environment.air_quality import actions, formulas, intake, queries
from anlan.packs.environment.air_quality.models import AirFile, AirStation, StationDay

pytestmark = pytest.mark.django_db
HEAD = "station,time,pm25,pm10,so2,no2,co,o3"


def made_up(days: int = 3, station: str = "甲", year: int = 2025) -> bytes:
    draw = random.Random(7)

    def row(day: int, hour: int) -> str:
        values = (
            draw.randint(5, 160),
            draw.randint(20, 240),
            draw.randint(2, 40),
            draw.randint(10, 90),
            draw.randint(2, 30) / 10,
        )
        return f"{station},{year}-01-{day:02d}T{hour:02d},{','.join(map(str, values))},{draw.randint(2, 180)}"

    lines = [HEAD, *(row(day, hour) for day in range(1, days + 1) for hour in range(24))]
    return "\n".join(lines).encode()


def bring(data: bytes, name: str = "甲.csv", *, own: bool = True) -> AirStation:
    file, _days = intake.store(actor=SYSTEM, seen=intake.preview(data), file_name=name, at=AT)
    assert file.rows
    station = AirStation.objects.get(code="甲")
    AirStation.objects.filter(pk=station.pk).update(in_district=own)
    return AirStation.objects.get(pk=station.pk)


def test_import_again_changes_nothing(cast: Cast) -> None:
    bring(made_up())
    before = (StationDay.objects.count(), Entry.objects.count(), AirFile.objects.count())
    with pytest.raises(Refused, match="没有变化"):
        intake.store(actor=SYSTEM, seen=intake.preview(made_up()), file_name="甲.csv", at=AT)
    assert (StationDay.objects.count(), Entry.objects.count(), AirFile.objects.count()) == before


def test_overlapping_file_makes_versions_only_where_it_differs(cast: Cast) -> None:
    bring(made_up())
    lines = made_up().decode().splitlines()
    lines[30] = lines[30].replace("T05", "T05").rsplit(",", 1)[0] + ",199"
    _file, made = intake.store(actor=SYSTEM, seen=intake.preview("\n".join(lines).encode()), file_name="乙.csv", at=AT)
    assert made == 1
    assert sorted(StationDay.objects.values_list("day", "version", "is_current")) == [
        (date(2025, 1, 1), 1, True), (date(2025, 1, 2), 1, False), (date(2025, 1, 2), 2, True), (date(2025, 1, 3), 1, True),
    ]  # fmt: skip


def test_a_station_elsewhere_feeds_nothing_until_declared(cast: Cast) -> None:
    station = bring(made_up(), own=False)
    place = queries.area()
    assert place is not None
    compute = formulas.FORMULAS[0].compute
    assert compute(2025, date(2025, 12, 31)).value is None
    actions.declare_substitution(actor=SYSTEM, area=place, station=station, shift_years=0, reason="示例", at=AT)
    answer = compute(2025, date(2025, 12, 31))
    assert answer.value is not None
    assert "以外地站点数据示例" in answer.substitution


def _hours_from_lines(client: Client, station: int, day: date) -> Iterator[tuple[int, dict[str, str]]]:
    """Follow the links of the day page to the file's own lines."""
    body = client.get(f"/air/stations/{station}/day/{day}/").content.decode()
    links = re.findall(r'href="(/air/files/\d+/\?lines=\d+)"', body)
    for link in links:
        page = client.get(link).content.decode()
        heads = re.findall(r'<th scope="col">([^<]*)</th>', page.split("</thead>")[0].split("<thead>")[1])
        row = re.search(r'<tr aria-selected="true">.*?</tr>', page, re.DOTALL)
        assert row is not None
        cells = dict(zip(heads, re.findall(r"<td>([^<]*)</td>", row.group()), strict=False))
        yield int(cells["time"][11:13]), cells


def test_twenty_figures_lead_back_to_their_lines(cast: Cast) -> None:
    """Each shown daily PM2.5 equals the mean recomputed in decimals from the lines its page links to."""
    station = bring(made_up(days=20))
    client = cast.client("planner")
    year = client.get("/air/years/2025/")
    assert year.status_code == 200
    checked = 0
    for row in StationDay.objects.filter(station=station, is_current=True):
        values = [Decimal(cells["pm25"]) for _hour, cells in _hours_from_lines(client, station.pk, row.day)]
        assert len(values) == row.present == 24
        mean = (sum(values, Decimal(0)) / len(values)).quantize(Decimal(1), rounding=ROUND_HALF_EVEN)
        body = client.get(f"/air/stations/{station.pk}/day/{row.day}/").content.decode()
        shown = re.search(r'PM2\.5<span class="unit">[^<]*</span></th><td class="num">(\d+)</td>', body)
        assert shown is not None
        assert Decimal(shown.group(1)) == mean
        checked += 1
    assert checked == 20


def test_deleting_one_line_changes_completeness_and_value(cast: Cast) -> None:
    station = bring(made_up(days=1))
    before = StationDay.objects.get(is_current=True)
    after = actions.correct_hour(
        actor=cast.actor("monitor"),
        station=station,
        day=before.day,
        hour=5,
        item="PM25",
        value=None,
        reason="示例：仪器校准",
        at=AT,
    )
    assert after.version == 2
    assert after.counts[3] == before.counts[3] - 1
    assert after.exact[3] != before.exact[3]
    assert after.inputs_hash != before.inputs_hash
    assert StationDay.objects.get(pk=before.pk).is_current is False
    # A later file must not undo what a person corrected.
    lines = made_up(days=1).decode().splitlines()
    lines[1] = lines[1].rsplit(",", 1)[0] + ",33"
    intake.store(actor=SYSTEM, seen=intake.preview("\n".join(lines).encode()), file_name="丙.csv", at=AT)
    current = StationDay.objects.get(is_current=True)
    assert current.version == 3
    assert int(current.block.values[5, 3]) == -1


@pytest.mark.parametrize(
    ("fields", "word"),
    [({"reason": ""}, "理由"), ({"item": "XX"}, "没有这个项目"), ({"hour": 24}, "小时"), ({"value": Decimal(-1)}, "不合常理"),
     ({"value": Decimal("1.00001")}, "不合常理"), ({"value": Decimal(10**9)}, "不合常理"), ({"day": date(2030, 1, 1)}, "没有数据")],
)  # fmt: skip
def test_wrong_corrections_change_nothing(cast: Cast, fields: dict[str, object], word: str) -> None:
    station = bring(made_up(days=1))
    given: dict[str, object] = {
        "day": date(2025, 1, 1),
        "hour": 5,
        "item": "PM25",
        "value": Decimal(12),
        "reason": "示例",
        **fields,
    }
    with pytest.raises(Refused, match=word):
        actions.correct_hour(actor=SYSTEM, station=station, at=AT, **given)  # type: ignore[arg-type]
    assert StationDay.objects.count() == 1


def test_only_monitoring_officers_manage(cast: Cast) -> None:
    station = bring(made_up(days=1))
    for who in ("planner", "officer", "street", "auditor"):
        with pytest.raises(Refused):
            actions.correct_hour(
                actor=cast.actor(who),
                station=station,
                day=date(2025, 1, 1),
                hour=1,
                item="PM25",
                value=None,
                reason="x",
                at=AT,
            )
        assert cast.client(who).post(f"/air/stations/{station.pk}/day/2025-01-01/correct/", {}).status_code == 403


def test_dust_days_split_the_ratio(cast: Cast) -> None:
    bring(made_up(days=20))
    place = queries.area()
    assert place is not None
    before = queries.year_view(place, 2025, date(2025, 12, 31)).period
    bad = next(
        one.day
        for one in queries.year_view(place, 2025, date(2025, 12, 31)).days
        if one.usable and (one.aqi or 0) > 100
    )
    actions.mark_dust(actor=SYSTEM, area=place, day=bad, reason="示例", at=AT)
    after = queries.year_view(place, 2025, date(2025, 12, 31)).period
    assert after.good_ratio == before.good_ratio
    assert after.good_ratio_without_dust is not None
    assert before.good_ratio is not None
    assert after.good_ratio_without_dust > before.good_ratio
    assert formulas.FORMULAS[0].fingerprint(2025)


def test_public_page_says_missing_plainly(cast: Cast) -> None:
    assert "缺测" in cast.client(None).get("/public/air/").content.decode()
    bring(made_up())
    body = cast.client(None).get("/public/air/").content.decode()
    assert "参考，以市生态环境部门发布为准" in body
    assert cast.client(None).get("/public/air.json").json()["days"]


def test_real_files_import(cast: Cast, shared: Path) -> None:
    folder = shared / "data/environment"
    call_command("air_import", str(folder / "tianjin_air_hourly_202004.csv"), "--yes")
    assert StationDay.objects.filter(is_current=True).count() == 70
    assert AirStation.objects.filter(in_district=True).count() == 0


@pytest.mark.parametrize("data", [b"", b"\x00\x01", b"%PDF-1.4", b"a,b\n1,2\n", HEAD.encode(), b"PK\x03\x04zz"])
def test_wrong_uploads_show_one_sentence_and_store_nothing(cast: Cast, data: bytes, tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(data)
    client = cast.client("monitor")
    with file.open("rb") as handle:
        answer = client.post("/air/import/", {"file": handle})
    assert answer.status_code == 422
    assert "没有导入" in answer.content.decode()
    assert not AirFile.objects.exists()
    assert client.post("/air/import/", {}).status_code == 422
    assert client.post("/air/import/", {"token": "0" * 64}).status_code == 422
