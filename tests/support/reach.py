"""Which pages links lead each person to, without a browser: `python -m tests.support.reach planner street …` with a demonstration's settings.

Prints one line of JSON: `reached` (name of the page -> who and address, the first of each) and `broken` (links that lead to nothing or to a fault).
"""

from __future__ import annotations

import json
import logging
import sys
from collections import Counter
from urllib.parse import urlsplit

import django

django.setup()

from django.test import Client
from django.urls import Resolver404, resolve
from lxml import html

from anlan.kernel.access.models import Person
from anlan.server.product import CAPABILITIES

ADDRESSES = 3
NOBODY = "-"  # a citizen who has not signed in
# Every GET page, also those that need an object.
ROUTES = {
    page.name: page for one in CAPABILITIES for page in one.pages if "GET" in page.methods and page.kind == "page"
}
STARTS = ["/desk/", *(f"/{page.path}" for page in ROUTES.values() if "<" not in page.path)]


def route(href: str) -> str:
    try:
        return resolve(urlsplit(href).path).url_name or ""
    except Resolver404:
        return ""


def walk(who: str, reached: dict[str, tuple[str, str]], broken: list[str]) -> None:
    """Open every page this person can reach by links, up to three addresses each: the first incident may be one in which nothing has happened."""
    client = Client(raise_request_exception=False)
    if who != NOBODY:
        client.force_login(
            Person.objects.get(username=who), backend="allauth.account.auth_backends.AuthenticationBackend"
        )
    waiting, seen, times = [("", address) for address in STARTS], set(), Counter[str]()
    while waiting:
        source, address = waiting.pop(0)
        path = urlsplit(address).path
        name = route(address)
        if path in seen or name not in ROUTES or times[name] == ADDRESSES:
            continue
        seen.add(path)
        times[name] += 1
        answer = client.get(address)
        if answer.status_code >= 500 or (source and answer.status_code == 404):
            broken.append(f"{who}: {source} -> {address} {answer.status_code}")
        if answer.status_code != 200 or answer.streaming or "text/html" not in answer["Content-Type"]:
            continue
        # A page's own links come first: the workbench leads to what is this person's.
        links = html.fromstring(answer.content.decode()).xpath("//main//a[starts-with(@href, '/')]/@href")
        waiting[:0] = [(address, link) for link in links]
        reached.setdefault(name, (who, address))


def main(people: list[str]) -> None:
    logging.disable(logging.CRITICAL)
    reached: dict[str, tuple[str, str]] = {}
    broken: list[str] = []
    for who in people:
        walk(who, reached, broken)
    print(json.dumps({"reached": reached, "broken": broken}))


if __name__ == "__main__":
    main(sys.argv[1:])
