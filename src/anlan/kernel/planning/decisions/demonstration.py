"""Two 示例 decisions: one published with all its evidence, one that waits at its gates. Idempotent."""

from __future__ import annotations

import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from anlan.base.clock import civil_date
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation, Post
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.planning.decisions import actions
from anlan.kernel.planning.decisions.models import Decision, GateRow
from anlan.kernel.planning.decisions.rules import Conclusion

_ROLES = {
    "public": "planner",
    "expert": "planner",
    "risk": "planner",
    "legal": "bureau_officer",
    "collective": "leader",
}


def _post(gate: GateRow) -> Post | None:
    rows = Post.objects.filter(role=_ROLES[gate.kind], person__is_demo=True).select_related(
        "organisation__parent", "person"
    )
    return rows.exclude(organisation=gate.decision.organisation).order_by("organisation__code", "id").first()


def _pass(gate: GateRow, row: dict[str, Any], at: datetime) -> None:
    """Evidence, then the conclusion of the responsible post, as of the day the procedure ended."""
    when = at - timedelta(days=row["until"])
    actor = policy.actor_of(gate.responsible) if gate.responsible else SYSTEM
    content = f"示例文件：{row['evidence']}。\n{row['text']}\n".encode()
    actions.add_evidence(
        actor=actor, gate=gate, title=row["evidence"], upload=(f"示例-{gate.kind}.txt", content), at=when
    )
    wanted = Conclusion(
        outcome="pass",
        text=row["text"],
        held_from=civil_date(at - timedelta(days=row["since"])),
        held_to=civil_date(when),
    )
    actions.conclude(actor=actor, gate=gate, wanted=wanted, at=when)


def load(at: datetime) -> None:
    data = tomllib.loads(Path(__file__).with_name("demonstration.toml").read_text(encoding="utf-8"))
    for row in data["decision"]:
        unit = Organisation.objects.filter(code=row["unit"], is_demo=True).first()
        if unit is None or Decision.objects.filter(title=row["title"], is_demo=True).exists():
            continue
        decision = actions.open_decision(
            actor=SYSTEM, title=row["title"], summary=row["summary"], organisation=unit, plan_ref=row["plan_ref"],
            at=at - timedelta(days=row["opened"]), is_demo=True,
        )  # fmt: skip
        for gate in decision.gates.select_related("decision__organisation"):
            if post := _post(gate):
                actions.assign(actor=SYSTEM, gate=gate, post=post, at=decision.opened_at)
        if "published" in row:
            for step in data["gate"]:
                _pass(decision.gates.get(kind=step["kind"]), step, at)
            decision.refresh_from_db()
            actions.publish(actor=SYSTEM, decision=decision, at=at - timedelta(days=row["published"]))
