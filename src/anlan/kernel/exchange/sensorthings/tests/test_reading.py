"""What addresses mean: entities, filters, orders, expansions, pages; pages against a plain list, while data arrive."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.kernel.exchange.intake import Refusal
from anlan.kernel.exchange.sensorthings import options, sampling
from anlan.kernel.exchange.sensorthings.answering import Answering
from anlan.kernel.exchange.sensorthings.catalogue import Catalogue, StreamFacts, catalogue
from anlan.kernel.observations.store.adapters import open_database
from anlan.kernel.observations.store.chunks import Store
from anlan.kernel.observations.store.types import DAY_MS, Commit, columns

pytestmark = [pytest.mark.pure, pytest.mark.protocol]
NOW = 1_767_225_600_000  # 2026-01-01T00:00Z
BASE = "http://x/sensorthings/v1.1"


def known() -> Catalogue:
    """Two wells with a level each, the first with a temperature too."""

    def thing(name: str, code: str) -> dict[str, Any]:
        return {"name": name, "description": "示例", "properties": {"code": code}}

    def at(lon: float) -> dict[str, Any]:
        return {
            "name": "井",
            "description": "",
            "encodingType": "application/geo+json",
            "location": {"type": "Point", "coordinates": [lon, 39.0]},
        }

    def stream(name: str, unit: str) -> dict[str, Any]:
        return {
            "name": name,
            "description": "",
            "observationType": "",
            "unitOfMeasurement": {"symbol": unit},
            "properties": {},
        }

    def feature(lon: float) -> dict[str, Any]:
        return {
            "name": "井",
            "description": "",
            "encodingType": "",
            "feature": {"type": "Feature", "geometry": {"type": "Point", "coordinates": [lon, 39.0]}},
        }

    return catalogue(
        {
            "Things": {1: thing("一号井", "W1"), 2: thing("二号井", "W2"), 3: thing("空井", "W3")},
            "Locations": {1: at(117.0), 2: at(118.0)},
            "FeaturesOfInterest": {1: feature(117.0), 2: feature(118.0), 3: feature(119.0)},
            "Datastreams": {11: stream("一号井水位", "m"), 12: stream("一号井水温", "℃"), 21: stream("二号井水位", "m")},
            "Sensors": {5: {"name": "甲", "description": "", "encodingType": "", "metadata": ""}, 6: {"name": "乙", "description": ""}},
            "ObservedProperties": {"level": {"name": "水位", "definition": "urn:x"}, "temperature": {"name": "水温", "definition": "urn:y"}},
        },
        {11: StreamFacts(1, 5, "level"), 12: StreamFacts(1, 5, "temperature"), 21: StreamFacts(2, 6, "level")},
    )  # fmt: skip


Row = tuple[int, int, float]


def rows_for(count: int) -> list[Row]:
    return [(stream, NOW - place * 3_600_000, float(place)) for place in range(count) for stream in (11, 12, 21)]


class Shelf:
    """A store that fills, and what a client sees of it."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(open_database(str(folder / "o.sqlite3"), writes=True))

    def put(self, rows: list[Row]) -> None:
        self.store.append(Commit(NOW, columns([(stream, end, end, value, 0, 0) for stream, end, value in rows])))

    def get(self, address: str) -> Any:
        parts = urlsplit(address.removeprefix(BASE))
        return Answering(known(), self.store, BASE).answer(parts.path, options.read(parts.query.encode()))

    def ask(self, path: str, **asked: str) -> Any:
        return self.get(path + "?" + "&".join(f"${name}={quote(text)}" for name, text in asked.items()))

    def all(self, address: str, between: Any = None) -> list[Any]:
        """Every page's values."""
        found = []
        for _page in range(1000):
            page = self.get(address)
            found += page["value"]
            if "@iot.nextLink" not in page:
                return found
            address = page["@iot.nextLink"]
            if between:
                between()
        raise AssertionError("pages without end")


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    one = Shelf(tmp_path)
    yield one
    one.store.database.close()


def names(page: Any) -> list[str]:
    return [one["name"] for one in page["value"]]


def test_the_root_names_every_set(shelf: Shelf) -> None:
    root = shelf.get("/")
    assert [one["name"] for one in root["value"]] == [
        "Things", "Locations", "HistoricalLocations", "Datastreams", "Sensors", "ObservedProperties", "Observations", "FeaturesOfInterest",
    ]  # fmt: skip
    assert shelf.get("/HistoricalLocations") == {"value": []}


def test_an_entity_its_links_and_its_parts(shelf: Shelf) -> None:
    thing = shelf.get("/Things(1)")
    assert thing["@iot.selfLink"] == f"{BASE}/Things(1)"
    assert thing["Datastreams@iot.navigationLink"] == f"{BASE}/Things(1)/Datastreams"
    assert names(shelf.get("/Things(1)/Datastreams")) == ["一号井水位", "一号井水温"]
    assert shelf.get("/Things(1)/Datastreams(12)/ObservedProperty")["@iot.id"] == "temperature"
    assert shelf.get("/ObservedProperties('level')/Datastreams(21)/Thing/name") == {"name": "二号井"}
    assert shelf.get("/Things(1)/name/$value") == "一号井"
    assert shelf.get("/Things(1)/properties") == {"properties": {"code": "W1"}}
    assert shelf.get("/Things/$ref?$top=1")["value"] == [{"@iot.selfLink": f"{BASE}/Things(1)"}]
    assert shelf.get("/Locations(2)/Things")["value"][0]["@iot.id"] == 2
    assert shelf.get("/Things(3)/Locations") == {"value": []}
    for wrong in ("/Things(9)", "/Things('x')", "/Nothing", "/Things(1)/Datastreams(21)", "/Things(1)/secret", "/Things(1)/Locations/x",
                  "/Things/Datastreams", "/Things(1", "/Observations('x')", "/Observations('11-1')", "/Datastreams(11)/Thing(1)"):  # fmt: skip
        with pytest.raises(Refusal) as refused:
            shelf.get(wrong)
        assert refused.value.status == 404, wrong


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("name eq '一号井'", ["一号井"]),
        ("name ne '一号井'", ["二号井", "空井"]),
        ("id gt 1 and id le 3", ["二号井", "空井"]),
        ("properties/code eq 'W2' or id eq 3", ["二号井", "空井"]),
        ("not (id eq 1)", ["二号井", "空井"]),
        ("startswith(name,'一') eq true", ["一号井"]),
        ("substringof('号',name)", ["一号井", "二号井"]),
        ("endswith(tolower(properties/code),'1')", ["一号井"]),
        ("length(name) eq 2", ["空井"]),
        ("Datastreams/ObservedProperty/name eq '水温'", ["一号井"]),
        ("Datastreams/id eq 21", ["二号井"]),
        ("id add 1 eq 3 and id mod 2 eq 0", ["二号井"]),
        ("st_within(Locations/location,geography'POLYGON((116 38,117.5 38,117.5 40,116 40,116 38))')", ["一号井"]),
        ("geo.intersects(Locations/location,geography'POINT(118 39)')", ["二号井"]),
        ("properties/nothing eq null", ["一号井", "二号井", "空井"]),
        ("name gt 5", []),
        ("name eq 'it''s'", []),
    ],
)
def test_filters(shelf: Shelf, condition: str, found: list[str]) -> None:
    assert names(shelf.ask("/Things", filter=condition)) == found


@pytest.mark.parametrize(
    "wrong",
    ["$filter=name", "$filter=", "$filter=name eq", "$filter=(name eq 'a'", "$filter=name eq 'a", "$filter=nonsense eq 1", "$filter=Datastreams eq 1",
     "$filter=evil(name)", "$filter=length(name,1) eq 1", "$filter=" + "(" * 200 + "id eq 1" + ")" * 200, "$filter=id eq 1 or " * 200 + "id eq 1",
     "$filter=Datastreams/Observations/result gt 1", "$filter=st_within(Locations/location,geography'POLYGON((1 2')", "$filter=id eq 2026-13-01T00:00:00Z",
     "$top=-1", "$top=x", "$skip=1.5", "$skip=999999999", "$count=yes", "$orderby=name up", "$orderby=", "$orderby=nothing", "$select=nothing", "$select=",
     "$expand=Nothing", "$expand=Datastreams(", "$expand=Datastreams($top)", "$expand=Datastreams($wrong=1)", "$expand=Datastreams($skiptoken=W10)",
     "$resultFormat=CSV", "$resultFormat=dataArray", "$skiptoken=x", "$skiptoken=W10", "$skiptoken=W1tdXQ", "$format=json", "top=1", "$top=1&$top=2", "x", "%ff=1",
     "$expand=A/B/C/D/E/F", "$filter=name eq 'a' b"],
)  # fmt: skip
def test_what_is_not_understood_is_refused(shelf: Shelf, wrong: str) -> None:
    query = quote(wrong, safe="$=&%/(),;'") if "%ff" not in wrong else wrong
    if wrong == "$filter=name":
        assert shelf.get(f"/Things?{query}")["value"] == []  # a name is no truth
        return
    with pytest.raises(Refusal) as refused:
        shelf.get(f"/Things?{query}")
    assert (refused.value.status, bool(refused.value.message)) == (400, True)


def test_orders_selects_counts_and_pages_of_entities(shelf: Shelf) -> None:
    assert names(shelf.ask("/Things", orderby="name desc")) == ["空井", "二号井", "一号井"]
    assert names(shelf.ask("/Datastreams", orderby="Thing/id desc,name asc")) == [
        "二号井水位",
        "一号井水位",
        "一号井水温",
    ]
    assert shelf.ask("/Things", select="name,id", top="1", skip="1")["value"] == [{"@iot.id": 2, "name": "二号井"}]
    page = shelf.ask("/Things", count="true", top="2", orderby="properties/code desc")
    assert (page["@iot.count"], names(page)) == (3, ["空井", "二号井"])
    assert names(shelf.get(page["@iot.nextLink"])) == ["一号井"]
    assert "@iot.nextLink" not in shelf.get(page["@iot.nextLink"])
    assert shelf.ask("/Things", top="0", count="true") == {"@iot.count": 3, "value": []}


def test_expansions(shelf: Shelf) -> None:
    shelf.put(rows_for(3))
    page = shelf.ask(
        "/Things",
        expand="Datastreams($select=name;$top=1;$count=true;$expand=Observations($top=1;$orderby=phenomenonTime desc;$select=result)),Locations",
    )
    first = page["value"][0]
    assert first["Datastreams@iot.count"] == 2
    assert first["Datastreams"][0]["name"] == "一号井水位"
    assert first["Datastreams"][0]["Observations"] == [{"result": 0.0}]
    assert shelf.get(first["Datastreams"][0]["Observations@iot.nextLink"])["value"] == [{"result": 1.0}]
    assert shelf.get(first["Datastreams@iot.nextLink"])["value"][0]["name"] == "一号井水温"
    assert [len(one["Locations"]) for one in page["value"]] == [1, 1, 0]
    path = shelf.ask("/Observations", top="1", expand="Datastream/Thing,FeatureOfInterest($select=name)")["value"][0]
    assert path["Datastream"]["Thing"]["name"] == "一号井"
    assert path["FeatureOfInterest"] == {"name": "井"}


def test_an_observation(shelf: Shelf) -> None:
    shelf.store.append(Commit(NOW, columns([(11, NOW - 3_600_000, NOW, 2.5, 2, 1), (12, NOW, NOW, None, 0, 3)])))
    one = shelf.get(f"/Observations('11-{NOW}')")
    assert one["phenomenonTime"] == "2025-12-31T23:00:00.000Z/2026-01-01T00:00:00.000Z"
    assert (one["resultTime"], one["result"]) == ("2026-01-01T00:00:00.000Z", 2.5)
    assert one["resultQuality"] == {"mark": "M", "judged": 1, "meaning": "设备标记不可用"}
    assert shelf.get(f"/Observations('11-{NOW}')/Datastream/Thing/name") == {"name": "一号井"}
    assert shelf.get(f"/Observations('12-{NOW}')/result") == {"result": None}
    assert shelf.get(f"/FeaturesOfInterest(1)/Observations('11-{NOW}')")["result"] == 2.5
    with pytest.raises(Refusal):
        shelf.get(f"/Datastreams(12)/Observations('11-{NOW}')")


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("result gt 1", [2.0, 3.0]),
        ("result eq 1 or result eq 3", [1.0, 3.0]),
        ("phenomenonTime ge 2025-12-31T23:00:00Z", [0.0, 1.0]),
        ("phenomenonTime lt 2025-12-31T23:00:00.000Z and not (result eq 2)", [3.0]),
        ("2025-12-31T23:00:00Z le phenomenonTime", [0.0, 1.0]),
        ("result mul 2 eq 4", [2.0]),
        ("resultQuality/judged eq 0 and resultQuality/mark eq 'N' and result lt 1", [0.0]),
        ("Datastream/ObservedProperty/name eq '水位' and result eq 0", [0.0]),
        ("Datastream/id eq 12", []),
        ("result ne null and result le 0", [0.0]),
    ],
)
def test_filters_of_observations(shelf: Shelf, condition: str, found: list[float]) -> None:
    shelf.put(rows_for(4))
    page = shelf.ask("/Datastreams(11)/Observations", filter=condition, orderby="phenomenonTime desc", count="true")
    assert [one["result"] for one in page["value"]] == found
    assert page["@iot.count"] == len(found)


def test_what_observations_do_not_have(shelf: Shelf) -> None:
    for wrong in ({"orderby": "result"}, {"filter": "length(result) eq 1"}, {"filter": "nothing eq 1"}, {"filter": "phenomenonTime gt '2026'"},
                  {"filter": "phenomenonTime gt 2026-01-01T00:00:00"}, {"filter": "Datastream/nothing eq 1"}, {"expand": "Thing"}, {"select": "value"},
                  {"filter": "Datastream eq 1"}, {"filter": "result eq 'a'"}):  # fmt: skip
        with pytest.raises(Refusal) as refused:
            shelf.ask("/Observations", **wrong)
        assert refused.value.status == 400, wrong


def test_data_arrays(shelf: Shelf) -> None:
    shelf.put(rows_for(2))
    page = shelf.ask("/Observations", resultFormat="dataArray", filter="Datastream/Thing/id eq 1")
    assert [(one["Datastream@iot.navigationLink"], one["dataArray@iot.count"]) for one in page["value"]] == [
        (f"{BASE}/Datastreams(11)", 2),
        (f"{BASE}/Datastreams(12)", 2),
    ]
    assert page["value"][0]["components"] == ["id", "phenomenonTime", "result", "resultTime", "resultQuality"]
    assert page["value"][0]["dataArray"][1][:3] == [f"11-{NOW}", "2026-01-01T00:00:00.000Z", 0.0]


ORDERS = ("", "phenomenonTime", "phenomenonTime desc", "id", "id desc", "resultTime desc")


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(
    "path", ["/Observations", "/Datastreams(11)/Observations", "/FeaturesOfInterest(1)/Observations"]
)
def test_pages_neither_repeat_nor_skip_while_data_arrive(shelf: Shelf, order: str, path: str) -> None:
    shelf.put(rows_for(10))
    before = {f"{stream}-{end}" for stream, end, _value in rows_for(10)}
    arrived = [0]

    def arrive() -> None:
        arrived[0] += 1
        new = [(stream, NOW + arrived[0] * 1000, 99.0) for stream in (11, 12, 21)]  # newer
        late = [(11, NOW - arrived[0] * 3_600_000 - 500, 98.0)]
        shelf.put(new + late)
        if arrived[0] % 3 == 0:
            shelf.store.gather()
            shelf.store.settle()

    query = "?$top=4" + (f"&$orderby={quote(order)}" if order else "")
    seen = [one["@iot.id"] for one in shelf.all(path + query, arrive)]
    mine = {
        one
        for one in before
        if path[1:] == "Observations" or one.startswith(("11", "12")[: 1 if "Data" in path else 2])
    }
    assert len(seen) == len(set(seen))
    assert mine <= set(seen)
    assert not [
        one for one in set(seen) - mine if int(one.split("-")[1]) > NOW
    ]  # what is newer than the first page is left for later


@given(
    rows=st.dictionaries(st.tuples(st.sampled_from([11, 12, 21]), st.integers(0, 300)), st.integers(0, 5), max_size=60),
    top=st.integers(1, 9), order=st.sampled_from(ORDERS), least=st.integers(0, 5), skip=st.integers(0, 5), days=st.sampled_from([3, 40_000]),
    settled=st.integers(0, 3),
)  # fmt: skip
def test_pages_equal_a_plain_list(
    tmp_path_factory: Any,
    rows: dict[tuple[int, int], int],
    top: int,
    order: str,
    least: int,
    skip: int,
    days: int,
    settled: int,
) -> None:
    shelf = Shelf(tmp_path_factory.mktemp("shelf"))
    listed = [(stream, NOW - place * DAY_MS // 7, float(value)) for (stream, place), value in rows.items()]
    for low in range(0, len(listed), 7):
        shelf.put(listed[low : low + 7])
    for _turn in range(settled):
        shelf.store.settle(5)
    kept = sampling.MOST_DAYS
    try:
        sampling.Budget.__dataclass_fields__["days"].default = days
        skipped = skip if days > 3 else 0  # far skips are refused when little may be read
        address = f"/Observations?$top={top}&$skip={skipped}&$filter=result%20ge%20{least}" + (
            f"&$orderby={quote(order)}" if order else ""
        )
        got = [one["@iot.id"] for one in shelf.all(address)]
    finally:
        sampling.Budget.__dataclass_fields__["days"].default = kept
        shelf.store.database.close()
    wanted = sorted(((stream, end) for stream, end, value in listed if value >= least),
                    key=lambda one: one if order in ("", "id", "id desc") else (one[1], one[0]))  # fmt: skip
    if order == "id desc":
        wanted.reverse()
    elif order.endswith("desc"):
        wanted.sort(key=lambda one: (-one[1], one[0]))
    assert got == [f"{stream}-{end}" for stream, end in wanted][skipped:]


def test_a_link_to_the_next_page_keeps_the_questions(shelf: Shelf) -> None:
    shelf.put(rows_for(3))
    link = shelf.ask(
        "/Datastreams(11)/Observations",
        top="1",
        filter="result ge 0",
        skip="1",
        select="result",
        orderby="phenomenonTime desc",
    )["@iot.nextLink"]
    asked = dict(parse_qsl(urlsplit(link).query))
    assert {name: asked[name] for name in ("$top", "$filter", "$select", "$orderby")} == {
        "$top": "1", "$filter": "result ge 0", "$select": "result", "$orderby": "phenomenonTime desc"}  # fmt: skip
    assert "$skip" not in asked
    assert shelf.get(link)["value"] == [{"result": 2.0}]
