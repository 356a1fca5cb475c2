"""Words for numbers, dates and clocks; tokens keep their contrast; no inline style or script anywhere."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from anlan.base.clock import CHINA
from anlan.kernel.web import charts, words

pytestmark = pytest.mark.pure
AT = datetime(2025, 7, 25, 14, 32, tzinfo=CHINA)
SOURCE = Path(__file__).parents[3]
CSS = Path(__file__).parents[1] / "static" / "web"


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [(None, None, "—"), (4871, None, "4871"), (12480, None, "12,480"), (Decimal("72.50"), None, "72.50"), (Decimal("63.95"), 1, "64.0"),
     (0, None, "0"), (Decimal("-5.0"), None, "-5"), (Decimal(100000), 2, "100,000.00")],
)  # fmt: skip
def test_numbers(value: Decimal | int | None, places: int | None, text: str) -> None:
    assert words.number_words(value, places) == text


def test_days() -> None:
    assert words.day_words(date(2025, 7, 25), AT) == "7月25日 周五"
    assert words.day_words(date(2024, 2, 29), AT) == "2024年2月29日 周四"
    assert words.time_words(datetime(2025, 7, 25, 1, 5, tzinfo=UTC), AT) == "09:05"


@pytest.mark.parametrize(
    ("left", "limit", "state", "text"),
    [
        (timedelta(hours=2, minutes=58), timedelta(hours=4), "roomy", "剩2小时58分"),
        (timedelta(minutes=29), timedelta(hours=1), "near", "剩29分"),
        (timedelta(minutes=59), timedelta(hours=4), "near", "剩59分"),
        (timedelta(hours=-30), timedelta(hours=4), "late", "超1天6小时"),
        (timedelta(days=-9, hours=-1), timedelta(hours=4), "late", "超9天1小时"),
        (timedelta(days=-240, hours=-16), timedelta(hours=4), "late", "超240天"),
        (timedelta(minutes=-12), timedelta(hours=4), "late", "超12分"),
        (timedelta(days=4), timedelta(days=10), "roomy", "7月29日 周二"),
    ],
)
def test_clock(left: timedelta, limit: timedelta, state: str, text: str) -> None:
    due = AT + left
    assert words.clock_of(due, AT, due - limit) == words.Clock(state, text)


def test_a_gap_is_a_gap() -> None:
    chart = charts.line_chart(
        [charts.Point("1", 1), charts.Point("2", None), charts.Point("3", 3)], title="x", unit="y"
    )
    assert chart.count('class="svg-line"') == 2
    assert "style=" not in chart


def test_chart_text_is_escaped() -> None:
    assert "<b>" not in charts.line_chart([charts.Point("<b>", 1)], title='"><b>', unit="")


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _modes() -> dict[str, dict[str, str]]:
    text = (CSS / "tokens.css").read_text(encoding="utf-8")
    blocks = re.findall(r"([^{}]+)\{([^}]*)\}", text)
    light: dict[str, str] = {}
    modes = {}
    for selector, body in blocks:
        tokens = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", body))
        light = light or tokens
        mode = re.search(r'data-mode="(\w+)"', selector)
        modes[mode.group(1) if mode else "light"] = {**light, **tokens}
    return modes


@pytest.mark.parametrize("mode", ["light", "wall", "elder"])
def test_contrast_of_tokens(mode: str) -> None:
    tokens = _modes()[mode]
    for name in (
        "ink1",
        "ink2",
        "ink3",
        "accent",
        "ok",
        "near",
        "late-ink",
        "red-ink",
        "orange-ink",
        "yellow-ink",
        "blue-ink",
    ):
        for ground in ("surface", "paper"):
            assert _contrast(tokens[name], tokens[ground]) >= 4.5, (name, ground)
    assert _contrast(tokens["ink3"], tokens["sunken"]) >= 4.5
    assert _contrast(tokens["line2"], tokens["surface"]) >= 3.0
    assert _contrast(tokens["on-accent"], tokens["accent"]) >= 4.5
    assert _contrast(tokens["rail-text"], tokens["rail"]) >= 4.5
    for colour in ("red", "orange", "yellow", "blue"):
        assert _contrast(tokens[f"{colour}-ink"], tokens[f"{colour}-tint"]) >= 4.5, colour
    for step in range(1, 7):
        assert _contrast(tokens[f"aqi{step}"], tokens[f"aqi{step}-ink"]) >= 4.5, step


def test_colours_stand_in_one_file() -> None:
    others = [file for file in SOURCE.rglob("*.css") if "built" not in file.parts and file.name != "tokens.css"]
    assert others
    assert [str(file) for file in others if re.search(r"#[0-9a-fA-F]{3,8}\b", file.read_text(encoding="utf-8"))] == []


def test_no_inline_script_or_style_in_templates() -> None:
    bad = re.compile(r"<style|\sstyle=|<script(?![^>]*\bsrc=)|\son[a-z]+=|javascript:", re.IGNORECASE)
    files = [file for file in SOURCE.rglob("*.html") if "built" not in file.parts]
    assert files
    tags = re.compile(r"{[%{].*?[%}]}", re.DOTALL)
    texts = {file.name: tags.sub("", file.read_text(encoding="utf-8")) for file in files}
    assert [f"{name}: {found.group()}" for name, text in texts.items() if (found := bad.search(text))] == []
