"""`python -m scripts.field_words`: the words of the field app, read from its sources, written where the server translates them."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "frontend" / "src" / "field"
TARGET = ROOT / "src" / "anlan" / "kernel" / "field" / "words.py"
_SAID = re.compile(r"\bt\(\"([^\"\\]+)\"")


def said() -> list[str]:
    """Every word the app asks for with `t(…)`, in the order of the files."""
    found: dict[str, None] = {}
    for file in sorted(SOURCES.glob("*.ts")):
        found.update(dict.fromkeys(_SAID.findall(file.read_text(encoding="utf-8"))))
    return list(found)


def write() -> None:
    head = '"""The words of the field app (`frontend/src/field`); written by `python -m scripts.field_words`, held by a test."""\n\n'
    lines = "".join(f'    "{one}",\n' for one in said())
    TARGET.write_text(f"{head}from __future__ import annotations\n\nWORDS = (\n{lines})\n", encoding="utf-8")


if __name__ == "__main__":
    write()
