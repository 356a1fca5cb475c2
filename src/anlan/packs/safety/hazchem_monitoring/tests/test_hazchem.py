"""Units identified on the design maximum, the log that only grows, rounds that are missed and seen."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from tests.support.cast import Cast
from tests.support.district import District

from anlan.base.errors import Refused
from anlan.kernel.access.types import SYSTEM, Actor
from anlan.kernel.alarms.loading import load_rules
from anlan.kernel.alarms.models import Alarm
from anlan.kernel.journal.models import Entry
from anlan.packs.safety.hazchem_monitoring import actions, identification, panels, queries
from anlan.packs.safety.hazchem_monitoring.demonstration import _HERE
from anlan.packs.safety.hazchem_monitoring.models import DutyEntry, DutyPost, HazardUnit

pytestmark = pytest.mark.django_db
SEEN_BY = ("planner", "leader", "auditor", "admin", "officer", "other", "street")


def _unit(cast: Cast, **changes: object) -> HazardUnit:
    given = {
        "code": "W1",
        "name": "示例机房",
        "kind": "production",
        "station_code": "",
        "maxima": {"氨": 10.0},
        "exposed": 150,
        **changes,
    }
    return actions.enter_unit(actor=cast.actor("officer"), organisation=cast.emergency, at=cast.at, **given)  # type: ignore[arg-type]


@pytest.fixture
def post(cast: Cast) -> DutyPost:
    """Shifts at 08:00 and 20:00, a round every two hours; it is 14:32."""
    return actions.found_post(
        actor=cast.actor("officer"),
        organisation=cast.emergency,
        name="示例岗",
        shifts="08:00、20:00",
        every=120,
        at=cast.at,
    )


def _sign(
    cast: Cast, post: DutyPost, kind: str, minutes: int = 0, text: str = "示例", who: str = "officer", **more: object
) -> DutyEntry:
    post.refresh_from_db()
    at = cast.at + timedelta(minutes=minutes)
    return actions.sign(actor=cast.actor(who), post=post, kind=kind, text=text, at=at, **more)  # type: ignore[arg-type]


# ---- units
def test_a_unit_keeps_every_assessment_with_what_it_was_made_of(cast: Cast) -> None:
    unit = _unit(cast)
    first = unit.newest
    assert first is not None
    assert (str(first.s), str(first.r), first.level, first.is_major) == ("1.0000", "4.0000", "四级", True)
    actions.assess_unit(
        actor=cast.actor("officer"),
        unit=unit,
        maxima={"氨": 250.0},
        exposed=100,
        reason="扩建",
        version=unit.version,
        at=cast.at,
    )
    assert [(one.number, one.level, one.reason) for one in unit.assessments.all()] == [
        (2, "一级", "扩建"),
        (1, "四级", "首次辨识"),
    ]
    assert Entry.objects.filter(verb="hazchem_monitoring.unit.assessed").get().old["level"] == "四级"


def test_a_sum_just_below_one_is_no_major_hazard_and_does_not_read_as_one(cast: Cast) -> None:
    last = _unit(cast, maxima={"氨": 9.99999}).newest
    assert last is not None
    assert (last.is_major, last.level, str(last.s)) == (False, "", "0.9999")
    (told,) = panels.units(cast.actor("officer"), cast.at)
    assert (told.value, told.sign) == ("S 0.99", "")
    assert "不构成重大危险源，按 GB 18218" in told.note


def test_the_board_tells_the_highest_level_first_and_how_much_of_what(cast: Cast) -> None:
    _unit(cast)
    _unit(cast, code="W2", name="示例罐区", maxima={"氨": 250.0})
    told = panels.units(cast.actor("officer"), cast.at)
    assert [(one.title, one.word) for one in told] == [("示例罐区", "一级重大危险源"), ("示例机房", "四级重大危险源")]
    (ammonia,) = panels.chemicals(cast.actor("officer"), cast.at)
    assert (ammonia.title, ammonia.value, ammonia.note) == ("氨", "260", "示例机房、示例罐区")
    assert panels.alarms(cast.actor("officer"), cast.at) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": " "}, "code"), ({"name": "长" * 81}, "name"), ({"kind": "仓库"}, "kind"), ({"station_code": "没有"}, "station_code"),
        ({"maxima": {"煤气": 30.0}}, "mass"), ({"maxima": {"示例物质": 1.0}}, "mass"),
    ],
)  # fmt: skip
def test_what_a_unit_may_not_be(cast: Cast, changes: dict[str, object], field: str) -> None:
    with pytest.raises(Refused) as told:
        _unit(cast, **changes)
    assert told.value.field == field
    assert not HazardUnit.objects.exists()


def test_an_unknown_beta_is_an_error_that_leaves_everything_as_it_was(cast: Cast) -> None:
    unit = _unit(cast)
    with pytest.raises(Refused, match="没有“过氧乙酸”的校正系数 β"):
        actions.assess_unit(
            actor=SYSTEM,
            unit=unit,
            maxima={"过氧乙酸": 20.0},
            exposed=1,
            reason="示例",
            version=unit.version,
            at=cast.at,
        )
    assert unit.assessments.count() == 1


def test_two_who_assess_at_once_and_one_who_changes_nothing(cast: Cast) -> None:
    unit = _unit(cast)
    stale = unit.version
    actions.assess_unit(
        actor=SYSTEM, unit=unit, maxima={"氨": 11.0}, exposed=150, reason="示例", version=stale, at=cast.at
    )
    with pytest.raises(Refused, match="别人刚重新辨识过"):
        actions.assess_unit(
            actor=SYSTEM, unit=unit, maxima={"氨": 12.0}, exposed=150, reason="示例", version=stale, at=cast.at
        )
    with pytest.raises(Refused, match="和上次一样"):
        actions.assess_unit(
            actor=SYSTEM, unit=unit, maxima={"氨": 11.0}, exposed=150, reason="示例", version=stale + 1, at=cast.at
        )
    with pytest.raises(Refused, match="已有一个单元"):
        _unit(cast)


@pytest.mark.parametrize("mass", ["", "十", "-1", "0", "nan", "inf", "1e9"])
def test_masses_that_are_none(mass: str) -> None:
    with pytest.raises(Refused):
        identification.read_maxima([("氨", mass)])


def test_masses_as_people_type_them() -> None:
    assert identification.read_maxima([("氨", "１２．５"), ("", " "), ("氨", "2.5"), ("氯", "1,200")]) == {
        "氨": 15.0,
        "氯": 1200.0,
    }
    with pytest.raises(Refused, match="至少填一种"):
        identification.read_maxima([("", "")])
    for text in ("", "-1", "1.5", "很多", "99999999"):
        with pytest.raises(Refused):
            identification.read_residents(text)


def test_unit_pages(cast: Cast) -> None:
    client = cast.client("officer")
    typed = {
        "organisation": cast.emergency.pk,
        "code": "W2",
        "name": "示例",
        "kind": "storage",
        "name_0": "汽油",
        "mass_0": "abc",
        "exposed": "10",
    }
    bad = client.post(reverse("hazchem_unit_new"), typed)
    assert bad.status_code == 422
    assert 'value="abc"' in bad.content.decode()  # nothing typed is lost
    made = client.post(reverse("hazchem_unit_new"), {**typed, "mass_0": "300"}, follow=True).content.decode()
    assert "四级" in made
    unit = HazardUnit.objects.get()
    move = reverse("hazchem_unit_move", args=[unit.pk, "assess"])
    again = {"name_0": "煤气", "mass_0": "30", "exposed": "10", "reason": "示例", "version": unit.version}
    refused = client.post(move, again)
    assert refused.status_code == 422
    assert "校正系数 β" in refused.content.decode()
    assert client.post(reverse("hazchem_unit_move", args=[unit.pk, "retire"]), {"retire_reason": ""}).status_code == 422
    assert (
        client.post(reverse("hazchem_unit_move", args=[unit.pk, "retire"]), {"retire_reason": "拆除"}).status_code
        == 302
    )
    assert client.post(move, again).status_code in (409, 422)
    assert client.get(reverse("hazchem_unit", args=[999])).status_code == 404
    assert cast.client("street").post(move, again).status_code == 403


# ---- the duty post
def test_a_watch_from_taking_over_to_handing_over(cast: Cast, post: DutyPost) -> None:
    _sign(cast, post, "takeover", text="")
    row = _sign(cast, post, "round", 40, text="")  # 15:12: the round of 16:00 is open since 15:00
    assert row.due == cast.at.replace(hour=16, minute=0)
    _sign(cast, post, "leave", 60, "去现场，示例替班")
    _sign(cast, post, "back", 80, "")
    _sign(cast, post, "handover", 90, "设备正常")
    post.refresh_from_db()
    assert (post.state, post.holder) == ("vacant", None)
    assert list(post.entries.order_by("number").values_list("kind", flat=True)) == [
        "takeover",
        "round",
        "leave",
        "back",
        "handover",
    ]
    verbs = Entry.objects.filter(subject_kind="duty_post", verb__startswith="hazchem_monitoring.duty.").values_list(
        "verb", flat=True
    )
    assert sorted(verbs) == sorted(
        f"hazchem_monitoring.duty.{kind}" for kind in ("takeover", "round", "leave", "back", "handover")
    )


@pytest.mark.parametrize(
    ("kind", "minutes", "text", "said"),
    [
        ("takeover", 0, "", "现在不能"), ("round", 0, "", "现在没有要签的巡检"), ("leave", 40, " ", "离岗事由"), ("back", 40, "", "现在不能"),
        ("handover", 40, "", "交班内容"), ("note", 40, "", "没有写内容"), ("note", 40, "长" * 401, "超过 400 字"), ("explain", 40, "示例", "选一次漏掉的"),
        ("correct", 40, "示例", "没有要更正的"), ("relieve", 40, "示例", "你正在值守"),
    ],
)  # fmt: skip
def test_what_may_not_be_signed_now(cast: Cast, post: DutyPost, kind: str, minutes: int, text: str, said: str) -> None:
    _sign(cast, post, "takeover")
    with pytest.raises(Refused, match=said):
        _sign(cast, post, kind, minutes, text)
    assert post.entries.count() == 1


def test_a_round_is_signed_once_and_too_late_is_missed(cast: Cast, post: DutyPost) -> None:
    _sign(cast, post, "takeover")
    _sign(cast, post, "round", 40)
    with pytest.raises(Refused, match="下一次 17:00 起签"):
        _sign(cast, post, "round", 41)
    states = [(one.due.hour, one.state) for one in queries.rounds_now(post, cast.at + timedelta(minutes=229))]  # 18:21
    assert states == [(16, "signed"), (18, "missed"), (20, "coming")]
    with pytest.raises(Refused, match="现在没有要签的巡检"):
        _sign(cast, post, "round", 229)


def test_handing_over_needs_a_word_for_every_missed_round(cast: Cast, post: DutyPost) -> None:
    _sign(cast, post, "takeover")
    with pytest.raises(Refused, match="漏巡 1 次没有说明"):
        _sign(cast, post, "handover", 110)  # 16:22
    due = cast.at.replace(hour=16, minute=0)
    _sign(cast, post, "explain", 111, "处置报警", due=due)
    with pytest.raises(Refused, match="已经说明过"):
        _sign(cast, post, "explain", 112, "又一次", due=due)
    _sign(cast, post, "handover", 113, "正常")
    assert queries.tallies(post, cast.at + timedelta(minutes=113))[0].missed == 1  # explained, and still missed


def test_only_who_watches_signs_rounds_and_only_who_wrote_a_line_corrects_it(cast: Cast, post: DutyPost) -> None:
    second = cast.posts["officer"]
    other = Actor(
        person_id=cast.posts["other"].person_id,
        post_id=None,
        name="示例乙",
        path=cast.emergency.path,
        roles=frozenset({"bureau_officer"}),
    )
    _sign(cast, post, "takeover")
    for kind in ("round", "leave", "handover"):
        post.refresh_from_db()
        with pytest.raises(Refused, match="由本人签"):
            actions.sign(actor=other, post=post, kind=kind, text="示例", at=cast.at + timedelta(minutes=40))
    post.refresh_from_db()
    with pytest.raises(Refused, match="由本人更正"):
        actions.sign(actor=other, post=post, kind="correct", text="示例", corrects=1, at=cast.at)
    post.refresh_from_db()
    actions.sign(actor=other, post=post, kind="relieve", text="甲没有到岗", at=cast.at + timedelta(minutes=41))
    post.refresh_from_db()
    assert (post.holder_id, second.person_id != post.holder_id) == (cast.posts["other"].person_id, True)
    assert Entry.objects.get(verb="hazchem_monitoring.duty.relieve").new["instead_of"] == second.person.name


def test_lines_only_grow(cast: Cast, post: DutyPost) -> None:
    _sign(cast, post, "takeover", text="1 号罐 6.2 m")
    row = _sign(cast, post, "correct", 1, "应为 2 号罐", corrects=1)
    first = post.entries.get(number=1)
    assert (first.text, row.corrects) == ("1 号罐 6.2 m", first)
    with pytest.raises(IntegrityError), transaction.atomic():
        DutyEntry.objects.create(post=post, number=1, kind="note", at=cast.at, person_name="示例")


def test_two_who_take_over_at_once(cast: Cast, post: DutyPost) -> None:
    stale = DutyPost.objects.get(pk=post.pk)
    _sign(cast, post, "takeover")
    with pytest.raises(Refused):
        actions.sign(actor=cast.actor("officer"), post=stale, kind="takeover", text="", at=cast.at)
    assert post.entries.count() == 1


def test_what_waits_on_the_workbench(cast: Cast, post: DutyPost) -> None:
    officer, elsewhere = cast.actor("officer"), cast.actor("other")

    def told(actor: object, minutes: int) -> list[tuple[str, str]]:
        return [(one.kind, one.verb) for one in queries.waiting(actor, cast.at + timedelta(minutes=minutes))]  # type: ignore[arg-type]

    assert told(officer, 0) == [("值守", "接班")]
    _sign(cast, post, "takeover")
    assert told(officer, 0) == []
    assert told(officer, 30) == [("巡检", "签巡检")]
    assert told(officer, 110) == [("漏巡", "说明")]
    assert told(elsewhere, 110) == [("值守", "看日志")]  # who oversees the posts sees what was missed
    assert told(cast.actor("street"), 110) == []
    _sign(cast, post, "explain", 111, due=cast.at.replace(hour=16, minute=0))
    assert told(officer, 112) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"shifts": "早晚"}, "shifts"),
        ({"every": 14}, "every"),
        ({"every": 721}, "every"),
        ({"name": "示例岗"}, "name"),
    ],
)
def test_posts_that_cannot_be(cast: Cast, post: DutyPost, changes: dict[str, object], field: str) -> None:
    given = {"name": "另一岗", "shifts": "08:00", "every": 60, **changes}
    with pytest.raises(Refused) as told:
        actions.found_post(actor=cast.actor("officer"), organisation=cast.emergency, at=cast.at, **given)  # type: ignore[arg-type]
    assert told.value.field == field
    assert list(DutyPost.objects.all()) == [post]


def test_an_ended_post_has_no_rounds_and_takes_no_signature(cast: Cast, post: DutyPost) -> None:
    with pytest.raises(Refused, match="停用理由"):
        actions.end_post(actor=cast.actor("officer"), post=post, reason=" ", at=cast.at)
    actions.end_post(actor=cast.actor("officer"), post=post, reason="企业搬迁", at=cast.at)
    assert queries.rounds_of(post, cast.at + timedelta(days=1)) == []
    with pytest.raises(Refused, match="现在不能"):
        _sign(cast, post, "takeover")
    assert list(queries.waiting(cast.actor("officer"), cast.at)) == []


def test_the_post_in_the_browser(cast: Cast, post: DutyPost, monkeypatch: pytest.MonkeyPatch) -> None:
    def clock(minutes: int) -> None:
        monkeypatch.setattr("anlan.base.clock.now", lambda: cast.at + timedelta(minutes=minutes))

    client, url = cast.client("officer"), reverse("duty_post", args=[post.pk])

    def press(word: str, **typed: object) -> int:
        return client.post(reverse("duty_sign", args=[post.pk, word]), typed).status_code

    clock(0)
    assert press("takeover", text="正常") == 302
    clock(40)
    assert press("round") == 302
    assert press("leave", text="") == 422
    assert press("nothing") == 404
    assert press("correct", text="示例", corrects="abc") == 422
    clock(235)  # 18:27, the round of 18:00 is missed
    page = client.get(url).content.decode()
    assert "漏巡" in page
    assert press("explain", text="示例", due="昨天") == 422
    assert press("explain", text="示例", due=cast.at.replace(hour=18, minute=0).isoformat()) == 302
    for odd in ({"day": "昨天"}, {"day": "2099-01-01"}, {"day": "2000-01-01"}):
        assert client.get(url, odd).status_code == 200
    for who in SEEN_BY:
        assert cast.client(who).get(url).status_code == 200, who
    assert cast.client("monitor").get(url).status_code == 403
    assert cast.client("street").post(reverse("duty_sign", args=[post.pk, "note"]), {"text": "示例"}).status_code == 403
    assert cast.client("other").post(reverse("duty_sign", args=[post.pk, "note"]), {"text": "示例"}).status_code == 403
    assert post.entries.count() == 3


def test_the_log_as_file_and_on_paper(cast: Cast, post: DutyPost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("anlan.base.clock.now", lambda: cast.at + timedelta(hours=1))
    _sign(cast, post, "takeover", text="=1+1")
    client, url = cast.client("officer"), reverse("duty_export", args=[post.pk])
    rows = list(csv.reader(io.StringIO(client.get(url, {"form": "csv"}).content.decode("utf-8-sig"))))
    assert rows[1][:5] == ["1", "2025-07-25", "14:32:00", "接班", "'=1+1"]  # no spreadsheet takes it for a formula
    assert client.get(url, {"form": "pdf"}).content[:5] == b"%PDF-"
    assert client.get(url, {"form": "docx", "day": "2000-01-01"}).content[:2] == b"PK"
    assert client.get(url, {"form": "exe"}).status_code == 422


def test_overview_by_role_empty_and_full(cast: Cast) -> None:
    page = cast.client("officer").get(reverse("hazchem")).content.decode()
    for sentence in ("还没有值守岗", "还没有储罐区", "还没有登记单元"):
        assert sentence in page
    _unit(cast)
    for who in SEEN_BY:
        answer = cast.client(who).get(reverse("hazchem"))
        assert (answer.status_code, "示例机房" in answer.content.decode()) == (200, True), who
        assert cast.client(who).get(reverse("hazchem_units_export"), {"form": "csv"}).status_code == 200
    assert cast.client("monitor").get(reverse("hazchem")).status_code == 403


def test_the_calculator_keeps_what_was_typed(cast: Cast) -> None:
    client, url = cast.client("officer"), reverse("hazchem_level")
    assert "二级" in client.get(url, {"name_0": "氯", "mass_0": "60", "exposed": "60"}).content.decode()
    bad = client.get(url, {"name_0": "煤气", "mass_0": "60", "exposed": "60"})
    assert (bad.status_code, 'value="60"' in bad.content.decode()) == (422, True)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("given", "slugs"),
    [
        ({"gas_1": 30.0}, ["tank_gas_1_first"]), ({"gas_1": 60.0}, ["tank_gas_1_second"]),
        ({"gas_1": 30.0, "gas_2": 30.0}, ["tank_gas_1_first", "tank_gas_2_first", "tank_gas_both"]), ({"gas_1": 25.0, "level": 9.0}, []),
    ],
)  # fmt: skip
def test_alarms_by_rule(district: District, given: dict[str, float], slugs: list[str]) -> None:
    load_rules(SYSTEM, (_HERE / "rules.toml").read_text(encoding="utf-8"), district.at - timedelta(days=1))
    station = district.station("tank_area", "CG-9", "http")
    district.send(
        station,
        district.at,
        **{"level": 6.0, "pressure": 10.0, "temperature": 20.0, "gas_1": 1.0, "gas_2": 1.0, **given},
    )
    assert sorted(Alarm.objects.values_list("rule__slug", flat=True)) == slugs


def test_an_officer_of_the_enterprise_sees_and_signs_his_own_only(cast: Cast, post: DutyPost) -> None:
    plant = Actor(
        person_id=cast.posts["street"].person_id,
        post_id=None,
        name="示例值班员",
        path=cast.street.path,
        roles=frozenset({"enterprise_officer"}),
    )
    own = actions.found_post(
        actor=SYSTEM, organisation=cast.street, name="罐区岗", shifts="08:00", every=60, at=cast.at
    )
    assert list(queries.posts(plant)) == [own]
    actions.sign(actor=plant, post=own, kind="takeover", text="", at=cast.at)
    with pytest.raises(Refused, match="不能"):
        actions.sign(actor=plant, post=post, kind="takeover", text="", at=cast.at)
    assert isinstance(own.started_at, datetime)
