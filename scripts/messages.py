"""Every string shown to people: read from templates and Python, and kept in step with the English catalogue.

`python -m scripts.messages` adds what is new (with an empty translation), drops what is gone, and says how many are empty.
"""

from __future__ import annotations

import ast
import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "anlan"
ENGLISH = SOURCE / "locale" / "en" / "LC_MESSAGES" / "django.po"
WORDS = {"gettext": None, "_": None, "gettext_lazy": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}

# Where declarations hold words people read: arguments of calls, and tables at the top of a module.
CALLS = {"Nav": ("title",), "Move": ("title",), "Waiting": ("kind", "verb"), "CommandBoard": ("title",), "BoardPanel": ("title", "empty"), "PanelLine": ("title", "word", "unit", "note")}  # fmt: skip
TABLES = frozenset(
    {
        "STATES",
        "KINDS",
        "DEADLINES",
        "LATENESS",
        "FLAGS",
        "WORDS",
        "FLAG_WORDS",
        "DOMAINS",
        "PACES",
        "RESULTS",
        "PHOTOS",
        "POSTS",
        "RESOURCE_STATES",
        "TRADE_STATES",
        "CALLS",
        "READINESS",
        "FIGURES",
    }
)

Message = str | tuple[str, ...]


def found() -> set[Message]:
    """Message ids of all templates and modules. Needs configured settings for Django's own template lexer."""
    ids: set[Message] = set()
    for file in SOURCE.rglob("*.html"):
        python = templatize(file.read_text(encoding="utf-8"), origin=str(file))
        ids |= {message[1] for message in extract("python", io.BytesIO(python.encode()), keywords=WORDS)}
    for file in SOURCE.rglob("*.py"):
        with file.open("rb") as handle:
            ids |= {message[1] for message in extract("python", handle, keywords=WORDS)}
        ids |= _declared(file)
    return ids


def _declared(file: Path) -> set[Message]:
    """Words that stand in declarations; the shell and the filter `said` translate them where they are shown."""
    words: set[str] = set()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            given = {word.arg: word.value.value for word in node.keywords if isinstance(word.value, ast.Constant)}
            public = node.func.id == "Page" and str(given.get("path", "")).startswith("public/")
            names = ("title",) if public else CALLS.get(node.func.id, ())
            words |= {str(given[name]) for name in names if name in given}
    for node in ast.walk(tree):
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        if any(isinstance(one, ast.Name) and one.id in TABLES for one in targets):
            words |= {str(one.value) for one in ast.walk(node) if isinstance(one, ast.Constant)}
    return {word for word in words if any("\u4e00" <= letter <= "\u9fff" for letter in word)}


def english() -> Catalog:
    if not ENGLISH.exists():
        return Catalog(locale="en")
    with ENGLISH.open("rb") as handle:
        return read_po(handle, locale="en")


def update() -> int:
    """Bring the catalogue in step; returns how many translations are missing."""
    old = {message.id: message.string for message in english() if message.id}
    fresh = Catalog(locale="en", project="Anlan", charset="utf-8", fuzzy=False)
    for one in sorted(found(), key=str):
        fresh.add(one, old.get(one, ""))
    ENGLISH.parent.mkdir(parents=True, exist_ok=True)
    with ENGLISH.open("wb") as out:
        write_po(out, fresh, width=0, omit_header=False, sort_output=True)
    return sum(1 for message in fresh if message.id and not message.string)


if __name__ == "__main__":
    settings.configure(USE_I18N=True)
    missing = update()
    sys.stdout.write(f"{missing} without translation\n")
