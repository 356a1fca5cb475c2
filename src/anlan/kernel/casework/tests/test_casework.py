"""A case from its first line to its end: who may, in what order, with what evidence, in what time; and every way it is refused."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anlan.base.errors import Refused
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.casework import actions, clocking, clocks, desk, handling, proposals, queries
from anlan.kernel.casework.models import Case, Clock, Escalation, Evidence, Extension, Line, Proposal
from anlan.kernel.casework.tests.conftest import Scene, picture, rows
from anlan.kernel.journal.models import Entry

pytestmark = pytest.mark.django_db


def refused(code: str, act: object, *words: str) -> None:
    with pytest.raises(Refused) as caught:
        act()  # type: ignore[operator]
    assert caught.value.code == code, caught.value.message
    for word in words:
        assert word in caught.value.message


def test_a_general_danger_from_found_to_closed(scene: Scene) -> None:
    case = scene.reviewing()
    assert (case.state, case.holder_id, case.is_open) == ("reviewing", scene.cast.emergency.pk, True)
    case = scene.go(case, scene.reviewer, "pass")
    assert (case.state, case.is_open) == ("closed", False)
    assert case.closed_at is not None
    assert case.due_at is None
    assert [one.step for one in case.lines.all()] == ["open", "grade", "assign", "submit", "pass"]
    assert [one.kind for one in case.evidence.all()] == ["before", "after"]
    assert not Clock.objects.filter(case=case, stopped_at=None).exists()
    assert Entry.objects.filter(subject_kind="case", subject_id=str(case.pk)).count() == 5


def test_the_fixer_never_reviews(scene: Scene) -> None:
    case = scene.reviewing()
    refused("guard", lambda: scene.go(case, scene.fixer, "pass"), "报改好", "另一人")
    refused("guard", lambda: scene.go(case, scene.fixer, "send_back", note="不行"))
    again = scene.go(case, scene.reviewer, "send_back", note="线头还露着")
    assert (again.state, again.returns, again.holder_id) == ("rectifying", 1, scene.cast.street.pk)
    # The one who reviewed fixes it now; then the first fixer may review.
    done = scene.go(again, scene.reviewer, "submit", note="包好了")
    refused("guard", lambda: scene.go(done, scene.reviewer, "pass"))
    assert scene.go(done, scene.fixer, "pass").state == "closed"


def test_a_major_danger_needs_five_fixes_two_receipts_and_the_regulator(scene: Scene) -> None:
    case = scene.graded("major")
    refused(
        "guard", lambda: scene.go(case, scene.officer, "assign", values={"fixer": "甲", "until": "2025-08-01"}), "不走"
    )
    five = {"fixer": "示例·钱", "measure": "换阀", "fund": "36000", "until": "2025-08-10", "interim": "停用并值守"}
    for name in five:
        refused(
            "required",
            lambda gone=name: scene.go(
                case, scene.officer, "assign_major", values={k: v for k, v in five.items() if k != gone}
            ),
        )
    refused("evidence", lambda: scene.go(case, scene.officer, "assign_major", values=five), "缺佐证 1 件：整改方案")
    case = scene.go(case, scene.officer, "assign_major", values=five, uploads=[("plan", "方案.pdf", b"%PDF-1.4 x")])
    case = scene.go(case, scene.fixer, "submit", note="已换", uploads=[("after", "后.png", picture())])
    case = scene.go(case, scene.reviewer, "pass_major", uploads=[("review", "查.png", picture("red"))])
    assert (case.state, case.is_open) == ("passed", True)
    refused("forbidden", lambda: scene.go(case, scene.reviewer, "close"))
    refused("evidence", lambda: scene.go(case, scene.officer, "close"), "应急回执", "职代会回执")
    one = [("receipt_a", "回执一.pdf", b"%PDF-1.4 a")]
    refused("evidence", lambda: scene.go(case, scene.officer, "close", uploads=one), "缺佐证 1 件：职代会回执")
    assert (
        scene.go(case, scene.officer, "close", uploads=[*one, ("receipt_b", "回执二.pdf", b"%PDF-1.4 b")]).state
        == "closed"
    )
    assert case.evidence.filter(kind="receipt_a").count() == 1  # the refused try kept nothing


def test_a_listed_one_is_closed_only_with_its_delisting(scene: Scene) -> None:
    case = scene.graded("major")
    handling.supervise(actor=scene.officer, case=case, number="示例督〔2025〕9 号", at=scene.at)
    refused("twice", lambda: handling.supervise(actor=scene.officer, case=case, number="x", at=scene.at))
    five = {"fixer": "甲", "measure": "乙", "fund": "1", "until": "2025-08-10", "interim": "丙"}
    case = scene.go(case, scene.officer, "assign_major", values=five, uploads=[("plan", "a.pdf", b"%PDF-1.4")])
    case = scene.go(case, scene.fixer, "submit", note="好", uploads=[("after", "b.png", picture())])
    case = scene.go(case, scene.reviewer, "pass_major", uploads=[("review", "c.png", picture())])
    receipts = [("receipt_a", "1.pdf", b"%PDF-1.4"), ("receipt_b", "2.pdf", b"%PDF-1.4")]
    refused("guard", lambda: scene.go(case, scene.officer, "close", uploads=receipts), "解除督办")
    actions.comment(
        actor=scene.officer, case=case, text="", at=scene.at, uploads=[("delisted", "公布.pdf", b"%PDF-1.4")]
    )
    assert scene.go(case, scene.officer, "close", uploads=receipts).state == "closed"


def test_a_refused_step_leaves_nothing(scene: Scene) -> None:
    case = scene.rectifying()
    counts = [rows(one) for one in (Line, Evidence, Entry, Clock)]
    refused("note", lambda: scene.go(case, scene.fixer, "submit", uploads=[("after", "a.png", picture())]))
    refused("evidence", lambda: scene.go(case, scene.fixer, "submit", note="好了"))
    refused("type", lambda: scene.go(case, scene.fixer, "submit", note="好了", uploads=[("after", "a.exe", b"MZ")]))
    refused(
        "picture", lambda: scene.go(case, scene.fixer, "submit", note="好了", uploads=[("after", "a.png", b"<svg>")])
    )
    refused(
        "file",
        lambda: scene.go(
            case,
            scene.fixer,
            "submit",
            note="好了",
            uploads=[("after", "a.png", picture()), ("gold", "b.png", picture())],
        ),
    )
    assert [rows(one) for one in (Line, Evidence, Entry, Clock)] == counts
    assert Case.objects.get(pk=case.pk).state == "rectifying"


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"fixer": "", "until": "2025-08-01"}, "required", "fixer"), ({"fixer": "甲", "until": ""}, "required", "until"),
        ({"fixer": "甲", "until": "2025-02-30"}, "day", "until"), ({"fixer": "甲", "until": "2020-01-01"}, "until", "until"),
        ({"fixer": "甲", "until": "2025-08-01", "fund": "abc"}, "number", "fund"), ({"fixer": "甲", "until": "2025-08-01", "fund": "-1"}, "number", "fund"),
        ({"fixer": "甲", "until": "2025-08-01", "fund": "1.234"}, "money", "fund"), ({"fixer": "甲", "until": "2025-08-01", "fund": "1e400"}, "number", "fund"),
        ({"fixer": "甲" * 81, "until": "2025-08-01"}, "long", "fixer"), ({"fixer": "甲", "until": "2025-08-01", "measure": "长" * 4001}, "long", "measure"),
        ({"fixer": "甲", "until": "2025-08-01", "fund": "NaN"}, "number", "fund"),
    ],
)  # fmt: skip
def test_wrong_fields_are_said_at_the_field(scene: Scene, values: dict[str, str], code: str, field: str) -> None:
    case = scene.graded()
    with pytest.raises(Refused) as caught:
        scene.go(case, scene.officer, "assign", values=values)
    assert (caught.value.code, caught.value.field) == (code, field)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"title": " "}, "title"), ({"title": "长" * 121}, "title"), ({"place": "远" * 121}, "place"), ({"fact": "多" * 4001}, "fact"),
        ({"kind": "nothing"}, "kind"), ({"grade": "huge"}, "grade"), ({"source": "moon"}, "source"), ({"longitude": 117.2}, "longitude"),
        ({"longitude": 200.0, "latitude": 39.0}, "longitude"), ({"uploads": [("gold", "a.png", b"x")]}, "file"),
        ({"uploads": [("before", f"{n}.png", b"x") for n in range(31)]}, "file"),
    ],
)  # fmt: skip
def test_wrong_new_cases_are_said_at_the_field(scene: Scene, more: dict[str, object], field: str) -> None:
    with pytest.raises(Refused) as caught:
        scene.case(**more)
    assert caught.value.field == field
    assert not Case.objects.exists()


def test_numbers_follow_one_another_and_a_key_is_one_case(scene: Scene) -> None:
    key = uuid4()
    first, again, other = scene.case(key=key), scene.case(key=key), scene.case()
    assert (first.number, again.pk, other.number) == ("T-2025-00001", first.pk, "T-2025-00002")
    refused("key", lambda: scene.case(key=key, actor=scene.reviewer))
    step = uuid4()
    case = scene.go(first, scene.officer, "grade", values={"grade": "general"}, key=step)
    assert scene.go(case, scene.officer, "grade", values={"grade": "major"}, key=step).grade == "general"
    assert case.lines.count() == 2
    refused("key", lambda: scene.go(other, scene.officer, "grade", values={"grade": "general"}, key=step))


def test_clocks_start_end_and_are_dated(scene: Scene) -> None:
    case = scene.case()
    clock = clocking.running(case)
    assert clock is not None
    assert f"{clock.due_at.astimezone(scene.at.tzinfo):%m-%d %H:%M}" == "07-29 23:59"  # two working days from Friday
    assert case.due_at == clock.due_at
    case = scene.rectifying()
    clock = clocking.running(case)
    assert clock is not None
    assert (clock.limit, f"{clock.due_at.astimezone(scene.at.tzinfo):%m-%d}") == ("given", "08-01")
    assert case.clocks.filter(limit="grade").get().stopped_at is not None


def test_an_extension_is_asked_before_the_end_and_decided_by_another(scene: Scene) -> None:
    case = scene.rectifying()
    before, later = case.due_at, scene.at + timedelta(days=20)
    assert before is not None
    refused(
        "until",
        lambda: handling.ask_extension(actor=scene.fixer, case=case, until=scene.at, reason="缺货", at=scene.at),
    )
    refused(
        "reason", lambda: handling.ask_extension(actor=scene.fixer, case=case, until=later, reason=" ", at=scene.at)
    )
    refused(
        "late",
        lambda: handling.ask_extension(
            actor=scene.fixer, case=case, until=later, reason="缺货", at=before + timedelta(minutes=1)
        ),
    )
    refused(
        "forbidden",
        lambda: handling.ask_extension(
            actor=scene.cast.actor("other"), case=case, until=later, reason="缺货", at=scene.at
        ),
    )
    row = handling.ask_extension(actor=scene.fixer, case=case, until=later, reason="缺货", at=scene.at)
    refused(
        "twice", lambda: handling.ask_extension(actor=scene.fixer, case=case, until=later, reason="缺货", at=scene.at)
    )
    assert Case.objects.get(pk=case.pk).due_at == before  # it never moves silently
    refused(
        "same_person",
        lambda: handling.answer_extension(actor=scene.fixer, extension=row, approve=True, answer="", at=scene.at),
    )
    refused(
        "forbidden",
        lambda: handling.answer_extension(actor=scene.reviewer, extension=row, approve=True, answer="", at=scene.at),
    )
    refused(
        "answer",
        lambda: handling.answer_extension(actor=scene.officer, extension=row, approve=False, answer="", at=scene.at),
    )
    handling.answer_extension(actor=scene.officer, extension=row, approve=True, answer="", at=scene.at)
    refused(
        "illegal",
        lambda: handling.answer_extension(
            actor=scene.officer, extension=Extension.objects.get(), approve=True, answer="", at=scene.at
        ),
    )
    clock = clocking.running(case)
    assert clock is not None
    assert (clock.due_at, clock.first_due_at) == (later, before)
    assert Case.objects.get(pk=case.pk).due_at == later


def test_a_pause_moves_the_end_by_as_long_as_it_lasted(scene: Scene) -> None:
    case = scene.case()
    before = case.due_at
    assert before is not None
    handling.pause(actor=scene.officer, case=case, reason="送检", at=scene.at)
    assert clocks.sweep(scene.at + timedelta(days=30)) == 0
    refused("illegal", lambda: handling.pause(actor=scene.officer, case=case, reason="送检", at=scene.at))
    handling.resume(actor=scene.officer, case=case, at=scene.at + timedelta(days=3))
    assert Case.objects.get(pk=case.pk).due_at == before + timedelta(days=3)
    refused("illegal", lambda: handling.resume(actor=scene.officer, case=case, at=scene.at))


def test_late_clocks_climb_once_a_level(scene: Scene) -> None:
    case = scene.case()
    scene.case()
    assert case.due_at is not None
    assert clocks.sweep(case.due_at) == 0
    assert clocks.sweep(case.due_at + timedelta(minutes=1)) == 2
    assert clocks.sweep(case.due_at + timedelta(minutes=2)) == 0
    assert clocks.sweep(case.due_at + timedelta(days=9)) == 4
    assert clocks.sweep(case.due_at + timedelta(days=99)) == 0
    assert rows(Escalation) == 6


def test_merged_cases_point_to_one_another(scene: Scene) -> None:
    one, two = scene.case(), scene.case(title="同一个配电箱")
    refused("into", lambda: handling.merge(actor=scene.officer, case=one, into=one, reason="重复", at=scene.at))
    refused("forbidden", lambda: handling.merge(actor=scene.fixer, case=two, into=one, reason="重复", at=scene.at))
    handling.merge(actor=scene.officer, case=two, into=one, reason="重复", at=scene.at)
    assert (two.state, two.is_open, two.merged_into_id) == ("merged", False, one.pk)
    assert one.lines.filter(step="merged").exists()
    refused("illegal", lambda: scene.go(two, scene.officer, "grade", values={"grade": "general"}))
    refused("into", lambda: handling.merge(actor=scene.officer, case=one, into=two, reason="重复", at=scene.at))


def test_handing_over_moves_who_holds_it_and_no_clock(scene: Scene) -> None:
    case = scene.case()
    due = case.due_at
    refused(
        "to", lambda: handling.hand_over(actor=scene.officer, case=case, to=scene.cast.street, reason="x", at=scene.at)
    )
    handling.hand_over(actor=scene.officer, case=case, to=scene.cast.environment, reason="归环境管", at=scene.at)
    fresh = Case.objects.get(pk=case.pk)
    assert (fresh.holder_id, fresh.due_at) == (scene.cast.environment.pk, due)


def test_what_waits_is_what_one_may_move_on(scene: Scene) -> None:
    def waits(actor: object) -> list[str]:
        return [row.verb for row in desk.waiting(actor, scene.at)]  # type: ignore[arg-type]

    case = scene.case()
    assert waits(scene.fixer) == ["判级"]
    assert waits(scene.officer) == []
    case = scene.rectifying()
    assert "报改好" in waits(scene.fixer)
    scene.go(case, scene.fixer, "submit", note="好", uploads=[("after", "a.png", picture())])
    assert waits(scene.officer) == ["复查通过"]
    assert [row.title for row in desk.sent(scene.fixer, scene.at)] == [case.title]
    assert waits(scene.reader) == []


def test_only_those_concerned_see_it(scene: Scene) -> None:
    case = scene.case()
    assert queries.visible(scene.reader).filter(pk=case.pk).exists()
    assert queries.visible(scene.fixer).filter(pk=case.pk).exists()
    elsewhere = scene.case(owner=scene.cast.environment, actor=scene.officer)
    assert not queries.visible(scene.fixer).filter(pk=elsewhere.pk).exists()
    assert not queries.visible(scene.cast.actor("auditor")).exists()


def test_a_step_made_offline_is_done_once_or_kept_for_a_person(scene: Scene) -> None:
    case, key = scene.rectifying(), uuid4()
    files = [("after", "后.png", picture())]
    sent = {
        "actor": scene.fixer,
        "case": case,
        "step": "submit",
        "seen_state": "rectifying",
        "made_at": scene.at,
        "at": scene.at,
        "note": "改好",
        "uploads": files,
    }
    assert isinstance(proposals.send(key=key, **sent), Case)  # type: ignore[arg-type]
    assert isinstance(proposals.send(key=key, **sent), Case)  # type: ignore[arg-type]
    assert case.lines.filter(step="submit").count() == 1
    other = uuid4()
    kept = proposals.send(key=other, **{**sent, "actor": scene.reviewer, "note": "我也改了"})  # type: ignore[arg-type]
    assert isinstance(kept, Proposal)
    assert "待复查" in kept.why
    again = proposals.send(key=other, **{**sent, "actor": scene.reviewer, "note": "我也改了"})  # type: ignore[arg-type]
    assert isinstance(again, Proposal)
    assert again.pk == kept.pk
    assert kept.files.count() == 1
    refused("forbidden", lambda: proposals.answer(actor=scene.fixer, proposal=kept, take=True, text="", at=scene.at))
    proposals.answer(actor=scene.officer, proposal=kept, take=True, text="照片有用", at=scene.at)
    assert case.evidence.filter(line__step="proposal").count() == 1
    refused("illegal", lambda: proposals.answer(actor=scene.officer, proposal=kept, take=True, text="", at=scene.at))


def test_a_wrong_field_from_the_field_is_refused_not_kept(scene: Scene) -> None:
    case = scene.graded()
    refused(
        "required",
        lambda: proposals.send(
            actor=scene.officer,
            case=case,
            step="assign",
            seen_state="graded",
            key=uuid4(),
            made_at=scene.at,
            at=scene.at,
        ),
    )
    assert not Proposal.objects.exists()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(data=st.data())
def test_a_random_walk_agrees_with_the_table(scene: Scene, data: st.DataObject) -> None:
    """Whatever anybody tries: a step is made exactly when the table, the permission and the person allow; the history tells the state."""
    actors = [scene.fixer, scene.reviewer, scene.officer, scene.reader, scene.cast.actor("other"), SYSTEM]
    case = scene.case()
    given = {"grade": "general", "fixer": "甲", "measure": "乙", "fund": "1", "until": "2025-08-10", "interim": "丙"}
    for _turn in range(data.draw(st.integers(3, 12))):
        actor = data.draw(st.sampled_from(actors))
        step = data.draw(st.sampled_from(scene.process.steps))
        values = {**given, "grade": data.draw(st.sampled_from(["general", "major"]))}
        offer = next((one for one in queries.offered(case, actor) if one.move.slug == step.slug), None)
        before, lines = case.state, case.lines.count()
        uploads = [(kind, f"{kind}.png", picture()) for kind in (*step.proves, *step.takes)]
        try:
            case = scene.go(case, actor, step.slug, note="说明", values=values, uploads=uploads)
        except Refused:
            assert offer is None or not offer.reason.allowed, f"{actor.name} was offered {step.slug}"
            assert case.lines.count() == lines
            assert Case.objects.get(pk=case.pk).state == before
        else:
            assert offer is not None
            assert offer.reason.allowed
            assert before in step.sources
            assert case.state == (step.target or before)
        case = Case.objects.get(pk=case.pk)
        last = case.lines.order_by("-id").first()
        assert last is not None
        assert last.target == case.state
        assert case.is_open == (case.state not in scene.process.ends)
        running = Clock.objects.filter(case=case, stopped_at=None)
        assert running.count() <= 1
        assert case.due_at == (running[0].due_at if running else None)
