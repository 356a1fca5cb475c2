"""Test set-up shared by the rooms' own tests (src/) and the whole-house tests (tests/)."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import TransactionTestCase
from tests.support.cast import Cast, make_cast

from anlan.kernel.journal import guard

# The browser's driver keeps an event loop in this thread; Django would then refuse ordinary queries of later tests.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

# `ci` gives the same examples every time; `make fuzz` draws many new ones.
hypothesis.settings.register_profile("ci", derandomize=True, deadline=None, max_examples=120)
hypothesis.settings.register_profile("long", deadline=None, max_examples=5000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

# A captured record of a refused request holds the request: tests that send thousands kept gigabytes.
logging.getLogger("django.request").setLevel(logging.ERROR)

APART = {"test_matrix.py"}
# The files that take longest, in this order; then those with the mark `slow`, then all others.
LONGEST = (
    "test_wrong_things.py",
    "test_axe.py",
    "test_hostile_lines.py",
    "test_gateway_life.py",
    "test_backup.py",
    "test_kill_gateway.py",
)
SHARED = Path(os.environ.get("ANLAN_SHARED", Path(__file__).parent.parent / "shared"))


def _empty(_case: Any) -> None:
    """After a test with transactions of its own: rows go from the tables that have any.

    Django's own way empties all of the two hundred, and then makes content types and permissions anew: most of such a test's time.
    This is the one deletion that the journal's triggers must let through."""
    kept = {"django_migrations", "django_content_type", "auth_permission"}
    tables = sorted(set(connection.introspection.django_table_names(include_views=False)) - kept)
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f'EXISTS(SELECT 1 FROM "{table}")' for table in tables))  # noqa: S608
        filled = [table for table, some in zip(tables, cursor.fetchone(), strict=True) if some]
    deletions = [f'DELETE FROM "{table}"' for table in filled]  # noqa: S608 - the models' own names
    if not deletions:
        return
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")  # no triggers, no foreign keys
            cursor.execute(";".join(deletions))
        return
    with connection.schema_editor() as editor:
        guard.remove(None, editor)
        for deletion in deletions:
            editor.execute(deletion)
        guard.install(None, editor)


TransactionTestCase._fixture_teardown = _empty  # type: ignore[attr-defined]  # noqa: SLF001


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:  # noqa: ARG001
    """No test of this process waits for the disk: what survives a cut is shown by tests/faults, with processes of their own."""
    options = connection.settings_dict["OPTIONS"]
    if "init_command" in options:
        options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")


def _turn(one: pytest.Item) -> tuple[bool, int]:
    name = one.path.name
    return "browser" in one.keywords, LONGEST.index(
        name
    ) if name in LONGEST else 90 if "slow" in one.keywords else 91 + (name in APART)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: the driver's event loop stays in the thread, and tests with a loop of their own could not run after it.

    What takes long begins first, so that no worker is alone with it at the end. Tests of a file stay in one worker, for they may share a
    process of the product; those of APART share nothing and are many, and those of the browser share what their worker has."""
    items.sort(key=_turn)
    for one in items:
        if one.path.name not in APART and "browser" not in one.keywords:
            one.add_marker(pytest.mark.xdist_group(str(one.path)))


@pytest.fixture
def shared() -> Path:
    """The folder of published plans, vectors and data beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip("../shared is not here")
    return SHARED


@pytest.fixture
def cast(db: None) -> Cast:  # noqa: ARG001 - asks for the database
    """示例区 with one person in each role; see tests/support/cast.py."""
    return make_cast()


@pytest.fixture(autouse=True)
def quick_and_apart(tmp_path: Path, settings: Any) -> None:
    """Each test keeps its attachments in its own folder and spends no time on password hashing."""
    settings.MEDIA_ROOT = tmp_path / "files"
    cache.clear()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
