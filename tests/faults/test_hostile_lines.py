"""One gateway, and lines that lie, dawdle, repeat, break off or never end: each has its outcome, and the others are served."""

from __future__ import annotations

import itertools
import json
import socket
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from typing import Any

import pytest

from anlan.protocols.hj212.data import stamp
from anlan.protocols.hj212.frame import build
from anlan.protocols.jt808 import bodies as jt
from anlan.protocols.jt808 import frame as jt808
from tests.faults.load import HOST, _local
from tests.faults.product import LONG, Product, Running, until
from tests.faults.site import START, Site, equipped

pytestmark = [pytest.mark.slow, pytest.mark.fuzz]
# Seconds that are minutes in life, so that the test need not wait: lines without a device, requests, silent devices.
QUICK = {"gateway.FIRST_S": 1.0, "patience.REQUEST_S": 1.0}
SILENCE_S = 2
TOKEN = "token-0"
RECONNECTS = 10_000 if LONG else 800
SPACE = 60 << 20  # what any of these may add to the gateway's memory
_TIMES = itertools.count(START // 60_000)


@pytest.fixture(scope="module")
def site(fresh: Product, tmp_path_factory: pytest.TempPathFactory) -> Site:
    return equipped(fresh.copy(tmp_path_factory.mktemp("hostile") / "var"), silence=SILENCE_S)


@pytest.fixture(scope="module")
def gateway(site: Site) -> Iterator[Running]:
    running = site.listening(**QUICK)
    yield running
    assert running.poll() is None, running.communicate()
    said = running.end().stderr
    assert "Traceback" not in said, said


def moment() -> int:
    """A time (ms) that no other value here has."""
    return next(_TIMES) * 60_000


def hj(site: Site, value: object, at: int, number: int = 0, factor: str = "w01018", **other: str) -> bytes:
    given = site.device("hj212", number)
    head = {
        "QN": stamp(at, 17),
        "ST": "32",
        "CN": "2011",
        "PW": given["secret"],
        "MN": given["identity"],
        "Flag": "5",
    } | other
    return build(
        {name: text for name, text in head.items() if text},
        f"DataTime={stamp(at)};{factor}-Rtd={value},{factor}-Flag=N",
    )


def line(site: Site, protocol: str = "hj212") -> socket.socket:
    return socket.create_connection((HOST, site.ports[protocol]), timeout=60)


def heard(one: socket.socket, end: bytes = b"\r\n", count: int = 1) -> bytes:
    """So many answers; fewer when the line ends."""
    told = b""
    while told.count(end) < count:
        try:
            more = one.recv(65536)
        except (ConnectionResetError, BrokenPipeError):
            break
        if not more:
            break
        told += more
    return told


def ask(site: Site, *frames: bytes) -> bytes:
    with closing(line(site)) as one:
        one.sendall(b"".join(frames))
        return heard(one, count=len(frames))


def unanswered(site: Site, frame: bytes) -> bool:
    """No word to it for a while."""
    with closing(line(site)) as one:
        one.sendall(frame)
        one.settimeout(0.5)
        try:
            return one.recv(100) == b""
        except TimeoutError:
            return True


def ended(one: socket.socket) -> bool:
    """Whether the other side closes it, within the patience of the socket."""
    with suppress(ConnectionResetError, BrokenPipeError):
        while one.recv(65536):
            pass
    return True


def post(site: Site, body: bytes, token: str = TOKEN) -> tuple[int, Any]:
    with closing(line(site, "http")) as one:
        length = f"Content-Length: {len(body)}\r\n"
        with suppress(ConnectionResetError, BrokenPipeError):
            one.sendall(
                f"POST /api/v1/observations HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n{length}Connection: close\r\n\r\n".encode()
            )
            one.sendall(body)
        told = heard(one, end=b"never")
    status, _sign, answer = told.partition(b"\r\n\r\n")
    return int(status.split()[1]) if told else 0, json.loads(answer) if answer else None


def table(channel: str, *values: tuple[object, object]) -> bytes:
    return json.dumps(
        {
            "columns": {
                "channel": [channel] * len(values),
                "time": [at for at, _ in values],
                "value": [one for _, one in values],
            }
        }
    ).encode()


def stored(site: Site, protocol: str, channel: str = "", number: int = 0) -> dict[int, float]:
    streams = site.device(protocol, number)["streams"]
    return dict(site.rows(streams[channel] if channel else next(iter(streams.values()))))


def assert_served(site: Site) -> None:
    """Everyone else is."""
    at = moment()
    assert b"CN=9014" in ask(site, hj(site, 33.5, at, number=1))
    assert stored(site, "hj212", number=1)[at] == 33.5


def test_forged_frames_are_refused(site: Site, gateway: Running) -> None:
    at = moment()
    assert b"QnRtn=3" in ask(site, hj(site, 1, at, PW="654321"))
    assert b"QnRtn=3" in ask(site, hj(site, 1, at, PW=""))  # leaving it out is no way around it
    assert b"QnRtn=4" in ask(site, hj(site, 1, at, MN="STRANGER"))
    assert at not in stored(site, "hj212")
    assert post(site, table("load1", (at, 1)), token="token-9")[0] == 401
    assert post(site, table("load1", (at, 1)), token=site.device("hj212")["secret"])[0] == 401
    assert_served(site)


def test_an_authenticated_terminal_speaks_for_itself_alone(site: Site, gateway: Running) -> None:
    mine, other = (site.device("jt808", number)["identity"] for number in (0, 1))
    serial = itertools.count(1)

    def result(one: socket.socket, number: int, phone: str, body: bytes) -> jt808.Frame:
        one.sendall(jt808.build(id=number, phone=phone, serial=next(serial), body=body))
        return jt808.parse(heard(one, b"\x7e", 2))

    at = moment()
    place = jt.position_body(jt.Position(0, 2, 39.1, 117.2, 5, 42.0, 90, _local(at), {}))
    with closing(line(site, "jt808")) as one:
        assert result(one, jt.POSITION, mine, place).body[-1] == 1  # before it has authenticated
        register = b"\0\x0c\0\x68" + b"70000" + b"X".ljust(20, b"\0") + b"SIM0001" + b"\2" + "示例".encode("gbk")
        code = result(one, jt.REGISTER, mine, register).body[3:]
        assert result(one, jt.AUTHENTICATE, other, code).body[-1] == 1  # a code belongs to its phone
        assert result(one, jt.AUTHENTICATE, mine, code).body[-1] == 0
        assert result(one, jt.POSITION, other, place).body[-1] == 1
        assert result(one, jt.POSITION, mine, place).body[-1] == 0
    assert stored(site, "jt808")[at] == 42.0
    assert at not in stored(site, "jt808", number=1)


def test_replayed_frames_are_stored_once(site: Site, gateway: Running) -> None:
    at, before = moment(), len(site.events())
    frame = hj(site, 99, at)  # above a limit
    for _ in range(3):
        assert b"CN=9014" in ask(site, frame, frame)
    assert [one for one in site.rows(site.device("hj212")["streams"]["2011/w01018-Rtd"]) if one[0] == at] == [
        (at, 99.0)
    ]
    told = [(one["rule"], one["stream"], one["since"], one["told"]) for one in site.events()[before:]]
    assert told
    assert len(told) == len(set(told))


def test_a_foreign_stream_is_not_written(site: Site, gateway: Running) -> None:
    at = moment()
    status, answer = post(site, table("speed", (at, 1)))
    assert (status, answer["stored"], answer["reasons"][0]["reason"]) == (200, 0, "channel")
    assert b"CN=9014" in ask(site, hj(site, 7, at, factor="a99999"))  # the frame is kept, no stream takes the value
    assert all(at not in dict(site.rows(one)) for given in site.told["devices"] for one in given["streams"].values())
    # the other's channel has the same name: each writes its own
    assert post(site, table("load1", (at, 5)), token="token-1")[1]["stored"] == 1
    assert (at in stored(site, "http", "load1", 1), at in stored(site, "http", "load1", 0)) == (True, False)


def test_times_and_numbers_that_cannot_be(site: Site, gateway: Running) -> None:
    for at in (2**62, 2**63, 2**70, -(2**63), 1e300, -1):
        status, answer = post(site, table("load1", (at, 1)))
        assert status in (200, 400), (at, status)
        assert (answer["stored"] if status == 200 else 0) == 0, at
    for start in (-(2**52), 2**52, 2**70, -(2**63), None):
        for value in (1e308, -1e308, 5e-324, None):
            rows = [{"channel": "load2", "time": moment(), "start": start, "value": value, "mark": "\0" * 9}]
            assert post(site, json.dumps({"observations": rows}).encode())[0] in (200, 400), (start, value)
    assert post(site, table("load\0", (moment(), 1)))[1]["stored"] == 0
    assert post(site, table("load1", *[(moment(), 1)] * 50_000))[0] == 200
    assert post(site, b'{"columns":{"channel":[],"time":[],"value":[]}}')[0] == 200
    far = stamp(moment() // 1000 * 1000).replace("20", "99", 1)
    ask(
        site,
        hj(site, 1, moment()).replace(b"DataTime=20", b"DataTime=99"),
        build({"QN": far, "MN": "x"}, "DataTime=99991231235959"),
    )
    assert_served(site)


def test_a_name_that_cannot_be_written_down(site: Site, gateway: Running) -> None:
    ask(site, hj(site, 1, moment(), MN="A\0B"), hj(site, 1, moment(), MN="\x7f" * 60))
    assert_served(site)
    assert all(one.get("identity", "").isprintable() for one in site.events())


def test_what_a_cut_line_left_is_not_the_next_ones(site: Site, gateway: Running) -> None:
    at, later = moment(), moment()
    frame = hj(site, 41, at)
    for place in (3, 20, len(frame) - 3):
        with closing(line(site)) as one:
            one.sendall(frame[:place])
        with closing(line(site)) as one:
            one.sendall(frame[place:] + hj(site, 42, later))
            assert b"CN=9014" in heard(one)
    found = stored(site, "hj212")
    assert (at in found, found[later]) == (False, 42.0)


def test_junk_before_and_after_does_not_hide_a_frame(site: Site, gateway: Running) -> None:
    junk = (
        b"\0" * 500,
        b"GET / HTTP/1.1\r\n\r\n",
        b"##",
        b"##12",
        b"##9999" + b"x" * 300 + b"\r\n",
        b"\x7e\x02\0\0\x7e",
        bytes(range(256)) * 4,
    )
    for one in junk:
        at = moment()
        bad = hj(site, 1, at)
        with closing(line(site)) as far:
            far.sendall(one + bad[:-6] + b"0000\r\n" + hj(site, 2, at) + one)
            told = heard(far, count=2)
        assert b"CN=9014" in told, (one[:10], told)
        assert stored(site, "hj212")[at] == 2.0, one[:10]


def test_of_two_sockets_of_a_device_the_newest_stays(site: Site, gateway: Running) -> None:
    with closing(line(site)) as old, closing(line(site)) as new:
        old.sendall(hj(site, 1, moment()))
        assert b"CN=9014" in heard(old)
        new.sendall(hj(site, 2, moment()))
        assert b"CN=9014" in heard(new)
        assert ended(old)
        new.sendall(hj(site, 3, moment()))
        assert b"CN=9014" in heard(new)


def test_a_line_that_is_open_on_one_side_alone_is_closed(site: Site, gateway: Running) -> None:
    """A device that is gone without a word: its line ends after its silence, its files are given back."""
    before = gateway.files()
    lines = [line(site) for _ in range(20)]
    for number, one in enumerate(lines):
        one.sendall(hj(site, number, moment(), number=number % 2))
        heard(one)
    assert all(ended(one) for one in lines)
    until(lambda: gateway.files() <= before + 2, gateway)
    for one in lines:
        one.close()


def test_a_hundred_megabytes_in_one_frame(site: Site, gateway: Running) -> None:
    before, piece = gateway.memory(), b"9" * (1 << 20)
    with closing(line(site)) as one, suppress(ConnectionResetError, BrokenPipeError):
        one.sendall(b"##9999")
        for _ in range(100):
            one.sendall(piece)
    with closing(line(site, "jt808")) as one, suppress(ConnectionResetError, BrokenPipeError):
        one.sendall(b"\x7e")
        for _ in range(100):
            one.sendall(piece)
    assert gateway.memory() < before + SPACE
    assert_served(site)


def test_a_hundred_megabytes_in_one_request(site: Site, gateway: Running) -> None:
    before, huge = gateway.memory(), b" " * (100 << 20)
    assert post(site, huge)[0] in (0, 413)  # the refusal may cross with what is still being sent
    with closing(line(site, "http")) as one:
        one.sendall(
            f"POST /api/v1/observations HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token-0\r\nContent-Length: {len(huge)}\r\n\r\n".encode()
        )
        assert b" 413 " in heard(one, end=b"\r\n\r\n").splitlines()[0]
        assert ended(one)
    with closing(line(site, "http")) as one, suppress(ConnectionResetError, BrokenPipeError):
        one.sendall(
            b"POST /api/v1/observations HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token-0\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        for _ in range(100):
            one.sendall(b"100000\r\n" + b" " * (1 << 20) + b"\r\n")
    assert gateway.memory() < before + SPACE
    at = moment()
    assert post(site, table("load1", (at, 1)))[1]["stored"] == 1


def test_lines_that_drip_are_closed_and_stop_nobody(site: Site, gateway: Running) -> None:
    """Slow loris: a byte now and then, never a whole frame, head or body."""
    before = gateway.files()
    head = "POST /api/v1/observations HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token-0\r\n"
    starts = {"hj212": b"##0100QN=", "jt808": b"\x7e\x02", "gb26875": b"@@", "http": head.encode()}
    lines = []
    for protocol, start in [
        *starts.items(),
        ("http", f"{head}Content-Length: 900\r\n\r\n".encode()),
        ("http", b""),
    ] * 20:
        one = line(site, protocol)
        one.sendall(start)
        lines.append(one)
    for _ in range(4):
        time.sleep(0.3)
        for one in lines:
            with suppress(OSError):
                one.send(b"1")
        assert_served(site)
    assert all(ended(one) for one in lines)
    until(lambda: gateway.files() <= before + 2, gateway)
    for one in lines:
        one.close()


def test_reconnecting_without_end(site: Site, gateway: Running) -> None:
    """A device that comes back ever again from another port, half the time without saying good-bye."""
    before, files = gateway.memory(), gateway.files()
    left: list[socket.socket] = []
    at = START - 86_400_000
    for number in range(RECONNECTS):
        one = line(site)
        one.sendall(hj(site, number % 50, at := at - 1000))
        if number % 2:
            left.append(one)
        else:
            assert b"CN=9014" in heard(one)
            one.close()
        if len(left) > 200:
            left.pop(0).close()
        assert gateway.files() < files + 300
    last = line(site)
    last.sendall(hj(site, 1, moment()))
    assert b"CN=9014" in heard(last)
    assert all(ended(one) for one in left)  # the newest is its line
    until(lambda: gateway.files() <= files + 3, gateway)
    assert gateway.memory() < before + SPACE
    for one in (last, *left):
        one.close()
