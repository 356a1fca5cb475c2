"""What the reports of an incident lack: late, missing and jumping ones; found from clocks and later evidence. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from anlan.kernel.response import telling
from anlan.kernel.response.clocks import ClockView, clocks
from anlan.kernel.response.fold import Board
from anlan.kernel.response.types import FACTS


@dataclass(frozen=True, kw_only=True)
class Finding:
    """`kind`: late (迟报), missing (漏报), jump (数字突变), hidden (a fact that was known before a report left it out)."""

    kind: str
    words: str


KIND_WORDS = {"late": "迟报", "missing": "漏报", "jump": "数字突变", "hidden": "应报未报"}


def findings(board: Board, at: datetime) -> list[Finding]:
    runs = [one for one in clocks(board, at) if one.rule.stop in ("flash", "first", "follow", "final")]
    return [*_late(runs), *_jumps(board), *_hidden(board)]


def _late(runs: Sequence[ClockView]) -> list[Finding]:
    found = []
    for one in runs:
        if one.result == "missed" and one.stopped_at:
            found.append(
                Finding(
                    kind="late",
                    words=f"{one.rule.title}：应于{telling.moment(one.due_at)}前，实际{telling.moment(one.stopped_at)}",
                )
            )
        elif one.result == "late":
            found.append(
                Finding(kind="missing", words=f"{one.rule.title}：应于{telling.moment(one.due_at)}前，至今没有")
            )
    return found


def _jumps(board: Board) -> list[Finding]:
    sent = [one for one in board.reports if one.get("sent_at")]
    return [
        Finding(kind="jump", words=f"第{new['number']}份报告：{words}")
        for former, new in pairwise(sent)
        for words in telling.jumps(former["facts"], new["facts"])
    ]


# A count entered this long before a report was signed should have been in it.
GRACE = timedelta(minutes=10)


def _hidden(board: Board) -> list[Finding]:
    """Deaths, injuries and missing persons that happened and were known to somebody before a report was sent that does not state them."""
    found = []
    for one in board.reports:
        sent = one.get("sent_at")
        for slug in ("dead", "missing", "badly_injured"):
            known = [count for count in board.history.get(slug, ()) if sent and count.occurred_at <= sent - GRACE]
            most = max((float(count.value) for count in known), default=0.0)
            if most > float(one["facts"].get(slug, 0)):
                found.append(
                    Finding(
                        kind="hidden",
                        words=f"第{one['number']}份报告写{FACTS[slug].title}{one['facts'].get(slug, 0):g}，此前已有{most:g}的记录",
                    )
                )
    return found
