"""A downpour in the test cast's district, with a second street, its keeper, and two shelters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from tests.support.cast import PASSWORD, Cast

from anlan.kernel.access import actions as access
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation, Person
from anlan.kernel.access.types import SYSTEM, Actor
from anlan.kernel.registry import actions as registry
from anlan.kernel.response.models import Incident
from anlan.kernel.response.tests.support import flood
from anlan.packs.safety.relief.actions import households, sites
from anlan.packs.safety.relief.models import Household, Opening
from anlan.packs.safety.relief.shelter import SHEET
from anlan.packs.safety.relief.sites import Shelter


@dataclass
class Ground:
    cast: Cast
    incident: Incident
    other: Organisation
    other_keeper: Actor
    other_person: Person
    square: Shelter
    park: Shelter

    @property
    def at(self) -> datetime:
        return self.cast.at

    def after(self, **span: float) -> datetime:
        return self.cast.at + timedelta(**span)

    def open(self, *shelters: Shelter, at: datetime | None = None) -> list[Opening]:
        at = at or self.after(minutes=20)
        made = sites.order(
            actor=self.cast.actor("duty"), incident=self.incident, expected=dict.fromkeys(shelters or (self.square,), 30), minutes=60, at=at
        )  # fmt: skip
        for one in made:
            keeper = self.other_keeper if one.shelter_id == self.park.pk else self.cast.actor("keeper")
            sites.open_site(actor=keeper, opening=one, at=at)
        return made

    def register(
        self, *, at: datetime | None = None, who: str = "street", situation: str = "home", opening: Opening | None = None, key: UUID | None = None,
        organisation: Organisation | None = None, values: Mapping[str, Any] | None = None, **more: Any,
    ) -> Household:  # fmt: skip
        return households.register(
            actor=self.cast.actor(who), incident=self.incident, organisation=organisation or self.cast.street, situation=situation, opening=opening,
            values={"head": "示例户", "people": 3, **(values or {})}, at=at or self.after(hours=1), key=key or uuid4(), **more,
        )  # fmt: skip

    def confirm(self, row: Household, *what: str, at: datetime, verdict: str = "given", **more: Any) -> int:
        return households.confirm(
            actor=self.cast.actor("street"), households=[row], what=what or ("food", "water", "shelter", "clothing", "medical"), verdict=verdict, at=at, **more
        )  # fmt: skip


def shelter(organisation: Organisation, code: str, at: datetime, *, capacity: int = 60, night: int = 20) -> Shelter:
    return registry.add(  # type: ignore[return-value]
        actor=SYSTEM, sheet=SHEET, organisation=organisation, at=at,
        values={"code": code, "name": f"示例场所{code}", "kind": "short", "address": "示例路", "area": 500, "capacity": capacity, "night": night, "facilities": "",
                "checked_on": None, "longitude": 117.2, "latitude": 39.17},
    )  # fmt: skip


def ground(cast: Cast) -> Ground:
    """`park` belongs to a street that the incident does not concern."""
    incident = flood(cast)
    other = access.found_organisation(
        actor=SYSTEM,
        code="SL-S02",
        name="示例二街道",
        short_name="二街道",
        kind="street",
        parent=cast.district,
        at=cast.at,
        is_demo=True,
    )
    person = Person.objects.create_user("keeper2", PASSWORD, name="示例·keeper2", is_demo=True)
    post = access.appoint(
        actor=SYSTEM,
        person=person,
        organisation=other,
        role="shelter_keeper",
        title="示例岗位",
        starts_on=date(2021, 1, 1),
        at=cast.at,
    )
    return Ground(
        cast,
        incident,
        other,
        policy.actor_of(post),
        person,
        shelter(cast.street, "B1", cast.at),
        shelter(other, "B2", cast.at, night=12),
    )
