"""Hidden dangers that people report by hand and that name a measure: counted with what checks found, the same danger once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse
from tests.support.cast import Cast

from anlan.base.errors import Refused
from anlan.kernel.casework import actions as casework
from anlan.kernel.casework import declared, handling, subjects
from anlan.kernel.casework.models import Case
from anlan.kernel.casework.types import Process
from anlan.kernel.checks import actions as checks
from anlan.kernel.checks import failing, planning
from anlan.kernel.checks.actions import Given
from anlan.kernel.checks.models import Plan, Task
from anlan.kernel.planning.values.formulas import named
from anlan.packs.safety.dual_prevention import actions, queries, syncing
from anlan.packs.safety.dual_prevention.models import Measure, Risk, Signal
from anlan.packs.safety.dual_prevention.tests.test_merging import row
from anlan.packs.safety.dual_prevention.tests.test_register import check, entered

pytestmark = pytest.mark.django_db
LONG_AGO = timedelta(days=365)


def process() -> Process:
    return declared.process(syncing.PROCESS)


def measure(risk: Risk, code: str = "1") -> Measure:
    return Measure.objects.get(risk=risk, code=code)


def reported(cast: Cast, about: str, by: str = "worker", days: float = 0, said: str = "", **more: object) -> Case:
    """A hidden danger entered by hand, as the form and the phone do it."""
    actor = cast.actor(by)
    given: Mapping[str, object] = {"subject": about, "subject-said": said, **more}
    named, values = subjects.chosen(actor, process(), cast.enterprise, given)
    return casework.open_case(
        actor=actor, process=process(), owner=cast.enterprise, title="联锁不动作", source="post", about=named, values=values,
        issuer=cast.emergency, at=cast.at + timedelta(days=days), key=uuid4(),
    )  # fmt: skip


def failed(cast: Cast, risk: Risk) -> list[failing.Failure]:
    return failing.failures(queries.MEASURE, str(measure(risk).pk), cast.at - LONG_AGO)


def test_three_reports_by_hand_raise_the_risk_once(cast: Cast) -> None:
    risk = entered(cast, row(1), row(2))
    one = measure(risk)
    for n in range(3):
        assert actions.raise_repeats(cast.at + timedelta(days=n, hours=1)) == 0, n
        reported(cast, str(one.pk), days=n + 0.5)
    late = cast.at + timedelta(days=3)
    assert (actions.raise_repeats(late), actions.raise_repeats(late)) == (1, 0)
    signal = Signal.objects.get()
    assert (signal.kind, signal.risk_id, signal.measure_id, signal.text) == (
        "repeated",
        risk.pk,
        one.pk,
        "“联锁 1”90 天内隐患登记 3 次",
    )
    assert Signal.objects.exclude(risk=risk).count() == 0


def test_a_report_fills_what_the_measure_answers_and_keeps_what_was_written(cast: Cast) -> None:
    risk = entered(cast, row(1))
    case = reported(cast, str(measure(risk).pk))
    assert (case.subject_kind, case.subject_id) == (queries.MEASURE, str(measure(risk).pk))
    assert (case.hidden_danger.measure_kind, case.hidden_danger.measure) == ("engineering", "联锁 1")
    own = reported(cast, str(measure(risk).pk), measure="声光报警", measure_kind="management")
    assert (own.hidden_danger.measure_kind, own.hidden_danger.measure) == ("management", "声光报警")
    assert reported(cast, "").subject_kind == ""


def shift_task(cast: Cast, risk: Risk) -> Task:
    syncing.make_checks(actor=cast.actor("safety"), organisation=cast.enterprise, at=cast.at)
    planning.generate(cast.at + timedelta(days=2))
    return Plan.objects.get(subject_id=str(risk.unit_id)).tasks.order_by("starts_at")[0]


def test_checks_and_reports_count_together_and_each_danger_once(cast: Cast) -> None:
    risk = entered(cast, row(1))
    task = shift_task(cast, risk)
    check(cast, task, "联锁 1", task.due_at)
    found = Case.objects.get()
    assert (found.subject_kind, found.subject_id) == (queries.MEASURE, str(measure(risk).pk))
    assert [one.case for one in failed(cast, risk)] == [found]  # the check and its case are one
    hand = reported(cast, str(measure(risk).pk), days=1)
    assert {one.case for one in failed(cast, risk)} == {found, hand}
    # The same danger, told a second time, is joined to the first: whichever way, it counts once.
    handling.merge(
        actor=cast.actor("regulator"), case=hand, into=found, reason="同一处", at=cast.at + timedelta(days=2)
    )
    assert [one.case for one in failed(cast, risk)] == [found]


def test_a_check_s_case_joined_to_the_report_counts_once(cast: Cast) -> None:
    risk = entered(cast, row(1))
    hand = reported(cast, str(measure(risk).pk))
    task = shift_task(cast, risk)
    check(cast, task, "联锁 1", task.due_at)
    found = Case.objects.exclude(pk=hand.pk).get()
    assert len(failed(cast, risk)) == 2
    handling.merge(
        actor=cast.actor("regulator"), case=found, into=hand, reason="同一处", at=cast.at + timedelta(days=2)
    )
    assert [one.answer is not None for one in failed(cast, risk)] == [True]


def test_a_report_that_was_none_does_not_count(cast: Cast) -> None:
    risk = entered(cast, row(1))
    case = reported(cast, str(measure(risk).pk))
    casework.make_step(
        actor=cast.actor("safety"), case=case, step="void", note="试验中", at=cast.at + timedelta(hours=1)
    )
    assert failed(cast, risk) == []


def test_a_report_before_the_last_grading_is_over(cast: Cast) -> None:
    risk = entered(cast, row(1))
    for n in range(3):
        reported(cast, str(measure(risk).pk), days=n)
    actions.grade(
        actor=cast.actor("safety"), risk=risk, method="lec", factors={"l": "6", "e": "6", "c": "7"}, direct="", reason="看过", at=cast.at + timedelta(days=3)
    )  # fmt: skip
    assert actions.raise_repeats(cast.at + timedelta(days=4)) == 0
    assert len(failed(cast, risk)) == 3


@pytest.mark.parametrize("about", ["0", "99999999", "没有这样的措施", "1" * 30, "<b>"])
def test_a_measure_that_is_not_of_this_firm_is_refused(cast: Cast, about: str) -> None:
    entered(cast, row(1))
    for chosen, said in ((about, ""), ("", about)):
        with pytest.raises(Refused) as caught:
            reported(cast, chosen, said=said)
        assert caught.value.field == "subject"
    assert Case.objects.count() == 0


def test_another_firm_s_measure_is_refused(cast: Cast) -> None:
    risk = entered(cast, row(1))
    with pytest.raises(Refused) as caught:
        subjects.chosen(cast.actor("regulator"), process(), cast.street, {"subject": str(measure(risk).pk)})
    assert caught.value.field == "subject"


def test_words_that_mean_several_ask_again_and_a_measure_out_of_use_is_still_named(cast: Cast) -> None:
    risk = entered(cast, row(1), row(2))
    with pytest.raises(Refused) as caught:
        reported(cast, "", said="联锁")
    assert "不止一条" in caught.value.message
    assert reported(cast, "", said=f"{risk.code} 联锁").subject_id == str(measure(risk).pk)
    actions.retire(actor=cast.actor("safety"), risk=risk, reason="拆了", at=cast.at)
    offered = {one.id for one in queries.offered(cast.actor("worker"), cast.enterprise)}
    assert str(measure(risk).pk) not in offered
    assert reported(cast, str(measure(risk).pk)).subject_id == str(measure(risk).pk)  # a phone kept it for days


def test_the_form_names_a_measure_and_the_case_leads_back(cast: Cast) -> None:
    risk = entered(cast, row(1), row(2))
    one, worker = measure(risk), cast.client("worker")
    page = worker.get(reverse("hidden_danger_new")).content.decode()
    assert 'name="subject"' in page
    assert f'value="{one.pk}"' in page
    sent = {"title": "联锁不动作", "source": "post", "subject": str(one.pk), "key": str(uuid4())}
    assert worker.post(reverse("hidden_danger_new"), sent).status_code == 302
    case = Case.objects.get()
    assert case.subject_title == f"{risk.code}-1 联锁 1"
    back = reverse("risk", args=[risk.pk])
    assert f"{back}#m{one.pk}" in worker.get(reverse("case", args=[case.number])).content.decode()
    card = cast.client("safety").get(back).content.decode()
    assert case.number in card
    assert "隐患登记" in card
    # Who may not read the register sees the words without a way.
    assert subjects.link(cast.actor("officer"), case) == ("管控措施", case.subject_title, "")


def test_who_reports_for_the_whole_district_finds_the_measures_of_the_firm(cast: Cast) -> None:
    risk = entered(cast, row(1), row(2))
    expert, one = cast.client("expert"), measure(risk)
    asked = {"process": "hidden_danger", "owner": str(cast.enterprise.pk), "q": f"{risk.code} 联锁"}
    rows = expert.get(reverse("case_subjects"), asked).json()["rows"]
    assert [found["text"].endswith("联锁 1") for found in rows] == [True]
    assert expert.get(reverse("case_subjects"), {**asked, "owner": ""}).json()["rows"] == []
    assert cast.client("school").get(reverse("case_subjects"), asked).status_code == 403
    # Without script: the step 列出这家的 keeps what was typed and saves nothing.
    typed = {"title": "联锁不动作", "owner": str(cast.enterprise.pk), "look": "1", "subject-said": ""}
    page = expert.post(reverse("hidden_danger_new"), typed).content.decode()
    assert all(word in page for word in ('name="subject"', f'value="{one.pk}"', "联锁不动作"))
    assert Case.objects.count() == 0
    sent = {**typed, "subject": str(one.pk), "source": "expert", "key": str(uuid4())}
    del sent["look"]
    assert expert.post(reverse("hidden_danger_new"), sent).status_code == 302
    assert Case.objects.get().subject_id == str(one.pk)


def test_without_the_room_that_offers_there_is_nothing_to_name(cast: Cast) -> None:
    entered(cast, row(1))
    before = dict(declared.subjects())
    declared.install_subjects([])
    try:
        page = cast.client("worker").get(reverse("hidden_danger_new")).content.decode()
        assert 'name="subject"' not in page
        assert reported(cast, "7").subject_kind == ""
    finally:
        declared.install_subjects(before.values())


def test_a_check_that_was_corrected_to_sound_does_not_count(cast: Cast) -> None:
    risk = entered(cast, row(1))
    task = shift_task(cast, risk)
    check(cast, task, "联锁 1", task.due_at)
    record = task.standing
    assert record is not None
    answers = {one.pk: Given("ok") for one in task.form.items.all()}
    checks.correct(
        actor=cast.actor("worker"), record=record, answers=answers, reason="看错了", at=task.due_at, key=uuid4()
    )
    assert failed(cast, risk) == []
    assert queries.repeated(task.due_at) == []


def test_a_firm_whose_checks_are_all_sound_is_on_line(cast: Cast) -> None:
    """上线率 counts firms that report or check; the formula leads to both."""
    formula = named("hidden_danger.on_line_rate")
    assert formula is not None
    risk = entered(cast, row(1))
    task = shift_task(cast, risk)
    after = date(2025, 8, 9)
    assert formula.compute(2025, after).ratio == (0, 1)
    before = formula.fingerprint(2025)
    answers = {one.pk: Given("ok") for one in task.form.items.all()}
    checks.finish(actor=cast.actor("worker"), task=task, answers=answers, at=task.due_at, key=uuid4())
    told = formula.compute(2025, after)
    assert (told.ratio, told.value, formula.fingerprint(2025) != before) == ((1, 1), Decimal("100.0"), True)
    planner = cast.client("planner")
    assert [planner.get(step.url).status_code for step in told.steps] == [200, 200, 200]
    assert task.title in planner.get(told.steps[1].url).content.decode()
    assert formula.compute(2025, date(2025, 7, 20)).ratio == (0, 1)  # the month before
