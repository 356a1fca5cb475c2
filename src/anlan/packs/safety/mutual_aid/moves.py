"""How a request moves; the side that asked and the side that was asked have different rows."""

from __future__ import annotations

from anlan.kernel.access.moves import Move

READ, WRITE, ASK = "mutual_aid.read", "mutual_aid.write", "mutual_aid.ask"
OUT = (
    Move(slug="withdraw", title="撤回请求", sources=("sent", "promised"), target="withdrawn", permission=ASK),
    Move(slug="arrive", title="记到场", sources=("promised",), target="arrived", permission=ASK),
    Move(slug="close", title="结束", sources=("arrived",), target="closed", permission=ASK),
)
IN = (
    Move(slug="promise", title="答应支援", sources=("sent",), target="promised", permission=ASK),
    Move(slug="decline", title="不能支援", sources=("sent", "promised"), target="declined", permission=ASK),
)
SUBJECT = "aid"
