"""A building's user information transmission device and what hangs on it. Channels: see `exchange.sessions.gb26875`."""

from __future__ import annotations

from anlan.kernel.observations.types import Channel, StationKind

PERMISSION = "fire_iot.read"


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


def _state(code: str, title: str, where: str) -> Channel:
    """State bits of a component: bit 0 normal, 1 fire, 2 fault, 3 shielded (GB/T 26875.3-2011, 8.2.1.2)."""
    return Channel(
        code=code,
        quantity="state",
        title=title,
        unit="",
        decimals=0,
        every=300,
        low=0,
        high=65535,
        sources={"gb26875": where},
        bits=DEVICE_BITS if where == "device" else BITS,
    )


FIRE = StationKind(
    slug="fire", title="消防", permission=PERMISSION,
    channels=(
        _state("device", "传输装置状态", "device"),
        _state("panel", "火灾报警控制器", "1.1"),
        _state("smoke_1", "1 区感烟探测器", "1.1/40.1.1"),
        _state("smoke_2", "2 区感烟探测器", "1.1/40.2.1"),
        _state("manual_1", "1 区手动报警按钮", "1.1/23.1.1"),
        _state("electrical_1", "电气火灾剩余电流探测器", "1.1/17.1.1"),
        Channel(code="pressure", quantity="pressure", title="消火栓水压", unit="kPa", decimals=1, every=300, low=0, high=2500,
                sources={"gb26875": "11.1/99.1.1/a5", "hydrant": "pressure"}),
    ),
)  # fmt: skip
