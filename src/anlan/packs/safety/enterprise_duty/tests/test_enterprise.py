"""Money, promises, projects, the page of an enterprise, who sees names, what the desks say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from tests.support.cast import Cast

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.registry import actions as registry
from anlan.kernel.registry.cells import row_of
from anlan.kernel.registry.types import Sheet
from anlan.packs.safety.enterprise_duty import actions, desk, queries
from anlan.packs.safety.enterprise_duty.capability import CAPABILITY
from anlan.packs.safety.enterprise_duty.models import FeeAccount, FeeEntry, ProjectOpinion, Promise, SafetyProject
from anlan.packs.safety.enterprise_duty.sheets import CERTIFICATES, CONTRACTORS, FILES

FILE: Mapping[str, Any] = {"code": "SL-E31", "trade": "cold", "employees": "64", "level": "third", "level_on": "2022-08-01", "level_expires_on": "2025-07-31"}  # fmt: skip
CARD: Mapping[str, Any] = {"code": "C-1", "holder": "示例冯某", "kind": "cooling", "number": "证0001", "issued_on": "2020-01-01", "expires_on": "2025-12-31"}  # fmt: skip
FIRM: Mapping[str, Any] = {"code": "B-1", "name": "示例检修", "scope": "保温", "licence": "示 1", "licence_expires_on": "2026-01-01", "contract_until": "2026-01-01", "people": "0"}  # fmt: skip


def faults(sheet: Sheet, row: Mapping[str, Any], **changed: Any) -> list[str]:
    return [one.column for one in row_of({**row, **changed}, sheet)[1]]


def add(cast: Cast, sheet: Sheet, row: Mapping[str, Any], **changed: Any) -> Any:
    values, problems = row_of({**row, **changed}, sheet)
    assert problems == []
    return registry.add(
        actor=cast.actor("safety"), sheet=sheet, organisation=cast.enterprise, values=values, at=cast.at
    )


@pytest.mark.pure
def test_what_the_registers_refuse() -> None:
    assert faults(FILES, FILE) == []
    assert faults(FILES, FILE, level_expires_on="2025-08-05") == ["level_expires_on"]
    assert faults(FILES, FILE, level_on="") == ["level_on"]
    assert faults(FILES, FILE, level="none", level_on="", level_expires_on="") == []
    assert faults(CERTIFICATES, CARD, expires_on="2019-12-31") == ["expires_on"]
    assert faults(CERTIFICATES, CARD, recheck_on="2026-01-01") == ["recheck_on"]
    assert faults(CONTRACTORS, FIRM, people="3") == ["agreement_on", "trained_on"]


# ---- the safety fee
def fee(cast: Cast, item: str, amount: str, on: date | None = None, who: str = "safety") -> FeeEntry:
    return actions.enter_fee(
        actor=cast.actor(who), enterprise=cast.enterprise, item=item, amount=Decimal(amount), on=on or civil_date(cast.at), note="示例", key=uuid4(), at=cast.at
    )  # fmt: skip


@pytest.mark.django_db
def test_the_balance_of_no_day_is_negative(cast: Cast) -> None:
    today = civil_date(cast.at)
    with pytest.raises(Refused, match="-100"):
        fee(cast, "risk", "100")
    fee(cast, "", "1000", today - timedelta(days=3))
    fee(cast, "risk", "999.99")
    with pytest.raises(Refused) as refused:
        fee(cast, "training", "0.02")
    assert refused.value.code == "balance"
    # There is money today, but there was none a week ago.
    fee(cast, "", "500")
    with pytest.raises(Refused) as refused:
        fee(cast, "training", "10", today - timedelta(days=7))
    assert refused.value.code == "balance"
    account = FeeAccount.objects.get()
    assert account.balance == Decimal("500.01")
    assert account.balance == sum(
        one.amount if one.target == "reserve" else -one.amount for one in account.entries.all()
    )


@pytest.mark.django_db
def test_a_draw_that_was_used_cannot_be_reversed_and_a_use_can_once(cast: Cast) -> None:
    drawn = fee(cast, "", "1000", date(2024, 12, 31))
    used = fee(cast, "risk", "600")
    actor = cast.actor("safety")
    with pytest.raises(Refused) as refused:
        actions.reverse_fee(actor=actor, entry=drawn, reason="记错", key=uuid4(), at=cast.at)
    assert refused.value.code == "balance"
    actions.reverse_fee(actor=actor, entry=used, reason="记错", key=uuid4(), at=cast.at)
    with pytest.raises(Refused) as refused:
        actions.reverse_fee(actor=actor, entry=used, reason="再来", key=uuid4(), at=cast.at)
    assert refused.value.code == "illegal"
    account = FeeAccount.objects.get()
    years = queries.ledger(account)
    assert [(one.year, one.opening, one.drawn, one.used, one.closing) for one in years] == [
        (2025, Decimal(1000), Decimal(0), Decimal(0), Decimal(1000)), (2024, Decimal(0), Decimal(1000), Decimal(0), Decimal(1000)),
    ]  # fmt: skip


@pytest.mark.django_db
def test_two_who_enter_at_once_never_both_spend(cast: Cast) -> None:
    fee(cast, "", "100")
    account = FeeAccount.objects.get()
    FeeAccount.objects.filter(pk=account.pk).update(version=99)  # somebody was quicker
    with pytest.raises(Refused) as refused, transaction.atomic():
        actions._move(
            account,
            uuid4(),
            civil_date(cast.at),
            "reserve",
            "risk",
            Decimal(100),
            "x",
            "",
            None,
            cast.actor("safety"),
            cast.at,
        )
    assert refused.value.code == "stale"
    with pytest.raises(IntegrityError), transaction.atomic():
        FeeAccount.objects.filter(pk=account.pk).update(balance=-1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sent", "status"),
    [({}, 302), ({"amount": "0"}, 422), ({"amount": "1.001"}, 422), ({"amount": "很多"}, 422), ({"amount": "NaN"}, 422), ({"item": "beer"}, 422), ({"on": "2099-01-01"}, 422),
     ({"on": "昨天"}, 422), ({"note": ""}, 422)],
)  # fmt: skip
def test_the_form_of_the_fee(cast: Cast, sent: dict[str, str], status: int) -> None:
    given = {
        "item": "draw",
        "amount": "100",
        "on": str(civil_date(cast.at)),
        "note": "提取",
        "key": str(uuid4()),
        **sent,
    }
    answer = cast.client("safety").post("/registry/enterprise/SL-E31/fees/", given)
    assert answer.status_code == status
    assert FeeEntry.objects.exists() is (status == 302)
    assert cast.client("regulator").post("/registry/enterprise/SL-E31/fees/", given).status_code == 403
    assert cast.client("safety").get("/registry/enterprise/SL-E31/fees/export/?form=csv").status_code == 200


# ---- the promise
@pytest.mark.django_db
def test_the_head_promises_and_it_is_printed(cast: Cast) -> None:
    address = "/registry/enterprise/SL-E31/"
    assert any(one.kind == "安全承诺" for one in desk.waits(cast.actor("head"), cast.at))
    assert cast.client("safety").post(address, {"kind": "year", "words": "承诺"}).status_code == 403
    assert cast.client("head").post(address, {"kind": "year", "words": ""}).status_code == 422
    assert cast.client("head").post(address, {"kind": "year", "words": "足额提取安全费用"}).status_code == 302
    assert cast.client("head").post(address, {"kind": "year", "words": "又一次"}).status_code == 409
    row = Promise.objects.get()
    page = cast.client("street").get(f"/registry/enterprise_promises/{row.pk}/").content.decode()
    assert "足额提取安全费用" in page
    assert cast.client("head").get(f"/registry/enterprise_promises/{row.pk}/?form=docx").status_code == 200
    actions.give_promise(actor=cast.actor("head"), enterprise=cast.enterprise, kind="day", words="今日", facts=queries.today_facts(cast.enterprise), at=cast.at)  # fmt: skip
    assert Promise.objects.get(kind="day").facts["动火作业"] == "0 处"


# ---- the page, and who sees names
@pytest.mark.django_db
def test_names_are_for_the_enterprise_and_the_regulator(cast: Cast) -> None:
    add(cast, CERTIFICATES, CARD)
    add(cast, FILES, FILE)
    for who, sees in (("safety", True), ("head", True), ("regulator", True), ("worker", False), ("street", False), ("planner", False), ("auditor", False)):  # fmt: skip
        body = cast.client(who).get("/registry/enterprise/SL-E31/").content.decode()
        assert "C-1" in body, who
        assert ("示例冯某" in body) is sees, who
        assert ("证0001" in body) is sees, who
        assert "示例冯某" not in cast.client(who).get("/registry/enterprise_certificates/").content.decode()
    assert cast.client("other").get("/registry/enterprise/SL-E31/").status_code == 403


@pytest.mark.django_db
def test_what_runs_out_is_on_both_desks_and_in_the_table(cast: Cast) -> None:
    add(cast, FILES, FILE, level_expires_on="2025-07-24", drill_due_on="2025-08-01")
    add(cast, CERTIFICATES, CARD, recheck_on="2025-08-20")
    mine = [(one.kind, one.title) for one in desk.waits(cast.actor("safety"), cast.at)]
    assert ("标准化", "冷库甲") in mine
    assert ("证件复审", "C-1") in mine
    watched = {(one.kind, one.title, one.fact) for one in desk.waits(cast.actor("regulator"), cast.at)}
    assert ("标准化", "企业安全档案 1 项", "有效期至：已过期 1，90 天内 0") in watched
    line = queries.lines(cast.actor("regulator"), cast.at)[0]
    assert (line.late, line.near, line.certificates) == (1, 2, 1)
    today = civil_date(cast.at)
    told = {one.slug: one.compute(today.year, today) for one in CAPABILITY.formulas}
    assert told["enterprise_duty.standard_rate"].ratio == (0, 1)
    assert told["enterprise_duty.certificate_rate"].ratio == (1, 1)
    assert cast.client("worker").get("/registry/enterprise/").status_code == 302  # one enterprise: its page
    assert "冷库甲" in cast.client("regulator").get("/registry/enterprise/").content.decode()
    assert cast.client("regulator").get("/registry/enterprise/export/?form=csv").status_code == 200


# ---- 三同时
def _project(cast: Cast) -> SafetyProject:
    return actions.make_project(
        actor=cast.actor("safety"),
        enterprise=cast.enterprise,
        name="扩建",
        what="冷藏间",
        invest=Decimal(860),
        at=cast.at,
    )


def _answer(cast: Cast, project: SafetyProject, who: str, agree: bool, words: str = "") -> ProjectOpinion:
    opinion = project.opinions.filter(state="asked", department__path__startswith=cast.actor(who).path).get()
    return actions.answer(actor=cast.actor(who), opinion=opinion, agree=agree, words=words, at=cast.at)


@pytest.mark.django_db
def test_a_stage_is_passed_when_all_that_were_asked_agree(cast: Cast) -> None:
    project, actor = _project(cast), cast.actor("safety")
    with pytest.raises(Refused, match="先送部门"):
        actions.pass_stage(actor=actor, project=project, at=cast.at)
    actions.ask_departments(actor=actor, project=project, departments=[cast.emergency, cast.environment], at=cast.at)
    waits = [one.title for one in desk.waits(cast.actor("other"), cast.at) if one.kind == "联合审批"]
    assert waits == ["扩建"]
    _answer(cast, project, "regulator", True)
    with pytest.raises(Refused, match="还在等区生态环境局"):
        actions.pass_stage(actor=actor, project=project, at=cast.at)
    with pytest.raises(Refused) as refused:
        _answer(cast, project, "other", False)
    assert refused.value.field == "words"
    _answer(cast, project, "other", False, "缺环评")
    with pytest.raises(Refused, match="不同意"):
        actions.pass_stage(actor=actor, project=project, at=cast.at)
    actions.ask_departments(actor=actor, project=project, departments=[cast.environment], at=cast.at)
    _answer(cast, project, "other", True)
    actions.pass_stage(actor=actor, project=project, at=cast.at)
    assert project.state == "design"
    assert project.opinions.count() == 3  # the refusal stays


@pytest.mark.django_db
def test_projects_in_the_browser(cast: Cast) -> None:
    client = cast.client("safety")
    assert (
        client.post(
            "/registry/enterprise_projects/new/", {"name": "扩建", "what": "冷藏间", "invest": "很多"}
        ).status_code
        == 422
    )
    assert (
        client.post(
            "/registry/enterprise_projects/new/", {"name": "扩建", "what": "冷藏间", "invest": "860"}
        ).status_code
        == 302
    )
    project = SafetyProject.objects.get()
    address = f"/registry/enterprise_projects/{project.pk}/"
    assert cast.client("other").get(address).status_code == 404
    assert client.post(address, {"do": "ask"}).status_code == 422
    assert client.post(address, {"do": "ask", "departments": [cast.environment.pk]}).status_code == 302
    assert cast.client("other").get(address).status_code == 200
    assert cast.client("officer").post(address, {"do": "pass"}).status_code == 404
    opinion = project.opinions.get()
    assert cast.client("other").post(address, {"do": "agree", "opinion": opinion.pk}).status_code == 302
    assert client.post(address, {"do": "pass"}).status_code == 302
    assert client.post(address, {"do": "fly"}).status_code in (409, 422)
    assert "安全设施设计" in client.get("/registry/enterprise_projects/").content.decode()
    assert client.post(address, {"do": "drop", "reason": "不建了"}).status_code == 302
