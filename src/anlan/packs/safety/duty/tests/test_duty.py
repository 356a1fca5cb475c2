"""The roster in the database: gaps, trades by two at once, two signatures, files, pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.support.cast import AT, Cast
from tests.support.together import codes

from anlan.base import clock
from anlan.kernel.journal.models import Entry
from anlan.kernel.response import queries as response
from anlan.kernel.response.actions import intake, saying
from anlan.kernel.response.models import DutyShift
from anlan.packs.safety.duty import calling, handing, importing, panels, queries, rostering, trading
from anlan.packs.safety.duty.models import (
    HandOver,
    Manning,
    ShiftTrade,
)
from anlan.packs.safety.duty.tests.support import manned, person, refused, shift

pytestmark = pytest.mark.django_db
LIVE = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: AT)


# ---- gaps
def test_a_post_without_anybody_is_seen_a_week_ahead(cast: Cast) -> None:
    row = manned(cast)
    made = rostering.generate(
        actor=cast.actor("duty"),
        manning=row,
        people=[person(cast, "duty"), person(cast, "officer")],
        start=cast.at.date(),
        end=cast.at.date() + timedelta(days=8),
        at=cast.at,
    )
    assert made.made == 18
    assert queries.lacking(cast.at, cast.at + timedelta(days=7)) == []
    hole = DutyShift.objects.filter(starts_at__gt=cast.at + timedelta(days=3)).order_by("starts_at")[0]
    rostering.cancel(actor=cast.actor("duty"), shift=hole, reason="出差", at=cast.at)
    found = queries.lacking(cast.at, cast.at + timedelta(days=7))
    assert [(one.start, one.end, one.level) for one in found] == [(hole.starts_at, hole.ends_at, "red")]
    told = [one for one in queries.waiting(cast.actor("duty"), cast.at) if one.kind == "缺岗"]
    assert [one.title for one in told] == ["值班长没有人"]
    assert "1 处" in next(one.text for one in queries.now(cast.actor("duty"), cast.at) if one.title == "七天内缺岗")
    assert not [one for one in queries.waiting(cast.actor("team"), cast.at) if one.kind == "缺岗"]
    assert "没有人" in cast.client("duty").get(reverse("duty") + f"?day={hole.starts_at.date()}").content.decode()


def test_the_board_tells_who_is_lacking_first_then_who_stands(cast: Cast) -> None:
    duty = cast.actor("duty")
    assert panels.lines(duty, cast.at) == []
    manned(cast)
    manned(cast, "rescue")
    shift(cast, "duty", -1)
    lacking, standing, *coming = panels.lines(duty, cast.at)
    assert (lacking.sign, lacking.word, lacking.value) == ("red", "没有人", "缺 1 人")
    assert (standing.title, standing.name, standing.word) == ("值班长", "示例·duty", "在岗")
    assert [one.title for one in coming] == ["七天内没有人的班"]


def test_generating_again_makes_nothing_twice(cast: Cast) -> None:
    row = manned(cast)
    given: dict[str, Any] = {"actor": cast.actor("duty"), "manning": row, "people": [person(cast, "duty"), person(cast, "officer"), person(cast, "other")],
             "start": cast.at.date(), "end": cast.at.date() + timedelta(days=2), "at": cast.at}  # fmt: skip
    first, second = rostering.generate(**given), rostering.generate(**given)
    assert (first.made, second.made, second.kept) == (6, 0, 6)


@LIVE
def test_two_who_generate_at_once_fill_each_shift_once(cast: Cast) -> None:
    row = manned(cast)

    def make(who: str) -> Any:
        return lambda: rostering.generate(
            actor=cast.actor("duty"),
            manning=row,
            people=[person(cast, who)],
            start=cast.at.date(),
            end=cast.at.date() + timedelta(days=5),
            at=cast.at,
        )

    assert codes(make("duty"), make("officer")) == ["", ""]
    starts = list(DutyShift.objects.values_list("starts_at", flat=True))
    assert len(starts) == len(set(starts)) == 12


def test_the_kernel_finds_whom_the_roster_has(cast: Cast) -> None:
    shift(cast, "officer", -1, rank=2)
    shift(cast, "duty", -1)
    assert [(one.name, one.rank) for one in response.on_duty(cast.at)] == [("示例·duty", 1), ("示例·officer", 2)]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"post": "pope"}, "post"), ({"rank": "0"}, "rank"), ({"rank": "x"}, "rank"), ({"ends": -1}, "ends_at"), ({"ends": 100}, "ends_at"), ({"start": -48, "ends": -40}, "ends_at"),
    ],
)  # fmt: skip
def test_wrong_shifts_are_refused(cast: Cast, change: dict[str, Any], field: str) -> None:
    given: dict[str, Any] = {"post": "duty", "rank": "1", "start": 1, "ends": 9} | change
    said = refused(
        rostering.add, actor=cast.actor("duty"), post=given["post"], organisation=cast.district, person=person(cast, "duty"), rank=given["rank"],
        starts_at=cast.at + timedelta(hours=given["start"]), ends_at=cast.at + timedelta(hours=given["ends"]), at=cast.at,
    )  # fmt: skip
    assert said.field == field


def test_too_long_in_a_row_needs_a_word(cast: Cast) -> None:
    shift(cast, "duty", 1, 20)
    given: dict[str, Any] = {"actor": cast.actor("duty"), "post": "duty", "organisation": cast.district, "person": person(cast, "duty"), "rank": 1,
             "starts_at": cast.at + timedelta(hours=21), "ends_at": cast.at + timedelta(hours=30), "at": cast.at}  # fmt: skip
    assert refused(rostering.add, **given).field == "note"
    assert rostering.add(**given, note="没有替班的人").note == "没有替班的人"


def test_who_may_not_plan_is_refused(cast: Cast) -> None:
    assert (
        refused(rostering.cancel, actor=cast.actor("team"), shift=shift(cast, "duty", 5), reason="x", at=cast.at).code
        == "forbidden"
    )
    assert (
        refused(
            rostering.cancel, actor=cast.actor("street"), shift=shift(cast, "duty", 50), reason="x", at=cast.at
        ).code
        == "forbidden"
    )
    assert (
        refused(rostering.cancel, actor=cast.actor("duty"), shift=shift(cast, "duty", -1), reason="x", at=cast.at).code
        == "illegal"
    )


# ---- trades
def asked(cast: Cast, *, back: bool = True) -> ShiftTrade:
    mine, theirs = shift(cast, "officer", 24), shift(cast, "other", 72)
    return trading.ask(
        actor=cast.actor("officer"),
        shift=mine,
        to=person(cast, "other"),
        reason="培训",
        at=cast.at,
        back=theirs if back else None,
    )


def test_a_trade_is_done_with_the_others_word(cast: Cast) -> None:
    row = asked(cast)
    assert [one.title for one in queries.waiting(cast.actor("other"), cast.at) if one.kind == "换班"] == [
        "示例·officer想和你换班"
    ]
    assert refused(trading.answer, actor=cast.actor("officer"), row=row, agreed=True, at=cast.at).code == "forbidden"
    trading.answer(actor=cast.actor("other"), row=row, agreed=True, at=cast.at)
    holders = list(DutyShift.objects.order_by("starts_at").values_list("person__username", flat=True))
    assert (row.state, holders) == ("done", ["other", "officer"])


def test_over_a_limit_it_needs_an_approval_by_somebody_else(cast: Cast) -> None:
    shift(cast, "other", 36, 14)
    row = trading.ask(
        actor=cast.actor("officer"),
        shift=shift(cast, "officer", 24),
        to=person(cast, "other"),
        reason="培训",
        at=cast.at,
    )
    assert "连续" in row.over
    trading.answer(actor=cast.actor("other"), row=row, agreed=True, at=cast.at)
    assert row.state == "agreed"
    assert DutyShift.objects.get(pk=row.shift_id).person.username == "officer"
    assert refused(trading.decide, actor=cast.actor("duty"), row=row, approved=True, at=cast.at).code == "forbidden"
    assert refused(trading.decide, actor=cast.actor("commander"), row=row, approved=False, at=cast.at).field == "note"
    trading.decide(actor=cast.actor("commander"), row=row, approved=True, at=cast.at)
    assert DutyShift.objects.get(pk=row.shift_id).person.username == "other"


def test_neither_of_the_two_approves(cast: Cast) -> None:
    shift(cast, "leader", 36, 14)
    row = trading.ask(
        actor=cast.actor("commander"),
        shift=shift(cast, "commander", 24),
        to=person(cast, "leader"),
        reason="会",
        at=cast.at,
    )
    trading.answer(actor=cast.actor("leader"), row=row, agreed=True, at=cast.at)
    assert refused(trading.decide, actor=cast.actor("leader"), row=row, approved=True, at=cast.at).code == "forbidden"


def test_only_ones_own_coming_shift_and_one_trade_of_it(cast: Cast) -> None:
    mine = shift(cast, "officer", 24)
    ask: dict[str, Any] = {"to": person(cast, "other"), "reason": "培训", "at": cast.at}
    assert refused(trading.ask, actor=cast.actor("duty"), shift=mine, **ask).code == "forbidden"
    assert refused(trading.ask, actor=cast.actor("officer"), shift=shift(cast, "officer", -1), **ask).code == "illegal"
    assert refused(trading.ask, actor=cast.actor("officer"), shift=mine, **(ask | {"reason": " "})).field == "reason"
    assert (
        refused(trading.ask, actor=cast.actor("officer"), shift=mine, **(ask | {"to": person(cast, "officer")})).field
        == "to"
    )
    row = trading.ask(actor=cast.actor("officer"), shift=mine, **ask)
    assert refused(trading.ask, actor=cast.actor("officer"), shift=mine, **ask).code == "taken"
    trading.withdraw(actor=cast.actor("officer"), row=row, at=cast.at)
    trading.ask(actor=cast.actor("officer"), shift=mine, **ask)


def test_a_shift_that_changed_meanwhile_is_not_traded(cast: Cast) -> None:
    row = asked(cast)
    stale = ShiftTrade.objects.select_related(
        "shift__person", "shift__organisation", "back__person", "back__organisation", "asker", "to"
    ).get(pk=row.pk)
    rostering.cancel(actor=cast.actor("duty"), shift=row.shift, reason="撤岗", at=cast.at)
    assert refused(trading.answer, actor=cast.actor("other"), row=stale, agreed=True, at=cast.at).code == "stale"
    row.refresh_from_db()
    assert row.state == "void"


@LIVE
def test_two_trades_of_one_shift_at_once_end_in_one(cast: Cast) -> None:
    """The same shift is what two others would get back: both answer at the same instant."""
    wanted = shift(cast, "duty", 240)
    rows = [
        trading.ask(
            actor=cast.actor(who),
            shift=shift(cast, who, start),
            to=person(cast, "duty"),
            reason="换",
            at=cast.at,
            back=wanted,
        )
        for who, start in (("officer", 24), ("other", 72))
    ]
    duty = cast.actor("duty")
    said = codes(*[lambda row=row: trading.answer(actor=duty, row=row, agreed=True, at=cast.at) for row in rows])
    assert sorted(said) == ["", "stale"]
    wanted.refresh_from_db()
    assert wanted.version == 2
    assert DutyShift.objects.filter(person=person(cast, "duty")).count() == 1
    assert sorted(ShiftTrade.objects.values_list("state", flat=True)) == ["done", "void"]


@LIVE
def test_an_answer_and_a_withdrawal_at_once(cast: Cast) -> None:
    row = asked(cast)
    one, two = (
        ShiftTrade.objects.select_related(
            "shift__person", "shift__organisation", "back__person", "back__organisation", "asker", "to"
        ).get(pk=row.pk)
        for _ in range(2)
    )
    said = codes(
        lambda: trading.answer(actor=cast.actor("other"), row=one, agreed=True, at=cast.at),
        lambda: trading.withdraw(actor=cast.actor("officer"), row=two, at=cast.at),
    )
    assert sorted(said) == ["", "stale"]
    row.refresh_from_db()
    changed = DutyShift.objects.get(pk=row.shift_id).person.username == "other"
    assert changed is (row.state == "done")


# ---- hand-over
def ending(cast: Cast) -> DutyShift:
    return shift(cast, "duty", -11.5)


def test_a_hand_over_needs_two_signatures(cast: Cast) -> None:
    row = ending(cast)
    following = shift(cast, "officer", 0.5)
    assert [one.verb for one in queries.waiting(cast.actor("duty"), cast.at) if one.kind == "交接班"] == ["交班"]
    given = handing.give(actor=cast.actor("duty"), shift=row, to=following.person, note="北路积水已退", at=cast.at)
    assert given.state == "given"
    for who in ("duty", "other", "commander"):
        assert refused(handing.take, actor=cast.actor(who), row=given, at=cast.at).code == "forbidden"
    handing.take(actor=cast.actor("officer"), row=given, at=cast.at)
    assert (given.state, given.given_by_id != given.to_id) == ("done", True)
    assert refused(handing.take, actor=cast.actor("officer"), row=given, at=cast.at).code == "illegal"
    assert (
        refused(handing.give, actor=cast.actor("duty"), shift=row, to=following.person, note="", at=cast.at).code
        == "illegal"
    )


def test_who_signs_and_when(cast: Cast) -> None:
    officer = person(cast, "officer")
    row = ending(cast)
    assert (
        refused(handing.give, actor=cast.actor("officer"), shift=row, to=officer, note="", at=cast.at).code
        == "forbidden"
    )
    assert refused(handing.give, actor=cast.actor("duty"), shift=row, to=row.person, note="", at=cast.at).field == "to"
    early = shift(cast, "duty", -1, post="scene")
    assert (
        refused(handing.give, actor=cast.actor("duty"), shift=early, to=officer, note="", at=cast.at).code == "illegal"
    )


def test_the_sheet_is_drafted_from_what_happened_and_then_stands(cast: Cast) -> None:
    row = ending(cast)
    there = intake.open_incident(
        actor=cast.actor("duty"),
        organisation=cast.district,
        place="示例桥",
        kind="flood",
        source="来电",
        at=cast.at - timedelta(hours=3),
    )
    saying.note(actor=cast.actor("duty"), incident=there, text="水位在退", at=cast.at - timedelta(hours=1))
    found = queries.sheet(row, cast.at)
    assert [one["number"] for one in found["incidents"]] == [there.number]
    assert [one["text"] for one in found["notes"]] == ["水位在退"]
    assert [one["clock"] for one in found["late"]]
    given = handing.give(actor=cast.actor("duty"), shift=row, to=person(cast, "officer"), note="", at=cast.at)
    saying.note(actor=cast.actor("duty"), incident=there, text="之后的事", at=cast.at + timedelta(minutes=1))
    given.refresh_from_db()
    assert [one["text"] for one in given.sheet["notes"]] == ["水位在退"]


def test_sent_back_with_a_reason_it_is_given_again(cast: Cast) -> None:
    row = ending(cast)
    given = handing.give(actor=cast.actor("duty"), shift=row, to=person(cast, "officer"), note="", at=cast.at)
    assert refused(handing.send_back, actor=cast.actor("officer"), row=given, reason="", at=cast.at).field == "reason"
    handing.send_back(actor=cast.actor("officer"), row=given, reason="少写一件", at=cast.at)
    assert (
        handing.give(actor=cast.actor("duty"), shift=row, to=person(cast, "officer"), note="补上", at=cast.at).state
        == "given"
    )


@LIVE
def test_two_signatures_at_once_are_one_hand_over(cast: Cast) -> None:
    row = ending(cast)
    given = handing.give(actor=cast.actor("duty"), shift=row, to=person(cast, "officer"), note="", at=cast.at)
    one, two = (HandOver.objects.select_related("shift__organisation", "to").get(pk=given.pk) for _ in range(2))
    officer = cast.actor("officer")
    said = codes(
        lambda: handing.take(actor=officer, row=one, at=cast.at),
        lambda: handing.send_back(actor=officer, row=two, reason="不对", at=cast.at),
    )
    assert sorted(said) == ["", "stale"]
    assert Entry.objects.filter(verb__in=("duty.handover.taken", "duty.handover.sent_back")).count() == 1


# ---- files and pages
def sheet(*rows: str) -> SimpleUploadedFile:
    text = "\n".join(["岗位,单位,姓名,次序,开始,结束,备注", *rows])
    return SimpleUploadedFile("roster.csv", text.encode())


def test_a_file_is_stored_whole_or_not_at_all(cast: Cast) -> None:
    duty = cast.client("duty")
    good = "值班长,SL,示例·duty,1,2025-07-26 08:30,2025-07-26 20:30,"
    page = duty.post(
        reverse("duty_import"), {"file": sheet(good, "值班长,SL,查无此人,1,2025-07-26 20:30,2025-07-27 08:30,")}
    )
    assert "不在可排班的人里" in page.content.decode()
    assert DutyShift.objects.count() == 0
    page = duty.post(reverse("duty_import"), {"file": sheet(good)})
    token = page.context["token"]
    assert duty.post(reverse("duty_import"), {"token": token}).status_code == 302
    assert [one.person.username for one in DutyShift.objects.all()] == ["duty"]
    again = duty.get(reverse("duty_export_roster") + "?day=2025-07-26&form=csv").content
    lines = importing.read(again, cast.actor("duty"), cast.at)
    assert [one.problem for one in lines] == [""]
    assert rostering.store(actor=cast.actor("duty"), lines=lines, at=cast.at).kept == 1
    excel = duty.get(reverse("duty_export_roster") + "?day=2025-07-26").content
    assert [one.problem for one in importing.read(excel, cast.actor("duty"), cast.at)] == [""]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 nothing", b"\xff\xfe\x00", "甲,乙\n".encode(), b"MZ" * 40])
def test_wrong_files_are_refused(cast: Cast, data: bytes) -> None:
    assert refused(importing.read, data=data, actor=cast.actor("duty"), at=cast.at).field == "file"


def test_wrong_lines_say_why(cast: Cast) -> None:
    rows = ("x,SL,示例·duty,1,2025-07-26 08:30,2025-07-26 20:30,", "值班长,x,示例·duty,1,2025-07-26 08:30,2025-07-26 20:30,", "值班长,SL,示例·duty,0,2025-07-26 08:30,2025-07-26 20:30,",
            "值班长,SL,示例·duty,1,明天,2025-07-26 20:30,", "值班长,SL,示例·duty,1,2025-07-26 20:30,2025-07-26 08:30,")  # fmt: skip
    found = importing.read(sheet(*rows).read(), cast.actor("duty"), cast.at)
    assert all(one.problem for one in found)


def test_the_pages_of_the_duty(cast: Cast) -> None:
    manned(cast)
    row, coming = ending(cast), shift(cast, "duty", 30)
    shift(cast, "officer", 0.5)
    call = calling.call(
        actor=cast.actor("duty"), posts=("duty",), title="暴雨", organisation=cast.district, at=cast.at, key="k1"
    )
    duty = cast.client("duty")
    for address in (
        reverse("duty"), reverse("duty_shift_new"), reverse("duty_shift", args=[coming.pk]), reverse("duty_patterns"), reverse("duty_import"), reverse("duty_trades"),
        reverse("duty_handover", args=[row.pk]), reverse("duty_calls"), reverse("duty_call", args=[call.pk]), reverse("duty_check"), reverse("duty_checks"),
    ):  # fmt: skip
        assert duty.get(address).status_code == 200, address
    assert (
        duty.post(
            reverse("duty_shift_do", args=[coming.pk, "trade"]), {"to": person(cast, "officer").pk, "reason": "培训"}
        ).status_code
        == 302
    )
    trade = ShiftTrade.objects.get()
    assert cast.client("officer").post(reverse("duty_trade_do", args=[trade.pk, "agree"])).status_code == 302
    assert (
        duty.post(
            reverse("duty_handover_do", args=[row.pk, "give"]), {"to": person(cast, "officer").pk, "note": "x"}
        ).status_code
        == 302
    )
    assert cast.client("officer").post(reverse("duty_handover_do", args=[row.pk, "take"])).status_code == 302
    assert duty.get(reverse("duty_handover_print", args=[row.pk]) + "?form=docx").status_code == 200
    assert duty.post(reverse("duty_call_new"), {"posts": ["duty"], "title": "", "key": "k2"}).status_code == 422
    assert duty.post(reverse("duty_call_do", args=[call.people.get().pk, "answered"])).status_code == 302
    assert duty.post(reverse("duty_check"), {}).status_code == 422
    new = {
        "post": "scene",
        "organisation": cast.district.pk,
        "person": person(cast, "officer").pk,
        "rank": "1",
        "starts_at": "2025-07-27T08:30",
        "ends_at": "2025-07-27T20:30",
    }
    assert duty.post(reverse("duty_shift_new"), new).status_code == 302
    assert duty.post(reverse("duty_shift_new"), new | {"ends_at": "x"}).status_code == 422
    pattern = Manning.objects.get()
    given = {"people": [person(cast, "other").pk], "start": "2025-07-28", "end": "2025-07-29"}
    assert duty.post(reverse("duty_pattern_do", args=[pattern.pk, "generate"]), given).status_code == 302
    assert DutyShift.objects.filter(person=person(cast, "other")).count() == 4
    assert duty.post(reverse("duty_pattern_new"), {"post": "rescue"}).status_code == 422
