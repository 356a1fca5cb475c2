"""A short run of what `make fuzz FUZZ=protocols` does for hours: any bytes, and damaged frames."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.protocols.tests.targets import TARGETS, seeds

pytestmark = [pytest.mark.pure, pytest.mark.protocol]


@pytest.mark.parametrize("name", sorted(TARGETS))
@given(data=st.binary(max_size=400))
def test_any_bytes(name: str, data: bytes) -> None:
    TARGETS[name](data)


@pytest.mark.fuzz
@pytest.mark.parametrize("name", sorted(TARGETS))
@given(seed=st.integers(0, 2**32))
def test_damaged_and_mixed_frames(name: str, seed: int) -> None:
    draw = random.Random(seed)
    data = bytearray(b"".join(draw.choices(seeds(name), k=draw.randrange(1, 4))))
    for _damage in range(draw.randrange(6)):
        place = draw.randrange(len(data) + 1)
        match draw.randrange(3):
            case 0:
                data[place : place + 1] = bytes([draw.randrange(256)])
            case 1:
                del data[place : place + draw.randrange(20)]
            case _:
                data[place:place] = data[draw.randrange(len(data) + 1) :][: draw.randrange(40)]
    TARGETS[name](bytes(data))
