"""What holds for every codec: the vectors, any bytes, any pieces, bounded memory, nothing lost."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.protocols.common import Garbage
from anlan.protocols.decode import CODECS
from anlan.protocols.gb26875 import frame as gb26875
from anlan.protocols.hj212 import frame as hj212
from anlan.protocols.jt808 import frame as jt808
from anlan.protocols.sl651 import frame as sl651

pytestmark = [pytest.mark.pure, pytest.mark.protocol]
FRAMED: dict[str, Any] = {"hj212": hj212, "gb26875": gb26875, "jt808": jt808, "sl651": sl651}
HEX = ("gb26875", "jt808", "sl651")


def _vectors(shared: Path, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((shared / "vectors" / f"{name}.json").read_text())
    return found


@pytest.mark.parametrize("name", sorted(set(CODECS) - {"hj212"}))  # its vectors with keys: see its own tests
def test_every_vector(shared: Path, name: str) -> None:
    for vector in _vectors(shared, name):
        text = vector["frame"] if "frame" in vector else vector["hex"]
        (told,) = CODECS[name](io.BytesIO(text.encode()), None)
        told = json.loads(json.dumps(told))
        for field, value in vector["decoded"].items():
            if field != "note":
                assert told.get(field) == value, (vector["name"], field)


@pytest.mark.parametrize("name", sorted(FRAMED))
def test_valid_vectors_are_cut_out_of_any_pieces_and_noise(shared: Path, name: str) -> None:
    module = FRAMED[name]
    raws = [
        bytes.fromhex(one["frame"]) if name in HEX else one["frame"].encode()
        for one in _vectors(shared, name)
        if one["decoded"].get("valid")
    ]
    stream = b"\x00\x01".join(raws)
    for size in (1, 2, 7, 64, len(stream)):
        splitter = module.Splitter()
        found = [
            one for at in range(0, len(stream), size) for one in splitter.feed(stream[at : at + size])
        ] + splitter.close()
        assert [one.raw for one in found if not isinstance(one, Garbage)] == raws


@pytest.mark.parametrize("name", sorted(FRAMED))
@settings(max_examples=150, deadline=None)
@given(
    pieces=st.lists(
        st.one_of(
            st.binary(max_size=80),
            st.sampled_from([b"\x7e", b"\x7e\x7e", b"##", b"@@", b"\x01", b"\r\n", b"##0099", b"\x7d"]),
        ),
        max_size=30,
    )
)
def test_any_bytes_are_told_and_the_buffer_is_bounded(name: str, pieces: list[bytes]) -> None:
    module = FRAMED[name]
    splitter, held = module.Splitter(), 0
    for piece in pieces:
        for one in splitter.feed(piece):
            assert isinstance(one, Garbage) or isinstance(one.valid, bool)
        held = len(splitter._held)
        assert held <= 2 * module.MOST
    splitter.close()


@pytest.mark.parametrize("name", sorted(FRAMED))
def test_an_endless_beginning_is_not_kept(name: str) -> None:
    module = FRAMED[name]
    start = {"hj212": b"##9999", "gb26875": b"@@" + b"\0" * 22 + b"\xff\x03", "jt808": b"\x7e", "sl651": b"\x7e\x7e"}[
        name
    ]
    splitter = module.Splitter()
    for _piece in range(200):
        splitter.feed(start + b"a" * 10_000)
        assert len(splitter._held) <= 2 * module.MOST


@pytest.mark.parametrize("name", sorted(CODECS))
@settings(max_examples=80, deadline=None)
@given(data=st.binary(max_size=300))
def test_decode_prints_json_for_anything(name: str, data: bytes) -> None:
    lines: Callable[..., Any] = CODECS[name]
    for form in (data, data.hex().encode(), b"\n".join([data.hex().encode()] * 2)):
        for line in lines(io.BytesIO(form), None):
            json.dumps(line)


@pytest.mark.parametrize("name", sorted(CODECS))
def test_nothing_in_nothing_out(name: str) -> None:
    assert list(CODECS[name](io.BytesIO(b""), None)) == []
    assert list(CODECS[name](io.BytesIO(b" \n \n"), None)) == [] or name == "hj212"
