"""The story of the demonstration: two invented schools with their registers, three dangers and two reports (示例). Loaded again, it
changes nothing."""

from __future__ import annotations

import io
import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from PIL import Image

from anlan.kernel.access import demonstration
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import Actor
from anlan.kernel.capability import registers
from anlan.kernel.casework import actions as casework
from anlan.kernel.casework.models import Case
from anlan.kernel.casework.story import play
from anlan.kernel.checks import actions as checks
from anlan.kernel.checks import planning
from anlan.kernel.checks.models import Form, Task
from anlan.packs.education.campus_safety import actions
from anlan.packs.education.campus_safety.checks import AREA, FORM
from anlan.packs.education.campus_safety.process import DANGER
from anlan.packs.education.campus_safety.sheets import SHEETS

STORY = Path(__file__).with_name("story.toml")
SECRET = "ANLAN234"  # noqa: S105 - of the invented reports; the guide names it


def load(at: datetime) -> None:
    told = tomllib.loads(STORY.read_text(encoding="utf-8"))
    for sheet in SHEETS:
        registers.load(sheet, told.get(sheet.slug, ()), at)
    people = demonstration.people()
    units = demonstration.units()
    if not {"school", "education", "handler", "bullying"} <= set(people) or "SL-X01" not in units:
        return  # the demonstration's people are not all here
    for row in told["danger"]:
        _danger(row, people, units, at)
    for row in told["report"]:
        _report(row, people, units, at)
    _check(people["education"], units["SL-X01"], at)


def _check(actor: Actor, school: Organisation, at: datetime) -> None:
    """The bureau looked three weeks ago: one item failed, one was mended since; and the school has this term's check before it."""
    key, when = uuid5(NAMESPACE_URL, "anlan:campus:check"), at - timedelta(days=21)
    if Task.objects.filter(key=key).exists():
        return
    planning.load_forms(when)
    form = Form.objects.filter(slug=FORM).order_by("-number").first()
    bureau = Organisation.objects.filter(pk=actor.organisation_id or 0).first()
    if form is None or bureau is None:
        return
    task = planning.make_task(
        actor=actor, area=AREA, form=form, organisation=bureau, target=school, place=school.name, title="春季平安校园检查", at=when, is_demo=True, key=key,
    )  # fmt: skip
    answers = {
        item.pk: checks.Given("failed", note="电子围栏西南角 1 段不报警", photos=(("示例_围栏.png", picture()),)) if item.code == "fence" else checks.Given("ok")
        for item in form.items.all()
    }  # fmt: skip
    checks.finish(actor=actor, task=task, answers=answers, at=when + timedelta(hours=3), key=uuid5(key, "record"))


def picture() -> bytes:
    """A drawing that stands for a photo."""
    out = io.BytesIO()
    Image.new("RGB", (120, 80), "#a9b3b0").save(out, "PNG")
    return out.getvalue()


def _danger(
    row: Mapping[str, Any], people: Mapping[str, Actor], units: Mapping[str, Organisation], at: datetime
) -> None:
    key = uuid5(NAMESPACE_URL, f"anlan:campus:{row['title']}")
    if Case.objects.filter(key=key).exists():
        return
    began = at - timedelta(days=row["days"])
    case = casework.open_case(
        actor=people[row["by"]], process=DANGER, owner=units[row["unit"]], title=row["title"], fact=row["fact"], kind=row["kind"], source=row["source"],
        place=row["place"], key=key, at=began, is_demo=True,
    )  # fmt: skip
    play(case, row.get("step", ()), people, units=units, began=began, at=at)


def _report(
    row: Mapping[str, Any], people: Mapping[str, Actor], units: Mapping[str, Organisation], at: datetime
) -> None:
    key = uuid5(NAMESPACE_URL, f"anlan:bullying:{row['words']}")
    if Case.objects.filter(key=key).exists():
        return
    began = at - timedelta(days=row["days"])
    case = actions.report_bullying(
        school=units[row["unit"]], kind=row["kind"], reporter_kind=row["reporter_kind"], words=row["words"], lines=row["lines"], secret=SECRET, key=key,
        at=began, is_demo=True,
    )  # fmt: skip
    play(case, row.get("step", ()), people, units=units, began=began, at=at)
