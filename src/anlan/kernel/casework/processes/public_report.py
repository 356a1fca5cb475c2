"""A report from the public (群众来件): taken in or declined, worked by one department, answered in public words, and closed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from anlan.kernel.access.types import PUBLIC
from anlan.kernel.casework.types import Field, Limit, Process, Step

STATES = {
    "received": "待受理", "working": "办理中", "answered": "已答复", "closed": "已办结", "declined": "不予受理", "merged": "已并案",
}  # fmt: skip
EVIDENCE = {"scene": "来件照片", "result": "办理结果", "other": "其他"}
VERBS = ("read", "accept", "work", "manage")


def public_report(
    *, slug: str, title: str, prefix: str, kinds: Mapping[str, str], limits: Sequence[Limit] = (), reward: bool = False,
    asks: Sequence[Field] = (), made: Callable[[Any, Mapping[str, Any]], None] | None = None,
    panel: Callable[[Any], Sequence[tuple[str, str]]] | None = None, note: str = "",
) -> Process:  # fmt: skip
    """The process of `slug`, entered by anyone; permissions `<slug>.<verb>` of VERBS. `reward`: it knows 奖励."""
    permission = {verb: f"{slug.replace('/', '.')}.{verb}" for verb in VERBS}
    to = Field(name="to", title="承办单位", kind="organisation", required=True)
    answer = Field(name="answer", title="答复", kind="long", required=True, help="来件人会看到这段话")
    steps = (
        Step(slug="accept", title="受理", sources=("received",), target="working", permission=permission["accept"], fields=(to,), hand="named",
             named="to", main=True),
        Step(slug="decline", title="不予受理", sources=("received",), target="declined", permission=permission["accept"], fields=(answer,)),
        Step(slug="answer", title="答复", sources=("working",), target="answered", permission=permission["work"], fields=(answer,),
             takes=("result",), hand="issuer", main=True),
        Step(slug="send_back", title="退回重办", sources=("answered",), target="working", permission=permission["accept"], says=True,
             fields=(to,), hand="named", named="to", returns=True),
        Step(slug="close", title="办结", sources=("answered",), target="closed", permission=permission["accept"], main=True),
        *((Step(slug="reward", title="奖励", sources=("answered", "closed"), target="", permission=permission["manage"], says=True,
                fields=(Field(name="amount", title="金额", kind="money", required=True),)),) if reward else ()),
        Step(slug="reopen", title="重新办理", sources=("closed", "declined"), target="received", permission=permission["manage"], says=True),
    )  # fmt: skip
    return Process(
        slug=slug, title=title, prefix=prefix, states=STATES, ends=frozenset({"closed", "declined", "merged"}),
        aside=frozenset({"declined", "merged"}), steps=steps, read=permission["read"], open=PUBLIC, manage=permission["manage"], kinds=kinds,
        evidence=EVIDENCE, limits=tuple(limits), asks=tuple(asks), made=made, panel=panel, note=note, narrow=True,
    )  # fmt: skip
