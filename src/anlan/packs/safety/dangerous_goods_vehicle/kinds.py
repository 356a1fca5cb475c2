"""A vehicle is a station that moves: its position is two streams with the same instants."""

from __future__ import annotations

from anlan.kernel.observations.types import Channel, StationKind

PERMISSION = "dangerous_goods_vehicle.read"


def _channel(code: str, title: str, unit: str, decimals: int, low: float, high: float) -> Channel:
    return Channel(
        code=code,
        quantity=code,
        title=title,
        unit=unit,
        decimals=decimals,
        every=30,
        low=low,
        high=high,
        sources={"jt808": code},
    )


VEHICLE = StationKind(
    slug="vehicle", title="危险货物车辆", permission=PERMISSION,
    channels=(
        _channel("speed", "车速", "km/h", 1, 0, 200), _channel("lon", "经度", "°", 6, 73, 136), _channel("lat", "纬度", "°", 6, 3, 54),
        _channel("mileage", "里程", "km", 1, 0, 1e7), _channel("alarm", "终端报警位", "", 0, 0, 2**32),
    ),
    page="vehicle_track",
)  # fmt: skip
