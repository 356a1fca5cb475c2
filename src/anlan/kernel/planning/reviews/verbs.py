"""The words this room writes into the journal."""

from __future__ import annotations

from anlan.kernel.journal.types import Verb

VERBS = tuple(
    Verb(slug=f"planning_reviews.{word}", title=title)
    for word, title in (
        ("made", "生成评估"),
        ("refreshed", "重新取数"),
        ("written", "写评语"),
        ("scored", "评分送签"),
        ("returned", "退回修改"),
        ("signed", "签发评估"),
        ("published", "公布评估"),
    )
)
TITLES = {verb.slug: verb.title for verb in VERBS}
