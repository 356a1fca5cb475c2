"""Pages: two people, editions, pictures, search, letters by topic and place."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.support.cast import Cast

from anlan.base.errors import Refused
from anlan.packs.safety.publicity import actions, queries, telling
from anlan.packs.safety.publicity.models import KnowledgeEdition, KnowledgeLetter, KnowledgeSubscription
from anlan.packs.safety.publicity.tests.support import given, picture, published
from anlan.packs.safety.subjects import letters

pytestmark = pytest.mark.django_db
SAID = {"picture_title": "出口", "picture_source": "本区", "picture_licence": "可转用"}


@pytest.fixture(autouse=True)
def _var(settings: Any, tmp_path: Path, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.VAR, settings.MEDIA_ROOT = tmp_path, tmp_path / "media"
    monkeypatch.setattr("anlan.base.clock.now", lambda: cast.at)


def test_who_writes_does_not_publish(cast: Cast) -> None:
    regulator, officer = cast.actor("regulator"), cast.actor("officer")
    made = actions.draft(actor=regulator, organisation=cast.emergency, given=given(), at=cast.at)
    actions.move(actor=regulator, edition=made, step="submit", at=cast.at)
    with pytest.raises(Refused) as same:
        actions.move(actor=regulator, edition=made, step="approve", at=cast.at)
    assert same.value.code == "same_person"
    with pytest.raises(Refused) as role:
        actions.move(actor=officer, edition=made, step="approve", at=cast.at)
    assert role.value.code == "forbidden"
    with pytest.raises(Refused, match="理由"):
        actions.move(actor=cast.actor("leader"), edition=made, step="return", at=cast.at)
    actions.move(actor=cast.actor("leader"), edition=made, step="return", at=cast.at, reason="写短些")
    assert queries.search("") == []
    seen = made.version
    actions.change(actor=officer, edition=made, given=given(title="改过"), at=cast.at, seen=seen)
    with pytest.raises(Refused) as stale:
        actions.change(actor=officer, edition=made, given=given(), at=cast.at, seen=seen)
    assert stale.value.code == "stale"
    actions.move(actor=officer, edition=made, step="submit", at=cast.at)
    actions.move(actor=regulator, edition=made, step="approve", at=cast.at)  # who changed it last wrote it
    assert [one.title for one in queries.search("")] == ["改过"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"), ({"title": "长" * 81}, "title"), ({"topic": "moon"}, "topic"), ({"text": ""}, "text"), ({"source": ""}, "source"),
        ({"licence": ""}, "licence"), ({"places": ["SL-B11"]}, "places"),
    ],
)  # fmt: skip
def test_wrong_inputs(cast: Cast, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as told:
        actions.draft(actor=cast.actor("officer"), organisation=cast.emergency, given=given(**changes), at=cast.at)
    assert told.value.field == field
    answer = cast.client("officer").post(reverse("knowledge_new"), given(**changes))
    assert answer.status_code == 422
    assert KnowledgeEdition.objects.count() == 0


def test_an_edition_follows_the_one_before(cast: Cast) -> None:
    first = published(cast)
    second = actions.renew(actor=cast.actor("officer"), edition=first, at=cast.at)
    assert actions.renew(actor=cast.actor("officer"), edition=first, at=cast.at) == second  # one in hand
    actions.change(actor=cast.actor("officer"), edition=second, given=given(text="新的"), at=cast.at, seen=second.version)  # fmt: skip
    citizen, address = cast.client(None), reverse("public_knowledge_page", args=[first.page_id])
    assert "先走人" in citizen.get(address).content.decode()  # until the next one is published
    actions.move(actor=cast.actor("officer"), edition=second, step="submit", at=cast.at)
    actions.move(actor=cast.actor("regulator"), edition=second, step="approve", at=cast.at)
    first.refresh_from_db()
    assert first.state == "replaced"
    assert "新的" in citizen.get(address).content.decode()
    actions.move(actor=cast.actor("regulator"), edition=second, step="withdraw", at=cast.at, reason="过时")
    assert citizen.get(address).status_code == 404


def test_pictures_are_encoded_anew_and_only_a_published_page_shows_them(cast: Cast) -> None:
    officer = cast.actor("officer")
    made = actions.draft(actor=officer, organisation=cast.emergency, given=given(text="![出口](picture:1)"), at=cast.at)
    with pytest.raises(Refused, match="picture:1"):
        actions.move(actor=officer, edition=made, step="submit", at=cast.at)
    hidden = picture() + b"<script>hidden</script>"
    kept = actions.add_picture(actor=officer, edition=made, name="a.exe.png", content=hidden, given=SAID, at=cast.at)
    assert b"hidden" not in kept.stored.location.read_bytes()
    with pytest.raises(Refused):
        actions.add_picture(actor=officer, edition=made, name="a.png", content=b"GIF89a", given=SAID, at=cast.at)
    with pytest.raises(Refused) as needs:
        actions.add_picture(actor=officer, edition=made, name="a.png", content=picture(), given={**SAID, "picture_licence": ""}, at=cast.at)  # fmt: skip
    assert needs.value.field == "picture_licence"
    public, own = reverse("public_knowledge_picture", args=[made.page_id, 1]), reverse("knowledge_picture", args=[made.pk, 1])  # fmt: skip
    citizen = cast.client(None)
    assert citizen.get(public).status_code == 404
    assert cast.client("officer").get(own).headers["Content-Type"] == "image/png"
    actions.move(actor=officer, edition=made, step="submit", at=cast.at)
    actions.move(actor=cast.actor("regulator"), edition=made, step="approve", at=cast.at)
    assert citizen.get(public).status_code == 200
    assert public in citizen.get(reverse("public_knowledge_page", args=[made.page_id])).content.decode()
    with pytest.raises(Refused):
        actions.drop_picture(actor=officer, edition=made, number=1, at=cast.at)  # no draft any more


def test_search_finds_by_words_topic_and_street(cast: Cast) -> None:
    published(cast)
    published(cast, title="闻到燃气味", topic="gas", text="关总阀，开窗")
    published(cast, title="本街道的避险点", topic="flood", text="集合点在广场", places=[cast.street.code])
    titles = [one.title for one in queries.search("车库进水")]
    assert titles == ["地下车库进水怎么办"]
    assert [one.title for one in queries.search("", topic="gas")] == ["闻到燃气味"]
    assert len(queries.search("", place=cast.street.code)) == 3
    assert len(queries.search("", place="SL-S99")) == 2
    page = cast.client(None).get(reverse("public_knowledge"), {"q": "广场集合"}).content.decode()
    assert "本街道的避险点" in page
    assert "闻到燃气味" not in page
    assert "没有找到" in cast.client(None).get(reverse("public_knowledge"), {"q": "量子"}).content.decode()


def subscriber(cast: Cast, address: str, topic: str = "", place: Any = None) -> KnowledgeSubscription:
    made = telling.subscribe(channel="email", address=address, place=place, topic=topic, at=cast.at)
    telling.settle(made, "confirm", cast.at)
    made.letters.update(state="sent")
    made.refresh_from_db()
    return made


def test_letters_go_by_topic_and_place_once_an_address(cast: Cast) -> None:
    subscriber(cast, "all@example.cn")
    subscriber(cast, "all@example.cn", "flood")
    subscriber(cast, "gas@example.cn", "gas")
    subscriber(cast, "street@example.cn", "flood", cast.street)
    stopped = subscriber(cast, "stopped@example.cn", "flood")
    telling.subscribe(channel="email", address="pending@example.cn", place=None, topic="", at=cast.at)
    made = published(cast, tell=True, places=["SL-S01"])
    telling.settle(stopped, "stop", cast.at)
    quiet = published(cast, title="不通知")
    assert quiet.letters.count() == 0
    assert telling.deliver(cast.at) == 3  # two of the page and one confirmation
    assert telling.deliver(cast.at) == 0
    sent = [json.loads(line) for line in letters.outbox("knowledge").read_text(encoding="utf-8").splitlines()]
    assert sorted(one["address"] for one in sent) == ["all@example.cn", "pending@example.cn", "street@example.cn"]
    assert KnowledgeLetter.objects.get(edition=made, subscription=stopped).state == "failed"
    assert reverse("public_knowledge_page", args=[made.page_id]) in sent[-1]["text"] + sent[0]["text"]


def test_a_withdrawn_page_is_not_sent_any_more(cast: Cast) -> None:
    subscriber(cast, "a@example.cn")
    made = published(cast, tell=True)
    actions.move(actor=cast.actor("regulator"), edition=made, step="withdraw", at=cast.at, reason="错了")
    assert telling.deliver(cast.at) == 0
    assert made.letters.get().state == "failed"


def test_subscribing_needs_the_letter(cast: Cast) -> None:
    citizen, address = cast.client(None), reverse("public_knowledge_subscribe")
    for changes in ({"address": "x"}, {"topic": "moon"}, {"place": "SL-B11"}, {"channel": "pigeon"}, {"website": "x"}):
        wrong = citizen.post(address, {"channel": "email", "address": "a@example.cn", "topic": "", "place": "", **changes})  # fmt: skip
        assert wrong.status_code == 422, changes
    assert KnowledgeSubscription.objects.count() == 0
    citizen.post(address, {"channel": "email", "address": "a@example.cn", "topic": "gas", "place": ""})
    telling.deliver(cast.at)
    letter = json.loads(letters.outbox("knowledge").read_text(encoding="utf-8"))
    link = re.search(r"/public/knowledge/subscription/\S+", letter["text"])
    assert link is not None
    row = KnowledgeSubscription.objects.get()
    citizen.get(link.group())
    row.refresh_from_db()
    assert row.state == "pending"  # opening changes nothing
    citizen.post(link.group(), {"step": "confirm"})
    citizen.post(link.group(), {"step": "stop"})
    row.refresh_from_db()
    assert row.state == "stopped"
    assert citizen.get(link.group()[:-3] + "xx/").status_code == 404
    assert citizen.get(link.group()[:-3] + "中/").status_code == 404


def test_the_pages_of_the_staff(cast: Cast) -> None:
    officer, regulator = cast.client("officer"), cast.client("regulator")
    officer.post(reverse("knowledge_new"), given())
    made = KnowledgeEdition.objects.get()

    def do(word: str) -> str:
        return reverse("knowledge_do", args=[made.pk, word])

    file = SimpleUploadedFile("a.png", picture(), "image/png")
    assert officer.post(do("picture"), {**SAID, "file": file}).status_code == 302
    assert officer.post(do("picture"), SAID).status_code == 422
    assert officer.post(do("unpicture"), {"number": "9"}).status_code == 404
    assert officer.post(do("unpicture"), {"number": "1"}).status_code == 302
    assert officer.post(do("fly")).status_code == 404
    officer.post(reverse("knowledge_edit", args=[made.pk]), {**given(title="第二稿"), "seen": "2"})
    assert officer.post(reverse("knowledge_edit", args=[made.pk]), {**given(), "seen": "1"}).status_code == 409
    officer.post(do("submit"))
    assert "知识待批" in regulator.get("/desk/").content.decode()
    regulator.post(do("approve"), {"tell": "1"})
    made.refresh_from_db()
    assert made.state == "published"
    assert officer.get(reverse("knowledge_pages"), {"form": "csv"}).status_code == 200
    assert cast.client(None).get("/").status_code == 200
