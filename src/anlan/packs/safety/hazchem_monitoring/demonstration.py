"""Two invented units, and duty posts with a log of two days (示例): one at the enterprise, one at the bureau."""

from __future__ import annotations

import tomllib
from datetime import datetime, timedelta
from pathlib import Path

from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation, Post
from anlan.kernel.access.types import SYSTEM, Actor
from anlan.kernel.alarms.loading import load_rules
from anlan.kernel.observations import demonstration
from anlan.packs.safety.hazchem_monitoring import actions, queries
from anlan.packs.safety.hazchem_monitoring.models import DutyPost, HazardUnit

_HERE = Path(__file__).parent
PAST = timedelta(days=2)  # the rules count for the history that the simulated devices bring
SHIFTS, EVERY, DAYS = "08:00、20:00", 120, 2
_MISSED = 5  # which round of the log was missed


def load(at: datetime) -> None:
    text = (_HERE / "demonstration.toml").read_text(encoding="utf-8")
    load_rules(SYSTEM, (_HERE / "rules.toml").read_text(encoding="utf-8"), at - PAST)
    demonstration.load(text, at)
    for row in tomllib.loads(text)["unit"]:
        if not HazardUnit.objects.filter(code=row["code"]).exists():
            organisation = Organisation.objects.get(code=row.pop("organisation"))
            actions.enter_unit(actor=SYSTEM, organisation=organisation, at=at, is_demo=True, **row)
    for code, name in (("SL-E21", "示例罐区值守岗"), ("SL-B11", "示例监控中心值守岗")):
        organisation = Organisation.objects.get(code=code)
        if not DutyPost.objects.filter(organisation=organisation, name=name).exists():
            _log(organisation, name, at)


def _log(organisation: Organisation, name: str, at: datetime) -> None:
    """A post that has been watched since two days before, by whoever of the demonstration holds a post there."""
    begun = at - timedelta(days=DAYS)
    post = actions.found_post(
        actor=SYSTEM, organisation=organisation, name=name, shifts=SHIFTS, every=EVERY, at=begun, is_demo=True
    )
    held = (
        Post.objects.filter(organisation=organisation, person__is_demo=True)
        .select_related("organisation", "person")
        .first()
    )
    if held is None:
        return
    actor: Actor = policy.actor_of(held)
    actions.sign(actor=actor, post=post, kind="takeover", text="示例：设备正常，无报警", at=begun)
    listed = queries.rounds(post, begun, at, at)
    for place, one in enumerate(listed, 1):
        signed = one.due + timedelta(minutes=2)
        if signed < at and place != _MISSED:
            actions.sign(actor=actor, post=post, kind="round", text="", at=signed)
    if len(listed) >= _MISSED:
        actions.sign(
            actor=actor,
            post=post,
            kind="explain",
            text="示例：在现场处置报警，回来已过时限",
            at=at,
            due=listed[_MISSED - 1].due,
        )
