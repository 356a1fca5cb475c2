"""A report about safety without an account: tracked by number and code, masked, rewarded only for what was proven, paid by another person."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.support.cast import Cast

from anlan.base import clock
from anlan.base.errors import Refused
from anlan.kernel.access import actions as access
from anlan.kernel.access.models import Person
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.casework import declared
from anlan.kernel.casework.actions import make_step, open_case
from anlan.kernel.casework.models import Case, Line
from anlan.kernel.journal.models import Entry
from anlan.kernel.reporting.models import Report, Reward
from anlan.packs.safety.safety_report import demonstration
from anlan.packs.safety.safety_report.process import KINDS, SLUG

pytestmark = pytest.mark.django_db
FORM, TRACK = "/public/safety-reports/", "/public/safety-reports/track/"
GOOD = {
    "kind": "unlicensed",
    "place": "冷库甲机房",
    "fact": "值夜班的制冷工没有证",
    "about": "冷库甲",
    "name": "示例·钱某",
    "phone": "13800000011",
}


@pytest.fixture(autouse=True)
def now(cast: Cast, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.DEMO = True
    monkeypatch.setattr(clock, "now", lambda: cast.at)


def sent(**more: str) -> tuple[Report, str]:
    page = Client().post(FORM, {**GOOD, **more}, follow=True).content.decode()
    code = re.search(r"<dd>([A-Z2-9]{4}-[A-Z2-9]{4})</dd>", page)
    assert code, page[-1500:]
    return Report.objects.latest("pk"), code.group(1)


def step(cast: Cast, who: str, word: str, days: float = 1, note: str = "示例", **values: str) -> Case:
    case = Case.objects.filter(process=SLUG).latest("pk")
    return make_step(
        actor=cast.actor(who), case=case, step=word, at=cast.at + timedelta(days=days), note=note, values=values
    )


def answered(cast: Cast) -> tuple[Report, str]:
    report, code = sent()
    step(cast, "regulator", "accept", to=str(cast.emergency.pk))
    step(cast, "regulator", "answer", 5, answer="已核查，立案处罚。")
    return report, code


def proven(cast: Cast, state: str = "paying") -> Case:
    case = open_case(actor=cast.actor("regulator"), process=declared.process("enforcement/penalty"), owner=cast.enterprise, title="无证上岗", issuer=cast.emergency,
                     holder=cast.emergency, source="public", at=cast.at)  # fmt: skip
    Case.objects.filter(pk=case.pk).update(state=state)
    return case


def test_from_the_form_to_the_reward(cast: Cast) -> None:
    report, code = answered(cast)
    assert (report.case.owner, report.case.source, report.case.number[:2]) == (cast.emergency, "public", "AJ")
    penalty = proven(cast)
    step(cast, "officer", "reward", 6, amount="3000", basis="示例办法第五条", proof=penalty.number)
    with pytest.raises(Refused):  # who decided does not pay; who pays must hold the post for it
        step(cast, "officer", "pay", 7, how="转账")
    step(cast, "regulator", "pay", 7, how="转账")
    reward = Reward.objects.get()
    assert (reward.amount, reward.report, reward.paid_by) == (Decimal(3000), report, "示例·regulator")
    with pytest.raises(Refused):
        step(cast, "officer", "reward", 8, amount="1", basis="再来", proof=penalty.number)
    told = Client().post(TRACK, {"number": report.case.number, "code": code}, follow=True).content.decode()
    assert "奖励已发" in told
    assert penalty.number not in told  # whose penalty it was is not told to whoever asks
    assert "13800000011" not in told


@pytest.mark.parametrize("state", ["investigating", "dropped"])
def test_no_reward_for_what_is_not_proven(cast: Cast, state: str) -> None:
    answered(cast)
    for proof in (proven(cast, state).number, "CF-1999-00001", "张三", ""):
        with pytest.raises(Refused) as caught:
            step(cast, "officer", "reward", 6, amount="3000", basis="示例", proof=proof)
        assert caught.value.field == "proof"
    for amount in ("0", "-1", "很多"):
        with pytest.raises(Refused) as caught:
            step(cast, "officer", "reward", 6, amount=amount, basis="示例", proof=proven(cast).number)
        assert caught.value.field == "amount"
    with pytest.raises(Refused):
        step(cast, "regulator", "reward", 6, amount="1", basis="示例", proof=proven(cast).number)
    assert not Reward.objects.exists()


def test_nobody_reads_who_reported_and_the_firm_reads_nothing(cast: Cast) -> None:
    report, _code = answered(cast)
    for who in ("regulator", "officer", "auditor"):
        page = cast.client(who).get(reverse("case", args=[report.case.number])).content.decode()
        assert "钱某" not in page, who
        assert "13800000011" not in page, who
    for who in ("head", "safety", "worker", "other", "inspector", "street"):
        assert cast.client(who).get(reverse("case", args=[report.case.number])).status_code == 404, who
    kept = "".join(f"{one.old_text}{one.new_text}" for one in Entry.objects.all()) + "".join(
        f"{one.note}{one.facts}" for one in Line.objects.all()
    )
    assert "钱某" not in kept
    address = reverse("safety_report_unmask", args=[report.case.number])
    assert cast.client("regulator").post(address, {"reason": ""}).status_code == 422
    assert "13800000011" in cast.client("regulator").post(address, {"reason": "回访核实"}).content.decode()
    assert Entry.objects.get(verb="casework.unmasked").new["reason"] == "回访核实"
    assert cast.client("auditor").post(address, {"reason": "想看"}).status_code == 403
    with pytest.raises(Refused):
        step(cast, "regulator", "send_back", to=str(cast.enterprise.pk))


@pytest.mark.parametrize(
    ("more", "word"), [({"kind": "x"}, "反映什么"), ({"place": ""}, "写在哪里"), ({"fact": "坏"}, "什么情况"), ({"phone": "call me"}, "电话"), ({"website": "x"}, "不该填")]
)  # fmt: skip
def test_wrong_forms_keep_what_was_typed(cast: Cast, more: dict[str, str], word: str) -> None:
    answer = Client().post(FORM, {**GOOD, **more})
    assert answer.status_code == 422
    assert word in answer.content.decode()
    assert not Report.objects.exists()


def test_anonymous_and_wrong_codes(cast: Cast) -> None:
    report, code = sent(name="", phone="")
    assert report.masked == "匿名"
    for number, given in ((report.case.number, "AAAA-BBBB"), ("AJ-1999-00001", code)):
        assert Client().post(TRACK, {"number": number, "code": given}).status_code == 422
    page = Client().get(FORM).content.decode()
    assert all(word in page for word in KINDS.values())
    assert "12350" in page


def test_the_story_is_told_once(cast: Cast) -> None:
    person = Person.objects.create_user("chief", None, name="示例·队长", is_demo=True)
    access.appoint(
        actor=SYSTEM,
        person=person,
        organisation=cast.emergency,
        role="bureau_officer",
        title="示例",
        starts_on=cast.at.date(),
        at=cast.at,
    )
    Case.objects.filter(pk=proven(cast).pk).update(is_demo=True)
    for _twice in range(2):
        demonstration.load(cast.at)
    assert sorted(Case.objects.filter(process=SLUG).values_list("state", flat=True)) == [
        "closed",
        "received",
        "working",
    ]
    assert Reward.objects.get().paid_at is not None
