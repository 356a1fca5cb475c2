"""The formulas that packs declare, installed once at start; and which of them answers an indicator's printed name."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping

from anlan.kernel.planning.types import Formula

_installed: dict[str, Formula] = {}


def install(formulas: Iterable[Formula]) -> None:
    """Replace the set; called by the server storey, and by tests that bring their own."""
    _installed.clear()
    _installed.update((one.slug, one) for one in formulas)


def installed() -> Mapping[str, Formula]:
    return _installed


def named(slug: str) -> Formula | None:
    return _installed.get(slug)


def normal(name: str) -> str:
    """Width, case, spaces and punctuation do not matter: （PM2.5） = (PM2.5)."""
    return "".join(
        letter
        for letter in unicodedata.normalize("NFKC", name).casefold()
        if unicodedata.category(letter)[0] in "LN" or letter == "."
    )


def answering(name: str) -> Formula | None:
    """The one formula that names this indicator; None when there is none, or several (then a person chooses)."""
    wanted = normal(name)
    found = [one for one in _installed.values() if wanted in map(normal, one.indicators)]
    return found[0] if len(found) == 1 else None
