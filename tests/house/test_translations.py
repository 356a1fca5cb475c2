"""The English catalogue is complete and fits: every string, nothing obsolete, the same placeholders."""

from __future__ import annotations

import re

import pytest
from django.utils import translation
from scripts.catalogues import compile_all
from scripts.messages import english, found

from tests.support.cast import Cast

HOLES = re.compile(r"%\(\w+\)s")


@pytest.mark.pure
def test_every_string_is_translated_and_nothing_is_left_over() -> None:
    catalogue = {message.id: message for message in english() if message.id}
    wanted = found()
    assert len(wanted) > 300
    assert sorted(map(str, wanted - set(catalogue))) == []
    assert sorted(map(str, set(catalogue) - wanted)) == []
    assert [str(one) for one, message in catalogue.items() if not message.string or message.fuzzy] == []


@pytest.mark.pure
def test_placeholders_match() -> None:
    bad = [
        message.id
        for message in english()
        if message.id
        and isinstance(message.id, str)
        and sorted(HOLES.findall(message.id)) != sorted(HOLES.findall(str(message.string)))
    ]
    assert bad == []


@pytest.mark.django_db
def test_the_page_speaks_the_chosen_language(cast: Cast) -> None:
    compile_all()
    client = cast.client("planner")
    client.post("/account/mode/", {"language": "en"})
    assert "Nothing waits for you." in client.get("/desk/").content.decode()
    client.post("/account/mode/", {"language": "zh-hant"})
    body = client.get("/desk/").content.decode()
    assert "沒有等你辦的事" in body
    assert '<html lang="zh-hant"' in body
    client.post("/account/mode/", {"language": "xx"})
    assert "沒有" in client.get("/desk/").content.decode()
    translation.deactivate()
