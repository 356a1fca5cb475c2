"""A tank area over HTTP: level, pressure, temperature, two gas detectors."""

from __future__ import annotations

from anlan.kernel.observations.types import Channel, StationKind

PERMISSION, WRITE = "hazchem_monitoring.read", "hazchem_monitoring.write"
DUTY, POSTS = "hazchem_monitoring.duty", "hazchem_monitoring.posts"


def _channel(code: str, quantity: str, title: str, unit: str, decimals: int, low: float, high: float) -> Channel:
    return Channel(code=code, quantity=quantity, title=title, unit=unit, decimals=decimals, every=60, low=low, high=high,
                   sources={"http": code, "mqtt": code})  # fmt: skip


TANK_AREA = StationKind(
    slug="tank_area", incident="hazchem", title="危化品储罐区", permission=PERMISSION,
    channels=(
        _channel("level", "level", "储罐液位", "m", 2, 0, 30), _channel("pressure", "pressure", "储罐压力", "kPa", 1, -10, 3000),
        _channel("temperature", "temperature", "储罐温度", "°C", 1, -60, 200), _channel("gas_1", "gas", "1 号可燃气体探测器", "%LEL", 1, 0, 100),
        _channel("gas_2", "gas", "2 号可燃气体探测器", "%LEL", 1, 0, 100),
    ),
)  # fmt: skip
