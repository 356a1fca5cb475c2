"""What stands in the way of a conclusion: order, evidence, days, waivers."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from anlan.kernel.planning.decisions.rules import EDITION, GATES, Conclusion, obstacle, order_obstacle

pytestmark = pytest.mark.pure
TODAY = date(2025, 7, 25)
DONE = {"public": "passed", "expert": "waived", "risk": "passed", "legal": "passed", "collective": "pending"}


def first(kind: str, *, evidence: int = 1, states: dict[str, str] | None = None, **wanted: Any) -> tuple[str, str]:
    facts = {"outcome": "pass", "text": "同意", "held_from": date(2025, 6, 1), "held_to": date(2025, 7, 1), **wanted}
    return obstacle(GATES[kind], Conclusion(**facts), evidence=evidence, states=states or DONE, today=TODAY)


def test_five_gates_in_the_order_of_the_regulation() -> None:
    assert [gate.title for gate in GATES.values()] == ["公众参与", "专家论证", "风险评估", "合法性审查", "集体讨论决定"]
    assert (EDITION.document, EDITION.valid_from) == ("国务院令第713号", date(2019, 9, 1))


@pytest.mark.parametrize("kind", ["public", "expert", "risk", "legal"])
def test_the_first_four_keep_any_order(kind: str) -> None:
    assert order_obstacle(GATES[kind], dict.fromkeys(GATES, "pending")) == ""


@pytest.mark.parametrize("kind", ["public", "expert", "risk", "legal"])
@pytest.mark.parametrize("state", ["pending", "failed"])
def test_the_meeting_waits_for_each_of_the_four(kind: str, state: str) -> None:
    sentence = order_obstacle(GATES["collective"], {**DONE, kind: state})
    assert GATES[kind].title in sentence
    assert order_obstacle(GATES["collective"], DONE) == ""


@pytest.mark.parametrize(
    ("kind", "wanted", "field"),
    [
        ("expert", {"evidence": 0}, "file"),
        ("expert", {"text": "  "}, "text"),
        ("legal", {"outcome": "waive"}, "outcome"),
        ("collective", {"outcome": "waive"}, "outcome"),
        ("expert", {"held_from": None}, "held_from"),
        ("expert", {"held_to": None}, "held_to"),
        ("expert", {"held_to": date(2025, 5, 31)}, "held_to"),
        ("expert", {"held_to": date(2025, 7, 26)}, "held_to"),
        ("public", {"held_to": date(2025, 6, 29)}, "short_reason"),  # 29 days
    ],
)
def test_each_obstacle_names_its_field(kind: str, wanted: dict[str, Any], field: str) -> None:
    got, sentence = first(kind, **wanted)
    assert got == field
    assert sentence


def test_thirty_days_are_enough_and_a_reason_allows_less() -> None:
    assert first("public", held_to=date(2025, 6, 30)) == ("", "")
    assert first("public", held_to=date(2025, 6, 10), short_reason="汛期将至") == ("", "")


def test_a_waiver_needs_evidence_and_reason_but_no_days() -> None:
    assert first("risk", outcome="waive", held_from=None, held_to=None) == ("", "")
    assert first("risk", outcome="waive", evidence=0)[0] == "file"
