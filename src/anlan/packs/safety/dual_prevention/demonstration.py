"""The story: a cold store's register, its shift checks with what they found, its standard, and a second cold store that adopted it and
has an upgrade waiting. All invented (示例). Loaded again, it changes nothing."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from anlan.kernel.access import demonstration
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import Actor
from anlan.kernel.casework import actions as casework
from anlan.kernel.casework import declared, subjects
from anlan.kernel.checks import actions as checks
from anlan.kernel.checks import planning
from anlan.kernel.checks.actions import Given
from anlan.kernel.checks.models import Task
from anlan.packs.safety.dual_prevention import actions, queries, standards, syncing
from anlan.packs.safety.dual_prevention.models import Risk, RiskPoint, Standard
from anlan.packs.safety.dual_prevention.types import MeasureRow, RiskRow

STORY = Path(__file__).with_name("story.toml")
DAYS = 6  # of shift checks
TITLE = "氨制冷冷库风险管控标准"


def row_of(given: Mapping[str, Any]) -> RiskRow:
    method = "lec" if "lec" in given else "ls"
    factors = dict(zip(method, given[method], strict=True))
    measures = tuple(
        MeasureRow(code=str(n), kind=kind, text=text, criterion=criterion, pace=pace, role=role, photo="")
        for n, (kind, text, criterion, pace, role) in enumerate(given["measures"], 1)
    )
    point, unit = given["point"], given["unit"]
    return RiskRow(
        code=given["code"], point_code=point[0], point=point[1], point_kind=point[2], unit_code=unit[0], unit=unit[1], title=given["title"], accident=given["accident"],
        consequence=given["consequence"], method=method, **factors, direct=given.get("direct", ""), post=given.get("post", ""), measures=measures,
    )  # fmt: skip


def changed(row: RiskRow, given: Mapping[str, Any]) -> RiskRow:
    """The row with one of the story's changes."""
    if "measure" in given:
        code, text = given["measure"]
        return replace(
            row, measures=tuple(replace(one, text=text) if one.code == code else one for one in row.measures)
        )
    if "ls" in given:
        return replace(row, **dict(zip("ls", given["ls"], strict=True)))
    return replace(row, post=given["post"])


def load(at: datetime) -> None:
    story = tomllib.loads(STORY.read_text(encoding="utf-8"))
    people = demonstration.people()
    units = demonstration.units()
    if "SL-E31" not in units or not {"safety", "worker", "regulator", "head"} <= set(people):
        return  # the demonstration's people are not all here
    first = units["SL-E31"]
    if not Risk.objects.filter(organisation=first).exists():
        _first_firm(story, people, first, at)
    if "SL-E33" in units and "cold" in people and not Risk.objects.filter(organisation=units["SL-E33"]).exists():
        _second_firm(story, people["cold"], units["SL-E33"], at)
        _next_edition(story, people, first, at)


def _first_firm(story: Mapping[str, Any], people: Mapping[str, Actor], first: Organisation, at: datetime) -> None:
    safety, began = people["safety"], at - timedelta(days=60)
    actions.write_rows(
        actor=safety,
        organisation=first,
        rows=[row_of(one) for one in story["risk"]],
        at=began,
        why="建清单",
        is_demo=True,
    )
    for code, (longitude, latitude) in story["place"].items():
        actions.place(
            actor=safety,
            point=RiskPoint.objects.get(organisation=first, code=code),
            longitude=longitude,
            latitude=latitude,
            at=began,
        )
    standards.publish(
        actor=people["regulator"], organisation=first, title=TITLE, trade="冷链仓储", name="第一版", approval="示例专家组审定", note="氨制冷冷库通用", at=at - timedelta(days=50)
    )  # fmt: skip
    syncing.make_checks(actor=safety, organisation=first, at=at - timedelta(days=DAYS))
    planning.generate(at)
    _shifts(people, first, at)
    near = Risk.objects.get(organisation=first, code="F006")
    actions.report_near_miss(
        actor=people["worker"], organisation=first, kind="near_miss", title="叉车转弯蹭到氨管防撞栏", fact="防撞栏挡住了，管道没有损坏；转弯处货物挡了视线。", place="2 号穿堂",
        happened_at=at - timedelta(days=3), at=at - timedelta(days=3) + timedelta(hours=1), key=uuid5(NAMESPACE_URL, "anlan:near_miss:1"), risks=[near], is_demo=True,
    )  # fmt: skip
    _reported(people["worker"], first, near, at)
    actions.raise_repeats(at)


def _reported(worker: Actor, first: Organisation, risk: Risk, at: datetime) -> None:
    """A hidden danger that the shift reported by hand, naming the measure that did not hold."""
    process = declared.processes().get(syncing.PROCESS)
    if process is None:
        return
    measure = risk.measures.filter(is_active=True).order_by("code")[0]
    about, values = subjects.chosen(worker, process, first, {"subject": str(measure.pk), "post": "装卸班"})
    casework.open_case(
        actor=worker, process=process, owner=first, title="转弯处防撞栏立柱松动", fact="蹭过的那一段有两根立柱松了，手推能晃。", kind="machine", source="post",
        place="2 号穿堂", about=about, values=values, key=uuid5(NAMESPACE_URL, "anlan:dual_prevention:reported"), at=at - timedelta(days=2), is_demo=True,
    )  # fmt: skip


def _shifts(people: Mapping[str, Actor], first: Organisation, at: datetime) -> None:
    """What was checked: most of it sound, one shift missed in five, the same interlock failing three times."""
    rows = (
        Task.objects.filter(area=syncing.AREA.slug, organisation=first, due_at__lt=at)
        .select_related("form", "organisation", "target")
        .order_by("starts_at", "id")
    )
    failing = {"worker": 0}
    for place, task in enumerate(rows):
        if place % 5 == 4:
            continue
        who = people["worker"] if task.role == "worker" else people["safety"]
        answers = {}
        for item in task.form.items.all():
            fails = item.title.startswith("泄漏报警与事故风机") and failing["worker"] < 3 and place % 2 == 0
            failing["worker"] += fails
            answers[item.pk] = (
                Given("failed", note="5 号探头无反应，风机没有启动", photos=(("示例.png", _picture()),))
                if fails
                else Given("ok")
            )
        when = task.starts_at + (task.due_at - task.starts_at) / 2
        checks.finish(
            actor=who, task=task, answers=answers, at=when, key=uuid5(NAMESPACE_URL, f"anlan:check:{task.pk}")
        )


def _picture() -> bytes:
    """A grey square that stands for a photo."""
    return bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c63680000008200816d1e59b60000000049454e44ae426082"
    )


def _second_firm(story: Mapping[str, Any], cold: Actor, second: Organisation, at: datetime) -> None:
    edition = Standard.objects.get(title=TITLE).editions.get(number=1)
    when = at - timedelta(days=40)
    standards.take(actor=cold, organisation=second, edition=edition, at=when)
    for one in story["own"]:
        risk = Risk.objects.get(organisation=second, code=one["code"])
        row = queries.register(second)[one["code"]]
        actions.write_risk(
            actor=cold,
            organisation=second,
            row=changed(row, one),
            at=when + timedelta(hours=1),
            why="按本库实际改",
            risk=risk,
            version=risk.version,
        )


def _next_edition(story: Mapping[str, Any], people: Mapping[str, Actor], first: Organisation, at: datetime) -> None:
    for one in story["next"]:
        risk = Risk.objects.get(organisation=first, code=one["code"])
        row = queries.register(first)[one["code"]]
        actions.write_risk(
            actor=people["safety"],
            organisation=first,
            row=changed(row, one),
            at=at - timedelta(days=4),
            why="会诊意见",
            risk=risk,
            version=risk.version,
        )
    standards.publish(
        actor=people["regulator"], organisation=first, standard=Standard.objects.get(title=TITLE), name="第二版", approval="示例专家组审定", note="改三处", at=at - timedelta(days=2)
    )  # fmt: skip
