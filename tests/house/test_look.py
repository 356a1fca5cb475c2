"""The look stays so: contrasts recomputed from the token file, colours nowhere else, level signs that differ without colour."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from anlan.kernel.web.templatetags.web_tags import LEVELS

ROOT = Path(__file__).parents[2]
WEB = ROOT / "src/anlan/kernel/web/static/web"
HEX = re.compile(r"#[0-9a-fA-F]{6}\b|#[0-9a-fA-F]{3}\b")
# The least contrast of text and of a control's edge (WCAG 2, 1.4.3 and 1.4.11).
TEXT, EDGE = 4.5, 3.0
PAIRS = [
    *((ink, ground, TEXT) for ink in ("ink1", "ink2", "ink3") for ground in ("surface", "paper", "sunken")),
    *((ink, "surface", TEXT) for ink in ("accent", "ok", "near", "late-ink", "red-ink", "orange-ink", "yellow-ink", "blue-ink")),
    *((ink, "paper", TEXT) for ink in ("accent", "ok", "near", "late-ink")),
    *((f"{level}-ink", f"{level}-tint", TEXT) for level in ("red", "orange", "yellow", "blue")),
    *((f"on-{level}", level, TEXT) for level in ("red", "orange", "yellow", "blue")),
    ("on-accent", "accent", TEXT), ("ink1", "accent-soft", TEXT), ("accent", "accent-soft", TEXT),
    ("rail-text", "rail", TEXT), ("rail-quiet", "rail", TEXT), ("rail-text", "rail-current", TEXT),
    ("line2", "surface", EDGE), ("line2", "paper", EDGE), *((f"series{n}", "surface", EDGE) for n in range(1, 5)),
]  # fmt: skip


def _modes() -> dict[str, dict[str, str]]:
    """Every mode's tokens; what a mode does not name it takes from the light one."""
    text = (WEB / "tokens.css").read_text(encoding="utf-8")
    blocks = re.findall(r"(:root|html\[data-mode=\"(\w+)\"\]) \{(.*?)\n\}", text, flags=re.DOTALL)
    found = {name or "light": dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", body)) for _all, name, body in blocks}
    return {mode: {**found["light"], **tokens} for mode, tokens in found.items()}


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_the_formula_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("mode", ["light", "wall", "elder"])
def test_every_pair_can_be_read(mode: str) -> None:
    tokens = _modes()[mode]
    poor = [
        f"{ink} on {ground}: {contrast(tokens[ink], tokens[ground]):.2f} < {least}"
        for ink, ground, least in PAIRS
        if contrast(tokens[ink], tokens[ground]) < least
    ]
    assert not poor, poor


def test_no_colour_outside_the_token_file() -> None:
    files = [*WEB.glob("*.css"), *(ROOT / "frontend/src").glob("*.ts"), *(ROOT / "src/anlan").rglob("*.html")]
    named = {
        f"{file.relative_to(ROOT)}: {found}" for file in files if file.name not in {"tokens.css", "document.css"}
        for found in HEX.findall(re.sub(r"&#\w+;|href=\"#[\w-]*\"", "", file.read_text(encoding="utf-8")))
    }  # fmt: skip
    assert not named, named


def test_levels_differ_without_colour() -> None:
    assert len({path for _word, path in LEVELS.values()}) == len(LEVELS)
    assert len({word for word, _path in LEVELS.values()}) == len(LEVELS)


@pytest.mark.parametrize("name", ["base.html", "public_base.html"])
def test_every_page_of_the_demonstration_is_marked(name: str) -> None:
    shell = (ROOT / "src/anlan/kernel/web/templates/web" / name).read_text(encoding="utf-8")
    assert '{% if demo %}<span class="mark-demo">' in shell
    assert "【" in shell.split("</title>")[0]
    assert "{% if demo %} data-demo{% endif %}>" in shell


def test_every_printed_page_of_the_demonstration_is_marked() -> None:
    """The named page carries the mark in its head, so it stands on the second sheet too."""
    style = (ROOT / "src/anlan/kernel/web/static/web/print.css").read_text(encoding="utf-8")
    assert re.search(r"@page demo \{ @top-center \{ content: \"[^\"]*示例", style)
    assert "html[data-demo] body { page: demo; }" in style
