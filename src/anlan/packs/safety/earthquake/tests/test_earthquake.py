"""A quick report: read from its sentence, taken down once, corrected, and whom the rule of distance names."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from tests.support.cast import AT, Cast

from anlan.base.errors import Refused
from anlan.kernel.journal.models import Entry
from anlan.kernel.response import log
from anlan.kernel.response.boards import Shaking
from anlan.kernel.response.models import Incident
from anlan.packs.safety.earthquake import actions, queries, rules
from anlan.packs.safety.earthquake.models import QuickReport

SAID = "中国地震台网正式测定：07月25日14时20分在某市某区（北纬39.33度，东经117.82度）发生5.1级地震，震源深度10千米。"
VALUES = {"magnitude": "5.1", "depth": "10", "longitude": "117.82", "latitude": "39.33", "place": "某市某区", "source": "中国地震台网", "kind": "automatic"}  # fmt: skip


def _take(cast: Cast, who: str = "duty", **more: object) -> QuickReport:
    given: dict[str, object] = {"organisation": cast.district, "values": VALUES, "occurred_at": cast.at - timedelta(minutes=12), "at": cast.at, "key": uuid4()}  # fmt: skip
    return actions.take(actor=cast.actor(who), **{**given, **more})  # type: ignore[arg-type]


@pytest.mark.pure
def test_the_official_sentence_is_read() -> None:
    assert rules.read(SAID, AT) == {
        "latitude": "39.33", "longitude": "117.82", "magnitude": "5.1", "depth": "10", "occurred_at": "2025-07-25T14:20:00", "place": "某市某区",
        "kind": "formal", "source": "中国地震台网",
    }  # fmt: skip


@pytest.mark.pure
@pytest.mark.parametrize("text", ["", "今天天气很好", "发生5.1级地震", "北纬39.33度，东经117.82度"])
def test_another_sentence_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        rules.read(text, AT)
    assert refused.value.field == "text"


@pytest.mark.pure
def test_a_sentence_of_december_read_in_january_is_of_last_year() -> None:
    text = SAID.replace("07月25日", "12月31日")
    assert rules.read(text, AT.replace(month=1, day=1))["occurred_at"].startswith("2024-12-31")
    with pytest.raises(Refused):
        rules.read(SAID.replace("07月25日", "02月30日"), AT)


@pytest.mark.pure
def test_the_rule_is_of_distance_alone() -> None:
    assert rules.ring_of(2.9) is None
    assert "不列范围" in rules.words(2.9)
    ring = rules.ring_of(5.1)
    assert ring
    assert (ring.first_km, ring.then_km) == (40, 120)
    assert [one.magnitude for one in rules.rings()] == sorted(one.magnitude for one in rules.rings())
    assert all(one.first_km < one.then_km for one in rules.rings())
    at = Shaking(magnitude=5.1, depth=None, longitude=117.0, latitude=39.0, occurred_at=AT)
    places = [("a", "近", 117.1, 39.0, "", ""), ("b", "中", 118.0, 39.0, "", ""), ("c", "远", 121.0, 39.0, "", "")]
    assert [(one.key, one.ring) for one in rules.near(at, places)] == [("a", "first"), ("b", "then"), ("c", "out")]


@pytest.mark.django_db
def test_one_click_opens_an_incident_and_twice_is_once(cast: Cast) -> None:
    key = uuid4()
    made = _take(cast, key=key)
    assert made.incident
    assert (made.incident.kind, made.incident.title) == ("earthquake", "某市某区 5.1 级地震")
    assert made.incident.occurred_at == cast.at - timedelta(minutes=12)
    assert _take(cast, key=key).pk == made.pk
    assert Incident.objects.count() == 1
    assert Entry.objects.filter(verb="earthquake.taken").count() == 1


@pytest.mark.django_db
def test_it_may_be_kept_without_an_incident(cast: Cast) -> None:
    assert _take(cast, opens=False).incident is None
    assert not Incident.objects.exists()


@pytest.mark.django_db
def test_the_same_earthquake_asks_first_and_is_corrected_once(cast: Cast) -> None:
    first = _take(cast)
    with pytest.raises(Refused) as refused:
        _take(cast, values={**VALUES, "magnitude": "5.4", "longitude": "117.9"})
    assert refused.value.code == "same"
    better = _take(cast, values={**VALUES, "magnitude": "5.4", "kind": "formal"}, corrects=first)
    assert better.incident == first.incident
    assert better.incident
    assert log.board(better.incident).title == "某市某区 5.4 级地震"
    with pytest.raises(Refused) as stale:
        _take(cast, values={**VALUES, "magnitude": "5.5"}, corrects=first)
    assert stale.value.code == "stale"
    assert Incident.objects.count() == 1
    current = queries.current(cast.at)
    assert current
    assert current.pk == better.pk
    assert _take(cast, another=True).incident != first.incident


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value"),
    [("magnitude", "12"), ("magnitude", "大"), ("depth", "-1"), ("longitude", "10"), ("latitude", ""), ("place", ""), ("source", ""), ("kind", "guess")],
)  # fmt: skip
def test_wrong_values_are_refused_at_their_field_and_leave_nothing(cast: Cast, field: str, value: str) -> None:
    with pytest.raises(Refused) as refused:
        _take(cast, values={**VALUES, field: value})
    assert refused.value.field == field
    assert not QuickReport.objects.exists()
    assert not Incident.objects.exists()


@pytest.mark.django_db
def test_not_of_the_future_nor_of_long_ago_nor_by_others(cast: Cast) -> None:
    for at in (cast.at + timedelta(hours=1), cast.at - timedelta(days=31), None):
        with pytest.raises(Refused) as refused:
            _take(cast, occurred_at=at)
        assert refused.value.field == "occurred_at"
    with pytest.raises(Refused) as forbidden:
        _take(cast, who="officer")
    assert forbidden.value.code == "forbidden"


@pytest.mark.django_db
def test_the_page_reads_then_opens(cast: Cast) -> None:
    client = cast.client("duty")
    page = client.post("/earthquakes/new/", {"text": SAID, "do": "read"})
    assert 'value="117.82"' in page.content.decode()
    assert client.post("/earthquakes/new/", {**VALUES, "do": "open", "occurred_at": ""}).status_code == 422
    assert not Incident.objects.exists()
    assert client.get("/earthquakes/").status_code == 200
    assert client.get("/earthquakes/export/").status_code == 200
    assert cast.client("street").get("/earthquakes/").status_code == 403
    assert cast.client("auditor").get("/earthquakes/new/").status_code == 403
