"""State bits in words, and the two rates of hydrants: pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# GB/T 26875.3-2011, 8.2.1: state bits of a component (type 2) and of the device itself (type 21), the weightiest first.
BITS = (
    (2, "火警"),
    (4, "故障"),
    (8, "屏蔽"),
    (16, "监管"),
    (32, "启动"),
    (64, "反馈"),
    (128, "延时"),
    (256, "电源故障"),
    (1, "正常"),
)
DEVICE_BITS = (
    (2, "火警"),
    (4, "故障"),
    (8, "主电故障"),
    (16, "备电故障"),
    (32, "与监控中心通信故障"),
    (64, "监测连接线路故障"),
    (1, "正常"),
)
FIRE, TROUBLE, FINE = "fire", "trouble", "fine"
MOST_SPACING = 120  # m between municipal hydrants; GB 50974-2014, 7.2.5, not read in its own text yet
USES = {
    "elderly": "养老机构",
    "hospital": "医院",
    "school": "学校",
    "mall": "商业综合体",
    "high": "高层住宅",
    "other": "其他",
}
VERDICTS = {"fire": "真火警", "false": "误报", "test": "测试、演练"}


@dataclass(frozen=True)
class State:
    """`level`: fire, trouble or fine; `words` the bits that are set, in words."""

    level: str
    words: str


def state(code: str, value: float) -> State:
    bits = int(value)
    told = [word for mask, word in (DEVICE_BITS if code == "device" else BITS) if mask != 1 and bits & mask]
    if bits & 2:
        return State(FIRE, "、".join(told))
    if told:
        return State(TROUBLE, "、".join(told))
    # Bit 0 clear and nothing else set: the component is being tested, the device says nothing.
    return State(FINE, "正常" if bits & 1 or code == "device" else "测试")


@dataclass(frozen=True)
class SetUp:
    """`have` counts at most what a road needs, so that one road's surplus does not hide another's lack."""

    have: int
    required: int
    roads: Mapping[str, tuple[int, int]]  # road → (there are, required)


def set_up(required: Mapping[str, int], roads: Iterable[str]) -> SetUp:
    """`required` by road; `roads`: the road of every hydrant."""
    there: dict[str, int] = {}
    for road in roads:
        there[road] = there.get(road, 0) + 1
    by_road = {road: (there.get(road, 0), needs) for road, needs in required.items()}
    return SetUp(sum(min(have, needs) for have, needs in by_road.values()), sum(required.values()), by_road)


def least_required(length: int) -> int:
    """Hydrants of a road of `length` m at the widest spacing."""
    return max(1, -(-length // MOST_SPACING))
