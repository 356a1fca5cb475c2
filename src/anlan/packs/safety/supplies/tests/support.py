"""Items, stores and stock in the test cast's district."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from tests.support.cast import Cast

from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.registry import actions as registry
from anlan.kernel.registry.types import Sheet
from anlan.packs.safety.supplies import actions
from anlan.packs.safety.supplies.actions import In
from anlan.packs.safety.supplies.models import SupplyAgreement, SupplyItem, SupplyOrder, SupplyStore
from anlan.packs.safety.supplies.sheets import AGREEMENTS, ITEMS_SHEET, STORES_SHEET


def _add(sheet: Sheet, owner: Organisation, cast: Cast, **values: Any) -> Any:
    empty = {"text": "", "long": "", "choice": "", "bool": False}
    full = {one.name: values.get(one.name, empty.get(one.kind)) for one in sheet.columns}
    return registry.add(actor=SYSTEM, sheet=sheet, organisation=owner, values=full, at=cast.at)


def item(cast: Cast, code: str = "BAG", name: str = "沙袋", **more: Any) -> SupplyItem:
    values = {"code": code, "name": name, "unit": "条", "category": "flood", "warn_days": 30, **more}
    found: SupplyItem = _add(ITEMS_SHEET, cast.emergency, cast, **values)
    return found


def store(cast: Cast, code: str = "A", owner: Organisation | None = None, **more: Any) -> SupplyStore:
    found: SupplyStore = _add(STORES_SHEET, owner or cast.emergency, cast, code=code, name=f"示例库{code}", kind="store", **more)  # fmt: skip
    return found


def agreement(cast: Cast, of: SupplyItem, quantity: int = 1000, **more: Any) -> SupplyAgreement:
    values = {
        "code": "X1", "item": of.code, "quantity": quantity, "firm": "示例商场", "contact": "示例", "phone": "示例", "lead_hours": 4,
        "valid_from": cast.at.date() - timedelta(days=9), "valid_until": cast.at.date() + timedelta(days=90), **more,
    }  # fmt: skip
    found: SupplyAgreement = _add(AGREEMENTS, cast.emergency, cast, **values)
    return found


def bought(cast: Cast, where: SupplyStore, of: SupplyItem, amount: int, expires_on: date | None = None, batch: str = "", days_ago: int = 0, **more: Any) -> SupplyOrder:  # fmt: skip
    """Stock in a store; `days_ago` lets it have expired since."""
    values: dict[str, Any] = {"kind": "purchase", "partner": "示例供货商", **more}
    return actions.bring_in(
        actor=SYSTEM, store=where, lines=[In(item=of, amount=amount, expires_on=expires_on, batch=batch)], at=cast.at - timedelta(days=days_ago),
        key=uuid4(), **values,
    )  # fmt: skip
