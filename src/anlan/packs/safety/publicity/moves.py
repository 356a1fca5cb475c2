"""How editions, courses, certificates and titles of communities move."""

from __future__ import annotations

from anlan.kernel.access.moves import Move

READ, WRITE, APPROVE, COURSE, SIT, APPLY, CHECK, TITLE = (
    f"publicity.{verb}" for verb in ("read", "write", "approve", "course", "sit", "apply", "check", "title")
)
EDITION = (
    Move(slug="submit", title="送审", sources=("draft",), target="waiting", permission=WRITE),
    Move(slug="approve", title="批准并发布", sources=("waiting",), target="published", permission=APPROVE),
    Move(slug="return", title="退回", sources=("waiting",), target="draft", permission=APPROVE),
    Move(slug="withdraw", title="撤下", sources=("published",), target="withdrawn", permission=APPROVE),
    Move(slug="drop", title="作废", sources=("draft", "waiting"), target="dropped", permission=WRITE),
)
COURSES = (
    Move(slug="open", title="开考", sources=("draft", "closed"), target="open", permission=COURSE),
    Move(slug="close", title="停考", sources=("open",), target="closed", permission=COURSE),
)
REVOKE = Move(slug="revoke", title="撤销证书", sources=("valid",), target="revoked", permission=COURSE)
TITLES = (
    Move(slug="grant", title="命名", sources=("applied",), target="titled", permission=TITLE),
    Move(slug="refuse", title="不通过", sources=("applied",), target="refused", permission=TITLE),
    Move(slug="renew", title="复核通过", sources=("titled",), target="titled", permission=TITLE),
    Move(slug="take_down", title="摘牌", sources=("titled",), target="withdrawn", permission=TITLE),
)
