"""The words this room writes into the journal."""

from __future__ import annotations

from anlan.kernel.journal.types import Verb

VERBS = tuple(
    Verb(slug=f"planning_decisions.{word}", title=title)
    for word, title in (
        ("opened", "立项"),
        ("revised", "改草案"),
        ("assigned", "指定负责岗位"),
        ("evidence_added", "加佐证"),
        ("concluded", "作结论"),
        ("redone", "重办"),
        ("published", "公布决策"),
        ("terminated", "终止决策"),
    )
)
TITLES = {verb.slug: verb.title for verb in VERBS}
