"""A report without an account: who sees it, what is masked, number and secret, pressing twice, wrong input."""

from __future__ import annotations

import io
import re
from uuid import uuid4

import pytest
from django.core.cache import cache
from PIL import Image
from tests.support.cast import Cast

from anlan.base.errors import Refused
from anlan.kernel.casework import actions as casework
from anlan.kernel.casework import queries as cases
from anlan.kernel.casework.models import Case, Evidence
from anlan.kernel.journal.models import Entry
from anlan.packs.education.campus_safety import actions, queries
from anlan.packs.education.campus_safety.models import BullyingReport
from anlan.packs.education.campus_safety.verbs import UNMASKED

FORM = "/public/campus-report/"
TRACK = "/campus-report/track/"
GIVEN = {
    "kind": "alone", "reporter_kind": "parent", "words": "孩子陈小星说没人跟他一起吃饭，我的电话13800000000", "reporter": "陈大河", "contact": "13800000000",
    "pupil": "陈小星", "pupil_class": "五年级2班",
}  # fmt: skip
SECRETS = ("陈小星", "陈大河", "13800000000", "五年级2班")


def send(cast: Cast, **changed: str) -> tuple[str, str, str]:
    """(number, secret, page) of a report sent from the public form."""
    answer = cast.client(None).post(FORM, {**GIVEN, "school": str(cast.school.pk), "key": str(uuid4()), **changed})
    body = answer.content.decode()
    assert answer.status_code == 200, body
    number, secret = re.findall(r"<dd><strong>([^<]+)</strong></dd>", body)
    return number, secret, body


def case_of(number: str) -> Case:
    return Case.objects.get(number=number)


@pytest.mark.django_db
def test_only_two_posts_see_a_report(cast: Cast) -> None:
    number, _secret, _body = send(cast)
    case = case_of(number)
    assert (case.owner, case.issuer, case.holder) == (cast.school, cast.education, cast.education)
    seen = {who for who in cast.posts if cases.visible(cast.actor(who)).filter(pk=case.pk).exists()}
    assert seen == {"handler", "supervisor"}
    for who in cast.posts:
        status = cast.client(who).get(f"/cases/{number}/").status_code
        assert (status == 200) is (who in seen), who
        assert (cast.client(who).get(f"/campus/bullying/{number}/names/").status_code == 200) is (who in seen), who
    assert number not in cast.client("planner").get("/cases/").content.decode()
    assert number in cast.client("handler").get("/campus/bullying/").content.decode()


@pytest.mark.django_db
def test_names_are_masked_and_unmasking_is_in_the_journal(cast: Cast) -> None:
    number, secret, _body = send(cast)
    for address in (f"/cases/{number}/", "/campus/bullying/", "/desk/", "/campus/bullying/export/?form=csv"):
        body = cast.client("supervisor").get(address).content.decode()
        assert not [one for one in SECRETS if one in body], address
    client = cast.client("supervisor")
    address = f"/campus/bullying/{number}/names/"
    refused = client.post(address, {"reason": "看"})
    assert refused.status_code == 422
    assert "陈小星" not in refused.content.decode()
    shown = client.post(address, {"reason": "当面问话"})
    assert all(one in shown.content.decode() for one in SECRETS)
    assert shown["Cache-Control"] == "no-store"
    entry = Entry.objects.get(verb=UNMASKED)
    assert entry.new == {"number": number, "reason": "当面问话"}
    everything = " ".join(one.new_text + one.old_text for one in Entry.objects.all())
    assert not [one for one in (*SECRETS, secret) if one in everything]


@pytest.mark.django_db
def test_number_and_secret_open_the_answer(cast: Cast) -> None:
    number, secret, _body = send(cast)
    case = case_of(number)
    step = casework.make_step
    step(actor=cast.actor("supervisor"), case=case, step="accept", at=cast.at, values={"to": str(cast.school.pk)})
    step(actor=cast.actor("handler"), case=case, step="answer", at=cast.at, values={"answer": "已谈话，安排同桌陪餐"})
    body = cast.client(None).post(TRACK, {"number": number.lower(), "secret": secret.lower()}).content.decode()
    assert "已谈话，安排同桌陪餐" in body
    assert "陈小星" not in body
    added = cast.client(None).post(TRACK, {"number": number, "secret": secret, "do": "add", "words": "今天好多了"})
    assert "已经送到" in added.content.decode()
    assert "今天好多了" in cast.client("handler").get(f"/cases/{number}/").content.decode()
    step(actor=cast.actor("supervisor"), case=case, step="close", at=cast.at)
    late = cast.client(None).post(TRACK, {"number": number, "secret": secret, "do": "add", "words": "还有"})
    assert late.status_code == 422
    assert "另送一件" in late.content.decode()


@pytest.mark.django_db
def test_a_wrong_secret_says_nothing_and_cannot_be_tried_for_ever(cast: Cast) -> None:
    number, secret, _body = send(cast)
    wrong = cast.client(None).post(TRACK, {"number": number, "secret": "ABCDEFGH"}).content.decode()
    unknown = cast.client(None).post(TRACK, {"number": "QL-2025-99999", "secret": secret}).content.decode()
    sentence = re.compile(r'class="errors"[^>]*>([^<]+)<')
    assert sentence.findall(wrong) == sentence.findall(unknown)
    for _turn in range(queries.TRIES):
        with pytest.raises(Refused):
            queries.found_report(number, "ABCDEFGH")
    with pytest.raises(Refused, match="次数太多"):
        queries.found_report(number, secret)
    cache.clear()
    assert queries.found_report(number, secret).case.number == number


@pytest.mark.django_db
def test_sent_twice_it_is_one_report_with_the_same_secret(cast: Cast) -> None:
    key = str(uuid4())
    first, again = send(cast, key=key), send(cast, key=key)
    assert first[:2] == again[:2]
    assert BullyingReport.objects.count() == Case.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "field"),
    [({"school": ""}, "school"), ({"school": "999999"}, "school"), ({"kind": "x"}, "kind"), ({"words": "  "}, "words"), ({"reporter_kind": ""}, "reporter_kind"),
     ({"words": "字" * 4001}, "words"), ({"pupil": "名" * 41}, "pupil")],
)  # fmt: skip
def test_wrong_input_keeps_what_was_typed(cast: Cast, changed: dict[str, str], field: str) -> None:
    answer = cast.client(None).post(FORM, {**GIVEN, "school": str(cast.school.pk), **changed})
    body = answer.content.decode()
    assert answer.status_code == 422
    assert "没有送出" in body
    assert "陈大河" in body
    assert not BullyingReport.objects.exists()
    assert not Case.objects.exists()
    assert field


@pytest.mark.django_db
def test_an_enterprise_is_no_school_and_a_script_stays_text(cast: Cast) -> None:
    answer = cast.client(None).post(FORM, {**GIVEN, "school": str(cast.enterprise.pk)})
    assert answer.status_code == 422
    number, _secret, _body = send(cast, words="<script>alert(1)</script>")
    assert "<script>alert" not in cast.client("handler").get(f"/cases/{number}/").content.decode()


@pytest.mark.django_db
def test_a_photo_loses_its_place_and_other_files_are_refused(cast: Cast) -> None:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (39.0, 10.0, 0.0)}
    Image.new("RGB", (40, 30), "#888888").save(out, "JPEG", exif=exif)
    out.name = "图.jpg"
    out.seek(0)
    send(cast, file_scene=out)  # type: ignore[arg-type]
    kept = Evidence.objects.get().stored.location.read_bytes()
    assert not Image.open(io.BytesIO(kept)).getexif()
    bad = io.BytesIO(b"MZ\x90\x00 not a picture")
    bad.name = "图.jpg"
    answer = cast.client(None).post(FORM, {**GIVEN, "school": str(cast.school.pk), "file_scene": bad})
    assert answer.status_code == 422
    assert BullyingReport.objects.count() == 1


@pytest.mark.django_db
def test_the_bureau_takes_it_in_and_the_school_cannot_decline_its_own(cast: Cast) -> None:
    number, _secret, _body = send(cast)
    case = case_of(number)
    for who, step in (("handler", "accept"), ("handler", "decline"), ("bureau", "accept"), ("school", "accept")):
        with pytest.raises(Refused) as refused:
            casework.make_step(
                actor=cast.actor(who),
                case=case,
                step=step,
                at=cast.at,
                values={"to": str(cast.school.pk), "answer": "不"},
            )
        assert refused.value.code == "forbidden"
    with pytest.raises(Refused):
        actions.unmask(actor=cast.actor("bureau"), report=case.bullying, reason="想看一看", at=cast.at)
