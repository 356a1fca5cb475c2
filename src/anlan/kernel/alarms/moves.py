"""What may happen to an alarm (after ISA-18.2): raised, acknowledged, returned, cleared. Shelving is no state: it has an end."""

from __future__ import annotations

from anlan.kernel.access.types import Move

ANSWER = "alarms.answer"
ALARM_MOVES = (
    Move(slug="acknowledge", title="确认", sources=("raised",), target="acknowledged", permission=ANSWER),
    Move(slug="acknowledge_returned", title="确认并结束", sources=("returned",), target="cleared", permission=ANSWER),
    Move(slug="clear", title="人工结束", sources=("raised", "acknowledged"), target="cleared", permission=ANSWER),
    # The gateway's own: the condition is over.
    Move(slug="return", title="恢复", sources=("raised",), target="returned", permission=ANSWER),
    Move(
        slug="return_acknowledged", title="恢复并结束", sources=("acknowledged",), target="cleared", permission=ANSWER
    ),
)
BY_HAND = ("acknowledge", "acknowledge_returned", "clear")
