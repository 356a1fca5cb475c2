"""The two transition tables. What else must be true of a conclusion stands in `rules`."""

from __future__ import annotations

from dataclasses import replace

from anlan.kernel.access.moves import Move, Offer, offers
from anlan.kernel.access.types import Actor, Reason
from anlan.kernel.planning.decisions.models import Decision, GateRow
from anlan.kernel.planning.decisions.rules import order_obstacle

DECISION_MOVES = (
    Move(slug="revise", title="改草案", sources=("open",), target="open", permission="planning_decisions.draft"),
    Move(
        slug="publish", title="公布", sources=("decided",), target="published", permission="planning_decisions.publish"
    ),
    Move(
        slug="terminate", title="终止", sources=("open",), target="terminated", permission="planning_decisions.publish"
    ),
)
# Made by the collective gate, never by a button.
DECIDE = Move(
    slug="decide", title="决定", sources=("open",), target="decided", permission="planning_decisions.conclude"
)

GATE_MOVES = (
    Move(slug="pass", title="通过", sources=("pending",), target="passed", permission="planning_decisions.conclude"),
    Move(slug="fail", title="不通过", sources=("pending",), target="failed", permission="planning_decisions.conclude"),
    Move(slug="waive", title="不适用", sources=("pending",), target="waived", permission="planning_decisions.conclude"),
    Move(slug="redo", title="重办", sources=("failed",), target="pending", permission="planning_decisions.draft"),
)
# A changed draft must be reviewed again; made by `revise`.
RESET = Move(slug="reset", title="重审", sources=("passed",), target="pending", permission="planning_decisions.draft")


def not_mine(gate: GateRow, actor: Actor) -> str:
    """Why this person may not conclude the gate, or empty."""
    if gate.responsible is None:
        return f"{gate.rule.title}还没有指定负责岗位。"
    if gate.responsible_id != actor.post_id:
        return f"{gate.rule.title}由{gate.responsible}负责。"
    return ""


def decision_offers(decision: Decision, actor: Actor) -> list[Offer]:
    return offers(DECISION_MOVES, decision, actor)


def gate_offers(gate: GateRow, actor: Actor, evidence: int) -> list[Offer]:
    """Moves of a gate: dashed with the first reason that holds, in the order a person would meet them."""
    found = []
    states = gate.decision.states()
    for offer in offers(GATE_MOVES, gate, actor):
        if offer.move.slug == "waive" and not gate.rule.waivable:
            continue
        sentence = "" if gate.decision.state == "open" else "这件决策已办结。"
        if offer.reason.allowed and not sentence and offer.move.slug != "redo":
            missing = "" if evidence else f"缺佐证：{gate.rule.needs}。"
            sentence = order_obstacle(gate.rule, states) or not_mine(gate, actor) or missing
        found.append(replace(offer, reason=Reason(False, sentence, offer.reason.holders)) if sentence else offer)
    return found
