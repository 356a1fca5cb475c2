"""The self-check at the start of a shift, and the heads of a large event."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, transaction

from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import Actor
from anlan.kernel.maps import ground
from anlan.kernel.observations import reading
from anlan.kernel.response.models import DutyShift
from anlan.kernel.response.types import POSTS
from anlan.packs.safety.duty.models import Beat, CrowdCount, LargeEvent, SelfCheck
from anlan.packs.safety.duty.queries import ACT, WRITE, due_check, lacking
from anlan.packs.safety.duty.rostering import journal, text_of
from anlan.packs.safety.duty.rules import CHECKS, crowd

FREE_BYTES, ALIVE = 1024**3, timedelta(seconds=60)
WORKER, TRIAL = 1, 2


@dataclass(frozen=True)
class Looked:
    """What the program saw of one line; `sound` None: a person must say."""

    slug: str
    title: str
    auto: bool
    sound: bool | None
    words: str


def beat(at: datetime) -> int:
    """The job: the worker is alive."""
    Beat.objects.update_or_create(pk=WORKER, defaults={"at": at})
    return 1


def _database(at: datetime) -> tuple[bool, str]:
    """A real write that is not kept."""
    try:
        with transaction.atomic():
            Beat.objects.update_or_create(pk=TRIAL, defaults={"at": at})
            transaction.set_rollback(True)
    except DatabaseError as error:
        return False, f"写不进去：{str(error).splitlines()[0][:80]}"
    return True, "试写一行，成功"


def _worker(at: datetime) -> tuple[bool, str]:
    row = Beat.objects.filter(pk=WORKER).first()
    if row is None:
        return False, "还没有跑过，看 anlan worker"
    ago = int((at - row.at).total_seconds())
    return at - row.at <= ALIVE, f"{ago} 秒前跑过"


def _gateway(at: datetime) -> tuple[bool, str]:
    try:
        report = reading.gateway(at)
    except Refused as refused:
        return False, refused.message[:80]
    if report is None:
        return False, "没有运行过"
    return not report.silent, f"{int((at - report.at).total_seconds())} 秒前报过"


def _disk(_at: datetime) -> tuple[bool, str]:
    free = shutil.disk_usage(settings.VAR).free
    return free > FREE_BYTES, f"剩余 {free / 1024**3:,.1f} GB"


def _map(_at: datetime) -> tuple[bool, str]:
    there = ground.boundary() is not None
    return there, "有区界" if there else "没有导入区界"


def _roster(at: datetime) -> tuple[bool, str]:
    red = [one for one in lacking(at, at + timedelta(minutes=1)) if one.level == "red"]
    return not red, f"{'、'.join(POSTS[one.post] for one in red)}没有人" if red else "各岗有人"


_LOOKS: Mapping[str, Callable[[datetime], tuple[bool, str]]] = {
    "database": _database, "worker": _worker, "gateway": _gateway, "disk": _disk, "map": _map, "roster": _roster,
}  # fmt: skip
assert _LOOKS.keys() == {one.slug for one in CHECKS if one.auto}  # noqa: S101 - a line without a look must not start


def look(at: datetime) -> list[Looked]:
    """Every line: seen by the program where it can be, else to be ticked."""
    found = []
    for one in CHECKS:
        sound, words = _LOOKS[one.slug](at) if one.auto else (None, "")
        found.append(Looked(one.slug, one.title, one.auto, sound, words))
    return found


def store(*, actor: Actor, ticked: Mapping[str, str], note: str, at: datetime) -> SelfCheck:
    """Keep the check of one's shift. `ticked`: slug → `ok` or `bad` of the lines that a person says; each must be said."""
    policy.require(actor, ACT)
    results = []
    for one in look(at):
        said = ticked.get(one.slug, "")
        if not one.auto and said not in ("ok", "bad"):
            raise Refused(one.slug, f"“{one.title}”没有选好或不好。", one.slug)
        sound = one.sound if one.auto else said == "ok"
        results.append([one.slug, bool(sound), one.words])
    faults = sum(not sound for _slug, sound, _words in results)
    words = text_of(note, "note", "不好的怎么办", 400, wanted=bool(faults))
    shift = due_check(actor.person_id, at)
    if actor.person_id is None or actor.organisation_id is None:
        raise Refused("forbidden", "自查由值班的人做。")
    with transaction.atomic():
        row = SelfCheck.objects.create(
            shift=shift, organisation=shift.organisation if shift else Organisation.objects.get(pk=actor.organisation_id), person_id=actor.person_id, at=at,
            results=results, faults=faults, note=words,
        )  # fmt: skip
        journal(actor, "check.done", row, row.organisation.path, at, faults=faults, results=results, note=words)
    return row


def count(
    *, actor: Actor, event: LargeEvent, people: Any, spot: str, note: str, at: datetime, is_demo: bool = False
) -> tuple[CrowdCount, str]:
    """How many are inside now; and the light it puts on."""
    policy.require(actor, WRITE, event)
    text = str(people).strip()
    if not text.isdecimal() or len(text) > 7:
        raise Refused("people", "人数写不小于 0 的整数。", "people")
    if event.retired_on is not None:
        raise Refused("illegal", "这个活动已停用。")
    with transaction.atomic():
        row = CrowdCount.objects.create(
            event=event, at=at, people=int(text), spot=text_of(spot, "spot", "在哪里数", 60, wanted=False), by=actor.name, note=text_of(note, "note", "说明", wanted=False), is_demo=is_demo
        )  # fmt: skip
        journal(
            actor,
            "event.counted",
            row,
            event.organisation.path,
            at,
            event=event.code,
            people=int(text),
            most=event.most,
        )
    return row, crowd(int(text), event.most)


def of_shift(shift: DutyShift) -> SelfCheck | None:
    return SelfCheck.objects.filter(shift=shift).order_by("-at").first()
