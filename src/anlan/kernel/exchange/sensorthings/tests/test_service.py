"""Over HTTP, with the records: who may read and write what, devices that come to be by one posted Thing, clear refusals."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import uvicorn
from tests.support.cast import Cast

from anlan.kernel.access.types import SYSTEM
from anlan.kernel.exchange.http import Api
from anlan.kernel.exchange.sensorthings.service import ROOT, Service
from anlan.kernel.exchange.writer import Writer
from anlan.kernel.journal.models import Entry
from anlan.kernel.observations import actions, queries, reading
from anlan.kernel.observations.models import Device, Stream
from anlan.kernel.observations.types import Channel
from anlan.kernel.registry.models import Station

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class Stand:
    port: int
    writer: Writer
    cast: Cast
    loop: asyncio.AbstractEventLoop
    now: int

    def ask(self, method: str, path: str, token: str = "", body: Any = None, **headers: str) -> tuple[int, Any]:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        sent = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        given = {"Authorization": f"Bearer {token}"} if token else {}
        line.request(method, ROOT + path, sent, {**given, **headers})
        answer = line.getresponse()
        text = answer.read()
        line.close()
        return answer.status, json.loads(text) if text.startswith((b"{", b"[")) else text.decode()

    def get(self, path: str, token: str) -> Any:
        status, body = self.ask("GET", path, token)
        assert status == 200, body
        return body

    def post(self, path: str, token: str, body: Any) -> tuple[int, Any]:
        return self.ask("POST", path, token, body)

    def learn(self) -> None:
        known = queries.directory()
        asyncio.run_coroutine_threadsafe(self._learn(known), self.loop).result(5)

    async def _learn(self, known: Any) -> None:
        self.writer.learn(known, [])

    def api_token(self, who: str, registers: bool = False) -> str:
        return actions.make_api_token(
            actor=self.cast.actor(who),
            title="示例地图",
            until=self.cast.at.date() + timedelta(days=9),
            at=self.cast.at,
            registers=registers,
        )[1]

    def station(self, code: str, organisation: Any, kind: str = "level") -> Station:
        return Station.objects.create(code=code, name=f"示例{code}", kind=kind, organisation=organisation, created_at=self.cast.at,
                                      updated_at=self.cast.at, longitude=117.0, latitude=39.0, place_name="示例河")  # fmt: skip

    def device(
        self, station: Station, identity: str, protocol: str = "sensorthings", **settings: Any
    ) -> tuple[str, Stream]:
        one = actions.register_device(actor=SYSTEM, protocol=protocol, identity=identity, name=f"示例{identity}", station=station,
                                      at=self.cast.at, settings=settings)  # fmt: skip
        token = actions.new_token(actor=SYSTEM, device=one, at=self.cast.at)
        channel = Channel(code=f"level-{identity}", quantity="level", title="水位", unit="m")
        stream = actions.add_stream(actor=SYSTEM, device=one, channel=channel, source="level", at=self.cast.at)
        self.learn()
        return token, stream

    def at(self, seconds: int = 0) -> str:
        return (self.cast.at + timedelta(seconds=seconds)).isoformat()


@contextmanager
def running(cast: Cast, tmp_path: Path) -> Iterator[Stand]:
    now = reading.ms(cast.at)
    ready: list[bool] = []
    box: dict[str, Any] = {}

    async def serve() -> None:
        writer = Writer(reading.writer(), queries_directory, [], lambda: now)
        committing = asyncio.create_task(writer.run())
        things = Service(writer)
        listener = socket.create_server(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(Api(writer, (things,)), log_level="warning", lifespan="off"))
        box.update(server=server, stand=Stand(listener.getsockname()[1], writer, cast, asyncio.get_running_loop(), now))
        ready.append(True)
        await server._serve(sockets=[listener])
        things.close()
        await writer.stop()
        await committing
        writer.store.database.close()

    queries_directory = queries.directory()
    thread = Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    while not ready:
        assert thread.is_alive()
    try:
        yield box["stand"]
    finally:
        box["server"].should_exit = True
        thread.join(20)
        reading.close()


@pytest.fixture
def stand(cast: Cast, tmp_path: Path, settings: Any) -> Iterator[Stand]:
    settings.OBSERVATIONS = str(tmp_path / "observations.sqlite3")
    reading.close()
    with running(cast, tmp_path) as one:
        yield one


def thing(code: str = "SL-ST-1", **more: Any) -> dict[str, Any]:
    sensor = {"name": "示例雷达水位计", "description": "", "encodingType": "text/plain", "metadata": ""}

    def stream(name: str, code: str, unit: str) -> dict[str, Any]:
        return {"name": name, "description": "", "observationType": "x", "unitOfMeasurement": {"symbol": unit, "name": unit, "definition": ""},
                "ObservedProperty": {"name": code, "definition": "urn:x", "description": ""}, "Sensor": sensor}  # fmt: skip

    return {
        "name": "示例测站", "description": "", "properties": {"code": code, "kind": "level"},
        "Locations": [{"name": "示例桥", "description": "", "encodingType": "application/geo+json",
                       "location": {"type": "Point", "coordinates": [117.2, 39.1]}}],
        "Datastreams": [stream("示例自测水深", "depth-x", "m"), stream("示例电压", "battery-x", "V")], **more,
    }  # fmt: skip


def test_nobody_reads_without_a_token(stand: Stand) -> None:
    token = stand.api_token("monitor")
    for path in ("/", "/Things", "/Observations", "/Nothing"):
        assert stand.ask("GET", path)[0] == 401
        assert stand.ask("GET", path, "wrong")[0] == 401
    assert stand.get("/", token)["value"][0]["name"] == "Things"
    actions.revoke_api_token(
        actor=stand.cast.actor("monitor"), token=queries.api_tokens(stand.cast.actor("monitor")).get(), at=stand.cast.at
    )
    status, body = stand.ask("GET", "/Things", token)
    assert (status, body["type"]) == (401, "token")
    assert body["message"].endswith("。")


def test_a_token_is_worth_what_its_post_is_and_ends_with_it(stand: Stand) -> None:
    stand.device(stand.station("L1", stand.cast.environment), "w1")
    token = stand.api_token("monitor")
    assert len(stand.get("/Things", token)["value"]) == len(list(queries.stations(stand.cast.actor("monitor"))))
    street = stand.api_token("street")
    seen = {one["@iot.id"] for one in stand.get("/Things", street)["value"]}
    assert seen == {one.pk for one in queries.stations(stand.cast.actor("street"))}
    post = stand.cast.posts["monitor"]
    post.ends_on = date(2025, 7, 1)
    post.save()
    assert stand.ask("GET", "/Things", token)[0] == 403


def test_a_device_reads_and_writes_its_own_alone(stand: Stand) -> None:
    first, mine = stand.device(stand.station("L1", stand.cast.environment), "w1")
    _second, other = stand.device(stand.station("L2", stand.cast.environment), "w2")
    status, made = stand.post(
        "/Observations", first, {"phenomenonTime": stand.at(), "result": 1.25, "Datastream": {"@iot.id": mine.pk}}
    )
    assert (status, made["@iot.id"]) == (201, f"{mine.pk}-{stand.now}")
    assert stand.get(f"/Observations('{made['@iot.id']}')", first)["result"] == 1.25
    assert (
        stand.post(
            f"/Datastreams({mine.pk})/Observations",
            first,
            {"phenomenonTime": stand.at(-60), "result": 2, "resultTime": None},
        )[0]
        == 201
    )
    assert (
        stand.post(f"/Datastreams({other.pk})/Observations", first, {"phenomenonTime": stand.at(), "result": 2})[0]
        == 403
    )
    assert stand.post("/Datastreams(999999)/Observations", first, {"phenomenonTime": stand.at(), "result": 2})[0] == 404
    assert [one["@iot.id"] for one in stand.get("/Datastreams", first)["value"]] == [mine.pk]
    assert len(stand.get("/Things", first)["value"]) == 1
    assert stand.ask("GET", f"/Datastreams({other.pk})", first)[0] == 404
    results = stand.get(f"/Datastreams({mine.pk})/Observations?$orderby=phenomenonTime%20desc&$count=true", first)
    assert ([one["result"] for one in results["value"]], results["@iot.count"]) == ([1.25, 2.0], 2)
    actions.move_device(
        actor=SYSTEM, device=Device.objects.get(identity="w1"), move="suspend", at=stand.cast.at, reason="示例"
    )
    stand.learn()
    assert stand.ask("GET", "/Things", first)[0] == 403
    assert (
        stand.post(
            "/Observations", first, {"phenomenonTime": stand.at(), "result": 1, "Datastream": {"@iot.id": mine.pk}}
        )[0]
        == 403
    )


def test_data_arrays_are_stored_together_and_again_is_once(stand: Stand) -> None:
    token, mine = stand.device(stand.station("L1", stand.cast.environment), "w1")
    group = {"Datastream": {"@iot.id": mine.pk}, "components": ["phenomenonTime", "result", "resultQuality"], "dataArray@iot.count": 4,
             "dataArray": [[stand.at(-2), 1.0, "N"], [f"{stand.at(-3600)}/{stand.at(-1)}", 2, "M"], ["2025-07-25T14:00:00", 3.0, "N"], [stand.at(86400), 4, "N"]]}  # fmt: skip
    for _again in range(2):
        status, told = stand.post("/CreateObservations", token, [group])
        assert status == 201
        assert [one.rpartition("/")[2] for one in told] == [
            f"Observations('{mine.pk}-{stand.now - 2000}')", f"Observations('{mine.pk}-{stand.now - 1000}')", "error", "error",
        ]  # fmt: skip
    found = stand.get("/Observations?$orderby=phenomenonTime", token)["value"]
    assert [(one["result"], one["resultQuality"]["mark"]) for one in found] == [(1.0, "N"), (2.0, "M")]
    assert found[1]["phenomenonTime"].count("/") == 1
    assert stand.writer.links.of(mine.device_id or 0).why == {"time": 4}


def test_twenty_wrong_bodies(stand: Stand) -> None:
    token, mine = stand.device(stand.station("L1", stand.cast.environment), "w1")
    here, at = {"@iot.id": mine.pk}, stand.at()
    one = {"phenomenonTime": at, "result": 1, "Datastream": here}
    group = {"Datastream": here, "components": ["phenomenonTime", "result"], "dataArray": [[at, 1]]}
    single: list[Any] = [
            b"", b"{", b"[]", b"\xff", {}, {"result": 1, "Datastream": here}, {**one, "phenomenonTime": "yesterday"},
            {**one, "phenomenonTime": "2025-07-25T14:00:00"}, {**one, "phenomenonTime": stand.at(86400)}, {**one, "phenomenonTime": f"{at}/{stand.at(-5)}"},
            {**one, "phenomenonTime": 5}, {**one, "result": "1"}, {**one, "result": {"a": 1}}, {**one, "parameters": {}}, {**one, "reslt": 1},
            {"phenomenonTime": at, "result": 1}, {**one, "Datastream": {"@iot.id": "1"}}, {**one, "Datastream": {"name": "new"}}, {**one, "resultQuality": {}},
    ]  # fmt: skip
    many: list[Any] = [
            {}, [], [{**group, "components": ["result"]}], [{**group, "components": ["phenomenonTime", "result", "x"]}], [{**group, "dataArray@iot.count": 2}],
            [{**group, "dataArray": [[at]]}], [{**group, "dataArray": [[at, "1"]]}], [{**group, "dataArray": [[1, 1]]}], [{**group, "dataArray": [[at, 10**400]]}],
            [{**group, "components": ["phenomenonTime", "result", "result"], "dataArray": [[at, 1, 1]]}],
    ]  # fmt: skip
    wrong: list[tuple[str, Any]] = [
        *(("/Observations", body) for body in single), *(("/CreateObservations", body) for body in many),
        ("/Observations?$top=1", one), (f"/Datastreams({mine.pk + 1})/Observations", one),
    ]  # fmt: skip
    for path, body in wrong:
        status, told = stand.post(path, token, body)
        assert (status, bool(told["message"])) in ((400, True), (404, True)), (path, body, told)
    assert stand.get("/Observations", token) == {"value": []}
    assert stand.post("/Sensors", token, {})[0] == 404
    for method in ("PUT", "PATCH", "DELETE"):
        assert stand.ask(method, f"/Datastreams({mine.pk})", token, {})[0] == 405
    assert stand.post("/Observations", token, b" " * ((8 << 20) + 1))[0] == 413


def test_a_posted_thing_becomes_station_device_and_streams(stand: Stand) -> None:
    token = stand.api_token("admin", registers=True)
    status, made = stand.post("/Things", token, thing())
    assert status == 201, made
    station = Station.objects.get(code="SL-ST-1")
    assert (station.pk, station.name, station.longitude, station.place_name) == (
        made["@iot.id"],
        "示例测站",
        117.2,
        "示例桥",
    )
    device = Device.objects.get(station=station)
    assert (device.protocol, device.state, list(made["tokens"])) == ("sensorthings", "admitted", ["示例雷达水位计"])
    streams = {one.title: one for one in Stream.objects.filter(device=device)}
    assert {one.title: one.pk for one in streams.values()} == made["datastreams"]
    assert (streams["示例电压"].unit, streams["示例电压"].quantity) == ("V", "battery-x")
    verbs = list(Entry.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs[-5:] == ["registry.row.added", "observations.device.registered", "observations.device.token_made",
                          "observations.device.stream_added", "observations.device.stream_added"]  # fmt: skip
    stand.learn()
    its = made["tokens"]["示例雷达水位计"]
    number = made["datastreams"]["示例自测水深"]
    assert (
        stand.post(f"/Datastreams({number})/Observations", its, {"phenomenonTime": stand.at(), "result": 3.5})[0] == 201
    )
    whole = stand.get(
        f"/Things({station.pk})?$expand=Datastreams($expand=Observations,ObservedProperty,Sensor),Locations", its
    )
    assert [one["result"] for stream in whole["Datastreams"] for one in stream["Observations"]] == [3.5]
    assert whole["Locations"][0]["location"]["coordinates"] == [117.2, 39.1]
    again = stand.post("/Things", token, thing())
    assert (again[0], again[1]["type"]) == (409, "duplicate")


def test_a_thing_is_all_or_nothing_and_needs_leave(stand: Stand) -> None:
    token, reads = stand.api_token("admin", registers=True), stand.api_token("monitor")
    good = thing()
    bad_stream = {
        **good,
        "Datastreams": [*good["Datastreams"], {**good["Datastreams"][0], "name": "另一个"}],
    }  # the same code twice
    before = (Station.objects.count(), Device.objects.count(), Stream.objects.count(), Entry.objects.count())
    wrong: list[tuple[Any, int]] = [
        (bad_stream, 409), ({**good, "extra": 1}, 400), ({**good, "properties": {"kind": "level"}}, 400),
        ({**good, "properties": {"code": "X", "kind": "nonsense"}}, 400), ({**good, "properties": {"code": "X", "organisation": "nowhere"}}, 400),
        ({**good, "Locations": [{"location": {"type": "Point", "coordinates": [1.0, 2.0]}}]}, 400), ({**good, "name": ""}, 400),
        ({**good, "Locations": [{"location": {"type": "Polygon", "coordinates": [1.0, 2.0]}}]}, 400), (b"[]", 400),
        ({**good, "Datastreams": [{**good["Datastreams"][0], "Sensor": {"name": ""}}]}, 400),
        ({**good, "Datastreams": [{**good["Datastreams"][0], "ObservedProperty": {"name": ""}}]}, 400),
        ({**good, "Datastreams": [{**good["Datastreams"][0], "ObservedProperty": {"name": "x" * 41}}]}, 400),
        ({**good, "Datastreams": [good["Datastreams"][0]] * 201}, 400),
    ]  # fmt: skip
    for body, wanted in wrong:
        status, told = stand.post("/Things", token, body)
        assert (status, bool(told["message"])) == (wanted, True), (body, told)
    assert stand.post("/Things", "", good)[0] == 401
    assert stand.post("/Things", reads, good)[0] == 403
    device, _stream = stand.device(stand.station("L1", stand.cast.environment), "w1")
    assert stand.post("/Things", device, good)[0] == 403
    assert (Station.objects.count() - 1, Device.objects.count() - 1, Stream.objects.count() - 1) == before[:3]


def test_a_device_that_may_declare_adds_to_its_own_organisation(stand: Stand) -> None:
    station = stand.station("L1", stand.cast.environment)
    token, mine = stand.device(station, "w1", declares=True)
    elsewhere = stand.station("L2", stand.cast.street)
    stream = {**thing()["Datastreams"][1], "Sensor": {"@iot.id": mine.device_id}}
    status, made = stand.post(f"/Things({station.pk})/Datastreams", token, stream)
    assert (status, made.get("tokens")) == (201, {}), made
    assert Stream.objects.get(pk=made["@iot.id"]).device_id == mine.device_id
    assert stand.post(f"/Things({elsewhere.pk})/Datastreams", token, stream)[0] == 404
    assert (
        stand.post("/Datastreams", token, {**stream, "name": "又一个", "Thing": {"@iot.id": station.pk}})[0] == 409
    )  # the code is taken
    assert stand.post("/Things", token, thing())[0] == 201
    assert Station.objects.get(code="SL-ST-1").organisation == stand.cast.environment
    assert (
        stand.post(
            "/Things", token, thing("SL-ST-2", properties={"code": "SL-ST-2", "organisation": stand.cast.street.code})
        )[0]
        == 403
    )
    assert Entry.objects.filter(actor_name="设备 w1").exists()


def test_a_full_disk_and_a_crowd_are_said(stand: Stand) -> None:
    token, mine = stand.device(stand.station("L1", stand.cast.environment), "w1")
    store, append = stand.writer.store, stand.writer.store.append

    def full(_commit: Any) -> int:
        raise OSError(28, "No space left on device")

    store.append = full  # type: ignore[method-assign, assignment]
    body = {"phenomenonTime": stand.at(), "result": 1, "Datastream": {"@iot.id": mine.pk}}
    status, told = stand.post("/Observations", token, body)
    assert (status, told["type"]) == (507, "full")
    store.append = append  # type: ignore[method-assign]
    _until(lambda: stand.post("/Observations", token, body)[0] == 201)
    assert len(stand.get("/Observations", token)["value"]) == 1


def _until(true: Callable[[], bool]) -> None:
    for _try in range(50):
        if true():
            return
    raise AssertionError("it did not recover")
