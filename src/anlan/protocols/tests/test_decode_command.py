"""`anlan decode` as people call it: another process in another folder, without settings or database."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import anlan
from anlan.protocols.hj212 import build

pytestmark = [pytest.mark.pure, pytest.mark.protocol]
SOURCE = Path(anlan.__path__[0]).parent
HEX = ("gb26875", "jt808", "sl651")
ONE = build(
    {"ST": "32", "CN": "2011", "MN": "A1", "Flag": "4"}, "DataTime=20260101080000;w01018-Rtd=28.60,w01018-Flag=N"
)


@pytest.fixture
def call(tmp_path: Path) -> Any:
    """Runs `anlan decode …`: (exit status, objects told, lines on stderr)."""

    def run(*words: str, data: bytes = b"") -> tuple[int, list[dict[str, Any]], list[str]]:
        env = {"PYTHONPATH": str(SOURCE), "PATH": "", "LANG": "C"}
        done = subprocess.run([sys.executable, "-m", "anlan.server", "decode", *words], input=data, capture_output=True,
                              cwd=tmp_path, env=env, timeout=60, check=False)  # fmt: skip
        out, err = done.stdout.decode(), done.stderr.decode()
        assert "Traceback" not in err
        assert list(tmp_path.glob("var*")) == []
        return done.returncode, [json.loads(line) for line in out.splitlines()], err.splitlines()

    return run


def _vectors(shared: Path, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((shared / "vectors" / f"{name}.json").read_text(encoding="utf-8"))
    return found


def _wanted(vector: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in vector["decoded"].items() if name != "note"}


def _same(told: dict[str, Any], vector: dict[str, Any]) -> None:
    wanted = _wanted(vector)
    assert {name: told.get(name) for name in wanted} == wanted, vector["name"]


@pytest.mark.parametrize("name", HEX)
def test_every_vector_in_hex_one_a_line_in_order(shared: Path, call: Any, name: str, tmp_path: Path) -> None:
    vectors = _vectors(shared, name)
    odd = "\r\n\n".join(
        " ".join(one["frame"].lower()[at : at + 4] for at in range(0, len(one["frame"]), 4)) for one in vectors
    )
    file = tmp_path / "frames.txt"
    file.write_text(odd)
    for words, data in ((), odd.encode()), (("-",), odd.encode()), ((str(file),), b""):
        status, told, err = call(name, *words, data=data)
        assert (status, err) == (0, [])
        for one, vector in zip(told, vectors, strict=True):
            _same(one, vector)


def test_every_vector_of_cap(shared: Path, call: Any) -> None:
    for vector in _vectors(shared, "cap"):
        status, (told,), err = call("cap", data=(vector.get("frame") or vector["hex"]).encode())
        assert (status, err) == (0, [])
        assert isinstance(told["errors"], list)
        _same(told, vector)


def test_every_vector_of_hj212_glued_and_alone(shared: Path, call: Any) -> None:
    vectors = _vectors(shared, "hj212")
    glued = [one for one in vectors if "frames" not in one["decoded"] and "sm4_key_hex" not in one["decoded"]]
    status, told, err = call("hj212", data="".join(one["frame"] for one in glued).encode())
    assert (status, err) == (0, [])
    for one, vector in zip(told, glued, strict=True):
        _same(one, vector)
    for vector in vectors:
        wanted, key = _wanted(vector), vector["decoded"].get("sm4_key_hex")
        _status, told, _err = call("hj212", *(("--key", key) if key else ()), data=vector["frame"].encode())
        if "frames" in wanted:
            assert [one["valid"] for one in told] == [True] * wanted["frames"]
        else:
            _same(told[0], vector)


def test_without_the_key_an_encrypted_frame_is_valid_with_a_wrong_one_it_is_not(shared: Path, call: Any) -> None:
    (vector,) = [one for one in _vectors(shared, "hj212") if "sm4_key_hex" in one["decoded"]]
    _status, (told,), _err = call("hj212", data=vector["frame"].encode())
    assert (told["valid"], told["encrypted"], "pollutants" in told) == (True, True, False)
    _status, (told,), _err = call("hj212", "--key", "00" * 16, data=vector["frame"].encode())
    assert (told["valid"], told["reason"]) == (False, "bad_crc")


def test_noise_between_frames_in_binary(call: Any) -> None:
    status, told, err = call("hj212", data=b"\x00\xff#\n" + ONE + b"\xfe##" + ONE + ONE[:20])
    assert (status, err) == (0, [])
    assert [(one["valid"], one.get("reason"), one.get("bytes")) for one in told] == [
        (False, "garbage", 4), (True, None, None), (False, "garbage", 3), (True, None, None), (False, "truncated", None),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["hj212", *HEX, "cap"])
def test_nothing_in_no_line_out(call: Any, name: str) -> None:
    assert call(name) == (0, [], [])


@pytest.mark.parametrize("name", HEX)
def test_lines_that_are_no_frames_do_not_change_the_status(shared: Path, call: Any, name: str) -> None:
    good = next(one["frame"] for one in _vectors(shared, name) if one["decoded"]["valid"])
    lines = ["zz", "4", "全角", "00", good[:30], good, "41" * 40_000, good]
    status, told, err = call(name, data="\n".join(lines).encode())
    assert (status, err) == (0, [])
    assert [one["valid"] for one in told] == [False] * 5 + [True, False, True]
    assert [one["reason"] for one in told[:3]] == ["not_hex"] * 3
    assert (told[6]["reason"], told[6]["bytes"]) == ("bad_length", 80_001)


@pytest.mark.parametrize(
    "words",
    [(), ("morse",), ("hj212", "--key"), ("hj212", "--key", "zz"), ("hj212", "--key", "00" * 15), ("--key", "00" * 16), ("hj212", "nowhere/at/all"),
     ("jt808", "."), ("cap", "a", "b"), ("sl651", "--wrong"), ("hj212", "--key", "00" * 16, "--key", "00" * 16)],
)  # fmt: skip
def test_a_wrong_call_gets_one_line_and_status_two(call: Any, words: tuple[str, ...]) -> None:
    status, told, err = call(*words)
    assert (status, told, len(err)) == (2, [], 1), err


def test_the_usage_names_all_five(call: Any) -> None:
    assert "hj212|gb26875|jt808|sl651|cap" in call()[2][0]
    env = {"PYTHONPATH": str(SOURCE), "PATH": ""}
    said = subprocess.run(
        [sys.executable, "-m", "anlan.server", "help"], capture_output=True, env=env, check=True
    ).stdout
    assert "decode hj212|gb26875|jt808|sl651|cap" in said.decode()


_MEASURED = """
import re, sys
from pathlib import Path
from anlan.protocols.decode import decode_command
status = decode_command(sys.argv[1:])
sys.stdout.flush()
sys.stderr.write(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
sys.exit(status)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "piece"),
    [("hj212", b"##9999" + b"x" * 100_000), ("hj212", ONE * 400), ("jt808", b"7E" * 50_000), ("sl651", b"7e7e" + b"00" * 50_000), ("cap", b"<" * 100_000)],
)  # fmt: skip
def test_fifty_megabytes_are_read_in_bounded_memory(name: str, piece: bytes) -> None:
    child = subprocess.Popen([sys.executable, "-c", _MEASURED, name], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE, env={"PYTHONPATH": str(SOURCE), "PATH": ""})  # fmt: skip
    assert child.stdin is not None
    assert child.stderr is not None
    try:
        for _time in range(50_000_000 // len(piece)):
            child.stdin.write(piece)
        child.stdin.close()
    except BrokenPipeError:
        assert name == "cap"  # it reads no more than the longest document
    peak = int(child.stderr.read())
    assert child.wait(120) == 0
    assert peak < 200_000, f"{peak} KiB"
