"""The words this room writes into the journal."""

from __future__ import annotations

from anlan.kernel.journal.types import Verb

VERBS = tuple(
    Verb(slug=f"planning_values.{word}", title=title)
    for word, title in (
        ("computed", "算出指标值"),
        ("typed", "填指标值"),
        ("corrected", "更正指标值"),
        ("bound", "选公式"),
        ("assigned", "定责任单位"),
        ("explained", "写差距说明"),
    )
)
TITLES = {verb.slug: verb.title for verb in VERBS}
