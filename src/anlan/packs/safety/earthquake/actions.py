"""Take a quick report down: it opens an incident, corrects the one that stands, or is only kept. One transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import Actor
from anlan.kernel.journal.record import record
from anlan.kernel.journal.types import Verb
from anlan.kernel.response.actions import intake, saying
from anlan.packs.safety.earthquake import queries, rules
from anlan.packs.safety.earthquake.models import KINDS, QuickReport

READ, TAKE = "earthquake.read", "earthquake.take"
TAKEN = "earthquake.taken"
VERBS = (Verb(slug=TAKEN, title="录入地震速报"),)


def _text(values: Mapping[str, Any], name: str, title: str, most: int) -> str:
    text = str(values.get(name, "")).strip()
    if not 0 < len(text) <= most:
        raise Refused(name, f"写{title}，不超过 {most} 个字。", name)
    return text


def _read(values: Mapping[str, Any], occurred_at: datetime | None, at: datetime) -> dict[str, Any]:
    """The columns of a report from what a form gives."""
    if occurred_at is None:
        raise Refused("occurred_at", "没有写发震时刻。", "occurred_at")
    if not at - rules.OLDEST <= occurred_at <= at + timedelta(minutes=10):
        raise Refused("occurred_at", "发震时刻要在 30 天内，不能晚于现在。", "occurred_at")
    if values.get("kind") not in KINDS:
        raise Refused("kind", "选自动测定还是正式测定。", "kind")
    return {
        "magnitude": rules.number(values.get("magnitude"), "magnitude", "震级", 0, 9.5), "depth": rules.number(values.get("depth"), "depth", "震源深度", 0, 700, needed=False),
        "longitude": rules.number(values.get("longitude"), "longitude", "震中经度", 73, 136), "latitude": rules.number(values.get("latitude"), "latitude", "震中纬度", 3, 54),
        "place": _text(values, "place", "震中在哪里", 80), "source": _text(values, "source", "谁发布的", 120), "kind": values["kind"], "occurred_at": occurred_at,
        "text": str(values.get("text", "")).strip()[:2000],
    }  # fmt: skip


@transaction.atomic
def take(
    *, actor: Actor, organisation: Organisation, values: Mapping[str, Any], occurred_at: datetime | None, at: datetime, key: UUID, opens: bool = True,
    corrects: QuickReport | None = None, another: bool = False, is_demo: bool = False,
) -> QuickReport:  # fmt: skip
    """The same `key` again gives the report that stands. `opens`: an incident is opened from it. `corrects`: it is a later measurement of that
    one, and its incident is put right. Without it a report that may be of an earthquake already taken down is refused, unless `another`."""
    policy.require(actor, TAKE, organisation)
    # One at a time in a district: two people who have the same report before them open one incident.
    Organisation.objects.select_for_update(of=("self",)).get(pk=organisation.pk)
    if done := QuickReport.objects.filter(key=key).first():
        return done
    columns = _read(values, occurred_at, at)
    if corrects is not None:
        corrects = QuickReport.objects.select_for_update(of=("self",)).get(pk=corrects.pk)
        if QuickReport.objects.filter(corrects=corrects).exists():
            raise Refused("stale", "这一份已经更正过。打开最新的一份再更正。", "corrects")
    elif not another and (same := queries.same(columns)):
        raise Refused("same", f"这像是已经录入的 {same}（{KINDS[same.kind]}）。是同一次就选“更正”，不是就勾“另一次地震”。", "corrects")  # fmt: skip
    made = QuickReport(key=key, corrects=corrects, made_at=at, made_by=actor.name, is_demo=is_demo, **columns)
    if corrects is not None and corrects.incident is not None:
        _put_right(actor, made, corrects, at)
    elif opens:
        _open(actor, organisation, made, at, is_demo)
    made.save()
    record(
        actor=actor, verb=TAKEN, subject_kind="quick_report", subject_id=made.pk, at=at, org_path=organisation.path,
        new={"report": str(made), "kind": made.kind, "incident": made.incident.number if made.incident else "", "corrects": str(corrects or "")},
    )  # fmt: skip
    return made


def _words(made: QuickReport) -> str:
    depth = f"，深度 {float(made.depth):g} 千米" if made.depth is not None else ""
    return f"{made.source}{KINDS[made.kind]}：{made.place} {made.magnitude:.1f} 级{depth}，东经 {made.longitude:g}°，北纬 {made.latitude:g}°"


def _open(actor: Actor, organisation: Organisation, made: QuickReport, at: datetime, is_demo: bool) -> None:
    made.incident = intake.open_incident(
        actor=actor, organisation=organisation, place=f"{made.place}（震中）", kind="earthquake", source=f"{made.source}{KINDS[made.kind]}", at=at, key=made.key,
        title=_title(made), occurred_at=made.occurred_at, longitude=made.longitude, latitude=made.latitude, streets=queries.streets_to_ask(made.shaking),
        link={"link": f"quake:{made.key}", "title": _words(made), "url": ""}, is_demo=is_demo,
    )  # fmt: skip
    saying.note(
        actor=actor, incident=made.incident, text=f"{_words(made)}。{rules.words(float(made.magnitude))}", at=at
    )


def _put_right(actor: Actor, made: QuickReport, former: QuickReport, at: datetime) -> None:
    incident = former.incident
    if incident is None or not incident.is_open:
        raise Refused("illegal", "那一次的事件已经办完，不能再更正；只记下这一份。", "corrects")
    intake.correct(
        actor=actor, incident=incident, at=at, title=_title(made), place=f"{made.place}（震中）", longitude=made.longitude, latitude=made.latitude,
        streets=queries.streets_to_ask(made.shaking),
    )  # fmt: skip
    saying.note(actor=actor, incident=incident, text=f"更正速报：{_words(made)}。原来是 {former.magnitude:.1f} 级。{rules.words(float(made.magnitude))}", at=at)  # fmt: skip
    made.incident = incident


def _title(made: QuickReport) -> str:
    return f"{made.place} {made.magnitude:.1f} 级地震"
