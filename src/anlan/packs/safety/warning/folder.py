"""The folder `warnings/in` beside the data: whatever program brings files writes them there and renames them to `*.xml` when they are whole.
Taken files go to `warnings/done`, refused ones to `warnings/refused` with the sentence beside them."""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path

from django.conf import settings

from anlan.base.errors import Refused
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import SYSTEM
from anlan.packs.safety.warning.receiving import receive
from anlan.protocols.cap.alert import LONGEST

log = logging.getLogger(__name__)
MOST = 50  # files in one run


def place() -> Path:
    return Path(settings.VAR) / "warnings" / "in"


def sweep(at: datetime) -> int:
    """The job; returns how many files were handled. A file that is handled twice, after a crash, is a repeat."""
    folder = place()
    if not folder.is_dir() or not Organisation.objects.exists():
        return 0
    files = sorted(one for one in folder.glob("*.xml") if one.is_file() and not one.is_symlink())[:MOST]
    for file in files:
        with file.open("rb") as handle:
            data = handle.read(LONGEST + 1)
        try:
            receive(actor=SYSTEM, data=data, way="folder", at=at, name=file.name)
            _away(file, "done", "")
        except Refused as refused:
            _away(file, "refused", refused.message)
    return len(files)


def _away(file: Path, name: str, words: str) -> None:
    target = file.parent.parent / name
    target.mkdir(parents=True, exist_ok=True)
    if words:
        (target / f"{file.name}.txt").write_text(words + "\n", encoding="utf-8")
    file.replace(target / file.name)
