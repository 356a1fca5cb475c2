"""Forms as declarations. Values in, values out."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from anlan.kernel.checks.types import CheckArea, CheckForm, CheckItem

AREA = CheckArea(
    slug="grass_roots", title="基层应急检查", read="grass_roots.read", do="grass_roots.check", plan="grass_roots.plan"
)
FORMS = ("six_have", "three_have", "preparedness")


@cache
def forms() -> tuple[CheckForm, ...]:
    rows = tomllib.loads(Path(__file__).with_name("forms.toml").read_text(encoding="utf-8"))["form"]
    return tuple(
        CheckForm(
            slug=row["slug"], area=AREA.slug, title=row["title"], edition=row["edition"], valid_from=row["valid_from"], source=row["source"],
            items=tuple(CheckItem(code=code, title=title, criterion=criterion, points=points, photo=photo) for code, title, criterion, points, photo in row["items"]),
        )
        for row in rows
    )  # fmt: skip
