"""A report from the public (群众来件): taken in or declined, worked by one department, answered in public words, and closed. Who sent
it may withdraw it, and have it worked once more when the answer does not satisfy (see the room `reporting`, which does these two for
somebody without an account; an officer does them for a caller, with a note)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from anlan.kernel.access.types import PUBLIC, Actor
from anlan.kernel.casework.types import Field, Limit, Process, Step

STATES = {
    "received": "待受理", "working": "办理中", "answered": "已答复", "closed": "已办结", "declined": "不予受理", "withdrawn": "已撤回",
    "merged": "已并案",
}  # fmt: skip
EVIDENCE = {"scene": "来件照片", "result": "办理结果", "receipt": "领取凭证", "other": "其他"}
VERBS = ("read", "accept", "work", "manage")
HOLDERS = frozenset({"bureau", "street", "section", "district", "community"})  # never the firm that is complained of
WITHDRAW, REDO = "withdraw", "redo"


def public_report(
    *, slug: str, title: str, prefix: str, kinds: Mapping[str, str], limits: Sequence[Limit] = (), reward: bool = False,
    asks: Sequence[Field] = (), made: Callable[[Any, Mapping[str, Any]], None] | None = None,
    panel: Callable[[Any], Sequence[tuple[str, str]]] | None = None, note: str = "", entered: str = PUBLIC, pay: str = "",
    part: Callable[[Any, Actor, datetime], tuple[str, Mapping[str, Any]]] | None = None,
    rewarded: Callable[[Any, Actor, Mapping[str, Any], datetime], Mapping[str, Any]] | None = None,
    paid: Callable[[Any, Actor, Mapping[str, Any], datetime], Mapping[str, Any]] | None = None, holders: frozenset[str] = HOLDERS,
    reward_asks: Sequence[Field] = (),
) -> Process:  # fmt: skip
    """The process of `slug`; permissions `<slug>.<verb>` of VERBS. `entered`: who may enter one by the staff's form (default: anyone).
    `reward`: it knows 奖励, decided by who manages and paid by another person with the permission `pay` (default: who manages);
    `reward_asks`: what deciding it asks besides amount and basis."""
    permission = {verb: f"{slug.replace('/', '.')}.{verb}" for verb in VERBS}
    to = Field(name="to", title="承办单位", kind="organisation", required=True)
    answer = Field(name="answer", title="答复", kind="long", required=True, help="来件人会看到这段话；不写个人姓名")
    amount = Field(name="amount", title="金额", kind="money", required=True, least=0.01)
    basis = Field(name="basis", title="依据", required=True, help="奖励办法的哪一条")
    how = Field(name="how", title="怎样发的", required=True, help="转账、现金；不写账号")

    def redone(case: Any) -> str:
        return (
            "已经重办过一次。再有意见，请来件人申请复查或走法律途径。" if case.lines.filter(step=REDO).exists() else ""
        )

    def owed(case: Any) -> str:
        last = case.lines.filter(step__in=("reward", "pay")).order_by("-id").first()
        return "" if last is not None and last.step == "reward" else "没有待发的奖励。"

    def once(case: Any) -> str:
        return "奖励已经定了。" if case.lines.filter(step="reward").exists() else ""

    rewards = (
        Step(slug="reward", title="定奖励", sources=("answered", "closed"), target="", permission=permission["manage"], says=True,
             fields=(amount, basis, *reward_asks), guard=once, effect=rewarded),
        Step(slug="pay", title="发奖励", sources=("answered", "closed"), target="", permission=pay or permission["manage"], fields=(how,),
             takes=("receipt",), not_by=("reward",), guard=owed, effect=paid),
    ) if reward else ()  # fmt: skip
    steps = (
        Step(slug="accept", title="受理", sources=("received",), target="working", permission=permission["accept"], fields=(to,), hand="named",
             named="to", main=True),
        Step(slug="decline", title="不予受理", sources=("received",), target="declined", permission=permission["accept"], fields=(answer,)),
        Step(slug="answer", title="答复", sources=("working",), target="answered", permission=permission["work"], fields=(answer,),
             takes=("result",), hand="issuer", main=True),
        Step(slug="send_back", title="退回重办", sources=("answered",), target="working", permission=permission["accept"], says=True,
             fields=(to,), hand="named", named="to", returns=True),
        Step(slug="close", title="办结", sources=("answered",), target="closed", permission=permission["accept"], main=True),
        *rewards,
        Step(slug=REDO, title="来件人不满意", sources=("answered", "closed"), target="received", permission=permission["accept"], says=True,
             hand="issuer", guard=redone, returns=True),
        Step(slug=WITHDRAW, title="来件人撤回", sources=("received", "working"), target="withdrawn", permission=permission["accept"], says=True,
             hand="issuer"),
        Step(slug="reopen", title="重新办理", sources=("closed", "declined", "withdrawn"), target="received", permission=permission["manage"],
             says=True),
    )  # fmt: skip
    return Process(
        slug=slug, title=title, prefix=prefix, states=STATES, ends=frozenset({"closed", "declined", "withdrawn", "merged"}),
        aside=frozenset({"declined", "withdrawn", "merged"}), steps=steps, read=permission["read"], open=entered, manage=permission["manage"],
        kinds=kinds, evidence=EVIDENCE, limits=tuple(limits), asks=tuple(asks), made=made, panel=panel, note=note, narrow=True, holders=holders,
        part=part,
    )  # fmt: skip
