"""How an own warning and a held one move."""

from __future__ import annotations

from anlan.kernel.access.moves import Move

READ, RECEIVE, DRAFT, APPROVE, RECEIPT, MANAGE = (
    f"warning.{verb}" for verb in ("read", "receive", "draft", "approve", "receipt", "manage")
)
OWN = (
    Move(slug="submit", title="送审", sources=("draft",), target="waiting", permission=DRAFT),
    Move(slug="approve", title="批准并发布", sources=("waiting",), target="active", permission=APPROVE),
    Move(slug="return", title="退回", sources=("waiting",), target="draft", permission=APPROVE),
    Move(slug="drop", title="作废", sources=("draft", "waiting"), target="dropped", permission=DRAFT),
)
CANCEL_OUT = Move(slug="approve", title="批准并发布", sources=("waiting",), target="notice", permission=APPROVE)
RECEIVED = (
    Move(slug="accept", title="照它解除", sources=("held",), target="notice", permission=RECEIVE),
    Move(slug="decline", title="不采用", sources=("held",), target="ignored", permission=RECEIVE),
    Move(slug="end", title="人工终止", sources=("active",), target="ended", permission=RECEIVE),
)
