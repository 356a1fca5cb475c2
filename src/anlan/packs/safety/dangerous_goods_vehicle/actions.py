"""Looking at where a vehicle was is an act: it is written down who looked, at which vehicle, over which span."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor
from anlan.kernel.journal.record import record
from anlan.kernel.registry.models import Station
from anlan.packs.safety.dangerous_goods_vehicle.kinds import PERMISSION

READ, EXPORTED = "dangerous_goods_vehicle.track.read", "dangerous_goods_vehicle.track.exported"


@transaction.atomic
def note_access(
    *, actor: Actor, station: Station, after: datetime, until: datetime, at: datetime, exported: bool = False
) -> None:
    policy.require(actor, PERMISSION, station)
    record(
        actor=actor, verb=EXPORTED if exported else READ, subject_kind="station", subject_id=station.pk, at=at,
        org_path=station.organisation.path,
        new={"vehicle": station.code, "from": after.isoformat(), "until": until.isoformat()},
    )  # fmt: skip
