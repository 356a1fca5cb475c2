"""Every form of the product gets wrong things, field by field: each is answered with a sentence, never with a fault."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import Resolver404, resolve
from lxml import html

from anlan.base import clock
from anlan.kernel.access.models import Person
from anlan.server import demonstration
from anlan.server.product import CAPABILITIES

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
WRONG = (
    "", " ", "x" * 100_000, "<script>alert(1)</script>", "-1", "1e999", "NaN", "99999999999999999999", "2025-02-30", "0000-00-00",
    "9999-12-31", "'; DROP TABLE planning_task; --", "../../etc/passwd", "\u0000", "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"), "\u202e反", "%s%n{}", "１２",
    "null", "on",
)  # fmt: skip
# What one database takes and another refuses: all that is tried on PostgreSQL, since SQLite gets everything.
ENGINE = frozenset(
    {"x" * 100_000, "-1", "1e999", "NaN", "99999999999999999999", "2025-02-30", "0000-00-00", "9999-12-31", "'; DROP TABLE planning_task; --",
     "\u0000", "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"), "%s%n{}"}
)  # fmt: skip
FILES = (
    ("empty.xlsx", b""), ("not.xlsx", b"PK\x03\x04 nothing"), ("page.html", b"<script>1</script>"), ("x.exe", b"MZ" + b"\0" * 64),
    ("\u202egnp.exe", b"\x89PNG"), ("a" * 300 + ".txt", b"x"), ("bom.csv", b"\xef\xbb\xbfstation,time\n"), ("bad.csv", b"\xff\xfe\x00"),
)  # fmt: skip
ALLOWED = {200, 302, 400, 401, 403, 404, 409, 413, 422, 429}
# Everyone who has forms that no one before has.
ROLES = (
    "planner",
    "environment",
    "emergency",
    "education",
    "admin",
    "regulator",
    "safety",
    "worker",
    "expert",
    "legal",
    "inspector",
    "leader",
    "chief",
    "school",
    "head",
    "bullying",
)
# What ends the very session the test lives in.
LEFT_OUT = {"account_logout", "account_login", "account_change_password", "mfa_deactivate_totp"}


@dataclass(frozen=True)
class Form:
    """One form as a page offers it: where it goes and what it would send untouched."""

    action: str
    values: dict[str, str] = field(hash=False)
    files: tuple[str, ...] = ()


def _route(path: str) -> str:
    try:
        return resolve(path).url_name or ""
    except Resolver404:
        return ""


def _forms(page: str, tree: Any) -> Iterator[Form]:
    for one in tree.forms:
        if one.method == "POST":
            files = tuple(str(item.name) for item in one.inputs if item.get("type") == "file" and item.name)
            values = {name: value or "" for name, value in one.form_values() if name and name not in files}
            blank = {str(item.name): "" for item in one.inputs if item.name and item.name not in files}
            yield Form(urlsplit(one.action or page).path or page, {**blank, **values}, files)


def _walk(client: Client, told: set[tuple[str, tuple[str, ...]]]) -> Iterator[Form]:
    """Each page once by its route; each form once, by where it goes and what it holds, whoever was told it first."""
    waiting = [
        "/desk/",
        *(f"/{one.path}" for part in CAPABILITIES for one in part.pages if "<" not in one.path and one.kind == "page"),
    ]
    seen: set[str] = set()
    while waiting:
        path = waiting.pop(0)
        route = _route(urlsplit(path).path)
        if not route or route in seen:
            continue
        seen.add(route)
        answer = client.get(path)
        if answer.status_code != 200 or "text/html" not in answer["Content-Type"] or answer.streaming:
            continue
        tree = html.fromstring(answer.content.decode())
        waiting[:0] = [link for link in tree.xpath("//main//a/@href") if link.startswith("/")]
        for form in _forms(path, tree):
            name = _route(form.action)
            key = (name, tuple(sorted(form.values)))
            if name and name not in LEFT_OUT and key not in told:
                told.add(key)
                yield form


def _attempts(form: Form) -> Iterator[dict[str, Any]]:
    fields = [name for name in form.values if name != "csrfmiddlewaretoken"]
    yield {}
    for number, wrong in enumerate(WRONG):
        if connection.vendor == "postgresql" and wrong not in ENGINE:
            continue
        # One field wrong, the others as the page gives them; which field moves on with each wrong thing.
        if fields:
            yield {**form.values, fields[number % len(fields)]: wrong}
        yield dict.fromkeys(fields, wrong)
    for name in form.files:
        for file, content in FILES:
            if connection.vendor == "postgresql" and len(file) < 100:
                continue
            yield {**form.values, name: SimpleUploadedFile(file, content)}


def test_wrong_things_in_every_form() -> None:
    demonstration.load(clock.now())
    told: set[tuple[str, tuple[str, ...]]] = set()
    faults: list[str] = []
    tried: Counter[str] = Counter()
    for who in ROLES:
        client = Client(raise_request_exception=False)
        client.force_login(
            Person.objects.get(username=who), backend="allauth.account.auth_backends.AuthenticationBackend"
        )
        for form in list(_walk(client, told)):
            for data in _attempts(form):
                answer = client.post(form.action, data)
                tried[who] += 1
                if answer.status_code not in ALLOWED:
                    faults.append(f"{answer.status_code} {form.action} {str(data)[:160]}")
    assert not faults, "\n".join(
        [f"{len(faults)} of {tried}", *sorted({re.sub(r"x{20,}", "x…", line) for line in faults})[:40]]
    )
    assert len(tried) > 5, tried
    assert tried.total() > 1000, tried
