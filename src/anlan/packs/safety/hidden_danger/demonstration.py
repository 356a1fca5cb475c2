"""The story of the demonstration: two invented enterprises whose dangers stand in every state. Loaded again, it changes nothing."""

from __future__ import annotations

import io
import tomllib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from PIL import Image, ImageDraw

from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation, Post
from anlan.kernel.access.types import Actor
from anlan.kernel.casework import actions, handling
from anlan.kernel.casework.models import Case
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


def _files(names: list[str]) -> list[actions.Upload]:
    return [
        (name, f"示例_{name}.pdf", b"%PDF-1.4\n% sample\n") if name.startswith(("receipt", "plan", "order", "delisted"))
        else (name, f"示例_{name}.png", picture(name == "before"))
        for name in names
    ]  # fmt: skip


def load(at: datetime) -> None:
    rows: list[dict[str, Any]] = tomllib.loads(STORY.read_text(encoding="utf-8"))["danger"]
    people = {
        post.person.username: policy.actor_of(post)
        for post in Post.objects.filter(person__is_demo=True)
        .select_related("person", "organisation__parent")
        .order_by("id")
    }
    units = {one.code: one for one in Organisation.objects.filter(is_demo=True)}
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
    for step in row.get("step", ()):
        when = began + timedelta(days=step["after"])
        values = dict(step.get("values", {}))
        if "until" in values:
            values["until"] = _day(at, values["until"])
        who = people[step["by"]]
        try:
            if step["do"] == "supervise":
                handling.supervise(actor=who, case=case, number=step["note"], at=when)
            else:
                actions.make_step(
                    actor=who,
                    case=case,
                    step=step["do"],
                    at=when,
                    note=step.get("note", ""),
                    values=values,
                    uploads=_files(step.get("files", [])),
                )
        except Refused as refused:
            raise Refused("demonstration", f"示例隐患“{row['title']}”的“{step['do']}”：{refused.message}") from None


def _day(at: datetime, days: int) -> str:
    return date.isoformat((at + timedelta(days=days)).date())
