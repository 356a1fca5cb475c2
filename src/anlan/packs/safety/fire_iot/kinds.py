"""A building's user information transmission device and what hangs on it. Channels: see `exchange.sessions.gb26875`."""

from __future__ import annotations

from anlan.kernel.observations.types import Channel, StationKind
from anlan.packs.safety.fire_iot.rules import BITS, DEVICE_BITS

PERMISSION, WRITE, CHECK, JUDGE = "fire_iot.read", "fire_iot.write", "fire_iot.check", "fire_iot.judge"


def _state(code: str, title: str, where: str) -> Channel:
    """State bits of a component: bit 0 normal, 1 fire, 2 fault, 3 shielded (GB/T 26875.3-2011, 8.2.1.2)."""
    return Channel(code=code, quantity="state", title=title, unit="", decimals=0, every=300, low=0, high=65535,
                   sources={"gb26875": where}, bits=DEVICE_BITS if where == "device" else BITS)  # fmt: skip


FIRE = StationKind(
    slug="fire", incident="fire", title="消防", permission=PERMISSION, page="fire_unit",
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
