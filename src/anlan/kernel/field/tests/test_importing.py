"""An outbox as a file: opened with its owner's key alone, taken for its owner, once."""

from __future__ import annotations

import base64
import json
import os
from datetime import date
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.files.uploadedfile import SimpleUploadedFile

from anlan.base import clock
from anlan.kernel.access import actions as access
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.casework.models import Case, Line
from anlan.kernel.field import sealing
from anlan.kernel.field.models import FieldEntry
from anlan.kernel.field.tests.conftest import Phone, Scene, picture, sha, uuid7
from anlan.kernel.journal.models import Entry

pytestmark = pytest.mark.django_db(transaction=True)


def _sealed(key: bytes, content: bytes, place: str) -> dict[str, str]:
    iv = os.urandom(12)
    return {
        "iv": base64.b64encode(iv).decode(),
        "data": base64.b64encode(AESGCM(key).encrypt(iv, content, place.encode())).decode(),
    }


def outbox(phone: Phone, *entries: dict[str, Any], photos: tuple[bytes, ...] = ()) -> dict[str, Any]:
    """The file as the phone writes it."""
    row = sealing.key_for(actor=phone.cast.actor(phone.who), at=clock.now())
    key = bytes(row.secret)
    return {"format": "anlan-field-outbox", "version": 1, "entries": [
        {"id": one["id"], "person": row.person_id, "code": row.code, **_sealed(key, json.dumps(one).encode(), f"entry|{one['id']}|{row.person_id}"),
         "photos": [{"sha256": sha(photo), **_sealed(key, photo, f"photo|{sha(photo)}|{row.person_id}")} for photo in photos]}
        for one in entries
    ]}  # fmt: skip


def brought(phone: Phone, file: object) -> str:
    content = file if isinstance(file, bytes) else json.dumps(file).encode()
    answer = phone.client.post("/field/import/", {"file": SimpleUploadedFile("outbox.json", content)})
    assert answer.status_code in {200, 422}
    return str(answer.content.decode())


def test_it_is_taken_for_its_owner_and_once(scene: Scene) -> None:
    entry = scene.worker.report(photos=[{"kind": "before", "sha256": sha(picture())}])
    file = outbox(scene.worker, entry, scene.worker.report(title="第二件"), photos=(picture(),))
    page = brought(scene.safety, file)
    assert "收下 2，没有收下 0" in page
    assert "示例·worker" in page
    case = Case.objects.get(key=entry["id"])
    assert (case.opener_id, case.evidence.count()) == (scene.cast.posts["worker"].person_id, 1)
    assert Line.objects.get(case=case).facts["由文件导入"] == "示例·safety"
    assert FieldEntry.objects.get(key=entry["id"]).carried_by == "示例·safety"
    assert "收下 2，没有收下 0" in brought(scene.safety, file)
    assert Case.objects.count() == 2
    assert Entry.objects.filter(verb="field.imported").count() == 2
    assert scene.worker.one(entry)["case"] == case.number, "the phone gets the same receipt later"
    assert Case.objects.count() == 2


def test_it_cannot_be_made_up_or_changed(scene: Scene) -> None:
    entry = scene.worker.report()
    sealing.key_for(actor=scene.cast.actor("safety"), at=clock.now())
    mine = sealing.key_for(actor=scene.cast.actor("worker"), at=clock.now())
    good = outbox(scene.worker, entry)["entries"][0]
    forged = {**good, **_sealed(os.urandom(32), json.dumps(entry).encode(), f"entry|{entry['id']}|{mine.person_id}")}
    content = bytearray(base64.b64decode(good["data"]))
    content[3] ^= 1
    changed = {**good, "data": base64.b64encode(bytes(content)).decode()}
    other = {**good, "person": scene.cast.posts["safety"].person_id}
    renamed = {**good, "id": uuid7()}
    inner = {
        **good,
        **_sealed(
            bytes(mine.secret),
            json.dumps({**entry, "person": scene.cast.posts["safety"].person_id}).encode(),
            f"entry|{entry['id']}|{mine.person_id}",
        ),
    }
    for bad in (
        forged,
        changed,
        other,
        renamed,
        inner,
        {**good, "iv": "!"},
        {**good, "iv": ""},
        {**good, "person": 10**30},
        {**good, "person": None},
        5,
        None,
    ):
        page = brought(scene.safety, {"format": "anlan-field-outbox", "entries": [bad]})
        assert "收下 0，没有收下 1" in page, bad
    assert Case.objects.count() == 0
    assert "收下 1，没有收下 0" in brought(scene.safety, {"format": "anlan-field-outbox", "entries": [good]})


def test_a_photo_that_is_missing_or_another(scene: Scene) -> None:
    entry = scene.worker.report(photos=[{"kind": "before", "sha256": sha(picture())}])
    assert "文件里缺这一件的照片" in brought(scene.safety, outbox(scene.worker, entry))
    file = outbox(scene.worker, entry, photos=(picture("red"),))
    file["entries"][0]["photos"][0]["sha256"] = sha(picture())
    assert "收下 0，没有收下 1" in brought(scene.safety, file)
    assert Case.objects.count() == FieldEntry.objects.count() == 0


def test_only_for_ones_own_people(scene: Scene) -> None:
    file = outbox(scene.worker, scene.worker.report())
    officer = Phone(scene.cast, "monitor", scene.cast.client("monitor"))
    assert "不能由你导入" in brought(officer, file)
    assert Case.objects.count() == 0
    access.dismiss(actor=SYSTEM, post=scene.cast.posts["worker"], ends_on=date(2022, 1, 1), at=clock.now())
    assert "不能由你导入" in brought(scene.safety, file), "nobody is worked for who has left"


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff\xfe", b'{"format": "anlan-field-outbox"}', b'{"format": "x", "entries": [1]}', b"[" * 50_000,
                                     json.dumps({"format": "anlan-field-outbox", "entries": [1] * 1001}).encode()])  # fmt: skip
def test_what_is_no_outbox(scene: Scene, content: bytes) -> None:
    assert "没有导入：" in brought(scene.safety, content)


def test_no_file(scene: Scene) -> None:
    answer = scene.safety.client.post("/field/import/", {})
    assert answer.status_code == 422
    assert "没有选文件" in answer.content.decode()
