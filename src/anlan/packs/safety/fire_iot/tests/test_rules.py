"""State bits in words; the set-up rate."""

from __future__ import annotations

import pytest

from anlan.packs.safety.fire_iot.rules import SetUp, least_required, set_up, state

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("code", "bits", "level", "words"),
    [
        ("smoke_1", 0b1, "fine", "正常"), ("smoke_1", 0b0, "fine", "测试"), ("smoke_1", 0b10, "fire", "火警"), ("smoke_1", 0b100, "trouble", "故障"),
        ("smoke_1", 0b1000, "trouble", "屏蔽"), ("smoke_1", 0b110, "fire", "火警、故障"), ("smoke_1", 1 << 8, "trouble", "电源故障"),
        ("device", 0b1, "fine", "正常"), ("device", 0b1000, "trouble", "主电故障"), ("device", 0b100000, "trouble", "与监控中心通信故障"),
    ],
)  # fmt: skip
def test_bits_in_words(code: str, bits: int, level: str, words: str) -> None:
    told = state(code, float(bits))
    assert (told.level, told.words) == (level, words)


def test_the_surplus_of_one_road_does_not_hide_the_lack_of_another() -> None:
    told = set_up({"甲": 4, "乙": 4}, ["甲"] * 7 + ["乙"] + ["没有登记的路"])
    assert told == SetUp(5, 8, {"甲": (7, 4), "乙": (1, 4)})


@pytest.mark.parametrize(("length", "least"), [(1, 1), (120, 1), (121, 2), (240, 2), (960, 8)])
def test_least_required(length: int, least: int) -> None:
    assert least_required(length) == least
