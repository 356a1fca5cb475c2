"""What may be signed at a duty post, and from which state. Everything else that must be true stands in `actions`."""

from __future__ import annotations

from anlan.kernel.access.types import Move
from anlan.packs.safety.hazchem_monitoring.kinds import DUTY, POSTS

STATES = {"vacant": "没有人值守", "on": "有人值守", "away": "暂时离岗", "ended": "已停用"}
_ANY = ("vacant", "on", "away")


def _move(slug: str, title: str, sources: tuple[str, ...], target: str) -> Move:
    return Move(slug=slug, title=title, sources=sources, target=target, permission=DUTY)


DUTY_MOVES = (
    _move("takeover", "接班", ("vacant",), "on"),
    # Whoever should have handed over did not: the next one takes over all the same, and the log says so.
    _move("relieve", "顶班", ("on", "away"), "on"),
    _move("round", "签巡检", ("on",), ""),
    _move("leave", "离岗", ("on",), "away"),
    _move("back", "返岗", ("away",), "on"),
    _move("handover", "交班", ("on",), "vacant"),
    _move("note", "记一条", _ANY, ""),
    _move("explain", "说明漏巡", _ANY, ""),
    _move("correct", "更正", _ANY, ""),
)
END = Move(slug="end", title="停用岗位", sources=_ANY, target="ended", permission=POSTS)
BY_HOLDER = ("round", "leave", "back", "handover")
TITLES = {one.slug: one.title for one in DUTY_MOVES}
