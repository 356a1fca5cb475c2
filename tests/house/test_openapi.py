"""The API keeps its promise: the committed document is the declared one, valid OpenAPI 3.1, and every answer fits it."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver
from jsonschema import Draft202012Validator, ValidationError
from openapi_spec_validator import OpenAPIV31SpecValidator

from anlan.base import clock
from anlan.kernel.access import policy
from anlan.kernel.access.models import Person, Post
from anlan.kernel.access.types import PUBLIC, Page
from anlan.server import demonstration, openapi
from anlan.server.product import CAPABILITIES

FILE = Path(__file__).parents[2] / "docs" / "api" / "openapi.json"
DOCUMENT: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
PAGES: dict[str, Page] = {page.name: page for one in CAPABILITIES for page in one.pages if page.kind == "api"}
OPERATIONS = {one["get"]["operationId"]: (path, one["get"]) for path, one in DOCUMENT["paths"].items() if "get" in one}
# What is sent is tried by the tests of the room that takes it.
POSTED = {one["post"]["operationId"]: (path, one["post"]) for path, one in DOCUMENT["paths"].items() if "post" in one}
REGISTERS = [one.slug for capability in CAPABILITIES for one in capability.sheets]


def _strict(part: Any) -> Any:
    """The schemas with nothing allowed that is not written: clients may meet more some day, this test may not."""
    if isinstance(part, list):
        return [_strict(one) for one in part]
    if not isinstance(part, dict):
        return part
    closed = {"additionalProperties": False} if isinstance(part.get("properties"), dict) and part.get("type") else {}
    return {name: _strict(one) for name, one in part.items()} | closed


STRICT = _strict(copy.deepcopy(DOCUMENT))


@pytest.mark.pure
def test_the_committed_document_is_the_declared_one() -> None:
    assert FILE.read_text(encoding="utf-8") == openapi.text(), "run: anlan openapi > docs/api/openapi.json"


@pytest.mark.pure
def test_the_document_is_openapi() -> None:
    OpenAPIV31SpecValidator(DOCUMENT).validate()
    for schema in DOCUMENT["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    broken = copy.deepcopy(DOCUMENT)
    del broken["paths"]["/healthz"]["get"]["responses"]["200"]["description"]
    assert list(OpenAPIV31SpecValidator(broken).iter_errors()), "the check can fail"


def _routes(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _routes(entry, before + str(entry.pattern))
        else:
            yield before + str(entry.pattern)


@pytest.mark.pure
def test_every_api_route_is_in_it() -> None:
    assert set(PAGES) == set(OPERATIONS) | set(POSTED)
    routes = set(_routes(get_resolver()))
    assert {page.path for page in PAGES.values()} <= routes
    assert {route for route in routes if route.startswith("api/")} <= {page.path for page in PAGES.values()}
    assert set(REGISTERS) <= set(DOCUMENT["components"]["schemas"])


@pytest.mark.pure
@pytest.mark.parametrize("name", POSTED)
def test_what_takes_a_body_says_which(name: str) -> None:
    _path, said = POSTED[name]
    assert said["summary"]
    assert PAGES[name].methods == ("POST",)
    operation = PAGES[name].operation
    assert PAGES[name].permission != PUBLIC or (operation and operation.proof)
    assert said["requestBody"]["content"]
    assert {"200", "400", "401", "403", "422"} <= set(said["responses"])


@pytest.mark.pure
@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_says_all(name: str) -> None:
    path, said = OPERATIONS[name]
    page = PAGES[name]
    assert said["summary"]
    assert page.methods == ("GET",)
    assert {one["name"] for one in said["parameters"] if one["in"] == "path"} == set(_holes(path))
    wanted = {"200", "400"} | (set() if page.permission == PUBLIC else {"401", "403"})
    assert wanted <= set(said["responses"])
    if name.endswith(("_api", "_api_one")):
        assert {"400", "401", "403", "404"} <= set(said["responses"])


def _holes(path: str) -> list[str]:
    return [part.split("}")[0] for part in path.split("{")[1:]]


def _validate(schema: dict[str, Any], body: Any) -> None:
    whole = {**schema, "components": STRICT["components"]}
    Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(body)


@dataclass
class Caller:
    """Calls one operation and holds each answer against the document; remembers the statuses seen."""

    path: str
    said: dict[str, Any]
    seen: set[str]

    def call(self, client: Client, status: int, query: str = "", **holes: object) -> Any:
        answer = client.get(self.path.format(**holes) + query)
        assert answer.status_code == status, (self.path, query, answer.content[:300])
        promised = self.said["responses"][str(status)]["content"]
        media = answer["Content-Type"].partition(";")[0]
        assert media in promised, self.path
        body = json.loads(answer.content)
        _validate(STRICT["paths"][self.path]["get"]["responses"][str(status)]["content"][media]["schema"], body)
        self.seen.add(str(status))
        return body


def _client(role: str) -> Client:
    client = Client()
    person = Post.objects.filter(role=role).select_related("person").order_by("id")[0].person
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def _stranger() -> Client:
    """Signed in, without any post."""
    client = Client()
    person = Person.objects.create_user("postless", "nothing to do")
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def _reader(page: Page) -> Client:
    """Someone whose role may read this page in the whole district."""
    if page.permission == PUBLIC:
        return Client()
    roles = policy.permissions()[page.permission].roles
    return _client(next(role for role, scope in roles.items() if scope == "district"))


def _there(name: str, reader: Client) -> Iterator[dict[str, object]]:
    """Arguments of things that exist."""
    if name.endswith("_api_one"):
        listed = reader.get(OPERATIONS[name.removesuffix("_one")][0]).json()["rows"]
        assert listed, f"the demonstration has no row for {name}"
        yield from ({"number": row["id"]} for row in listed)
    elif name == "map_layer":
        yield from ({"slug": slug} for slug in ("streets", "lines", "shelters"))
    else:
        yield {}


def _one_filter_each(said: dict[str, Any]) -> Iterator[str]:
    """A good value and, where one exists, a bad value are tried for each parameter."""
    for one in said["parameters"]:
        if one["in"] == "query":
            good = one["schema"].get("enum", ["1"])
            yield from (f"?{one['name']}={value}" for value in good)


def _bad(said: dict[str, Any]) -> Iterator[str]:
    yield "?nothing_like_it=1"
    for one in said["parameters"]:
        if one["in"] == "query":
            schema, name = one["schema"], one["name"]
            yield f"?{name}={'9' * 5000 if schema['type'] == 'integer' else 'x' * 5000}"
            yield f"?{name}={schema.get('enum', ['1'])[0]}&{name}={schema.get('enum', ['1'])[0]}"
            if schema["type"] == "integer":
                yield from (f"?{name}=0", f"?{name}=-1", f"?{name}=x", f"?{name}=", f"?{name}=１")


@pytest.mark.django_db
def test_every_operation_answers_as_it_says() -> None:
    demonstration.load(clock.now())
    stranger = _stranger()
    for name, (path, said) in OPERATIONS.items():
        caller = Caller(path, said, set())
        reader = _reader(PAGES[name])
        holes = list(_there(name, reader))
        for one in holes:
            caller.call(reader, 200, **one)
        for query in _one_filter_each(said):
            caller.call(reader, 200, query, **holes[0])
        for query in _bad(said):
            caller.call(reader, 400, query, **holes[0])
        if "404" in said["responses"]:
            missing = {"number": 10**30, "slug": "nothing-like-it"}
            caller.call(reader, 404, "" if "{" in path else "?page=1000000", **missing)
        if "401" in said["responses"]:
            caller.call(Client(), 401, **holes[0])
            caller.call(stranger, 403, **holes[0])
        assert caller.seen == set(said["responses"]), f"{path}: promised and never seen, or the reverse"


@pytest.mark.django_db
def test_a_lie_would_be_seen() -> None:
    demonstration.load(clock.now())
    path, said = OPERATIONS["places_api"]
    body = Caller(path, said, set()).call(_client("planner"), 200)
    schema = STRICT["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    for name, lie in (("kind", "castle"), ("longitude", "117"), ("surprise", 1), ("review_due_on", "tomorrow")):
        told = copy.deepcopy(body)
        told["rows"][0][name] = lie
        with pytest.raises(ValidationError):
            _validate(schema, told)


def test_the_document_is_served_to_anyone() -> None:
    answer = Client().get("/api/v1/openapi.json")
    assert answer["Content-Type"] == "application/json"
    assert json.loads(answer.content) == DOCUMENT
