"""Judging, signing, publishing, limits: what they do, and twenty and more wrong things."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import docx
import openpyxl
import pytest
from django.test import Client
from tests.support.cast import Cast

from anlan.base.clock import CHINA
from anlan.base.errors import Refused
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.alarms.models import Rule
from anlan.kernel.journal.models import Entry
from anlan.kernel.journal.sealing import seal_all, verify
from anlan.kernel.observations.models import Stream
from anlan.kernel.observations.store.chunks import Store
from anlan.kernel.registry.models import Station
from anlan.packs.environment.pollution_source import actions, desk, queries
from anlan.packs.environment.pollution_source.models import Bulletin, DayReview, HourReview, Limit
from anlan.packs.environment.pollution_source.tests.filling import put
from anlan.packs.environment.pollution_source.tests.test_hours import DAY, START, minutes, nox, whole_day

pytestmark = pytest.mark.django_db(transaction=True)
URL = "/pollution/sources/GL-01/2025-07-24/"


@pytest.fixture
def day(sources: Cast, store: Store) -> Cast:
    """A whole day of GL-01: 20 mg/m³, at 10:00 an hour of 35, 14:00 missing."""
    put(
        store,
        "GL-01",
        [
            *whole_day(20, range(10)),
            *whole_day(35, range(10, 11)),
            *whole_day(20, range(11, 14)),
            *whole_day(20, range(15, 24)),
        ],
    )
    return sources


def station(code: str = "GL-01") -> Station:
    return Station.objects.get(code=code)


def judge(cast: Cast, **changed: Any) -> HourReview:
    given: dict[str, Any] = {"actor": cast.actor("monitor"), "station": station(), "item": "nox", "start": START + timedelta(hours=10), "verdict": "invalid",
             "reason": "探头拆检", "at": cast.at} | changed  # fmt: skip
    return actions.judge_hour(**given)


def test_a_judged_hour_leaves_the_raw_value_and_changes_the_bulletin(day: Cast, store: Store) -> None:
    assert nox(day).word == "超限 1 小时"
    row = judge(day)
    after = nox(day)
    assert (after.word, after.hours[10].value, str(after.hours[10].sent), after.hours[10].reason) == (
        "达标",
        None,
        "35.0",
        "判为无效：探头拆检",
    )
    assert (row.stream.nature, row.stream.raw, row.version) == (
        "reviewed",
        Stream.objects.get(station=station(), code="nox", nature="raw"),
        1,
    )
    entry = Entry.objects.get(verb="pollution_source.hour.judged")
    assert entry.old["value"] == "35.0"
    again = judge(day, verdict="valid", reason="拆检记录作废")
    assert (again.version, HourReview.objects.filter(is_current=True).get()) == (2, again)
    assert nox(day).word == "超限 1 小时"
    seal_all(day.at)
    assert verify().intact


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"reason": "  "}, "没有写理由"),
        ({"item": "cod"}, "没有这一项"),
        ({"item": ""}, "没有这一项"),
        ({"verdict": "maybe"}, "有效或无效"),
        ({"start": START + timedelta(hours=10, minutes=1)}, "整点"),
        ({"start": datetime(2025, 7, 25, 14, tzinfo=CHINA)}, "还没有过完"),
        ({"start": datetime(2026, 1, 1, tzinfo=CHINA)}, "还没有过完"),
        ({"verdict": "valid", "start": START + timedelta(hours=14)}, "没有数值"),
        ({"station": "GL-02", "verdict": "valid"}, "没有数值"),
    ],
)
def test_wrong_judgements_change_nothing(day: Cast, changed: dict[str, Any], words: str) -> None:
    given = {**changed, **({"station": station(changed["station"])} if "station" in changed else {})}
    with pytest.raises(Refused, match=words):
        judge(day, **given)
    assert not HourReview.objects.exists()
    assert not Entry.objects.filter(verb="pollution_source.hour.judged").exists()


def test_judging_twice_the_same_and_without_the_right_is_refused(day: Cast) -> None:
    judge(day)
    with pytest.raises(Refused, match="已经这样判过"):
        judge(day)
    for who in ("planner", "leader", "auditor", "other", "street", "admin"):
        with pytest.raises(Refused, match="不能"):
            judge(day, actor=day.actor(who), verdict="valid")
    assert HourReview.objects.count() == 1


def test_signing_writes_the_gap_and_late_data_asks_for_another_signature(day: Cast, store: Store) -> None:
    monitor = day.actor("monitor")
    row = actions.sign_day(actor=monitor, station=station(), day=DAY, at=day.at)
    written = HourReview.objects.filter(stream__code="nox").get()
    assert (written.verdict, written.value, written.by_rule, written.reason) == ("invalid", None, True, "没有数据")
    assert not actions.changed_since(row, queries.day_of(station(), DAY, day.at))
    with pytest.raises(Refused, match="之后没有变化"):
        actions.sign_day(actor=monitor, station=station(), day=DAY, at=day.at)
    put(store, "GL-01", list(whole_day(31, range(14, 15))))
    assert len(nox(day).over) == 2  # what came late counts, though the hour had been signed as missing
    assert actions.changed_since(row, queries.day_of(station(), DAY, day.at))
    assert actions.sign_day(actor=monitor, station=station(), day=DAY, at=day.at).version == 2
    assert not HourReview.objects.filter(stream__code="nox", is_current=True).exists()
    assert [one.is_current for one in DayReview.objects.filter(station=station()).order_by("version")] == [False, True]
    with pytest.raises(Refused, match="还没有过完"):
        actions.sign_day(actor=monitor, station=station(), day=day.at.date(), at=day.at)


def test_waste_water_gaps_get_a_stand_in_that_judges_nothing(sources: Cast, store: Store) -> None:
    rows = [row for at in range(24) if at != 5 for row in (*minutes("cod", at, 40), *minutes("flow", at, 2))]
    put(store, "YF-01", rows)
    actions.sign_day(actor=sources.actor("monitor"), station=station("YF-01"), day=DAY, at=sources.at)
    written = HourReview.objects.get(stream__code="cod", is_current=True)
    assert (written.verdict, written.value) == ("stand_in", 40.0)
    assert "取之前 1 个有效值的平均" in written.reason
    assert queries.day_of(station("YF-01"), DAY, sources.at)[0].hours[5].value is None


def _table(client: Client) -> str:
    body: str = client.get("/public/boilers/").content.decode()
    return body[body.index("<h1>") : body.index("</main>")]


def test_a_published_bulletin_is_frozen_and_public(day: Cast, store: Store) -> None:
    row = actions.publish_bulletin(actor=day.actor("monitor"), day=DAY, at=day.at)
    public = day.client(None)
    body = _table(public)
    assert "超限 1 小时" in body
    assert "示例供热一站" in body
    assert "示例·monitor" not in body
    judge(day)  # what changes afterwards does not change what was published
    assert _table(public) == body
    assert "公布以后数据有变化" in day.client("planner").get("/pollution/bulletin/?day=2025-07-24").content.decode()
    again = actions.publish_bulletin(actor=day.actor("monitor"), day=DAY, at=day.at)
    assert (row.version, again.version, Bulletin.objects.filter(is_current=True).get()) == (1, 2, again)
    assert "第 2 版（更正）" in public.get("/public/boilers/?day=2025-07-24").content.decode()
    with pytest.raises(Refused, match="之后没有变化"):
        actions.publish_bulletin(actor=day.actor("monitor"), day=DAY, at=day.at)
    with pytest.raises(Refused, match="还没有过完"):
        actions.publish_bulletin(actor=day.actor("monitor"), day=day.at.date(), at=day.at)
    with pytest.raises(Refused, match="不能"):
        actions.publish_bulletin(actor=day.actor("leader"), day=DAY, at=day.at)
    csv = public.get("/public/boilers.csv?day=2025-07-24").content.decode("utf-8-sig")
    assert csv.count("\r\n") == 4
    assert public.get("/public/boilers.csv?day=2025-07-01").status_code == 404
    assert "这一天没有公布" in public.get("/public/boilers/?day=2025-07-01").content.decode()
    assert [fact.text for fact in desk.public(day.at)] == ["7月24日 周四：3 台锅炉，超限 0 台（示例）"]


def test_the_paper_holds_every_figure(day: Cast) -> None:
    client = day.client("monitor")
    word = client.get("/pollution/bulletin/print.docx?day=2025-07-24")
    paper = docx.Document(io.BytesIO(word.content))
    text = "\n".join(
        [one.text for one in paper.paragraphs]
        + [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    )
    for figure in ("35.0", "20.65", "23/24", "超限 1 小时", "10:00", "示例证 001", "2025年7月24日"):
        assert figure in text, figure
    assert client.get("/pollution/bulletin/print.pdf?day=2025-07-24").content.startswith(b"%PDF")
    assert client.get("/pollution/bulletin/print.exe?day=2025-07-24").status_code == 404
    assert "锅炉氮氧化物监测日通报" in client.get("/pollution/bulletin/?day=2025-07-24&paper=1").content.decode()
    book = openpyxl.load_workbook(
        io.BytesIO(client.get("/pollution/bulletin/export/?day=2025-07-24&form=xlsx").content)
    )
    rows = [[cell.value for cell in row] for row in book.active.rows]  # type: ignore[union-attr]
    assert rows[1][0:5] == ["供热一站 1 号锅炉", "示例供热一站", 30, "示例证 001", 20.65]
    assert rows[1][11:13] == ["10时", "14时 没有数据"]


def set_limit(cast: Cast, **changed: Any) -> Limit:
    given: dict[str, Any] = {"actor": cast.actor("monitor"), "station": station(), "item": "nox", "high": Decimal(25), "basis": "许可证第 3 页", "permit": "示例证 009",
             "valid_from": date(2025, 7, 20), "at": cast.at} | changed  # fmt: skip
    return actions.set_limit(**given)


def test_a_new_limit_judges_from_its_day_on_and_the_alarm_follows(sources: Cast, store: Store) -> None:
    put(store, "GL-01", list(whole_day(28)))
    general = Rule.objects.get(slug="boiler_nox_hour", station=None, valid_to=None)
    assert nox(sources).word == "达标"
    set_limit(sources)
    assert nox(sources).word == "超限 24 小时"
    assert nox(sources, day=date(2025, 7, 19)).limit == Limit.objects.get(
        station=station(), item="nox", valid_to=date(2025, 7, 20)
    )
    own = Rule.objects.get(slug="boiler_nox_hour", station=station(), valid_to=None)
    assert (own.settings["limit"], own.title, general.settings["limit"]) == (25.0, general.title, 30)
    assert "示例证 009" in own.basis
    count = Rule.objects.count()
    set_limit(sources, item="so2", high=Decimal(35))  # no alarm rule for it
    assert Rule.objects.count() == count
    ph = set_limit(sources, station=station("YF-01"), item="ph", low=Decimal("6.5"), high=Decimal("8.5"))
    assert Rule.objects.get(slug="medical_ph", station=ph.station, valid_to=None).settings["low"] == 6.5


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"basis": " "}, "没有写依据"),
        ({"high": Decimal(0)}, "大于 0"),
        ({"high": Decimal(-3)}, "大于 0"),
        ({"high": Decimal(10) ** 7}, "大于 0"),
        ({"item": "ph"}, "没有这一项"),
        ({"item": "tp"}, "没有这一项"),
        ({"low": Decimal(3)}, "只有 pH"),
        ({"reference_oxygen": Decimal(21)}, "基准氧"),
        ({"valid_from": date(2025, 7, 26)}, "晚于今天"),
        ({"valid_from": date(2020, 12, 31)}, "不能更早"),
        ({"code": "YF-01", "item": "ph", "high": Decimal(9)}, "pH 要有下限"),
        ({"code": "YF-01", "item": "ph", "high": Decimal(6), "low": Decimal(7)}, "小于上限"),
        ({"code": "YF-01", "item": "cod", "reference_oxygen": Decimal(3)}, "基准氧"),
        ({"who": "planner"}, "不能"),
        ({"who": "street"}, "不能"),
    ],
)
def test_wrong_limits_change_nothing(sources: Cast, changed: dict[str, Any], words: str) -> None:
    before = list(Limit.objects.values_list("pk", "valid_to"))
    given = dict(changed)
    given["station"] = station(given.pop("code", "GL-01"))
    given["actor"] = sources.actor(given.pop("who", "monitor"))
    with pytest.raises(Refused, match=words):
        set_limit(sources, **given)
    assert list(Limit.objects.values_list("pk", "valid_to")) == before


def test_what_waits_goes_when_it_is_done(day: Cast) -> None:
    monitor = day.actor("monitor")
    assert [one.verb for one in desk.waiting(monitor, day.at)] == ["审核", "公布"]
    for one in queries.sources(monitor):
        actions.sign_day(actor=monitor, station=one, day=DAY, at=day.at)
    actions.publish_bulletin(actor=monitor, day=DAY, at=day.at)
    assert list(desk.waiting(monitor, day.at)) == []
    assert list(desk.waiting(day.actor("planner"), day.at)) == []
    assert actions.sign_day(actor=SYSTEM, station=station("GL-02"), day=DAY - timedelta(days=1), at=day.at).version == 1
