"""Drills: the same path with a mode and a clock of its own. Injects come when their minute comes; the players see them only then."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import transaction

from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation, Person
from anlan.kernel.access.types import SYSTEM, Actor
from anlan.kernel.journal.record import record
from anlan.kernel.journal.types import Verb
from anlan.kernel.response import log
from anlan.kernel.response.actions import intake
from anlan.kernel.response.fold import Board
from anlan.kernel.response.log import Draft
from anlan.kernel.response.models import Drill
from anlan.kernel.response.types import FACTS

DIRECT = "response.drill"
DRILL_VERBS = (Verb(slug="response.drill_started", title="开始演练"),)
MOST = 200


def read(text: str) -> list[dict[str, Any]]:
    """A script: TOML rows `[[inject]]` with `minute`, `text`, and `values` (facts) when it gives numbers. Refused with the row."""
    try:
        rows = tomllib.loads(text).get("inject", [])
    except tomllib.TOMLDecodeError as error:
        raise Refused("script", f"导调脚本读不出：{error}。", "script") from None
    if not isinstance(rows, list) or not 0 < len(rows) <= MOST:
        raise Refused("script", f"导调脚本要有 1–{MOST} 条 [[inject]]。", "script")
    return [_row(number, row) for number, row in enumerate(sorted(rows, key=_minute), start=1)]


def _minute(row: Any) -> float:
    minute = row.get("minute") if isinstance(row, Mapping) else None
    if not isinstance(minute, int | float) or not 0 <= minute <= 60 * 24 * 30:
        raise Refused("script", "每条导调要写 minute（从开始起的分钟，30 天以内）。", "script")
    return float(minute)


def _row(number: int, row: Mapping[str, Any]) -> dict[str, Any]:
    text, values = str(row.get("text", "")).strip(), row.get("values", {})
    if not 0 < len(text) <= 500:
        raise Refused("script", f"第 {number} 条导调要写 text，不超过 500 个字。", "script")
    if not isinstance(values, Mapping) or any(one not in FACTS for one in values):
        raise Refused("script", f"第 {number} 条导调的 values 有不认识的数。", "script")
    return {
        "key": f"i{number:03d}",
        "minute": _minute(row),
        "text": text,
        "values": intake.checked(values),
        "source": str(row.get("source", "导调"))[:80],
    }


@transaction.atomic
def start(
    *, actor: Actor, organisation: Organisation, title: str, kind: str, place: str, script: Sequence[Mapping[str, Any]], at: datetime, pace: Any = 1,
    blind: bool = True, streets: tuple[Organisation, ...] = (), starts: datetime | None = None, longitude: Any = None, latitude: Any = None,
    key: UUID | None = None, is_demo: bool = False,
) -> Drill:  # fmt: skip
    """Start a drill now. Its own clock starts at `starts` (now unless given) and runs `pace` times as fast."""
    policy.require(actor, DIRECT, organisation)
    try:
        speed = float(pace)
    except (TypeError, ValueError):
        speed = 0.0
    if not 1 <= speed <= 120:
        raise Refused("pace", "时钟快慢在 1–120 倍之间。", "pace")
    if actor.person_id is None:
        raise Refused("forbidden", "演练由人主持。")
    incident = intake.open_incident(
        actor=SYSTEM, organisation=organisation, place=place, kind=kind, source="演练", at=at, title=title, mode="drill", drill_from=starts or at,
        drill_pace=speed, streets=streets, longitude=longitude, latitude=latitude, key=key, is_demo=is_demo,
    )  # fmt: skip
    drill, made = Drill.objects.get_or_create(
        incident=incident,
        defaults={
            "title": incident.title,
            "blind": blind,
            "script": list(script),
            "director": Person.objects.get(pk=actor.person_id),
            "made_at": at,
        },
    )
    if made:
        record(
            actor=actor, verb="response.drill_started", subject_kind="incident", subject_id=incident.pk, at=at, org_path=organisation.path,
            new={"number": incident.number, "injects": len(drill.script), "pace": speed, "blind": blind},
        )  # fmt: skip
    return drill


def _coming(drill: Drill, board: Board, at: datetime) -> list[Draft]:
    """The injects whose minute has come and that the log does not have; ids follow from drill and inject, so each comes once."""
    start = drill.incident.drill_from
    drafts = []
    for row in drill.script:
        when = start + timedelta(minutes=row["minute"]) if start else at
        if when <= at and row["key"] not in board.injects:
            number = uuid5(NAMESPACE_URL, f"anlan:inject:{drill.incident.key}:{row['key']}")
            drafts.append(
                Draft(
                    kind="inject",
                    payload={"inject": row["key"], "text": f"【演练】{row['source']}：{row['text']}"},
                    id=number,
                    at=when,
                )
            )
            if row["values"]:
                drafts.append(
                    Draft(kind="fact", payload={"values": row["values"]}, id=uuid5(number, "values"), at=when)
                )
    return drafts


def inject_due(at: datetime) -> int:
    """The job: bring in what is due."""
    return sum(_bring(one, at) for one in Drill.objects.filter(incident__is_open=True).select_related("incident"))


def _bring(drill: Drill, at: datetime) -> int:
    incident, now = drill.incident, drill.incident.now(at)
    if not _coming(drill, log.board(incident), now):
        return 0
    return len(
        log.write(
            actor=SYSTEM, incident=incident, at=at, decide=lambda board: _coming(drill, board, now), verb="inject"
        )
    )
