"""Who may what with orders, needs, offers and requisitions: the transition tables."""

from __future__ import annotations

from anlan.kernel.access.moves import Move

READ, MOVE, NEED, DIRECT = "supplies.read", "supplies.move", "supplies.need", "supplies.direct"
WRITE, CATALOGUE, REQUISITION, DRAW = "supplies.write", "supplies.catalogue", "supplies.requisition", "supplies.draw"
SIGN_OFF = "supplies.sign"


SIGN = Move(slug="sign", title="签收", sources=("moving",), target="done", permission=SIGN_OFF)
DELIVER = Move(slug="deliver", title="到货签收", sources=("ordered",), target="done", permission=SIGN_OFF)
CANCEL = Move(slug="cancel", title="取消下单", sources=("ordered",), target="cancelled", permission=DRAW)
REVERSE = Move(slug="reverse", title="冲回", sources=("moving", "done"), target="reversed", permission=MOVE)
ORDERS = (SIGN, DELIVER, CANCEL, REVERSE)

CLOSE = Move(slug="close", title="已满足，结束", sources=("open",), target="closed", permission=NEED)
WITHDRAW = Move(slug="withdraw", title="撤回需求", sources=("open",), target="withdrawn", permission=NEED)
REOPEN = Move(slug="reopen", title="重新打开", sources=("closed", "withdrawn"), target="open", permission=NEED)
NEEDS = (CLOSE, WITHDRAW, REOPEN)

AGREE = Move(slug="agree", title="能供", sources=("asked",), target="offered", permission=MOVE)
DECLINE = Move(slug="decline", title="不能供", sources=("asked", "offered"), target="declined", permission=MOVE)
SEND = Move(slug="send", title="发货", sources=("asked", "offered"), target="sent", permission=MOVE)
TAKE_OFF = Move(slug="take_off", title="不要了", sources=("asked", "offered"), target="withdrawn", permission=DIRECT)
OFFERS = (AGREE, DECLINE, SEND, TAKE_OFF)

HAND_BACK = Move(slug="hand_back", title="归还", sources=("taken",), target="returned", permission=REQUISITION)
SETTLE = Move(slug="settle", title="定补偿", sources=("returned",), target="settled", permission=REQUISITION)
PAY = Move(slug="pay", title="补偿已付", sources=("settled",), target="paid", permission=REQUISITION)
REQUISITIONS = (HAND_BACK, SETTLE, PAY)
