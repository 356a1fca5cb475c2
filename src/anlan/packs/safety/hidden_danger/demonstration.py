"""The story of the demonstration: two invented enterprises whose dangers stand in every state. Loaded again, it changes nothing."""

from __future__ import annotations

import io
import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from PIL import Image, ImageDraw

from anlan.kernel.access import demonstration
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import Actor
from anlan.kernel.casework import actions
from anlan.kernel.casework.models import Case
from anlan.kernel.casework.story import play
from anlan.packs.safety.hidden_danger.process import PROCESS

STORY = Path(__file__).with_name("story.toml")


def picture(mark: bool) -> bytes:
    """A drawing that stands for a photo: a box, with a red frame around what is wrong."""
    drawn = Image.new("RGB", (360, 240), "#d9dfdd")
    pen = ImageDraw.Draw(drawn)
    pen.rectangle((0, 170, 360, 240), fill="#a9b3b0")
    pen.rectangle((120, 60, 240, 170), fill="#eef2f1", outline="#43514f", width=3)
    if mark:
        pen.rectangle((100, 44, 260, 182), outline="#b9232b", width=5)
    else:
        pen.line((150, 112, 172, 136, 214, 86), fill="#2b6a45", width=8)
    out = io.BytesIO()
    drawn.save(out, "PNG")
    return out.getvalue()


def _files(names: Sequence[str]) -> list[actions.Upload]:
    return [
        (name, f"示例_{name}.pdf", b"%PDF-1.4\n% sample\n") if name.startswith(("receipt", "plan", "order", "delisted"))
        else (name, f"示例_{name}.png", picture(name == "before"))
        for name in names
    ]  # fmt: skip


def load(at: datetime) -> None:
    rows: list[dict[str, Any]] = tomllib.loads(STORY.read_text(encoding="utf-8"))["danger"]
    people = demonstration.people()
    units = demonstration.units()
    if not {row["by"] for row in rows} <= set(people):
        return  # the demonstration's people are not all here
    for row in rows:
        _danger(row, people, units, at)


def _danger(
    row: Mapping[str, Any], people: Mapping[str, Actor], units: Mapping[str, Organisation], at: datetime
) -> None:
    key = uuid5(NAMESPACE_URL, f"anlan:hidden_danger:{row['title']}")
    if Case.objects.filter(key=key).exists():
        return
    began = at - timedelta(days=row["days"])
    case = actions.open_case(
        actor=people[row["by"]], process=PROCESS, owner=units[row["unit"]], title=row["title"], fact=row["fact"], kind=row["kind"], source=row["source"],
        place=row["place"], longitude=row.get("longitude"), latitude=row.get("latitude"), issuer=units["SL-B11"], key=key, at=began, is_demo=True, uploads=_files(["before"]),
        values={"post": row.get("post", ""), "measure_kind": row.get("measure_kind", ""), "measure": row.get("measure", "")},
    )  # fmt: skip
    play(case, row.get("step", ()), people, began=began, at=at, files=_files)
