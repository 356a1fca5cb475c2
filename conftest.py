"""Test set-up shared by the rooms' own tests (src/) and the whole-house tests (tests/)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase
from tests.support.cast import Cast, make_cast

from anlan.kernel.journal import guard

# The browser's driver keeps an event loop in this thread; Django would then refuse ordinary queries of later tests.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

# `ci` gives the same examples every time; `make fuzz` draws many new ones.
hypothesis.settings.register_profile("ci", derandomize=True, deadline=None, max_examples=120)
hypothesis.settings.register_profile("long", deadline=None, max_examples=5000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

APART = {"test_matrix.py"}
SHARED = Path(os.environ.get("ANLAN_SHARED", Path(__file__).parent.parent / "shared"))

_flush = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]  # noqa: SLF001


def _flush_without_guard(self: Any) -> None:
    """Emptying the tables between tests is the one deletion the journal's triggers must let through."""
    with connection.schema_editor() as editor:
        guard.remove(None, editor)
    _flush(self)
    with connection.schema_editor() as editor:
        guard.install(None, editor)


TransactionTestCase._fixture_teardown = _flush_without_guard  # type: ignore[attr-defined]  # noqa: SLF001


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: the driver's event loop stays in the thread, and tests with a loop of their own could not run after it.

    Tests of a file stay in one worker, for they may share a running product; those of APART share nothing and are many."""
    items.sort(key=lambda one: "browser" in one.keywords)
    for one in items:
        if one.path.name not in APART:
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
