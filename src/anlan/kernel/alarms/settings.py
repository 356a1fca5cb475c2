"""What may stand in a rule's settings, and what each form needs. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from anlan.base.errors import Refused
from anlan.kernel.alarms.types import Calendar

# What a form reads from `settings`: name -> (meaning, obligatory).
NEEDS: Mapping[str, tuple[str, ...]] = {
    "above": ("limit",), "below": ("limit",), "outside": ("low", "limit"), "bits": ("mask",), "rate": ("limit",),
    "frozen": ("hold_s",), "gap": ("hold_s",), "twin": ("limit", "other"), "all": ("of",),
}  # fmt: skip
SETTINGS = {"limit": "限值", "low": "下限", "back": "回差", "hold_s": "持续秒数", "mask": "状态位", "other": "另一数据流", "window_s": "比对窗口秒数",
            "of": "各条件", "unless": "抑制条件", "calendar": "时段", "permit": "取许可限值"}  # fmt: skip


def check_settings(form: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Only known names, numbers that are numbers, and what the form needs. Raises Refused."""
    unknown = set(settings) - set(SETTINGS)
    needed = [name for name in NEEDS[form] if not (settings.get("permit") and name in ("limit", "low"))]
    missing = [SETTINGS[name] for name in needed if settings.get(name) in (None, "", [])]
    if unknown:
        raise Refused("settings", f"没有设置项“{'、'.join(sorted(unknown))}”。", "settings")
    if missing:
        raise Refused("settings", f"还差{'、'.join(missing)}。", "settings")
    if settings.get("permit") and form not in ("above", "below", "outside"):
        raise Refused("permit", "只有高于、低于、超出区间的规则能取许可限值。", "permit")
    _check_numbers(form, settings)
    for name in ("of", "unless"):
        _check_members(settings.get(name, []), SETTINGS[name])
    if "calendar" in settings:
        _check_calendar(settings["calendar"])
    return dict(settings)


def _check_numbers(form: str, settings: Mapping[str, Any]) -> None:
    for name in ("limit", "low", "back", "hold_s", "window_s", "mask"):
        value = settings.get(name, 0)
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e15:
            raise Refused("settings", f"{SETTINGS[name]}须是数字。", name)
    if min(settings.get(name, 0) for name in ("hold_s", "back", "window_s")) < 0:
        raise Refused("settings", "持续时间、回差和比对窗口不能是负数。", "settings")
    if form == "outside" and not settings.get("permit") and settings["low"] >= settings["limit"]:
        raise Refused("settings", "下限须小于上限。", "low")
    if form == "bits" and (settings["mask"] != int(settings["mask"]) or not 0 < settings["mask"] < 1 << 53):
        raise Refused("settings", "状态位须是正整数。", "mask")


def _check_members(given: Any, word: str) -> None:
    """[[slug of a rule, code of a stream], …]"""
    for one in given if isinstance(given, list | tuple) else [None]:
        if (
            not isinstance(one, list | tuple)
            or len(one) != 2
            or not all(isinstance(part, str) and part for part in one)
        ):
            raise Refused("settings", f"{word}须写成“规则编号 数据流编号”，一行一条。", "settings")


def _check_calendar(given: Any) -> None:
    try:
        days, start, end = tuple(given["weekdays"]), int(given["start"]), int(given["end"])
    except (TypeError, KeyError, ValueError):
        raise Refused("calendar", "时段读不懂。写星期和起止时间。", "calendar") from None
    if not days or not set(days) <= set(range(7)):
        raise Refused("calendar", "时段至少选一个星期几。", "calendar")
    if not (0 <= start <= 1440 and 0 <= end <= 1440 and start != end):
        raise Refused("calendar", "时段的起止时间须不同，且在 0:00 到 24:00 之间。", "calendar")
    Calendar(days, start, end)
