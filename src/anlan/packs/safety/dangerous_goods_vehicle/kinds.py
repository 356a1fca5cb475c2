"""A vehicle is a station that moves: its position is two streams with the same instants; three more follow from it."""

from __future__ import annotations

from anlan.kernel.observations.types import Channel, StationKind

PERMISSION = "dangerous_goods_vehicle.read"
WRITE = "dangerous_goods_vehicle.write"


# JT/T 808, alarm sign of a position report; the weightiest first.
ALARM_BITS = (
    (1, "紧急报警"), (1 << 30, "侧翻"), (1 << 29, "碰撞"), (1 << 2, "疲劳驾驶"), (1 << 1, "超速"), (1 << 19, "超时停车"), (1 << 23, "路线偏离"),
)  # fmt: skip


def _channel(
    code: str, title: str, unit: str, decimals: int, low: float, high: float, bits: tuple[tuple[int, str], ...] = ()
) -> Channel:
    return Channel(code=code, quantity=code, title=title, unit=unit, decimals=decimals, every=30, low=low, high=high,
                   sources={"jt808": code}, bits=bits)  # fmt: skip


def _derived(code: str, title: str, unit: str = "", decimals: int = 0) -> Channel:
    return Channel(code=code, quantity=code, title=title, unit=unit, decimals=decimals, every=30, low=0, derived=True)


VEHICLE = StationKind(
    slug="vehicle", incident="traffic", title="危险货物车辆", permission=PERMISSION,
    channels=(
        _channel("speed", "车速", "km/h", 1, 0, 200), _channel("lon", "经度", "°", 6, 73, 136), _channel("lat", "纬度", "°", 6, 3, 54),
        _channel("mileage", "里程", "km", 1, 0, 1e7), _channel("alarm", "终端报警位", "", 0, 0, 2**32, ALARM_BITS),
        _derived("off_route", "偏离线路", "m"), _derived("forbidden", "所在禁行区数"), _derived("standing", "停放区外停车"),
    ),
    page="vehicle_track",
)  # fmt: skip
