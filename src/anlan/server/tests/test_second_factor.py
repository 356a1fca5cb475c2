"""Two-step sign-in, through the pages: codes computed from the shown secret."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt
from django.core.management import call_command
from django.test import Client
from tests.support.cast import PASSWORD, Cast

from anlan.base import clock
from anlan.kernel.journal.models import Entry
from anlan.server.second_factor.codes import code_at, spend

pytestmark = pytest.mark.django_db
OWN = "/account/second-factor/"


def sign_in(username: str, password: str = PASSWORD) -> tuple[Client, Any]:
    client = Client()
    return client, client.post("/account/login/", {"login": username, "password": password})


def verbs() -> list[str]:
    told = Entry.objects.filter(verb__startswith="access.second_factor").order_by("id")
    return [verb.removeprefix("access.second_factor.") for verb in told.values_list("verb", flat=True)]


def switch_on(client: Client) -> tuple[str, list[str], str]:
    """Goes through the pages; returns the secret, the recovery codes and the code already used."""
    again = client.get(OWN + "on/")
    assert again["Location"].startswith("/account/again/")
    assert client.post(again["Location"], {"password": PASSWORD})["Location"] == OWN + "on/"
    body = client.get(OWN + "on/").content.decode()
    assert '<svg class="qr"' in body
    found = re.search(r"<code>([A-Z2-7]{32})</code>", body)
    assert found
    code = code_at(found[1], clock.now())
    answer = client.post(OWN + "on/", {"code": code})
    assert answer["Location"] == OWN + "codes/"
    codes = re.findall(r"<code>(\d{8})</code>", client.get(OWN + "codes/").content.decode())
    return found[1], codes, code


def test_the_codes_are_those_of_the_standard() -> None:
    """RFC 6238 appendix B, SHA-1: the last six of its eight digits."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # base 32 of 12345678901234567890
    for seconds, digits in ((59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")):
        assert code_at(secret, datetime.fromtimestamp(seconds, UTC)) == digits


def test_a_password_alone_signs_in_without_one(cast: Cast) -> None:
    client, answer = sign_in("admin")
    assert answer.status_code == 302
    assert client.get("/desk/").status_code == 200


def test_switched_on_it_is_asked_and_each_code_works_once(cast: Cast) -> None:
    client, _answer = sign_in("auditor")
    secret, codes, used = switch_on(client)
    assert len(set(codes)) == 10
    assert "********" not in codes
    assert codes[0] not in client.get(OWN + "codes/").content.decode(), "shown once"
    kept = Authenticator.objects.get(type="totp")
    assert secret not in str(kept.data)
    assert decrypt(kept.data["secret"]) == secret

    client, answer = sign_in("auditor")
    assert answer["Location"] == "/account/code/"
    assert client.get("/desk/").status_code == 302, "half signed in is not signed in"
    assert "one-time-code" in client.get("/account/code/").content.decode()
    for wrong in (used, "000000", ""):
        assert client.post("/account/code/", {"code": wrong}).status_code == 200, wrong
    assert client.get("/desk/").status_code == 302
    fresh = code_at(secret, clock.now(), 1)
    assert client.post("/account/code/", {"code": fresh}).status_code == 302
    assert client.get("/desk/").status_code == 200

    client, _answer = sign_in("auditor")
    assert client.post("/account/code/", {"code": fresh}).status_code == 200, "a used code"
    assert client.post("/account/code/", {"code": codes[3]}).status_code == 302
    assert client.get("/desk/").status_code == 200
    client, _answer = sign_in("auditor")
    assert client.post("/account/code/", {"code": codes[3]}).status_code == 200, "a used recovery code"
    assert verbs() == ["on", "code_used"]
    assert Entry.objects.get(verb="access.second_factor.code_used").new_text == '{"left":9}'


def test_each_step_is_spent_once_and_never_backwards(cast: Cast) -> None:
    client, _answer = sign_in("admin")
    secret, _codes, _used = switch_on(client)
    kept, at = Authenticator.objects.get(type="totp"), clock.now() + timedelta(minutes=10)
    assert not spend(kept, code_at(secret, at, 2), at), "a minute ahead"
    assert not spend(kept, code_at(secret, at, -2), at), "a minute late"
    assert spend(kept, code_at(secret, at), at)
    assert not spend(kept, code_at(secret, at), at)
    assert not spend(kept, code_at(secret, at, -1), at), "an earlier step after a later one"
    assert spend(kept, code_at(secret, at, 1), at)


def test_wrong_codes_lock_like_wrong_passwords(cast: Cast) -> None:
    client, _answer = sign_in("admin")
    secret, codes, _used = switch_on(client)
    client, _answer = sign_in("admin")
    answers = [client.post("/account/code/", {"code": "000000"}).status_code for _try in range(6)]
    assert answers[:5] == [200] * 5
    assert answers[5] in (403, 429)
    for good in (code_at(secret, clock.now(), 1), codes[0]):
        refused = client.post("/account/code/", {"code": good})
        assert refused.status_code in (403, 429)
        assert "15 分钟" in refused.content.decode()
    _client, answer = sign_in("admin")
    assert answer.status_code in (403, 429), "the password is locked with it"
    assert sign_in("auditor")[1].status_code == 302, "others are not"


def test_wrong_passwords_lock_after_six(cast: Cast) -> None:
    answers = [sign_in("admin", "not this one")[1].status_code for _try in range(6)]
    assert answers[:5] == [200] * 5
    assert answers[5] in (403, 429)
    assert sign_in("admin")[1].status_code in (403, 429)


def test_switching_off_and_new_codes_ask_again(cast: Cast) -> None:
    client, _answer = sign_in("admin")
    secret, codes, _used = switch_on(client)
    client, _answer = sign_in("admin")
    client.post("/account/code/", {"code": code_at(secret, clock.now(), 1)})
    for page in ("off/", "codes/new/"):
        assert client.post(OWN + page)["Location"].startswith("/account/again/"), page
    assert Authenticator.objects.filter(type="totp").exists()
    assert client.post("/account/again/?next=" + OWN, {"password": "wrong"}).status_code == 200
    assert client.post("/account/again/code/?next=" + OWN, {"code": codes[0]}).status_code == 302
    assert client.post(OWN + "codes/new/")["Location"] == OWN + "codes/"
    fresh = re.findall(r"<code>(\d{8})</code>", client.get(OWN + "codes/").content.decode())
    assert len(fresh) == 10
    assert not set(fresh) & set(codes)
    assert client.post(OWN + "off/")["Location"] == OWN
    assert not Authenticator.objects.exists()
    assert verbs() == ["on", "code_used", "codes_made", "off"]
    assert sign_in("admin")[0].get("/desk/").status_code == 200


def test_roles_that_need_it_are_told_and_others_not(cast: Cast) -> None:
    for who, told in (("admin", True), ("auditor", True), ("planner", False)):
        client = cast.client(who)
        assert ("开启两步验证" in client.get("/desk/").content.decode()) is told, who
        assert ("须开启两步验证" in client.get(OWN).content.decode()) is told, who
    client, _answer = sign_in("admin")
    switch_on(client)
    assert "开启两步验证" not in client.get("/desk/").content.decode()


def test_in_production_they_cannot_go_on_without(cast: Cast, settings: Any) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    assert sign_in("planner")[0].get("/desk/").status_code == 200
    client, _answer = sign_in("admin")
    assert client.get("/")["Location"] == OWN
    for page in ("/desk/", "/journal/", "/registry/people/", "/search/"):
        assert client.get(page)["Location"] == OWN, page
    assert client.get("/journal/export.csv")["Location"] == OWN
    assert client.post("/account/post/", {"post": cast.posts["admin"].pk}).status_code == 403
    assert client.get("/search/", headers={"Accept": "application/json"}).json()["code"] == "second_factor"
    assert "开启之前不能办别的事" in client.get(OWN).content.decode()
    switch_on(client)
    assert client.get("/desk/").status_code == 200
    assert client.get("/journal/").status_code == 200


def test_an_administrator_helps_whoever_lost_both(cast: Cast) -> None:
    client, _answer = sign_in("auditor")
    switch_on(client)
    person = cast.posts["auditor"].person
    assert cast.client("planner").post("/registry/people/", {"password_only": person.pk}).status_code == 403
    assert Authenticator.objects.exists()
    admin = cast.client("admin")
    assert "password_only" in admin.get("/registry/people/").content.decode()
    assert admin.post("/registry/people/", {"password_only": person.pk}).status_code == 302
    assert sign_in("auditor")[0].get("/desk/").status_code == 200
    assert admin.post("/registry/people/", {"password_only": person.pk}).status_code == 404
    switch_on(sign_in("auditor")[0])
    call_command("anlan_second_factor_off", "auditor")
    assert verbs() == ["on", "reset", "on", "reset"]


def test_a_changed_system_key_says_so_and_lets_nobody_in(cast: Cast, settings: Any) -> None:
    secret, _codes, _used = switch_on(sign_in("admin")[0])
    old = settings.SECRET_KEY
    settings.SECRET_KEY = "another key, much longer than before"
    client, _answer = sign_in("admin")
    refused = client.post("/account/code/", {"code": code_at(secret, clock.now(), 1)})
    assert "系统密钥换过" in refused.content.decode()
    settings.SECRET_KEY_FALLBACKS = [old]
    client, _answer = sign_in("admin")
    assert client.post("/account/code/", {"code": code_at(secret, clock.now(), 1)}).status_code == 302
