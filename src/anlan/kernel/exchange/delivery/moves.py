"""How a peer moves: entered by one person, its key compared by another, stopped, resumed."""

from __future__ import annotations

from anlan.kernel.access.moves import Move

READ, MANAGE, CONFIRM, CARRY = "delivery.read", "delivery.manage", "delivery.confirm", "delivery.carry"
PEER = (
    Move(slug="confirm", title="核对公钥，连通", sources=("proposed",), target="linked", permission=CONFIRM),
    Move(slug="stop", title="停用", sources=("proposed", "linked"), target="stopped", permission=MANAGE),
    Move(slug="resume", title="重新启用", sources=("stopped",), target="proposed", permission=MANAGE),
)
