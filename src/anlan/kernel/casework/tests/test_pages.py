"""The pages: lists that filter and export, one case with what may be done, forms that keep what was typed, files for those who see."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.support.cast import Cast

from anlan.base import clock
from anlan.kernel.access import policy
from anlan.kernel.access.models import Post
from anlan.kernel.casework import handling
from anlan.kernel.casework.models import Case, Line
from anlan.kernel.casework.tests.conftest import Scene, picture

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages' clock stands at the cast's instant."""
    monkeypatch.setattr(clock, "now", lambda: cast.at)


def client(scene: Scene, who: str) -> Client:
    if who != "reviewer":
        return scene.cast.client(who)
    found = Client()
    found.force_login(
        Post.objects.get(pk=scene.reviewer.post_id or 0).person,
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    return found


def text(scene: Scene, who: str, address: str) -> str:
    answer = client(scene, who).get(address)
    assert answer.status_code == 200, answer.content
    return str(answer.content.decode())


def upload(name: str = "改后.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture(), "image/png")


def test_the_list_filters_counts_and_exports_what_is_shown(scene: Scene) -> None:
    one = scene.case()
    scene.graded("major", title="氨气探头失效")
    said = text(scene, "officer", "/cases/?process=t")
    assert one.title in said
    assert "氨气探头失效" in said
    said = text(scene, "officer", "/cases/?grade=major")
    assert one.title not in said
    assert "重大" in said
    assert "导出 1 行" in said
    exported = client(scene, "officer").get("/cases/export/?grade=major&form=csv")
    assert len(exported.content.decode("utf-8-sig").strip().splitlines()) == 2
    assert "没有符合筛选的事项" in text(scene, "officer", "/cases/?q=没有这样的")
    assert one.title not in text(scene, "other", "/cases/?state=closed")


def test_the_page_offers_what_may_be_done_and_says_why_not(scene: Scene) -> None:
    case = scene.reviewing()
    mine = text(scene, "street", reverse("case", args=[case.number]))
    assert "另一人" in mine
    others = text(scene, "reviewer", reverse("case", args=[case.number]))
    assert reverse("case_step", args=[case.number, "pass"]) in others
    assert "改前" in others
    assert "改后" in others
    reads = text(scene, "planner", reverse("case", args=[case.number]))
    assert reverse("case_step", args=[case.number, "pass"]) not in reads
    assert "可由" in reads


def test_a_form_that_is_refused_keeps_what_was_typed(scene: Scene) -> None:
    case = scene.rectifying()
    answer = client(scene, "street").post(reverse("case_step", args=[case.number, "submit"]), {"note": "我写的说明"})
    assert answer.status_code == 422
    said = answer.content.decode()
    assert "缺佐证 1 件：改后" in said
    assert "我写的说明" in said
    done = client(scene, "street").post(
        reverse("case_step", args=[case.number, "submit"]), {"note": "好了", "file_after": upload()}, follow=True
    )
    assert "现在是“待复查”" in done.content.decode()


def test_pressing_twice_does_once(scene: Scene) -> None:
    case, key = scene.case(), str(uuid4())
    for _press in range(2):
        answer = client(scene, "officer").post(
            reverse("case_step", args=[case.number, "grade"]), {"grade": "general", "key": key}
        )
        assert answer.status_code == 302
    assert Line.objects.filter(case=case, step="grade").count() == 1


def test_an_old_page_is_told_so(scene: Scene) -> None:
    case = scene.graded()
    answer = client(scene, "officer").post(reverse("case_step", args=[case.number, "grade"]), {"grade": "general"})
    assert answer.status_code == 409
    assert "状态已是“待下达”" in answer.content.decode()


@pytest.mark.parametrize(
    ("word", "posted", "says"),
    [
        ("comment", {"text": ""}, "没有写内容"), ("hand_over", {"to": "x", "reason": "r"}, "没有选单位"), ("hand_over", {"to": "district", "reason": ""}, "没有写理由"),
        ("extend", {"until": "soon", "reason": "r"}, "延到哪一天"), ("answer", {"extension": "9"}, "没有这次延期"), ("supervise", {"number": " "}, "督办文号"),
        ("merge", {"into": "T-1", "reason": "r"}, "没有这个编号"), ("proposal", {"proposal": "7"}, "没有这个现场提议"), ("resume", {}, "没有暂停"),
        ("pause", {"reason": ""}, "没有写理由"),
    ],
)  # fmt: skip
def test_wrong_things_beside_the_steps_are_said(scene: Scene, word: str, posted: dict[str, str], says: str) -> None:
    case = scene.case()
    before = Case.objects.values().get(pk=case.pk)
    posted = {name: str(scene.cast.district.pk) if value == "district" else value for name, value in posted.items()}
    answer = client(scene, "officer").post(reverse("case_handle", args=[case.number, word]), posted)
    assert answer.status_code in (404, 409, 422)
    assert says in answer.content.decode()
    assert Case.objects.values().get(pk=case.pk) == before


def test_what_is_not_there_is_not_there(scene: Scene) -> None:
    case = scene.case(owner=scene.cast.environment, issuer=scene.cast.environment, actor=scene.officer)
    for path in ("", "steps/grade/", "do/comment/"):
        ask = client(scene, "street").post if path else client(scene, "street").get
        assert ask(f"/cases/{case.number}/{path}").status_code == 404
    mine = scene.case()
    assert client(scene, "officer").get("/cases/T-0000-1/").status_code == 404
    assert client(scene, "officer").post(f"/cases/{mine.number}/steps/nothing/").status_code == 404
    assert client(scene, "officer").post(f"/cases/{mine.number}/do/nothing/").status_code == 404
    assert client(scene, "officer").get(f"/cases/{mine.number}/files/999/").status_code == 404
    assert scene.cast.client(None).get(f"/cases/{mine.number}/").status_code == 302


def test_photos_are_shown_and_files_come_as_attachments(scene: Scene) -> None:
    case = scene.case()
    one = case.evidence.get()
    shown = client(scene, "planner").get(reverse("case_picture", args=[case.number, one.pk]))
    assert shown["Content-Type"] == "image/png"
    sent = client(scene, "planner").get(reverse("case_file", args=[case.number, one.pk]))
    assert sent["Content-Disposition"].startswith("attachment")
    assert client(scene, "auditor").get(reverse("case_picture", args=[case.number, one.pk])).status_code == 404


def test_an_extension_and_a_watch_through_the_page(scene: Scene) -> None:
    case = scene.rectifying()
    address = reverse("case_handle", args=[case.number, "extend"])
    until = (scene.at + timedelta(days=40)).date().isoformat()
    assert client(scene, "street").post(address, {"until": until, "reason": "缺货"}).status_code == 302
    said = text(scene, "officer", reverse("case", args=[case.number]))
    assert "缺货" in said
    row = case.extensions.get()
    client(scene, "officer").post(
        reverse("case_handle", args=[case.number, "answer"]), {"extension": row.pk, "approve": "1"}
    )
    assert "原定" in text(scene, "street", reverse("case", args=[case.number]))
    client(scene, "planner").post(reverse("case_handle", args=[case.number, "watch"]), {"on": "1"})
    assert case.watches.count() == 1


def test_scripts_in_text_are_text(scene: Scene) -> None:
    case = scene.case(title="<script>alert(1)</script>", fact="<img src=x onerror=alert(1)>")
    said = text(scene, "officer", reverse("case", args=[case.number]))
    assert "<script>alert" not in said
    assert "<img src=x" not in said
    exported = client(scene, "officer").get("/cases/export/?form=csv").content.decode("utf-8-sig")
    assert "<script>" in exported
    formula = scene.case(title="=HYPERLINK(1)")
    assert "'=HYPERLINK" in client(scene, "officer").get("/cases/export/?form=csv").content.decode("utf-8-sig"), formula


def test_supervision_shows_on_list_and_page(scene: Scene) -> None:
    case = scene.graded("major")
    handling.supervise(actor=scene.officer, case=case, number="示例督〔2025〕1 号", at=scene.at)
    assert "挂牌督办" in text(scene, "officer", "/cases/?supervised=1")
    assert "示例督〔2025〕1 号" in text(scene, "officer", reverse("case", args=[case.number]))
    assert policy.may(scene.officer, "t.manage")
