"""Examinations: once, by the clock, private; certificates that anyone verifies; figures of organisations."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.support.cast import PASSWORD, Cast
from tests.support.together import together

from anlan.base.errors import Refused
from anlan.kernel.access import actions as access
from anlan.kernel.access import policy
from anlan.kernel.access.models import Person
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.journal.models import Entry
from anlan.packs.safety.publicity import exams, queries, rules
from anlan.packs.safety.publicity.models import ExamSitting, TrainingCertificate
from anlan.packs.safety.publicity.tests.support import course, passed, right, start

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _var(settings: Any, tmp_path: Path, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.VAR = tmp_path
    monkeypatch.setattr("anlan.base.clock.now", lambda: cast.at)


def test_once_then_again_after_the_days(cast: Cast) -> None:
    one, worker = course(cast), cast.actor("worker")
    sitting = start(cast, one)
    assert start(cast, one, seed="other") == sitting  # pressed twice
    with pytest.raises(Refused):
        exams.hand_in(actor=cast.actor("head"), sitting=sitting, given={}, at=cast.at)
    exams.hand_in(actor=worker, sitting=sitting, given=right(sitting, wrong=True), at=cast.at)
    assert (sitting.passed, sitting.got, sitting.full) == (False, 3, 5)
    assert not TrainingCertificate.objects.exists()
    with pytest.raises(Refused) as twice:
        exams.hand_in(actor=worker, sitting=sitting, given=right(sitting), at=cast.at)
    assert twice.value.code == "twice"
    with pytest.raises(Refused, match="起可以再考"):
        start(cast, one, at=cast.at + timedelta(days=6))
    again = start(cast, one, at=cast.at + timedelta(days=7), seed="t")
    assert again.attempt == 2
    once = course(cast, title="只一次", again_days="0")
    failed = start(cast, once)
    exams.hand_in(actor=worker, sitting=failed, given={}, at=cast.at)
    with pytest.raises(Refused, match="只能考一次"):
        start(cast, once, at=cast.at + timedelta(days=300))


def test_after_the_bell_only_what_was_kept_counts(cast: Cast) -> None:
    one, worker = course(cast), cast.actor("worker")
    sitting = start(cast, one)
    exams.keep(actor=worker, sitting=sitting, given=right(sitting, wrong=True), at=cast.at + timedelta(minutes=14))
    late = cast.at + timedelta(minutes=15, seconds=31)
    with pytest.raises(Refused, match="时间已到"):
        exams.keep(actor=worker, sitting=sitting, given=right(sitting), at=late)
    exams.hand_in(actor=worker, sitting=sitting, given=right(sitting), at=late)
    assert sitting.got == 3
    assert sitting.done_at == sitting.due_at
    other = start(cast, one, "safety")
    exams.keep(actor=cast.actor("safety"), sitting=other, given=right(other), at=cast.at)
    assert exams.close_late(other.due_at + timedelta(seconds=30)) == 0
    assert exams.close_late(late) == 1
    other.refresh_from_db()
    assert other.passed


def test_a_certificate_is_verified_by_number_and_code_and_nothing_else(cast: Cast) -> None:
    sitting = passed(cast, course(cast))
    held = sitting.certificate
    assert held.number == "PX-2025-00001"
    assert held.expires_on == date(2026, 7, 25)
    citizen, page = cast.client(None), reverse("public_certificate")
    good = citizen.post(page, {"number": held.number.lower(), "code": held.code})
    assert good.status_code == 200
    assert "示**" in good.content.decode()
    assert sitting.person.name not in good.content.decode()
    told = set()
    for number, code in ((held.number, "AAAAAAAA"), ("PX-2025-00009", held.code), (held.number, ""), ("", ""), (held.number, "验证码验证码验证")):  # fmt: skip
        answer = citizen.post(page, {"number": number, "code": code})
        assert answer.status_code == 422
        assert "示**" not in answer.content.decode()
        told.add("编号和验证码对不上" in answer.content.decode())
    assert told == {True}
    for _turn in range(6):
        citizen.post(page, {"number": held.number, "code": "22222222"})
    assert citizen.post(page, {"number": held.number, "code": held.code}).status_code == 429
    with pytest.raises(Refused):
        exams.revoke(actor=cast.actor("officer"), number=held.number, reason="", at=cast.at)
    exams.revoke(actor=cast.actor("regulator"), number=held.number, reason="替考", at=cast.at)
    fresh = (
        cast.client(None)
        .post(page, {"number": held.number, "code": held.code}, REMOTE_ADDR="10.0.0.9")
        .content.decode()
    )
    assert "已撤销" in fresh
    assert "替考" not in fresh


def test_a_certificate_is_renewed_and_shown_before_it_ends(cast: Cast) -> None:
    one = course(cast)
    passed(cast, one)
    worker = cast.actor("worker")
    with pytest.raises(Refused, match="起可以重考"):
        start(cast, one, at=cast.at + timedelta(days=100))
    assert not [each for each in queries.waiting(worker, cast.at + timedelta(days=300)) if each.kind == "证书到期"]
    soon = cast.at + timedelta(days=340)
    assert [each.title for each in queries.waiting(worker, soon) if each.kind == "证书到期"] == ["示例考试"]
    passed(cast, one, at=soon)
    assert not [each for each in queries.waiting(worker, soon) if each.kind == "证书到期"]


def test_an_examination_is_its_persons_alone(cast: Cast) -> None:
    one = course(cast)
    sitting = passed(cast, one)
    pages = (reverse("exam_sitting", args=[sitting.pk]), reverse("exam_certificate", args=[sitting.certificate.pk]))
    for page in pages:
        assert cast.client("worker").get(page).status_code == 200
        for who in ("head", "safety", "regulator", "officer", "street"):
            assert cast.client(who).get(page).status_code == 404
    for who in ("auditor", "planner", "admin"):
        assert cast.client(who).get(pages[0]).status_code == 403
    shown = cast.client("regulator").get(reverse("training_course", args=[one.pk])).content.decode()
    assert sitting.person.name not in shown
    assert "没有一个单位够五个人" in shown
    entries = Entry.objects.filter(
        verb__in=("publicity.started", "publicity.kept", "publicity.handed_in", "publicity.issued")
    )
    assert entries.count() == 3
    assert not any({"passed", "got", "answers"} & set(entry.new) for entry in entries)


def test_figures_of_an_organisation(cast: Cast) -> None:
    one = course(cast)
    for number in range(10):
        person = Person.objects.create_user(f"p{number}", PASSWORD, name=f"示例·{number}", is_demo=True)
        post = access.appoint(actor=SYSTEM, person=person, organisation=cast.enterprise, role="worker", title="岗", starts_on=date(2021, 1, 1), at=cast.at)  # fmt: skip
        actor = policy.actor_of(post)
        sitting = exams.start(actor=actor, course=one, seed=str(number), at=cast.at)
        exams.hand_in(actor=actor, sitting=sitting, given=right(sitting, wrong=number % 2 == 0), at=cast.at)
    start(cast, one)  # not handed in: not counted
    passed(cast, one, "street")
    lines = queries.figures(cast.actor("regulator"), one)
    assert [(line.title, line.sat, line.passed) for line in lines] == [("示例冷库甲", 10, 5)]
    with pytest.raises(Refused):
        queries.figures(cast.actor("head"), one)
    assert cast.client("regulator").get(reverse("training_figures", args=[one.pk]), {"form": "csv"}).status_code == 200


def test_a_bank_is_replaced_as_a_whole_and_old_papers_stay(cast: Cast) -> None:
    one, regulator = course(cast), cast.client("regulator")
    sitting = start(cast, one)

    def do(word: str) -> str:
        return reverse("training_course_do", args=[one.pk, word])

    def file(text: str) -> SimpleUploadedFile:
        return SimpleUploadedFile("a.csv", text.encode(), "text/csv")

    head = ",".join(rules.HEAD)
    good = f"{head}\n判断,新题,,,,,,,对,1,\n"
    assert regulator.post(do("bank"), {"file": file(good)}).status_code == 409  # while it is open
    regulator.post(do("close"))
    bad = regulator.post(do("bank"), {"file": file(good + "单选,坏,甲,,,,,,A,1,\n")})
    assert bad.status_code == 422
    assert "第 3 行" in bad.content.decode()
    assert one.questions.count() == 3
    assert regulator.post(do("bank")).status_code == 422
    assert regulator.post(do("bank"), {"file": file(good)}).status_code == 302
    assert one.questions.count() == 1
    assert regulator.post(do("open")).status_code == 422  # asks three
    assert [each.text for each in exams.paper_of(sitting)] != ["新题"]
    exported = regulator.get(reverse("training_bank", args=[one.pk]), {"form": "csv"}).content.decode("utf-8-sig")
    assert "新题" in exported
    assert cast.client("officer").get(reverse("training_course", args=[one.pk])).status_code == 200
    assert cast.client("other").get(reverse("training_course", args=[one.pk])).status_code == 404


@pytest.mark.parametrize(("name", "value"), [("title", ""), ("topic", "x"), ("questions_asked", "0"), ("minutes", "½"), ("pass_mark", "101"), ("valid_months", "-1"), ("again_days", "999")])  # fmt: skip
def test_wrong_courses(cast: Cast, name: str, value: str) -> None:
    with pytest.raises(Refused) as told:
        course(cast, **{name: value})
    assert told.value.field == name


def test_taking_it_on_the_pages(cast: Cast) -> None:
    one, worker = course(cast), cast.client("worker")
    assert "示例考试" in worker.get(reverse("exams")).content.decode()
    answer = worker.post(reverse("exam_course", args=[one.pk]))
    sitting = ExamSitting.objects.get()
    assert answer.headers["Location"] == reverse("exam_sitting", args=[sitting.pk])
    page = reverse("exam_sitting", args=[sitting.pk])
    shown = worker.get(page).content.decode()
    assert "（正确）" not in shown
    assert worker.post(page, {"do": "keep", "q0": "77"}).status_code == 422
    assert worker.post(page, {"do": "keep", **right(sitting)}).status_code == 302
    assert "checked" in worker.get(page).content.decode()
    worker.post(page, {"do": "hand_in", **right(sitting)})
    assert "合格" in worker.get(page).content.decode()
    assert worker.post(page, {"do": "hand_in"}).status_code == 422
    assert cast.client("auditor").post(reverse("exam_course", args=[one.pk])).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_handed_in_from_two_windows_gives_one_certificate(cast: Cast) -> None:
    one, worker = course(cast), cast.actor("worker")
    begun = together(*(lambda seed=seed: exams.start(actor=worker, course=one, seed=seed, at=cast.at) for seed in ("a", "b", "c")))  # fmt: skip
    assert len({row.pk for row in begun if isinstance(row, ExamSitting)}) == 1
    assert not any(isinstance(row, Refused) for row in begun)
    copies = [ExamSitting.objects.get() for _ in range(3)]
    found = together(*(lambda row=row: exams.hand_in(actor=worker, sitting=row, given=right(row), at=cast.at) for row in copies))  # fmt: skip
    assert sum(isinstance(row, Refused) for row in found) == 2
    assert TrainingCertificate.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_certificates_of_the_same_instant_have_different_numbers(cast: Cast) -> None:
    one = course(cast)
    sittings = [(who, start(cast, one, who)) for who in ("worker", "safety", "head")]
    together(*(lambda who=who, row=row: exams.hand_in(actor=cast.actor(who), sitting=row, given=right(row), at=cast.at) for who, row in sittings))  # fmt: skip
    assert sorted(TrainingCertificate.objects.values_list("number", flat=True)) == [f"PX-2025-0000{n}" for n in (1, 2, 3)]  # fmt: skip
