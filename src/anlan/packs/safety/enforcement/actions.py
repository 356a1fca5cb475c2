"""举报奖励: proposed by one person, approved by another, paid against the reporter's code."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation

from django.db import IntegrityError, transaction

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.moves import advance, find
from anlan.kernel.access.types import Actor
from anlan.kernel.casework.models import Case
from anlan.kernel.journal.record import record
from anlan.kernel.journal.types import Verb
from anlan.packs.safety.enforcement.models import Reward
from anlan.packs.safety.enforcement.moves import PROPOSE, REWARD

VERBS = (
    Verb(slug="enforcement.reward.proposed", title="提出举报奖励"),
    Verb(slug="enforcement.reward.moved", title="办理举报奖励"),
)
MOST = Decimal(1_000_000)


@transaction.atomic
def propose(*, actor: Actor, case: Case, report: str, amount: str, basis: str, at: datetime, is_demo: bool = False) -> Reward:  # fmt: skip
    """Propose a reward for the report that led to a penalty. `report` is the number of the report, never a name."""
    policy.require(actor, PROPOSE, case)
    code, said = report.strip(), basis.strip()
    if not code or len(code) > 40 or not code.isascii():
        raise Refused("report", "写举报件编号，只用字母、数字和横线；不写姓名。", "report")
    if not said or len(said) > 200:
        raise Refused("basis", "写奖励依据，不超过 200 个字。", "basis")
    try:
        with transaction.atomic():
            made = Reward.objects.create(case=case, report=code, amount=_money(amount), basis=said, proposed_at=at, proposed_by=actor.name,
                                         proposer_id=actor.person_id, is_demo=is_demo)  # fmt: skip
    except IntegrityError:
        raise Refused("twice", "这件举报已经提过奖励。", "report") from None
    _note(actor, made, "proposed", at, amount=made.amount)
    return made


def _money(text: str) -> Decimal:
    try:
        found = Decimal(text.replace(",", "").strip())
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or not 0 < found <= MOST or found != found.quantize(Decimal("0.01")):
        raise Refused("amount", "金额写到分，大于 0，不超过一百万元。", "amount")
    return found


@transaction.atomic
def move(*, actor: Actor, reward: Reward, step: str, reason: str, at: datetime) -> Reward:
    """Approve, decline or pay. Whoever proposed it approves nothing."""
    row = next((one for one in REWARD if one.slug == step), None)
    if row is None:
        raise Refused("not_found", "没有这一步。")
    if step in ("approve", "decline") and reward.proposer_id is not None and reward.proposer_id == actor.person_id:
        raise Refused("same_person", "提出的人不能自己批。")
    if step == "decline" and not reason.strip():
        raise Refused("reason", "写不予奖励的理由。", "reason")
    changes: dict[str, object] = (
        {"paid_on": civil_date(at)}
        if step == "pay"
        else {"answered_at": at, "answered_by": actor.name, "reason": reason.strip()[:200]}
    )
    advance(reward, find(REWARD, step), actor=actor, **changes)
    _note(actor, reward, "moved", at, step=step)
    return reward


def _note(actor: Actor, reward: Reward, verb: str, at: datetime, **new: object) -> None:
    record(actor=actor, verb=f"enforcement.reward.{verb}", subject_kind="reward", subject_id=reward.pk, at=at, org_path=reward.access_paths[0],
           new={"case": reward.case.number, **new})  # fmt: skip
