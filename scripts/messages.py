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
    """Titles that the shell translates: of navigation, and of public pages."""
    ids: set[Message] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Nav", "Page"):
            given = {word.arg: word.value.value for word in node.keywords if isinstance(word.value, ast.Constant)}
            public = str(given.get("path", "")).startswith("public/")
            if "title" in given and (node.func.id == "Nav" or public):
                ids.add(str(given["title"]))
    return ids


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
