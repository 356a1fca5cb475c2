"""A decision from its opening to the public page, who may do what, and what is refused without losing anything."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.support.cast import Cast

from anlan.base.errors import Refused
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.journal.models import Entry
from anlan.kernel.planning.decisions import actions, demonstration
from anlan.kernel.planning.decisions.declare import find, waiting
from anlan.kernel.planning.decisions.models import Decision, Evidence, GateRow
from anlan.kernel.planning.decisions.rules import Conclusion

pytestmark = pytest.mark.django_db
WHO = {"public": "planner", "expert": "planner", "risk": "planner", "legal": "other", "collective": "leader"}


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def decision(cast: Cast) -> Decision:
    made = actions.open_decision(
        actor=cast.actor("officer"), title="示例方案", summary="示例说明", organisation=cast.emergency, at=cast.at
    )
    for gate in gates(made):
        actions.assign(actor=cast.actor("planner"), gate=gate, post=cast.posts[WHO[gate.kind]], at=cast.at)
    return made


def gates(decision: Decision) -> Iterator[GateRow]:
    rows = GateRow.objects.filter(decision=decision)
    return rows.select_related("decision__organisation", "responsible__organisation").iterator()


def gate(decision: Decision, kind: str) -> GateRow:
    return next(row for row in gates(decision) if row.kind == kind)


def wanted(**changes: Any) -> Conclusion:
    facts = {"outcome": "pass", "text": "同意", "held_from": date(2025, 6, 1), "held_to": date(2025, 7, 1)}
    return Conclusion(**{**facts, **changes})


def settle(cast: Cast, decision: Decision, kind: str, **changes: Any) -> None:
    actor = cast.actor(WHO[kind])
    actions.add_evidence(actor=actor, gate=gate(decision, kind), title="示例佐证", upload=("a.txt", b"x"), at=cast.at)
    actions.conclude(actor=actor, gate=gate(decision, kind), wanted=wanted(**changes), at=cast.at)


def test_the_whole_way_and_one_entry_for_each_step(cast: Cast, decision: Decision) -> None:
    for kind in ("legal", "risk", "public", "expert", "collective"):
        settle(cast, decision, kind)
    decision.refresh_from_db()
    assert (decision.state, decision.decided_at) == ("decided", cast.at)
    actions.publish(actor=cast.actor("planner"), decision=decision, at=cast.at)
    verbs = [entry.verb.rsplit(".", 1)[1] for entry in Entry.objects.filter(subject_kind="decision").order_by("id")]
    assert verbs == ["opened", *["assigned"] * 5, *["evidence_added", "concluded"] * 5, "published"]


def test_the_meeting_cannot_come_before_legal_review(cast: Cast, decision: Decision) -> None:
    for kind in ("public", "expert", "risk"):
        settle(cast, decision, kind)
    with pytest.raises(Refused, match="合法性审查"):
        settle(cast, decision, "collective")
    settle(cast, decision, "legal", outcome="fail")
    with pytest.raises(Refused, match="合法性审查"):
        actions.conclude(actor=cast.actor("leader"), gate=gate(decision, "collective"), wanted=wanted(), at=cast.at)
    assert Decision.objects.get().state == "open"


def test_only_the_responsible_post_concludes(cast: Cast, decision: Decision) -> None:
    actions.add_evidence(
        actor=cast.actor("officer"), gate=gate(decision, "legal"), title="", upload=("a.txt", b"x"), at=cast.at
    )
    for who in ("officer", "planner", "leader"):
        with pytest.raises(Refused) as refused:
            actions.conclude(actor=cast.actor(who), gate=gate(decision, "legal"), wanted=wanted(), at=cast.at)
        assert refused.value.code == "forbidden"
    assert gate(decision, "legal").state == "pending"


def test_the_drafting_unit_cannot_review_itself_and_only_a_leader_holds_the_meeting(
    cast: Cast, decision: Decision
) -> None:
    for kind, who in (("legal", "officer"), ("collective", "planner")):
        with pytest.raises(Refused) as refused:
            actions.assign(actor=cast.actor("planner"), gate=gate(decision, kind), post=cast.posts[who], at=cast.at)
        assert refused.value.field == "post"


def test_a_changed_draft_must_be_reviewed_again(cast: Cast, decision: Decision) -> None:
    settle(cast, decision, "legal")
    settle(cast, decision, "public")
    decision.refresh_from_db()
    actions.revise(actor=cast.actor("officer"), decision=decision, summary="改过的说明", at=cast.at)
    assert gate(decision, "legal").state == "pending"
    assert gate(decision, "public").state == "passed"
    assert Entry.objects.latest("id").new["legal_again"] is True


def test_a_failed_gate_is_taken_up_again_with_a_reason(cast: Cast, decision: Decision) -> None:
    settle(cast, decision, "risk", outcome="fail")
    with pytest.raises(Refused):
        actions.redo(actor=cast.actor("officer"), gate=gate(decision, "risk"), reason=" ", at=cast.at)
    actions.redo(actor=cast.actor("officer"), gate=gate(decision, "risk"), reason="补做评估", at=cast.at)
    assert gate(decision, "risk").state == "pending"
    assert gate(decision, "risk").evidence.count() == 1


def test_a_stale_gate_is_refused(cast: Cast, decision: Decision) -> None:
    old = gate(decision, "expert")
    settle(cast, decision, "expert")
    with pytest.raises(Refused) as refused:
        actions.conclude(actor=cast.actor("planner"), gate=old, wanted=wanted(outcome="fail"), at=cast.at)
    assert refused.value.code == "stale"
    assert gate(decision, "expert").state == "passed"


def test_a_concluded_gate_takes_no_more_evidence_and_a_terminated_matter_nothing(
    cast: Cast, decision: Decision
) -> None:
    settle(cast, decision, "expert")
    with pytest.raises(Refused):
        actions.add_evidence(
            actor=cast.actor("planner"), gate=gate(decision, "expert"), title="晚了", upload=("b.txt", b"y"), at=cast.at
        )
    actions.terminate(actor=cast.actor("planner"), decision=decision, reason="示例理由", at=cast.at)
    with pytest.raises(Refused):
        actions.conclude(actor=cast.actor("leader"), gate=gate(decision, "collective"), wanted=wanted(), at=cast.at)
    with pytest.raises(Refused):
        actions.publish(actor=cast.actor("planner"), decision=decision, at=cast.at)
    assert Evidence.objects.count() == 1


# --- pages ---------------------------------------------------------------------------------------------------------


def test_another_organisation_gets_404_everywhere(cast: Cast, decision: Decision) -> None:
    settle(cast, decision, "public")
    stored = Evidence.objects.get().stored_id
    street = cast.client("street")
    for path in (
        f"/planning/decisions/{decision.pk}/",
        f"/planning/decisions/files/{stored}/",
        f"/public/decisions/{decision.pk}/",
    ):
        assert street.get(path).status_code == 404, path
    for path in ("terminate/", "gates/public/conclude/", "gates/public/evidence/"):
        assert street.post(f"/planning/decisions/{decision.pk}/{path}").status_code == 404, path
    assert "示例方案" not in street.get("/planning/decisions/").content.decode()
    assert b"".join(street.get("/planning/decisions/export/?form=csv")).decode("utf-8-sig").count("\r\n") == 1
    # The unit that answers for a gate sees the matter and its files.
    assert cast.client("other").get(f"/planning/decisions/{decision.pk}/").status_code == 200
    assert cast.client("other").get(f"/planning/decisions/files/{stored}/").status_code == 200


def test_the_form_opens_a_decision_and_keeps_what_was_typed(cast: Cast) -> None:
    client = cast.client("officer")
    typed = {"title": "示例事项", "organisation": str(cast.environment.pk), "summary": "打好的说明"}
    answer = client.post("/planning/decisions/open/", typed)
    assert answer.status_code == 422  # another unit's matter
    assert "打好的说明" in answer.content.decode()
    assert not Decision.objects.exists()
    typed["organisation"] = str(cast.emergency.pk)
    assert client.post("/planning/decisions/open/", {**typed, "title": "  "}).status_code == 422
    wrong = SimpleUploadedFile("a.exe", b"MZ")
    assert "只收" in client.post("/planning/decisions/open/", {**typed, "draft": wrong}).content.decode()
    assert not Decision.objects.exists()
    answer = client.post("/planning/decisions/open/", typed)
    assert answer.status_code == 302
    assert client.get(answer.headers["Location"]).status_code == 200


@pytest.mark.parametrize(
    ("word", "data", "said"),
    [
        ("conclude", {"outcome": "", "text": "x"}, "选一个结论"),
        ("conclude", {"outcome": "pass", "text": "x", "held_from": "2025-13-01"}, "不是日期"),
        (
            "conclude",
            {"outcome": "pass", "text": "打好的字", "held_from": "2025-06-01", "held_to": "2025-06-05"},
            "只有5天",
        ),
        ("evidence", {"title": "没有文件"}, "没有选文件"),
        ("assign", {"post": "x"}, "选一个岗位"),
    ],
)
def test_wrong_things_at_a_gate_are_said_and_change_nothing(
    cast: Cast, decision: Decision, word: str, data: dict[str, str], said: str
) -> None:
    planner = cast.actor("planner")
    actions.add_evidence(actor=planner, gate=gate(decision, "public"), title="", upload=("a.txt", b"x"), at=cast.at)
    before = list(GateRow.objects.values())
    answer = cast.client("planner").post(f"/planning/decisions/{decision.pk}/gates/public/{word}/", data)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in page
    assert data.get("text", "") in page
    assert list(GateRow.objects.values()) == before


def test_the_public_sees_published_decisions_without_names(cast: Cast, decision: Decision) -> None:
    for kind in ("public", "expert", "risk", "legal", "collective"):
        settle(cast, decision, kind)
    citizen = Client()
    assert "示例方案" not in citizen.get("/public/decisions/").content.decode()
    decision.refresh_from_db()
    actions.publish(actor=cast.actor("planner"), decision=decision, at=cast.at)
    assert "示例方案" in citizen.get("/public/decisions/").content.decode()
    page = citizen.get(f"/public/decisions/{decision.pk}/").content.decode()
    assert "合法性审查" in page
    assert not [post.person.name for post in cast.posts.values() if post.person.name in page]


def test_list_filters_sorts_and_exports_what_it_shows(cast: Cast, decision: Decision) -> None:
    actions.open_decision(actor=SYSTEM, title="=1+1", summary="s", organisation=cast.environment, at=cast.at)
    settle(cast, decision, "public")
    client = cast.client("planner")
    page = client.get("/planning/decisions/?gate=public&sort=title").content.decode()
    assert "=1+1" in page
    assert "示例方案" not in page
    assert "没有符合条件" in client.get("/planning/decisions/?q=不存在&state=bogus&page=99").content.decode()
    text = client.get("/planning/decisions/export/?form=csv&gate=public").content.decode("utf-8-sig")
    assert "'=1+1" in text
    assert text.count("\r\n") == 2
    assert client.get("/planning/decisions/export/?form=pdf").status_code == 422
    assert client.get("/planning/decisions/export/?form=xlsx").content.startswith(b"PK")


def test_waiting_tells_each_person_their_next_move(cast: Cast, decision: Decision) -> None:
    def facts(who: str) -> list[str]:
        return [f"{line.fact}/{line.verb}" for line in waiting(cast.actor(who), cast.at)]

    assert facts("other") == ["合法性审查/作结论"]
    assert facts("leader") == []  # the meeting waits for the four others
    for kind in ("public", "expert", "risk", "legal"):
        settle(cast, decision, kind)
    assert facts("leader") == ["集体讨论决定/作结论"]
    settle(cast, decision, "collective")
    assert facts("planner") == ["已决定，未公布/公布"]
    assert [hit.title for hit in find(cast.actor("planner"), "方案")] == ["示例方案"]
    assert find(cast.actor("street"), "方案") == []


def test_refused_moves_stay_visible_with_the_reason(cast: Cast, decision: Decision) -> None:
    page = cast.client("leader").get(f"/planning/decisions/{decision.pk}/").content.decode()
    assert "先办完公众参与、专家论证、风险评估、合法性审查" in page


def test_demonstration_is_idempotent_and_complete(cast: Cast) -> None:
    Organisation.objects.create(
        code="SL-B06",
        name="示例SL-B06",
        kind="bureau",
        parent=cast.district,
        is_demo=True,
        path=f"{cast.district.path}SL-B06/",
    )
    demonstration.load(cast.at)
    demonstration.load(cast.at)
    assert sorted(Decision.objects.values_list("state", flat=True)) == ["open", "published"]
    assert Evidence.objects.count() == 5
