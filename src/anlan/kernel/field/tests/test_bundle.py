"""What a phone is given: a person's own, with forms whose edition changes when they do; a shell that is the same for everyone."""

from __future__ import annotations

import base64
import json
import re
from datetime import timedelta

import pytest
from django.contrib.staticfiles import finders
from scripts import field_words

from anlan.base import clock
from anlan.kernel.casework import actions, declared
from anlan.kernel.casework.types import Field
from anlan.kernel.field import forms, rules
from anlan.kernel.field.tests.conftest import Scene, picture, process
from anlan.kernel.field.words import WORDS
from anlan.kernel.journal.models import Entry
from anlan.kernel.web.templatetags.web_tags import built_files

pytestmark = pytest.mark.django_db


def test_a_worker_has_their_own_and_no_more(scene: Scene) -> None:
    at = clock.now() - timedelta(days=1)
    regulator = scene.cast.actor("regulator")
    mine = actions.open_case(actor=regulator, process=declared.process("t"), owner=scene.cast.enterprise, issuer=scene.cast.emergency, title="我们的", at=at,
                             uploads=[("before", "a.jpg", picture())])  # fmt: skip
    other = actions.open_case(
        actor=regulator, process=declared.process("t"), owner=scene.cast.environment, title="别人的", at=at
    )
    for case in (mine, other):
        actions.make_step(actor=regulator, case=case, step="grade", values={"grade": "general"}, at=at)
        actions.make_step(
            actor=regulator, case=case, step="assign", values={"fixer": "示例", "until": "2099-01-01"}, at=at
        )
    given = scene.worker.client.get("/api/v1/field/bundle").json()
    assert [one["title"] for one in given["tasks"]] == ["我们的"]
    task = given["tasks"][0]
    assert {one["step"] for one in task["offers"] if one["allowed"]} == {"submit"}
    assert all(one["why"] for one in task["offers"] if not one["allowed"])
    assert (task["state"], task["have"], len(task["pictures"])) == ("rectifying", ["before"], 1)
    assert task["seen_line"] == mine.lines.latest("pk").pk
    steps = given["processes"]["t"]["steps"]
    assert set(steps) == {"submit"}, "only forms of steps this person may make"
    assert [kind for kind, _word in steps["submit"]["proves"]] == ["after"]
    assert given["processes"]["t"]["open"]["units"] == [scene.cast.enterprise.pk]
    assert [pk for pk, _name in given["organisations"]] == [scene.cast.enterprise.pk]
    assert given["person"]["post"] == scene.cast.posts["worker"].pk
    assert given["map"]["areas"]
    assert "别人的" not in json.dumps(given, ensure_ascii=False)


def test_an_edition_is_what_the_form_asks() -> None:
    first, again = forms.open_form(process()), forms.open_form(process())
    assert (
        first["edition"]
        == again["edition"]
        == rules.edition({name: value for name, value in first.items() if name != "edition"})
    )
    other = process(Field(name="floor", title="楼层"))
    assert forms.edition_now(other) != first["edition"]
    assert forms.edition_now(other, "submit") == forms.edition_now(process(), "submit"), (
        "another form of the process is not touched"
    )
    assert forms.edition_now(other, "no_such") == ""


def test_a_key_is_a_persons_own_and_stays(scene: Scene) -> None:
    mine = scene.worker.client.get("/api/v1/field/key").json()
    assert mine == scene.worker.client.get("/api/v1/field/key").json()
    theirs = scene.safety.client.get("/api/v1/field/key").json()
    assert mine["key"] != theirs["key"]
    assert len(base64.b64decode(mine["key"])) == 32
    assert Entry.objects.filter(verb="field.key_made").count() == 2
    assert mine["key"] not in scene.worker.client.get("/api/v1/field/bundle").content.decode()
    assert not any(mine["key"] in one.new_text for one in Entry.objects.all())


def test_the_shell_is_the_same_for_everyone(scene: Scene) -> None:
    stranger, worker = scene.cast.client(None).get("/field/"), scene.worker.client.get("/field/")
    assert stranger.content == worker.content
    assert "csrftoken" in stranger.cookies
    for who in ("示例·worker", "冷库甲"):
        assert who not in worker.content.decode()


def test_the_worker_names_every_file_the_shell_loads(scene: Scene) -> None:
    if not built_files("field/app"):
        pytest.skip("the front end is not built")
    shell = scene.cast.client(None).get("/field/").content.decode()
    script = scene.cast.client(None).get("/field/sw.js")
    assert script["Content-Type"].startswith("text/javascript")
    told = json.loads(re.match(r"self\.ANLAN=(\{.*?\});\n", script.content.decode()).group(1))  # type: ignore[union-attr]
    loaded = set(re.findall(r'(?:src|href)="(/(?:static/|field/manifest)[^"]+)"', shell))
    assert loaded <= set(told["assets"])
    for sheet in (one for one in told["assets"] if one.endswith(".css")):
        file = finders.find(sheet.removeprefix("/static/"))
        assert isinstance(file, str)
        with open(file, encoding="utf-8") as text:  # noqa: PTH123
            imported = re.findall(r'@import url\("([^"]+)"\)', text.read())
        assert all(any(asset.endswith(f"/{one}") for asset in told["assets"]) for one in imported), sheet
    assert all(finders.find(one.removeprefix("/static/")) for one in told["assets"] if one.startswith("/static/"))
    manifest = json.loads(scene.cast.client(None).get("/field/manifest.webmanifest").content)
    assert (manifest["scope"], manifest["start_url"], manifest["display"]) == ("/field/", "/field/", "standalone")
    assert {one["src"] for one in manifest["icons"]} <= set(told["assets"])


@pytest.mark.pure
def test_the_server_knows_the_apps_words() -> None:
    assert list(WORDS) == field_words.said(), "run: python -m scripts.field_words"


@pytest.mark.pure
@pytest.mark.parametrize(
    ("drift", "words"), [(172_800, "快 2 天 0 小时"), (-90, "慢 2 分"), (7_500, "快 2 小时 5 分"), (0, "慢 0 分")]
)
def test_drift_in_words(drift: int, words: str) -> None:
    assert rules.drift_words(drift) == words
