"""Entries from phones: each once, each with a receipt; late ones become proposals, unreadable ones are kept whole, wrong ones refused."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from tests.support.together import together

from anlan.base import clock
from anlan.base.errors import Refused
from anlan.kernel.access.models import Post
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.casework import actions, declared
from anlan.kernel.casework.models import Case, Evidence, Line, Proposal
from anlan.kernel.casework.types import Field
from anlan.kernel.field.actions import forget_photos, receive
from anlan.kernel.field.models import FieldEntry, FieldPhoto
from anlan.kernel.field.tests.conftest import Phone, Scene, picture, process, sha
from anlan.kernel.files.keeping import read_waiting

pytestmark = pytest.mark.django_db(transaction=True)


def rectifying(scene: Scene) -> Case:
    """A case in the enterprise's hands, issued by the emergency bureau."""
    at = clock.now() - timedelta(hours=5)
    case = actions.open_case(actor=scene.cast.actor("regulator"), process=declared.process("t"), owner=scene.cast.enterprise,
                             issuer=scene.cast.emergency, title="通道堵了", at=at)  # fmt: skip
    for step, values in (("grade", {"grade": "general"}), ("assign", {"fixer": "示例·冯", "until": "2099-01-01"})):
        actions.make_step(actor=scene.cast.actor("regulator"), case=case, step=step, values=values, at=at)
    return case


def moved_on(scene: Scene, case: Case) -> None:
    """The regulator takes the case where the phone has not seen it: fixed by the worker at a desk, passed by the regulator."""
    at = clock.now()
    case = Case.objects.get(pk=case.pk)
    actions.make_step(
        actor=scene.cast.actor("worker"),
        case=case,
        step="submit",
        note="桌面办的",
        uploads=[("after", "a.jpg", picture())],
        at=at,
    )
    actions.make_step(actor=scene.cast.actor("regulator"), case=Case.objects.get(pk=case.pk), step="pass", at=at)


def test_a_report_with_two_photos_and_again(scene: Scene) -> None:
    phone, photos = scene.worker, [picture("white"), picture("black")]
    entry = phone.report(
        photos=[{"kind": "before", "sha256": sha(one)} for one in photos], case_kind="electric", source="post"
    )
    asked = phone.one(entry)
    assert (asked["result"], asked["wants"]) == ("photos", [sha(one) for one in photos])
    assert FieldEntry.objects.count() == Case.objects.count() == 0
    assert [phone.photo(one).json()["sha256"] for one in photos] == asked["wants"]
    first = phone.one(entry)
    case = Case.objects.get()
    assert (first["result"], first["case"]) == ("stored", case.number)
    assert (case.title, case.opener_id, str(case.key), case.kind) == (
        "配电箱没有盖",
        scene.cast.posts["worker"].person_id,
        entry["id"],
        "electric",
    )
    assert Evidence.objects.count() == 2
    assert FieldPhoto.objects.count() == 0, "what waited is let go"
    with pytest.raises(Exception, match="预览已过期"):
        read_waiting(sha(photos[0]))
    again = [phone.one(entry) for _turn in range(3)] + phone.send(entry, entry)
    assert all(one == first for one in again)
    assert (Case.objects.count(), Evidence.objects.count(), FieldEntry.objects.count()) == (1, 2, 1)


def test_a_step_with_its_photo(scene: Scene) -> None:
    case = rectifying(scene)
    scene.worker.photo(picture())
    entry = scene.worker.step(case, "submit", photos=[{"kind": "after", "sha256": sha(picture())}])
    receipt = scene.worker.one(entry)
    assert receipt["result"] == "stored"
    assert "待复查" in receipt["sentence"]
    assert Case.objects.get().state == "reviewing"
    assert FieldEntry.objects.get().whole == {}, "all of it stands in the case"


def test_the_same_photo_for_two_entries_and_two_people(scene: Scene) -> None:
    """Only whoever sent a photo may refer to it, and one entry does not take another's away."""
    scene.worker.photo(picture())
    scene.safety.photo(picture())
    one = [{"kind": "before", "sha256": sha(picture())}]
    assert scene.worker.one(scene.worker.report(photos=one))["result"] == "stored"
    assert scene.worker.one(scene.worker.report(photos=one))["result"] == "photos", "it went with the first entry"
    assert scene.safety.one(scene.safety.report(photos=one))["result"] == "stored"
    assert scene.regulator.one(scene.regulator.report(photos=one))["result"] == "photos"


def test_late_is_a_proposal_for_a_person(scene: Scene) -> None:
    case = rectifying(scene)
    entry = scene.worker.step(case, "submit", photos=[{"kind": "after", "sha256": sha(picture("red"))}])
    moved_on(scene, case)
    scene.worker.photo(picture("red"))
    receipt = scene.worker.one(entry)
    assert receipt["result"] == "proposal"
    assert "整改中" in receipt["sentence"]
    assert scene.worker.one(entry) == receipt
    row = Proposal.objects.get()
    assert (row.step, row.note, row.files.count(), row.state) == ("submit", "改好了", 1, "waiting")
    assert Case.objects.get().state == "closed", "nothing was overwritten"
    page = scene.regulator.client.get(f"/cases/{case.number}/").content.decode()
    assert "现场提议，等核定" in page
    file = row.files.get()
    assert f"/cases/{case.number}/proposed/{file.pk}/" in page
    assert scene.regulator.client.get(f"/cases/{case.number}/proposed/{file.pk}/")["Content-Type"] == "image/jpeg"
    assert scene.cast.client("monitor").get(f"/cases/{case.number}/proposed/{file.pk}/").status_code == 404
    assert "核定提议" in scene.regulator.client.get("/desk/").content.decode()


def test_a_case_that_went_on_and_came_back_is_not_the_case_that_was_seen(scene: Scene) -> None:
    case = rectifying(scene)
    seen = Line.objects.filter(case=case).latest("pk").pk
    at = clock.now()
    actions.make_step(
        actor=scene.cast.actor("worker"),
        case=Case.objects.get(),
        step="submit",
        note="一",
        uploads=[("after", "a.jpg", picture())],
        at=at,
    )
    actions.make_step(
        actor=scene.cast.actor("regulator"), case=Case.objects.get(), step="send_back", note="没有改好", at=at
    )
    assert Case.objects.get().state == "rectifying"
    receipt = scene.worker.one(scene.worker.step(case, "submit", seen="rectifying", seen_line=seen))
    assert receipt["result"] == "proposal"
    assert "不是当时那一轮" in receipt["sentence"]


def test_a_proposal_of_a_case_nobody_issued_finds_the_regulator(scene: Scene) -> None:
    scene.worker.one(scene.worker.report())
    case = Case.objects.get()
    assert case.issuer is None
    entry = scene.safety.step(case, "grade", values={"grade": "general"})
    actions.make_step(actor=scene.cast.actor("safety"), case=case, step="void", note="不是隐患", at=clock.now())
    assert scene.safety.one(entry)["result"] == "proposal"
    assert "核定提议" in scene.regulator.client.get("/desk/").content.decode()


def test_reordered_entries_are_done_in_order(scene: Scene) -> None:
    """What opens the case comes after the word about it: in one sending they are put in order, in two the word waits."""
    report = scene.worker.report()
    word = scene.worker.entry("comment", case=report["id"], note="门也坏了")
    assert scene.worker.one(word)["result"] == "again"
    assert FieldEntry.objects.count() == 0
    assert [one["result"] for one in scene.worker.send(word, report)] == ["stored", "stored"]
    assert Line.objects.filter(step="comment", note="门也坏了").count() == 1
    later = scene.safety.step(Case.objects.get(), "grade", values={"grade": "general"})
    first, second = scene.safety.report(title="一"), scene.safety.report(title="二")
    assert {one["result"] for one in scene.safety.send(second, later, first)} == {"stored"}
    assert list(Case.objects.order_by("number").values_list("title", flat=True)) == ["配电箱没有盖", "一", "二"]


def test_another_persons_case_and_entry(scene: Scene) -> None:
    case = rectifying(scene)
    street = Phone(scene.cast, "monitor", scene.cast.client("monitor"))
    refused = street.one(street.step(case, "submit"))
    assert (refused["result"], refused["code"]) == ("refused", "not_found")
    not_mine = scene.safety.one(scene.safety.step(case, "submit"))
    assert (not_mine["result"], not_mine["code"]) == ("refused", "forbidden")
    other = scene.safety.one(scene.worker.report())
    assert (other["result"], other["code"]) == ("refused", "wrong_person")
    assert not FieldEntry.objects.filter(person=scene.cast.posts["worker"].person).exists()
    elsewhere = scene.worker.one(scene.worker.report(owner=scene.cast.emergency.pk))
    assert (elsewhere["result"], elsewhere["code"]) == ("refused", "owner")
    assert Case.objects.count() == 1


def test_an_id_is_used_once(scene: Scene) -> None:
    entry = scene.worker.report()
    assert scene.worker.one(entry)["result"] == "stored"
    changed = scene.worker.one({**entry, "title": "另一件"})
    assert (changed["result"], changed["code"]) == ("refused", "key")
    theirs = scene.safety.one(scene.safety.report(id=entry["id"]))
    assert (theirs["result"], theirs["code"]) == ("refused", "key")
    assert theirs["case"] == "", "nothing is told of another's entry"
    assert Case.objects.get().title == "配电箱没有盖"


def test_a_changed_form_that_can_still_be_read(scene: Scene) -> None:
    entry = scene.worker.report(values={"floor": "3"})
    declared.install([process(Field(name="floor", title="楼层"))])
    assert scene.worker.one(entry)["result"] == "stored"


def test_a_changed_form_that_cannot_be_read_is_kept_whole_for_a_person(scene: Scene) -> None:
    entry = scene.worker.report(case_kind="electric", photos=[{"kind": "before", "sha256": sha(picture())}])
    declared.install([process(Field(name="floor", title="楼层", required=True))])
    scene.worker.photo(picture())
    receipt = scene.worker.one(entry)
    assert (receipt["result"], receipt["code"]) == ("kept", "required")
    assert scene.worker.one(entry) == receipt
    row = FieldEntry.objects.get()
    assert (row.state, row.whole["title"], row.files.count(), Case.objects.count()) == ("kept", "配电箱没有盖", 1, 0)
    client = scene.safety.client
    assert "现场记录" in client.get("/desk/").content.decode()
    page = client.get(f"/field/received/{row.key}/").content.decode()
    assert "配电箱没有盖" in page
    assert client.get(f"/field/received/{row.key}/{row.files.get().pk}/").status_code == 200
    assert scene.cast.client("monitor").get(f"/field/received/{row.key}/").status_code == 404
    given = {
        "take": "1",
        "owner": str(scene.cast.enterprise.pk),
        "title": "配电箱没有盖",
        "fact": "仓库西墙",
        "case_kind": "electric",
    }
    assert client.post(f"/field/received/{row.key}/", given).status_code == 422
    assert client.post(f"/field/received/{row.key}/", {**given, "floor": "3"}).status_code == 302
    case = Case.objects.get()
    assert (case.evidence.count(), FieldEntry.objects.get().state) == (1, "settled")
    assert "示例·worker" in json.dumps(Line.objects.get(case=case, step="open").facts, ensure_ascii=False)
    assert client.post(f"/field/received/{row.key}/", {**given, "floor": "3"}).status_code in {302, 409}
    assert Case.objects.count() == 1
    assert scene.worker.one(entry)["result"] == "kept", "the receipt stays what it was"


def test_what_was_kept_is_dropped_with_a_reason(scene: Scene) -> None:
    entry = scene.worker.report()
    declared.install([process(Field(name="floor", title="楼层", required=True))])
    scene.worker.one(entry)
    address = f"/field/received/{entry['id']}/"
    assert scene.safety.client.post(address, {"take": "0", "reason": ""}).status_code == 422
    assert scene.safety.client.post(address, {"take": "0", "reason": "重复"}).status_code == 302
    assert (FieldEntry.objects.get().state, FieldEntry.objects.get().answer) == ("dropped", "重复")


def test_a_step_of_a_changed_form_is_a_proposal(scene: Scene) -> None:
    case = rectifying(scene)
    entry = scene.worker.step(case, "submit", edition="000000000000")
    receipt = scene.worker.one(entry)
    assert receipt["result"] == "proposal", "the photo it lacks was not asked for then"
    gone = scene.worker.one(scene.worker.step(case, "gone", edition="000000000000"))
    assert gone["result"] == "proposal"
    never = scene.worker.one(scene.worker.step(case, "gone", edition=""))
    assert (never["result"], never["code"]) == ("refused", "edition")
    lacking = scene.worker.one(scene.worker.step(case, "submit"))
    assert (lacking["result"], lacking["code"]) == ("refused", "evidence")
    page = scene.regulator.client.get(f"/cases/{case.number}/").content.decode()
    assert page.count("现场提议，等核定") == 2
    for row in Proposal.objects.all():
        assert (
            scene.regulator.client.post(
                f"/cases/{case.number}/do/proposal/", {"proposal": row.pk, "take": "1"}
            ).status_code
            == 302
        )


@pytest.mark.parametrize(
    ("ahead", "words"),
    [(timedelta(days=2), "快 2 天 0 小时"), (timedelta(days=-2), "慢 2 天 0 小时"), (timedelta(0), "")],
)
def test_a_clock_two_days_off_is_kept_and_shown(scene: Scene, ahead: timedelta, words: str) -> None:
    phone = Phone(scene.cast, "worker", scene.worker.client, ahead)
    entry = phone.report(made_at=(phone.now - timedelta(hours=1)).isoformat())
    receipt = phone.one(entry)
    row = FieldEntry.objects.get()
    assert row.sane is not bool(words)
    assert abs(row.drift - ahead.total_seconds()) < 30
    assert abs(receipt["drift"] - ahead.total_seconds()) < 30
    facts = Line.objects.get(step="open").facts
    true = clock.now() - timedelta(hours=1)
    assert abs((datetime.fromisoformat(facts["现场记下"] + "+08:00") - true).total_seconds()) < 120
    assert (words in facts.get("手机时间", "")) if words else ("手机时间" not in facts)
    page = scene.safety.client.get("/field/received/?clock=1").content.decode()
    assert (words in page) if words else (row.title not in page)
    assert row.case is not None
    assert abs((row.case.opened_at - clock.now()).total_seconds()) < 60, "the case runs by the server's clock"


@pytest.mark.parametrize("bad", [
    {"id": "x"}, {"id": 7}, {"id": "6f9619ff-8b86-4011-b42d-00c04fc964ff"}, {"id": "01A21D42-D133-7000-8000-000000000001"}, {"id": "01a21d42d13370008000000000000002"}, {"kind": "erase"},
    {"person": "1"}, {"post": None}, {"post": 10**30}, {"made_at": "yesterday"}, {"made_at": "2026-11-27T10:00:00"}, {"made_at": "0001-01-01T00:00:00+00:00"},
    {"title": ""}, {"title": "x" * 121}, {"title": 5}, {"title": "a\u0000b"}, {"fact": "\ud800"}, {"values": []}, {"values": {"a": 1}},
    {"photos": "all"}, {"photos": [{"kind": "before", "sha256": "../../etc/passwd"}]}, {"photos": [{"kind": "../up", "sha256": "0" * 64}]},
    {"photos": [{"kind": "before", "sha256": "0" * 63 + "G"}]}, {"photos": [{}] * 31}, {"longitude": "117"}, {"longitude": 200.0, "latitude": 10.0},
    {"longitude": 117.2}, {"owner": True}, {"process": "no_such"}, {"case_kind": "no_such"}, {"source": "no_such"}, {"edition": ""},
], ids=str)  # fmt: skip
def test_what_is_wrong_is_refused_with_a_sentence(scene: Scene, bad: dict[str, Any]) -> None:
    entry = {**scene.worker.report(), **bad}
    receipt = scene.worker.one(entry)
    assert receipt["result"] in {"refused", "kept"}, receipt
    assert receipt["sentence"].endswith("。")
    assert Case.objects.count() == 0


def test_an_unknown_post_is_refused_and_a_former_one_too(scene: Scene) -> None:
    entry = scene.worker.report()
    assert scene.worker.one({**entry, "post": scene.cast.posts["safety"].pk})["code"] == "post"
    post = Post.objects.get(pk=scene.cast.posts["worker"].pk)
    assert scene.worker.one({**entry, "post": post.pk})["result"] == "stored"


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"\xff\xfe", b'{"entries": 5}', b'{"sent_at": "x", "entries": []}', b"[" * 100_000]
)
def test_a_body_that_is_none(scene: Scene, body: bytes) -> None:
    answer = scene.worker.client.post("/api/v1/field/entries", body, content_type="application/json")
    assert answer.status_code in {400, 422}
    assert answer.json()["message"].endswith("。")


def test_photos_that_are_none(scene: Scene) -> None:
    phone = scene.worker
    assert phone.photo(b"x" * (9 * 1024 * 1024)).status_code == 422
    assert "太大" in phone.photo(b"x" * (9 * 1024 * 1024)).json()["message"]
    assert phone.photo(b"%PDF-1.4 not a photo").json()["code"] == "type"
    assert phone.photo(b"").status_code == 422
    assert phone.photo(b"<script>alert(1)</script>").json()["code"] == "type"
    assert phone.photo(b"\xff\xd8\xff broken").json()["code"] == "picture"
    assert phone.photo(picture("white", (8000, 6000), "PNG")).json()["code"] == "picture"
    assert phone.photo(picture(), "0" * 64).json()["code"] == "hash"
    for name in ("../../etc/passwd", "", "A" * 64, "x" * 64):
        assert (
            phone.client.post(f"/api/v1/field/photos?sha256={name}", picture(), content_type="image/jpeg").status_code
            == 400
        )
    assert phone.photo(picture("white", (800, 600), "PNG")).status_code == 200
    assert FieldPhoto.objects.count() == 1


def test_photos_whose_entry_never_came_are_forgotten(scene: Scene) -> None:
    scene.worker.photo(picture())
    scene.safety.photo(picture())
    FieldPhoto.objects.filter(person=scene.cast.posts["worker"].person).update(
        received_at=clock.now() - timedelta(days=40)
    )
    assert forget_photos(clock.now()) == 1
    assert read_waiting(sha(picture()))
    FieldPhoto.objects.update(received_at=clock.now() - timedelta(days=40))
    assert forget_photos(clock.now()) == 1
    with pytest.raises(Exception, match="预览已过期"):
        read_waiting(sha(picture()))


def test_who_may(scene: Scene) -> None:
    for path in ("/api/v1/field/bundle", "/api/v1/field/key"):
        assert scene.cast.client(None).get(path).status_code == 401
        assert scene.cast.client("auditor").get(path).status_code == 403
    body = json.dumps({"sent_at": clock.now().isoformat(), "entries": []})
    assert (
        scene.cast.client(None).post("/api/v1/field/entries", body, content_type="application/json").status_code == 401
    )
    assert (
        scene.cast.client("planner").post("/api/v1/field/entries", body, content_type="application/json").status_code
        == 403
    )
    assert SYSTEM.person_id is None


@pytest.mark.parametrize("turn", range(3))
def test_the_same_report_three_times_at_once_is_one_case(scene: Scene, turn: int) -> None:
    """A phone whose answer was lost sends again while the first is still being written."""
    scene.worker.photo(picture())
    entry = scene.worker.report(photos=[{"kind": "before", "sha256": sha(picture())}])
    post = scene.cast.posts["worker"]
    at = clock.now()
    sending = partial(receive, actor=scene.cast.actor("worker"), posts=[post], given=entry, sent_at=at, at=at)
    got = together(sending, sending, sending)
    # One that came when the photo had just been let go is asked for it again, and then finds the receipt.
    assert {one.result for one in got if not isinstance(one, Refused)} <= {"stored", "photos"}, turn
    assert (FieldEntry.objects.count(), Case.objects.count(), Evidence.objects.count()) == (1, 1, 1)
    assert scene.worker.one(entry)["result"] == "stored"
