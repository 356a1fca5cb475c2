"""A case of the demonstration goes its way: the steps of a story (TOML rows) are made by its people, as anyone makes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from anlan.base.errors import Refused
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import Actor
from anlan.kernel.casework import handling
from anlan.kernel.casework.actions import Upload, make_step
from anlan.kernel.casework.models import Case

PAPER = b"%PDF-1.4\n% sample\n"


def papers(kinds: Sequence[str]) -> list[Upload]:
    """A sheet of paper for each kind of evidence."""
    return [(kind, f"示例_{kind}.pdf", PAPER) for kind in kinds]


def play(
    case: Case, steps: Iterable[Mapping[str, Any]], people: Mapping[str, Actor], *, began: datetime, at: datetime, pace: timedelta = timedelta(days=1),
    units: Mapping[str, Organisation] | None = None, files: Callable[[Sequence[str]], Sequence[Upload]] = papers,
) -> None:  # fmt: skip
    """`do` is the step (or `supervise`), `by` its person, `after` when it is made, counted in `pace` from `began`. Among the values, `until`
    is days from `at`, `to` an organisation's code. Raises Refused, naming the case and the step, when the story cannot happen."""
    for step in steps:
        values, when, who = dict(step.get("values", {})), began + step["after"] * pace, people[step["by"]]
        if "until" in values:
            values["until"] = date.isoformat((at + timedelta(days=values["until"])).date())
        if "to" in values and units is not None:
            values["to"] = str(units[values["to"]].pk)
        try:
            if step["do"] == "supervise":
                handling.supervise(actor=who, case=case, number=step["note"], at=when)
            else:
                make_step(actor=who, case=case, step=step["do"], at=when, note=step.get("note", ""), values=values,
                          uploads=files(step.get("files", ())))  # fmt: skip
        except Refused as refused:
            raise Refused("demonstration", f"示例“{case.title}”的“{step['do']}”：{refused.message}") from None
