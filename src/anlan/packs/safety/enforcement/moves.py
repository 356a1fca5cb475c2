"""How a reward moves: proposed by one, approved by another, paid."""

from __future__ import annotations

from anlan.kernel.access.moves import Move

PROPOSE, APPROVE = "enforcement.reward", "enforcement.reward_approve"
REWARD = (
    Move(slug="approve", title="批准", sources=("proposed",), target="approved", permission=APPROVE),
    Move(slug="decline", title="不予奖励", sources=("proposed",), target="declined", permission=APPROVE),
    Move(slug="pay", title="记发放", sources=("approved",), target="paid", permission=PROPOSE),
)
