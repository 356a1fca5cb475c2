"""The process that `cases` measures: fills a database with cases and steps, then times pages, an import and a sweep.

Arguments: how many cases, steps a case, how many of the clocks are due, "1" for a short run. Prints one line of JSON.
The rows are made by the database itself (one INSERT … SELECT a table), so that filling a million takes a minute.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import date, timedelta
from typing import Any

import django

django.setup()

from django.contrib.auth.decorators import login_required
from django.core.management import call_command
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.test import Client
from django.urls import path

from anlan.base import clock
from anlan.kernel.access.actions import appoint, found_organisation
from anlan.kernel.access.models import Person
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.casework import clocks
from anlan.kernel.casework.models import Case, Clock, Escalation, Line
from anlan.kernel.journal.models import Entry
from anlan.kernel.web import paging
from anlan.server import urls

ENTERPRISES = 200
STATES = ("reported", "graded", "rectifying", "reviewing", "passed")
ON_POSTGRES = connection.vendor == "postgresql"
NUMBERS = (
    "SELECT n FROM generate_series(0, %s) AS t(n)"
    if ON_POSTGRES
    else "WITH RECURSIVE t(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM t WHERE n < %s) SELECT n FROM t"
)


def _rest(model: type[Model], sql: str) -> tuple[str, str]:
    """Names and values, each led by a comma, of the columns that may not be empty and that the statement does not name."""
    left = [one for one in model._meta.concrete_fields if not (one.null or one.primary_key or one.column in sql)]  # noqa: SLF001
    empty = {"BooleanField": "false" if ON_POSTGRES else "0", "CharField": "''", "TextField": "''"}
    names = "".join(f", {connection.ops.quote_name(one.column)}" for one in left)
    return names, "".join(f", {empty.get(one.get_internal_type(), '0')}" for one in left)


def _insert(model: type[Model], columns: str, values: str, source: str, *given: Any) -> None:
    """INSERT … SELECT; columns that the statement leaves out get their empty value, so that a new one does not break the filling."""
    names, rest = _rest(model, columns)
    _run(f"INSERT INTO {model._meta.db_table} ({columns}{names}) SELECT {values}{rest} FROM {source}", *given)  # noqa: SLF001


def _run(sql: str, *given: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)


def _uuid(n: str) -> str:
    return f"lpad(to_hex({n}), 32, '0')::uuid" if ON_POSTGRES else f"printf('%%032x', {n})"


def _moment(seconds: str) -> str:
    """SQL of a moment so many seconds before now."""
    return (
        f"(now() - ({seconds}) * interval '1 second')"
        if ON_POSTGRES
        else f"strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now', (-({seconds})) || ' seconds')"
    )


def fill(cases: int, steps: int, due: int) -> Any:
    """Open cases of hidden dangers over 200 enterprises, their history, and a running clock each, of which `due` have just run out."""
    at = clock.now()
    district = found_organisation(actor=SYSTEM, code="D", name="示例区", kind="district", parent=None, at=at)
    bureau = found_organisation(actor=SYSTEM, code="B", name="示例应急局", kind="bureau", parent=district, at=at)
    first = 0
    for number in range(ENTERPRISES):
        row = found_organisation(
            actor=SYSTEM, code=f"E{number}", name=f"示例企业{number}", kind="enterprise", parent=district, at=at
        )
        first = first or row.pk
    person = Person.objects.create_user("p", "x", name="p")
    appoint(
        actor=SYSTEM,
        person=person,
        organisation=bureau,
        role="safety_regulator",
        title="t",
        starts_on=date(2021, 1, 1),
        at=at,
    )
    states = " ".join(f"WHEN {place} THEN '{word}'" for place, word in enumerate(STATES))
    owner, holder = (
        f"{first} + n %% {ENTERPRISES}",
        f"CASE WHEN n %% 1000 = 0 THEN {bureau.pk} ELSE {first} + n %% {ENTERPRISES} END",
    )
    late, yes, no = (
        f"CASE WHEN n < {due} THEN 60 + n %% 80000 ELSE -86400 - n %% 8640000 END",
        *(("true", "false") if ON_POSTGRES else ("1", "0")),
    )
    numbers, empty = f"({NUMBERS}) AS numbers", "'{}'::jsonb" if ON_POSTGRES else "'{}'"
    _insert(
        Case,
        """id, "key", number, process, title, fact, kind, grade, source, place, owner_id, issuer_id, holder_id, state,
        version, is_open, opened_at, opened_by, due_at, started_at, supervision, returns, is_demo""",
        f"""n + 1, {_uuid("n + 1")}, 'YH-2026-' || n, 'hidden_danger', '示例隐患' || n, '配电箱前堆放杂物', '',
        CASE WHEN n %% 50 = 0 THEN 'major' ELSE 'general' END, 'self', '一车间', {owner}, {bureau.pk}, {holder},
        CASE n %% 5 {states} END, 1, {yes}, {_moment("n * 20")}, '示例', {_moment(late)}, {_moment("n * 20")}, '', n %% 3, {no}""",
        numbers,
        cases - 1,
    )
    _insert(
        Clock,
        'case_id, "limit", title, words, law, verified, started_at, first_due_at, due_at, raised, raise_at',
        f"id, 'given', '整改中', '指定日期', '', {no}, started_at, due_at, due_at, 0, due_at",
        "casework_case",
    )
    _insert(
        Line,
        "case_id, at, step, title, source, target, note, facts, actor_name, on_behalf_of",
        f"""n / {steps} + 1, {_moment("n * 4")}, CASE n %% {steps} WHEN 0 THEN 'open' ELSE 'submit' END, '办一步', 'graded', 'rectifying',
        '示例', {empty}, '示例', ''""",
        numbers,
        cases * steps - 1,
    )
    if ON_POSTGRES:
        for table in ("casework_case", "casework_line", "casework_clock"):
            _run(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
        _run("VACUUM ANALYZE")
    else:
        _run("ANALYZE")
    return person


LIST = Template(
    "<html><body><p>{{ page.paginator.count }}</p><table>{% for c in page %}<tr data-row><td>{{ c.number }}</td><td>{{ c.title }}</td><td>{{ c.grade }}</td><td>{{ c.state }}</td><td>{{ c.owner }}</td><td>{{ c.holder }}</td><td>{{ c.due_at|date:'Y-m-d H:i' }}</td><td>{{ c.opened_at|date:'Y-m-d H:i' }}</td></tr>{% endfor %}</table></body></html>"
)
COUNTS = Template("<html><body>{% for n in counts %}<p>{{ n }}</p>{% endfor %}</body></html>")
ONE = Template(
    "<html><body><h1>{{ c.number }} {{ c.title }}</h1><p>{{ c.owner }} {{ c.holder }} {{ c.state }} {{ c.fact }} {{ c.due_at }}</p><ol>{% for l in lines %}<li>{{ l.at|date:'Y-m-d H:i' }} {{ l.title }} {{ l.actor_name }} {{ l.note }}</li>{% endfor %}</ol></body></html>"
)
_SHOWN = ("owner", "issuer", "holder")


@login_required
def bare_list(request: HttpRequest) -> HttpResponse:
    rows = Case.objects.filter(process="hidden_danger", grade="general", state="rectifying").order_by(
        "-opened_at", "-id"
    )
    return HttpResponse(
        LIST.render(Context({"page": Paginator(rows.select_related(*_SHOWN), 50).get_page(request.GET.get("page"))}))
    )


@login_required
def bare_counts(request: HttpRequest) -> HttpResponse:
    at, rows = clock.now(), Case.objects.filter(process="hidden_danger")
    opened = rows.filter(is_open=True)
    near = opened.filter(due_at__gte=at, due_at__lt=at + timedelta(days=1))
    counts = [one.count() for one in (opened, opened.filter(due_at__lt=at), near, rows.filter(is_open=False))]
    return HttpResponse(COUNTS.render(Context({"counts": counts})))


@login_required
def bare_detail(request: HttpRequest, number: str) -> HttpResponse:
    case = Case.objects.select_related(*_SHOWN).get(number=number)
    return HttpResponse(ONE.render(Context({"c": case, "lines": case.lines.order_by("-id")})))


@login_required
def bare_desk(request: HttpRequest) -> HttpResponse:
    """What a bureau holds, the first to end first: two hundred rows, as the workbench reads them."""
    bureau = Person.objects.get(pk=request.user.pk).posts.first().organisation_id
    rows = Case.objects.filter(holder=bureau, is_open=True).order_by("due_at", "id").select_related(*_SHOWN)[:200]
    others = (
        Case.objects.filter(issuer=bureau, is_open=True)
        .exclude(holder=bureau)
        .order_by("due_at", "id")
        .select_related(*_SHOWN)[:200]
    )
    return HttpResponse(LIST.render(Context({"page": [*rows, *others]})))


urls.urlpatterns += [
    path("bare/list/", bare_list), path("bare/counts/", bare_counts), path("bare/desk/", bare_desk), path("bare/<str:number>/", bare_detail),
]  # fmt: skip


def _cost(client: Client, url: str, times: int, *, cold: bool) -> list[float]:
    """CPU ms a request, five runs. `cold`: what was counted before is counted again."""
    kept, paging.KEPT_SECONDS = paging.KEPT_SECONDS, 0 if cold else paging.KEPT_SECONDS
    runs = []
    answer = client.get(url)
    assert answer.status_code == 200, (url, answer.status_code)
    for _ in range(5):
        spent = 0.0
        for _ in range(times):
            start = time.process_time()
            client.get(url)
            spent += time.process_time() - start
        runs.append(spent / times * 1000)
    paging.KEPT_SECONDS = kept
    return runs


def _wall(work: Any) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    cases, steps, due, quick = (int(one) for one in sys.argv[1:5])
    call_command("migrate", verbosity=0)
    filled = _wall(lambda: fill(cases, steps, due))
    person = Person.objects.get(username="p")
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    number = Case.objects.get(pk=cases // 2).number
    times = 3 if quick else 10
    pages = {
        "list": ("/dangers/?state=rectifying&grade=general", "/bare/list/"),
        "detail": (f"/cases/{number}/", f"/bare/{number}/"),
        "workbench": ("/desk/", "/bare/desk/"),
    }
    found: dict[str, Any] = {"filled": filled, "cookie": client.cookies["sessionid"].value, "number": number}
    for name, (ours, theirs) in pages.items():
        found[name] = {
            "cold": _cost(client, ours, times, cold=True), "kept": _cost(client, ours, times, cold=False),
            "peer": _cost(client, theirs, times, cold=True),
        }  # fmt: skip
    found["counts_peer"] = _cost(client, "/bare/counts/", times, cold=True)
    before = Entry.objects.count()
    at, raised = clock.now(), []
    found["sweep"] = _wall(lambda: raised.append(clocks.sweep(at)))
    assert raised == [due] == [Escalation.objects.count()] == [Entry.objects.count() - before], (raised, due)
    assert Clock.objects.filter(stopped_at=None).count() == cases
    found["idle_sweep"] = _wall(lambda: clocks.sweep(at))
    sys.stdout.write(json.dumps(found) + "\n")


main()
