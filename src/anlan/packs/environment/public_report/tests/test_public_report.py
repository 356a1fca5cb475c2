"""A report from the form to the judgement: without account or script, masked for every officer; wrong things are told, not stored."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from tests.support.cast import Cast

from anlan.base import clock
from anlan.base.errors import Refused
from anlan.kernel.access.models import Organisation, Post
from anlan.kernel.casework import actions as casework
from anlan.kernel.casework import handling
from anlan.kernel.casework.models import Case, Evidence, Line
from anlan.kernel.journal.models import Entry
from anlan.kernel.reporting import actions, queries
from anlan.kernel.reporting.models import Report, Reward, Visit
from anlan.packs.environment.public_report import demonstration
from anlan.packs.environment.public_report.process import KINDS, LIMITS, SLUG

pytestmark = pytest.mark.django_db
FORM, TRACK = "/public/reports/", "/public/reports/track/"
GOOD = {
    "kind": "noise",
    "place": "示例路 8 号",
    "fact": "夜里打桩",
    "about": "示例工地",
    "name": "示例·王某",
    "phone": "13800000001",
}


@pytest.fixture(autouse=True)
def now(cast: Cast, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.DEMO = True  # the drawn district is the district
    monkeypatch.setattr(clock, "now", lambda: cast.at)


def photo(form: str = "JPEG", size: tuple[int, int] = (40, 30)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#a9b3b0").save(out, form)
    return out.getvalue()


def send(client: Client, **more: Any) -> Any:
    return client.post(FORM, {**GOOD, **more}, follow=True)


def sent(cast: Cast, **more: Any) -> tuple[Report, str]:
    said = send(cast.client(None), **more).content.decode()
    code = re.search(r"<dd>([A-Z2-9]{4}-[A-Z2-9]{4})</dd>", said)
    assert code, said[-2000:]
    return Report.objects.latest("pk"), code.group(1)


def step(cast: Cast, who: str, word: str, hours: int = 1, **values: Any) -> Case:
    note = values.pop("note", "")
    return casework.make_step(actor=cast.actor(who), case=Case.objects.latest("pk"), step=word, at=cast.at + timedelta(hours=hours), note=note, values=values)  # fmt: skip


def answered(cast: Cast) -> tuple[Report, str]:
    report, code = sent(cast)
    step(cast, "monitor", "accept", to=str(cast.street.pk))
    step(cast, "street", "answer", 5, answer="已责令停止夜间施工")
    return report, code


# ---- sending and tracking
def test_sent_without_an_account_and_tracked_with_number_and_code(cast: Cast) -> None:
    report, code = sent(cast, photos=[SimpleUploadedFile("IMG_王某家.HEIC", photo())])
    case = report.case
    assert (case.process, case.state, case.owner_id, case.source) == (SLUG, "received", cast.environment.pk, "public")
    assert Evidence.objects.get().stored.name == "来件照片1.jpg"
    assert code.replace("-", "") not in (report.code, report.salt)
    other = cast.client(None)
    assert other.get(f"{TRACK}{case.number}/", follow=True).redirect_chain  # asked for the code
    page = other.post(TRACK, {"number": case.number.lower(), "code": code.lower()}, follow=True).content.decode()
    assert "等待受理" in page
    assert "8月9日" in page  # 15 days
    assert "13800000001" not in page
    assert "示例·王某" not in page
    assert "查询码" not in page
    other.post(f"{TRACK}{case.number}/leave/")
    assert other.get(f"{TRACK}{case.number}/").status_code == 302


def test_the_form_sent_twice_is_one_report_with_one_code(cast: Cast) -> None:
    client, key = cast.client(None), "0f" * 16
    first, second = send(client, key=key).content.decode(), send(client, key=key).content.decode()
    assert Report.objects.count() == Case.objects.count() == 1
    codes = [re.findall(r"[A-Z2-9]{4}-[A-Z2-9]{4}</dd>", text) for text in (first, second)]
    assert codes[0] == codes[1] != []


def test_name_and_telephone_are_nowhere_but_in_the_report(cast: Cast) -> None:
    report, _code = answered(cast)
    with pytest.raises(Refused):
        actions.unmask(actor=cast.actor("monitor"), report=report, permission=f"{SLUG}.unmask", reason="", at=cast.at)
    actions.unmask(
        actor=cast.actor("monitor"), report=report, permission=f"{SLUG}.unmask", reason="回访核实", at=cast.at
    )
    told = "".join(f"{one.old_text}{one.new_text}" for one in Entry.objects.all())
    told += "".join(f"{one.note}{one.facts}{one.actor_name}" for one in Line.objects.all())
    told += repr(Case.objects.values().get())
    assert "王某" not in told
    assert "13800000001" not in told
    assert Entry.objects.get(verb="casework.unmasked").new["reason"] == "回访核实"


@pytest.mark.parametrize("who", ["monitor", "other", "street", "auditor", "leader"])
def test_every_officer_sees_a_mask(cast: Cast, who: str) -> None:
    report, _code = sent(cast)
    step(cast, "monitor", "accept", to=str(cast.street.pk))
    page = cast.client(who).get(reverse("case", args=[report.case.number])).content.decode()
    assert "示**" in page
    assert "***0001" in page
    assert "王某" not in page
    assert "13800000001" not in page
    export = cast.client(who).get("/reports/export/?form=csv").content.decode()
    assert report.case.number in export
    assert "13800000001" not in export
    shown = cast.client(who).post(f"/reports/{report.case.number}/unmask/", {"reason": "回访"})
    assert shown.status_code == (200 if who in ("monitor", "other") else 403)
    assert ("13800000001" in shown.content.decode()) is (who in ("monitor", "other"))


@pytest.mark.parametrize("who", ["planner", "officer", "safety", "head", "worker", "expert", "regulator"])
def test_others_do_not_even_see_the_case(cast: Cast, who: str) -> None:
    report, _code = sent(cast)
    assert cast.client(who).get(reverse("case", args=[report.case.number])).status_code in (403, 404)


def test_the_firm_never_holds_a_complaint(cast: Cast) -> None:
    report, _code = sent(cast)
    with pytest.raises(Refused) as caught:
        step(cast, "monitor", "accept", to=str(cast.enterprise.pk))
    assert caught.value.field == "to"
    with pytest.raises(Refused):
        handling.hand_over(
            actor=cast.actor("monitor"), case=Case.objects.get(), to=cast.enterprise, reason="x", at=cast.at
        )
    page = cast.client("monitor").get(reverse("case", args=[report.case.number])).content.decode()
    assert f'<option value="{cast.enterprise.pk}">' not in page
    assert Case.objects.get().state == "received"


def test_the_course_in_plain_words_and_the_judgement(cast: Cast) -> None:
    report, code = answered(cast)
    client = cast.client(None)
    page = client.post(TRACK, {"number": report.case.number, "code": code}, follow=True).content.decode()
    assert "已责令停止夜间施工" in page
    assert "示例·street" not in page  # no officer's name
    address = f"{TRACK}{report.case.number}/judge/"
    assert client.post(address, {"satisfaction": "bad", "words": ""}).status_code == 422
    assert client.post(address, {"satisfaction": "good", "words": "", "redo": "1"}).status_code == 422
    assert client.post(address, {"satisfaction": "wonderful"}).status_code == 422
    assert (
        client.post(address, {"satisfaction": "bad", "words": "还在打桩", "redo": "1"}, follow=True).status_code == 200
    )
    case = Case.objects.get()
    assert (case.state, case.holder_id, case.returns) == ("received", cast.environment.pk, 1)
    step(cast, "monitor", "accept", 6, to=str(cast.street.pk))
    step(cast, "street", "answer", 7, answer="已查封")
    report.refresh_from_db()
    assert queries.may_judge(report, cast.at + timedelta(hours=8))
    with pytest.raises(Refused):  # once only
        actions.judge(report=report, satisfaction="bad", words="还是不行", redo=True, at=cast.at + timedelta(hours=8))
    report.refresh_from_db()
    assert report.words == "还在打桩"  # what was refused left nothing
    actions.judge(report=report, satisfaction="fair", words="", redo=False, at=cast.at + timedelta(hours=8))
    with pytest.raises(Refused):
        actions.judge(report=report, satisfaction="good", words="", redo=False, at=cast.at + timedelta(days=31))


def test_withdrawn_by_who_sent_it(cast: Cast) -> None:
    report, code = sent(cast)
    client = cast.client(None)
    client.post(TRACK, {"number": report.case.number, "code": code})
    page = client.post(f"{TRACK}{report.case.number}/withdraw/", {"words": "解决了"}, follow=True).content.decode()
    assert "已经撤回" in page
    assert Case.objects.get().state == "withdrawn"
    assert client.post(f"{TRACK}{report.case.number}/withdraw/").status_code == 409
    assert client.post(f"{TRACK}{report.case.number}/supplement/", {"words": "又有了"}).status_code == 409


def test_duplicates_are_suggested_and_merged_and_both_are_told(cast: Cast) -> None:
    first, _code = sent(cast, lon="117.206", lat="39.176")
    second, code = sent(cast, place="工地门口", lon="117.2065", lat="39.1762")
    sent(cast, place="别处", lon="117.24", lat="39.15")
    assert [one.pk for one in queries.similar(second.case)] == [first.case.pk]
    handling.merge(
        actor=cast.actor("monitor"),
        case=Case.objects.get(pk=second.case_id),
        into=first.case,
        reason="同一工地",
        at=cast.at,
    )
    first.case.refresh_from_db()
    for who, word, values in (
        ("monitor", "accept", {"to": str(cast.street.pk)}),
        ("street", "answer", {"answer": "已停工"}),
    ):
        casework.make_step(
            actor=cast.actor(who), case=Case.objects.get(pk=first.case_id), step=word, at=cast.at, values=values
        )
    client = cast.client(None)
    page = client.post(TRACK, {"number": second.case.number, "code": code}, follow=True).content.decode()
    assert "已停工" in page
    assert first.case.number not in page  # another's number stays another's
    assert "合在一起办" in page


def test_a_reward_is_decided_by_one_and_paid_by_another_and_seen_by_who_sent_it(cast: Cast) -> None:
    report, code = answered(cast)
    step(cast, "monitor", "reward", 6, note="查实", amount="500", basis="示例办法第五条")
    with pytest.raises(Refused):
        step(cast, "monitor", "pay", 7, how="现金")
    with pytest.raises(Refused):
        step(cast, "monitor", "reward", 7, note="再来", amount="1", basis="x")
    step(cast, "other", "pay", 8, how="转账")
    reward = Reward.objects.get()
    assert (str(reward.amount), reward.paid_by) == ("500.00", "示例·other")
    with pytest.raises(Refused):
        step(cast, "other", "pay", 9, how="再发")
    client = cast.client(None)
    assert "500.00" in client.post(TRACK, {"number": report.case.number, "code": code}, follow=True).content.decode()
    public = client.get("/public/reports/figures/").content.decode()
    assert "500" in public
    assert report.case.number not in public


def test_a_caller_is_entered_by_an_officer(cast: Cast) -> None:
    client = cast.client("other")
    said = client.post("/reports/new/", {**GOOD, "channel": "phone"}, follow=True).content.decode()
    assert re.search(r"[A-Z2-9]{4}-[A-Z2-9]{4}", said)
    report = Report.objects.get()
    assert (report.channel, report.case.opened_by) == ("phone", "示例·other")
    assert cast.client("street").get("/reports/new/").status_code == 403


# ---- wrong things
@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"kind": ""}, "kind"), ({"kind": "bribe"}, "kind"), ({"place": " "}, "place"), ({"fact": ""}, "fact"), ({"fact": "长" * 2001}, "fact"),
        ({"place": "长" * 121}, "place"), ({"phone": "打我手机"}, "phone"), ({"lon": "116.40", "lat": "39.90"}, "position"),
        ({"lon": "NaN", "lat": "39"}, "position"), ({"lon": "117.2", "lat": ""}, "position"), ({"lon": "9e9", "lat": "9e9"}, "position"),
        ({"website": "http://spam"}, "trap"),
    ],
)  # fmt: skip
def test_wrong_things_are_told_and_nothing_is_stored(cast: Cast, more: dict[str, str], field: str) -> None:
    answer = cast.client(None).post(FORM, {**GOOD, **more})
    assert answer.status_code == 422
    said = answer.content.decode()
    assert "没有收下" in said
    assert Case.objects.count() == Report.objects.count() == 0
    assert field in ("place", "fact", "kind") or "夜里打桩" in said  # what was typed is still there


def test_a_place_outside_can_be_left_out(cast: Cast) -> None:
    report, _code = sent(cast, lon="116.40", lat="39.90", no_position="1")
    assert report.case.longitude is None


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("big.jpg", b"\xff\xd8\xff" + b"\0" * (10 * 1024 * 1024 + 1), "10 MB"), ("page.jpg", b"<script>alert(1)</script>", "JPG"),
        ("x.svg", b"<svg/>", "JPG"), ("broken.jpg", b"\xff\xd8\xff broken", "打不开"), ("a.gif", b"GIF89a", "JPG"),
    ],
)  # fmt: skip
def test_files_that_are_no_photos(cast: Cast, name: str, content: bytes, word: str) -> None:
    answer = cast.client(None).post(FORM, {**GOOD, "photos": SimpleUploadedFile(name, content)})
    assert answer.status_code == 422
    assert word in answer.content.decode()
    assert Case.objects.count() == 0


def test_more_than_three_photos(cast: Cast) -> None:
    files = [SimpleUploadedFile(f"{number}.jpg", photo()) for number in range(4)]
    assert cast.client(None).post(FORM, {**GOOD, "photos": files}).status_code == 422


def test_script_in_the_text_is_text(cast: Cast) -> None:
    report, _code = sent(
        cast, place="<script>alert(1)</script>", fact="<img src=x onerror=alert(1)>", about="=cmd|' /C calc'!A0"
    )
    for page in (
        cast.client("monitor").get(reverse("case", args=[report.case.number])),
        cast.client("monitor").get("/reports/"),
    ):
        said = page.content.decode()
        assert "<script>alert" not in said
        assert "<img src=x" not in said


def test_where_the_phone_held_the_picture_stays_right_side_up_and_the_place_is_gone(cast: Cast) -> None:
    drawn = Image.new("RGB", (40, 20), "white")
    exif = drawn.getexif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "示例手机"
    out = io.BytesIO()
    drawn.save(out, "JPEG", exif=exif)
    sent(cast, photos=[SimpleUploadedFile("x.jpg", out.getvalue())])
    kept = Image.open(Evidence.objects.get().stored.location)
    assert kept.size == (20, 40)
    assert not dict(kept.getexif())


def test_one_address_cannot_flood(cast: Cast) -> None:
    client = cast.client(None)
    for number in range(10):
        assert client.post(FORM, {**GOOD, "place": f"第 {number} 处"}).status_code == 302
    answer = client.post(FORM, GOOD)
    assert answer.status_code == 429
    assert "一小时 10 件" in answer.content.decode()
    assert Report.objects.count() == 10
    assert "203" not in "".join(Visit.objects.values_list("mark", flat=True))
    assert client.post(FORM, GOOD, REMOTE_ADDR="203.0.113.7").status_code == 302
    assert "超过次数" in cast.client("admin").get("/reporting/guard/").content.decode()
    assert actions.forget(cast.at + timedelta(days=3)) > 10


def test_numbers_cannot_be_guessed(cast: Cast) -> None:
    report, code = sent(cast)
    client = cast.client(None)
    unknown = client.post(TRACK, {"number": "HB-2020-99999", "code": code}).content.decode()
    wrong = client.post(TRACK, {"number": report.case.number, "code": "AAAA-AAAA"}).content.decode()
    sentence = "编号或查询码不对"
    assert sentence in unknown
    assert sentence in wrong
    for _turn in range(8):
        client.post(TRACK, {"number": report.case.number, "code": "AAAA-AAAB"})
    locked = client.post(TRACK, {"number": report.case.number, "code": code})
    assert locked.status_code == 429  # also with the right one: nothing is told
    assert (
        client.post(TRACK, {"number": report.case.number, "code": code}, REMOTE_ADDR="203.0.113.8").status_code == 302
    )


def test_another_process_is_not_found_by_its_number(cast: Cast) -> None:
    report, code = sent(cast)
    Case.objects.filter(pk=report.case_id).update(process="fire_iot")
    assert cast.client(None).post(TRACK, {"number": report.case.number, "code": code}).status_code == 422


def test_the_picture_marks_a_place_without_script(cast: Cast) -> None:
    client = cast.client(None)
    page = client.post(FORM, {**GOOD, "at.x": "164", "at.y": "123"}).content.decode()
    assert "已在图上标出" in page
    assert "夜里打桩" in page
    assert Case.objects.count() == 0
    assert client.post(FORM, {**GOOD, "at.x": "1", "at.y": "1"}).status_code == 422  # a corner outside the district
    assert client.post(FORM, {**GOOD, "at.x": "0", "at.y": "0"}).status_code == 302  # the return key in a field
    drawn = client.get("/public/reports/map.svg?at=117.2,39.16")
    assert drawn["Content-Type"] == "image/svg+xml"
    assert "circle" in drawn.content.decode()
    assert client.get("/public/reports/map.svg?at=<script>,1").status_code == 200


def test_without_a_boundary_a_place_is_taken_as_it_is(cast: Cast, settings: Any) -> None:
    settings.DEMO = False
    assert cast.client(None).get("/public/reports/map.svg").status_code == 404
    assert 'name="at"' not in cast.client(None).get(FORM).content.decode()
    report, _code = sent(cast, lon="116.40", lat="39.90")
    assert report.case.longitude == 116.40


# ---- figures, limits, demonstration
def test_the_public_figures_are_counts(cast: Cast) -> None:
    answered(cast)
    sent(cast, kind="dust")
    told = queries.figures(SLUG, KINDS, 2025)
    assert (told.received, told.open, told.answered, told.on_time, told.clocks) == (2, 2, 1, 1, 1)
    assert dict(told.kinds)["噪声"] == 1
    answer = cast.client(None).get("/public/reports/figures.csv")
    assert "2025,2,2,1" in answer.content.decode("utf-8-sig")


def test_limits_are_dated_and_unverified_ones_say_so(cast: Cast) -> None:
    assert all(one.law and not one.verified for one in LIMITS)
    report, _code = sent(cast)
    step(cast, "monitor", "accept", to=str(cast.street.pk))
    clock_row = Case.objects.get().clocks.get(stopped_at=None)
    assert clock_row.words == "60 日"
    assert "条款待核" in cast.client("monitor").get(reverse("case", args=[report.case.number])).content.decode()


def test_nobody_accepts_without_a_post(cast: Cast) -> None:
    for name in ("monitor", "other"):
        cast.posts[name].delete()
    answer = cast.client(None).post(FORM, GOOD)
    assert answer.status_code == 422
    assert "还没有人受理" in answer.content.decode()


def test_the_story_stands_in_every_state(cast: Cast) -> None:
    assert Organisation.objects.filter(code="SL-S01").exists()
    demonstration.load(cast.at)
    states = set(Case.objects.values_list("state", flat=True))
    assert states >= {"received", "working", "answered", "closed", "merged"}
    assert Reward.objects.exclude(paid_at=None).count() == 1
    first = list(Case.objects.order_by("id").values_list("number", "state"))
    demonstration.load(cast.at)
    assert list(Case.objects.order_by("id").values_list("number", "state")) == first


def test_who_worked_it_still_sees_it_and_others_of_the_street_do_not(cast: Cast) -> None:
    sent(cast)
    step(cast, "monitor", "accept", to=str(cast.street.pk))
    case = Case.objects.get()
    answer = cast.client("street").post(
        reverse("case_step", args=[case.number, "answer"]), {"answer": "已停工"}, follow=True
    )
    assert answer.status_code == 200
    assert "已停工" in answer.content.decode()
    assert cast.client("street").get(reverse("case", args=[case.number])).status_code == 200
    assert cast.client("street").get("/reports/").content.decode().count(case.number) >= 1
    # Without the post the knowledge is gone with it.
    Post.objects.filter(pk=cast.posts["street"].pk).update(ends_on=cast.at.date() - timedelta(days=1))
    assert cast.client("street").get(reverse("case", args=[case.number])).status_code in (403, 404)


def test_knowing_the_case_does_not_tell_the_code(cast: Cast) -> None:
    """The form sent again with the case's own key is another report."""
    report, code = sent(cast)
    said = send(cast.client("monitor"), key=str(report.case.key)).content.decode()
    assert code not in said
    assert report.case.number not in said
    assert Report.objects.count() == 2
