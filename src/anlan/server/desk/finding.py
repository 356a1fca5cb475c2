"""The search palette: 去 pages, 办 commands, 查 objects; Chinese words, or the initials of their pinyin (`drgh` 导入规划)."""

from __future__ import annotations

from functools import cache
from typing import Literal

from django.urls import reverse
from django.utils.translation import gettext
from pypinyin import Style, lazy_pinyin

from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor, Page
from anlan.kernel.web.types import Hit
from anlan.server.house import CAPABILITIES

LIMIT, OBJECTS = 8, 24


@cache
def initials(words: str) -> str:
    """`导入规划` → `drgh`; other signs stay, in lower case."""
    return "".join(lazy_pinyin(words, style=Style.FIRST_LETTER)).lower()


@cache
def _doors() -> tuple[tuple[Literal["去", "办"], str, Page], ...]:
    """(group, words, page) of every page that needs no argument: the places to go to, and what one does there."""
    places = {nav.page: nav.title for one in CAPABILITIES for nav in one.nav}
    pages = [page for one in CAPABILITIES for page in one.pages if "<" not in page.path and "GET" in page.methods]
    there = [("去", places[page.name], page) for page in pages if page.name in places]
    return (*there, *(("办", page.command, page) for page in pages if page.command))  # type: ignore[arg-type]


def _matches(words: str, title: str) -> bool:
    typed = words.lower()
    return typed in title.lower() or (typed.isascii() and typed.replace(" ", "") in initials(title))


def find(actor: Actor, words: str) -> list[Hit]:
    """What the actor may open, in the three groups; an empty question finds nothing."""
    words = words.strip()[:60]
    if not words:
        return []
    hits: list[Hit] = []
    for wanted in ("去", "办"):
        fitting = [
            Hit(group=group, title=gettext(title), detail="", url=reverse(page.name)) for group, title, page in _doors()
            if group == wanted and policy.may(actor, page.permission) and _matches(words, gettext(title))
        ]  # fmt: skip
        hits += sorted(fitting, key=lambda hit: (not hit.title.startswith(words), len(hit.title)))[:LIMIT]
    objects = [hit for one in CAPABILITIES if one.find for hit in one.find(actor, words)]
    return hits + objects[:OBJECTS]
