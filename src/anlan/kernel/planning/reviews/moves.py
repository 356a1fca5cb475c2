"""The review's transition table."""

from __future__ import annotations

from anlan.kernel.access.types import Move

MOVES = (
    Move(slug="refresh", title="重新取数", sources=("draft",), target="draft", permission="planning_reviews.make"),
    Move(slug="write", title="写评语", sources=("draft",), target="draft", permission="planning_reviews.make"),
    Move(slug="score", title="评分送签", sources=("draft",), target="scored", permission="planning_reviews.make"),
    Move(slug="return", title="退回修改", sources=("scored",), target="draft", permission="planning_reviews.sign"),
    Move(slug="sign", title="签发", sources=("scored",), target="signed", permission="planning_reviews.sign"),
    Move(slug="publish", title="公布", sources=("signed",), target="published", permission="planning_reviews.publish"),
)
