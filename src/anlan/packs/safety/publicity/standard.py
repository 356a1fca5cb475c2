"""The scored standard of demonstration communities, as a declaration of the kernel's checks."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path

from anlan.kernel.checks.types import CheckArea, CheckForm, CheckItem
from anlan.packs.safety.publicity.moves import CHECK, READ, TITLE

AREA = CheckArea(slug="publicity", title="示范社区评分", read=READ, do=CHECK, plan=TITLE)
FORM = "demo_community"
ENOUGH = Decimal(85)  # per cent of the points from which a title may be given; this product's default, unverified
TITLE_MONTHS = 36  # how long a title lasts when no day is given; this product's default, unverified


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
