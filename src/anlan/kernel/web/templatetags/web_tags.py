"""Template words of the shell: assets, icons, clocks, numbers, signs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from django import template
from django.core.paginator import Page
from django.template.context import RequestContext
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from anlan.base import clock
from anlan.kernel.access.undo import SHOWN, TAG
from anlan.kernel.web import charts, picking, words
from anlan.kernel.web.picking import Picker, Units

register = template.Library()
MANIFEST = Path(__file__).parents[1] / "static" / "built" / "manifest.json"

# Own outline set, 20×20, 1.5 px; never shown without a word.
ICONS = {
    "workbench": "M3 11l2-7h10l2 7v5H3zM3 11h4l1 2h4l1-2h4",
    "map": "M2 5l5-2 6 2 5-2v12l-5 2-6-2-5 2zM7 3v12M13 5v12",
    "monitor": "M2 10h4l2-6 4 12 2-6h4",
    "command": "M5 18V3M5 4h10l-2 3 2 3H5",
    "registry": "M5 2h11v16H5zM5 2c-2 0-2 3 0 3M8 7h5M8 10h5",
    "planning": "M3 5h2M3 10h2M3 15h2M8 5h9M8 10h9M8 15h9",
    "reports": "M5 2h7l4 4v12H5zM12 2v4h4M8 11h5M8 14h5",
    "help": "M10 2a8 8 0 100 16 8 8 0 000-16zM8 8a2 2 0 114 0c0 1-2 1-2 3M10 14v1",
}
# The four levels: shape as path, always followed by the word.
LEVELS = {
    "red": ("红色", "M5 1h6l4 4v6l-4 4H5l-4-4V5z"),
    "orange": ("橙色", "M8 1l7 14H1z"),
    "yellow": ("黄色", "M8 1l7 7-7 7-7-7z"),
    "blue": ("蓝色", "M8 1a7 7 0 100 14A7 7 0 008 1z"),
}


@cache
def _manifest() -> dict[str, dict[str, Any]]:
    return json.loads(MANIFEST.read_text(encoding="utf-8")) if MANIFEST.exists() else {}


def built_files(name: str) -> list[str]:
    """Paths below STATIC of a built entry, itself first, and of all it loads; empty when assets are not built."""
    waiting, found = [f"src/{name}.ts"], []
    while waiting:
        chunk = _manifest().get(waiting.pop(0))
        if chunk and f"built/{chunk['file']}" not in found:
            found += [f"built/{chunk['file']}", *(f"built/{file}" for file in chunk.get("css", ()))]
            waiting += chunk.get("imports", ())
    return found


def _entry(name: str) -> SafeString:
    """Tags for one built entry and its styles; nothing when assets are not built."""
    chunk = _manifest().get(f"src/{name}.ts")
    if chunk is None:
        return SafeString("")
    sheets = format_html_join(
        "", '<link rel="stylesheet" href="{}">', ((static(f"built/{file}"),) for file in chunk.get("css", ()))
    )
    return sheets + format_html('<script type="module" src="{}"></script>', static(f"built/{chunk['file']}"))


@register.simple_tag
def assets() -> SafeString:
    return _entry("main")


@register.simple_tag
def island(name: str) -> SafeString:
    """Load an island (`map`, `chart`) on this page only."""
    return _entry(name)


@register.simple_tag
def icon(name: str) -> SafeString:
    return format_html(
        '<svg class="icon" viewBox="0 0 20 20" aria-hidden="true"><path d="{}"/></svg>', ICONS.get(name, ICONS["help"])
    )


@register.simple_tag
def level(name: str, suffix: str = "", word: str = "") -> SafeString:
    """A level sign: shape, colour and word together; `word` stands in place of the colour's name (重大)."""
    colour, path = LEVELS[name]
    word = word or colour
    return format_html(
        '<span class="level {}"><svg class="sign" viewBox="0 0 16 16" aria-hidden="true"><path d="{}"/></svg>{}{}</span>',
        name,
        path,
        word,
        suffix,
    )


@register.simple_tag
def due(due_at: datetime | None, at: datetime | None = None, started_at: datetime | None = None) -> SafeString:
    """The clock component."""
    if due_at is None:
        return format_html('<span class="quiet">{}</span>', _("无期限"))
    now = at or clock.now()
    shown = words.clock_of(due_at, now, started_at)
    ring = "" if shown.state == "late" else charts.ring(words.share_left(due_at, now, started_at))
    return format_html('<span class="{}">{}{}</span>', shown.state, ring, shown.text)


@register.filter
def clock_time(moment: datetime) -> str:
    return f"{moment.astimezone(clock.CHINA):%H:%M:%S}"


@register.filter
def moment(value: datetime | date | None) -> str:
    """A date or an instant in the product's words."""
    if value is None:
        return "—"
    at = clock.now()
    return words.time_words(value, at) if isinstance(value, datetime) else words.day_words(value, at)


@register.filter
def span(value: timedelta | None) -> str:
    """`2小时28分`."""
    return "" if value is None else words.span_words(value)


@register.filter
def number(value: Decimal | int | float | None, places: str = "") -> str:
    return words.number_words(value, int(places) if places else None)


@register.filter
def said(word: object) -> str:
    """A word of a declared table (states, kinds, moves) in the reader's language; scripts.messages collects them."""
    return _(str(word)) if word else ""


@register.filter
def trimmed(value: str) -> str:
    """A decimal as the journal keeps it, without its trailing zeros."""
    return value.rstrip("0").rstrip(".") if "." in value else value


@register.filter
def lookup(mapping: Any, key: Any) -> Any:
    """`mapping[key]`, or empty text."""
    return mapping.get(key, "") if mapping else ""


@register.filter
def size(value: int) -> str:
    return words.size_words(value)


@register.simple_tag(takes_context=True)
def query(context: RequestContext, **changes: Any) -> str:
    """The current address with some parameters changed; a filter change goes back to page one."""
    parameters = context["request"].GET.copy()
    if "page" not in changes:
        parameters.pop("page", None)
    for name, value in changes.items():
        if value in (None, ""):
            parameters.pop(name, None)
        else:
            parameters[name] = str(value)
    return f"?{parameters.urlencode()}"


@register.inclusion_tag("web/pager.html", takes_context=True)
def pager(context: RequestContext, page: Page[Any], what: str = "") -> dict[str, Any]:
    return {"request": context["request"], "page": page, "what": what}


@register.inclusion_tag("web/pick.html")
def pick(units: Units, name: str, typed: Any, **more: Any) -> dict[str, Any]:
    """The control for an organisation. `typed`: what the form holds; `id`, `required`, `own` (chosen while nothing was written), `blank`
    (words of the empty line; None: there is none)."""
    return _picked(picking.picker(units, typed or {}, name, more.get("own")), name, more)


@register.inclusion_tag("web/pick.html")
def pick_of(picker: Picker, name: str, **more: Any) -> dict[str, Any]:
    """The control for a choice that a page made itself; `follows`: the field it depends on."""
    return _picked(picker, name, more)


def _picked(picker: Picker, name: str, more: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": name,
        "blank": "",
        "hint": "",
        **more,
        "picker": picker,
        "name": name,
        "said": name + picking.SAID,
        "longest": picking.LONGEST,
    }


def _undo(context: RequestContext, numbers: Sequence[object], back: str) -> dict[str, Any]:
    here = back or context["request"].get_full_path()
    return {"numbers": numbers, "seconds": SHOWN.seconds, "next": here, "csrf_token": context.get("csrf_token", "")}


@register.inclusion_tag("web/undo.html", takes_context=True)
def undo(context: RequestContext, tags: str | None) -> dict[str, Any]:
    """The 撤回 button of a message whose tags name journal entries; it leads back to this page."""
    listed = (tags or "").removeprefix(TAG) if (tags or "").startswith(TAG) else ""
    return _undo(context, [word for word in listed.split(",") if word.isdecimal()], "")


@register.inclusion_tag("web/undo.html", takes_context=True)
def undo_entries(context: RequestContext, numbers: Sequence[int], back: str) -> dict[str, Any]:
    """The 撤回 button for these journal entries; it leads to `back`."""
    return _undo(context, numbers, back)


@register.simple_tag
def bar(percent: Decimal | int | None, behind: bool = False) -> SafeString:
    return charts.progress_bar(percent, behind=behind)
