"""征用: taking somebody's property for an emergency, giving it back, settling and paying. Money in yuan, to the cent."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.moves import advance
from anlan.kernel.access.types import Actor, Move
from anlan.kernel.casework.models import Counter
from anlan.kernel.journal.record import record
from anlan.kernel.response.models import Incident
from anlan.packs.safety.supplies import telling
from anlan.packs.safety.supplies.models import Requisition
from anlan.packs.safety.supplies.moves import HAND_BACK, PAY, REQUISITION, SETTLE
from anlan.packs.safety.supplies.rules import words

PREFIX, MOST = "ZY", Decimal("1e11")


def _note(actor: Actor, verb: str, row: Requisition, at: datetime, **new: Any) -> None:
    record(actor=actor, verb=f"supplies.requisition.{verb}", subject_kind="requisition", subject_id=row.pk, org_path=row.organisation.path, at=at, new={"number": row.number, **new})  # fmt: skip


@transaction.atomic
def take(
    *, actor: Actor, organisation: Organisation, what: str, amount: int, unit: str, owner: str, phone: str, basis: str, state_before: str, until: date,
    at: datetime, key: UUID, incident: Incident | None = None, is_demo: bool = False,
) -> Requisition:  # fmt: skip
    """Property is taken and a receipt (征用凭证) given. `until`: by when it shall be given back; `state_before`: what is handed over."""
    policy.require(actor, REQUISITION, organisation)
    if (done := Requisition.objects.filter(key=key).first()) is not None:
        return done
    if not 0 < amount <= 1_000_000:
        raise Refused("amount", "数量要是 1 到 1,000,000。", "amount")
    if until < civil_date(at):
        raise Refused("until", "归还日期不能早于今天。", "until")
    values = {
        "what": words(what, "征用什么", "what", 120), "unit": words(unit, "单位", "unit", 8), "owner": words(owner, "所有人", "owner", 80),
        "phone": words(phone, "电话", "phone", 40, needed=False), "basis": words(basis, "征用依据", "basis"),
        "state_before": words(state_before, "交接时的状况", "state_before"),
    }  # fmt: skip
    number = Counter.next(PREFIX, civil_date(at).year)
    row = Requisition.objects.create(number=number, key=key, organisation=organisation, incident=incident, amount=amount, until=until, taken_at=at, made_by=actor.name, is_demo=is_demo, **values)  # fmt: skip
    # The log says what was taken, not whose it is.
    telling.note(actor, incident, f"征用 {number}：{row.what} {amount}{row.unit}，{organisation}。", at)
    _note(actor, "taken", row, at, what=row.what, amount=amount, until=until)
    return row


@transaction.atomic
def hand_back(*, actor: Actor, row: Requisition, damage: str, at: datetime) -> Requisition:
    """归还: with the damage in words, "" for none."""
    _move(actor, row, HAND_BACK, at, damage=words(damage, "损坏情况", "damage", needed=False), returned_at=at)
    telling.note(actor, row.incident if row.incident and row.incident.state != "archived" else None, f"征用 {row.number} 的{row.what}已归还。", at)  # fmt: skip
    return row


@transaction.atomic
def settle(*, actor: Actor, row: Requisition, compensation: Decimal, grounds: str, at: datetime) -> Requisition:
    """定补偿: so much, and why. Nothing (0) is said as such, with its grounds."""
    if not 0 <= compensation < MOST or compensation != compensation.quantize(Decimal("0.01")):
        raise Refused("compensation", "金额要是 0 或以上，写到分。", "compensation")
    return _move(actor, row, SETTLE, at, compensation=compensation, grounds=words(grounds, "补偿怎么算的", "grounds"))


@transaction.atomic
def pay(*, actor: Actor, row: Requisition, on: date, voucher: str, at: datetime) -> Requisition:
    if on > civil_date(at):
        raise Refused("paid_on", "付款日期不能晚于今天。", "paid_on")
    if row.returned_at is not None and on < civil_date(row.taken_at):
        raise Refused("paid_on", "付款日期早于征用。", "paid_on")
    return _move(actor, row, PAY, at, paid_on=on, voucher=words(voucher, "凭证号", "voucher", 40))


def _move(actor: Actor, row: Requisition, move: Move, at: datetime, **changes: Any) -> Requisition:
    advance(row, move, actor=actor, **changes)
    _note(actor, "moved", row, at, state=row.state, **changes)
    return row
