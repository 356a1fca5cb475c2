"""Verification (核实): an alarm becomes a case; somebody calls or goes, and it is real or false. One case an alarm."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from anlan.kernel.casework.types import Field, Limit, Process, Step

STATES = {"calling": "待核实", "handling": "处置中", "closed": "已办结", "false_alarm": "误报", "merged": "已并案"}
EVIDENCE = {"scene": "现场", "record": "记录", "other": "其他"}
VERBS = ("read", "open", "verify", "handle", "manage")


def verification(
    *, slug: str, title: str, prefix: str, causes: Mapping[str, str], limits: Sequence[Limit] = (),
    panel: Callable[[Any], Sequence[tuple[str, str]]] | None = None,
) -> Process:  # fmt: skip
    """The process of `slug`, with permissions `<slug>.<verb>` of VERBS. `causes` of a false alarm are the pack's words."""
    permission = {verb: f"{slug.replace('/', '.')}.{verb}" for verb in VERBS}
    reached = Field(name="reached", title="核实对象", required=True, help="问了谁，或谁到了现场", max_length=80)
    cause = Field(name="cause", title="误报原因", kind="choice", choices=causes, required=True)
    steps = (
        Step(slug="confirm", title="属实", sources=("calling",), target="handling", permission=permission["verify"], says=True,
             fields=(reached,), takes=("scene",), main=True),
        Step(slug="dismiss", title="误报", sources=("calling", "handling"), target="false_alarm", permission=permission["verify"], says=True,
             fields=(reached, cause), takes=("scene",)),
        Step(slug="finish", title="处置完毕", sources=("handling",), target="closed", permission=permission["handle"], says=True,
             takes=("scene", "record"), main=True),
        Step(slug="reopen", title="重新核实", sources=("closed", "false_alarm"), target="calling", permission=permission["manage"], says=True),
    )  # fmt: skip
    return Process(
        slug=slug, title=title, prefix=prefix, states=STATES, ends=frozenset({"closed", "false_alarm", "merged"}),
        aside=frozenset({"false_alarm", "merged"}), steps=steps, read=permission["read"], open=permission["open"], manage=permission["manage"],
        evidence=EVIDENCE, limits=tuple(limits), panel=panel,
    )  # fmt: skip
