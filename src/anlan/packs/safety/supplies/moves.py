"""Who may what with orders, needs, offers and requisitions: the transition tables."""

from __future__ import annotations

from anlan.kernel.access.moves import Move

READ, MOVE, NEED, DIRECT = "supplies.read", "supplies.move", "supplies.need", "supplies.direct"
WRITE, CATALOGUE, REQUISITION, DRAW = "supplies.write", "supplies.catalogue", "supplies.requisition", "supplies.draw"
SIGN_OFF = "supplies.sign"


def _move(slug: str, title: str, sources: tuple[str, ...], target: str, permission: str) -> Move:
    return Move(slug=slug, title=title, sources=sources, target=target, permission=permission)


SIGN = _move("sign", "签收", ("moving",), "done", SIGN_OFF)
DELIVER = _move("deliver", "到货签收", ("ordered",), "done", SIGN_OFF)
CANCEL = _move("cancel", "取消下单", ("ordered",), "cancelled", DRAW)
REVERSE = _move("reverse", "冲回", ("moving", "done"), "reversed", MOVE)
ORDERS = (SIGN, DELIVER, CANCEL, REVERSE)

CLOSE = _move("close", "已满足，结束", ("open",), "closed", NEED)
WITHDRAW = _move("withdraw", "撤回需求", ("open",), "withdrawn", NEED)
REOPEN = _move("reopen", "重新打开", ("closed", "withdrawn"), "open", NEED)
NEEDS = (CLOSE, WITHDRAW, REOPEN)

AGREE = _move("agree", "能供", ("asked",), "offered", MOVE)
DECLINE = _move("decline", "不能供", ("asked", "offered"), "declined", MOVE)
SEND = _move("send", "发货", ("asked", "offered"), "sent", MOVE)
TAKE_OFF = _move("take_off", "不要了", ("asked", "offered"), "withdrawn", DIRECT)
OFFERS = (AGREE, DECLINE, SEND, TAKE_OFF)

HAND_BACK = _move("hand_back", "归还", ("taken",), "returned", REQUISITION)
SETTLE = _move("settle", "定补偿", ("returned",), "settled", REQUISITION)
PAY = _move("pay", "补偿已付", ("settled",), "paid", REQUISITION)
REQUISITIONS = (HAND_BACK, SETTLE, PAY)
