"""The table of moves as the guide prints it; a test holds the guide to it. Pure."""

from __future__ import annotations

from anlan.kernel.response.types import MOVES, NEEDS, POSTS, STATES

_ASKS = {"into": "并入哪一件", "to": "移交给谁", "level": "响应级别"}


def move_lines() -> list[str]:
    """One line of the guide's table a move: what, from, to, by which posts, what it needs."""
    return [
        f"| {row.title} | {'、'.join(STATES[one] for one in row.sources)} | {STATES[row.target]} | {'、'.join(POSTS[one] for one in row.posts)} "
        f"| {'、'.join([*(NEEDS[one] for one in row.needs), *(['理由'] if row.says else []), *(_ASKS[one] for one in row.asks)]) or '—'} |"
        for row in MOVES
    ]  # fmt: skip
