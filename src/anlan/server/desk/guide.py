"""The guide (docs/guide, Markdown) inside the product's own shell, with search over headings and text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from markdown_it import MarkdownIt

from anlan.kernel.access.edge import Request

# In a wheel the guide lies inside the package; in a checkout beside src.
_PLACES = (Path(__file__).parents[2] / "guide", Path(__file__).parents[4] / "docs" / "guide")


@dataclass(frozen=True)
class Leaf:
    """One page of the guide. `html` is made from our own files with raw HTML switched off."""

    slug: str
    title: str
    text: str
    html: SafeString


@cache
def leaves() -> dict[str, Leaf]:
    root = next((place for place in _PLACES if place.is_dir()), None)
    if root is None:
        return {}
    renderer = MarkdownIt("commonmark", {"html": False}).enable("table")
    found = {}
    for file in sorted(root.rglob("*.md")):
        text = file.read_text(encoding="utf-8")
        slug = file.relative_to(root).with_suffix("").as_posix()
        title = text.lstrip("# ").partition("\n")[0].strip()
        found[slug] = Leaf(slug, title, text, mark_safe(renderer.render(text)))  # noqa: S308 - html=False escapes raw HTML
    return found


def _excerpt(text: str, words: str) -> str:
    place = max(text.find(words) - 30, 0)
    return text[place : place + 90].replace("\n", " ")


# What a page is about: by its folder; the kernel's own pages by name, the others of them are of everyday use.
GROUPS: dict[str, Any] = {
    "start": _("先看"),
    "command": _("应急指挥"),
    "safety": _("安全和应急"),
    "environment": _("生态环境"),
    "education": _("教育"),
    "planning": _("规划"),
    "devices": _("设备和接口"),
    "": _("通用"),
}
_OF = {
    **dict.fromkeys(("keys", "access", "field"), "start"),
    **dict.fromkeys(("response", "response_lesson", "relay", "delivery", "safety/duty", "safety/team", "safety/relief", "safety/supplies", "safety/warning", "safety/mutual_aid"), "command"),
    **dict.fromkeys(("api", "sensorthings", "observations", "operations", "monitor", "alarms"), "devices"),
}  # fmt: skip


def grouped() -> list[tuple[Any, list[Leaf]]]:
    found: dict[str, list[Leaf]] = {slug: [] for slug in GROUPS}
    for slug, leaf in leaves().items():
        folder = slug.partition("/")[0] if "/" in slug else ""
        found[_OF.get(slug) or (folder if folder in GROUPS else "")].append(leaf)
    order = list(_OF)
    return [
        (GROUPS[slug], sorted(rows, key=lambda leaf: order.index(leaf.slug) if leaf.slug in _OF else len(order)))
        for slug, rows in found.items()
        if rows
    ]


def index(request: Request) -> HttpResponse:
    words = request.GET.get("q", "").strip()
    pages = [
        (leaf, _excerpt(leaf.text, words)) for leaf in leaves().values() if words and words.lower() in leaf.text.lower()
    ]
    return render(request, "server/desk/guide.html", {"pages": pages, "words": words, "groups": grouped()})


def page(request: Request, slug: str) -> HttpResponse:
    leaf = leaves().get(slug)
    if leaf is None:
        raise Http404
    return render(request, "server/desk/guide_page.html", {"leaf": leaf, "groups": grouped()})
