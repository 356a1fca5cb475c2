"""A migrated installation to break: made once, copied for each test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from scripts.postgres import binaries, throwaway_postgres

from tests.faults.product import RUNNING, STARTED, Product, cool, kill


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Product:
    """Migrated, empty, SQLite. Tests copy it and leave it alone."""
    product = Product(tmp_path_factory.mktemp("fresh"))
    done = product.cold("migrate", "-v0")
    assert done.returncode == 0, done.stderr
    return product


@pytest.fixture(autouse=True, scope="session")
def _warm_processes() -> Iterator[None]:
    yield
    cool()


@pytest.fixture
def sqlite_product(fresh: Product, tmp_path: Path) -> Product:
    return fresh.copy(tmp_path / "var")


@pytest.fixture(scope="session")
def _planned(fresh: Product, tmp_path_factory: pytest.TempPathFactory) -> Product:
    folder = tmp_path_factory.mktemp("planned")
    product, file = fresh.copy(folder / "var"), folder / "plan.txt"
    file.write_text(product.run("plan", "sample").stdout, encoding="utf-8")
    done = product.run("plan", "import", str(file), "--yes")
    assert done.returncode == 0, done.stderr
    return product


@pytest.fixture
def filled(_planned: Product, tmp_path: Path) -> Product:
    """A product that already holds a plan (SQLite)."""
    return _planned.copy(tmp_path / "var")


@pytest.fixture(autouse=True)
def nothing_left_running() -> Iterator[None]:
    """A test that fails halfway leaves no process behind: those it started are ended, by their own ids."""
    before = list(RUNNING)
    yield
    for process in STARTED:
        if process.poll() is None:
            kill(process)
    STARTED.clear()
    for child in list(RUNNING):
        if child not in before:
            child.end()


def need_postgres() -> None:
    if binaries() is None:
        if "postgres" in os.environ.get("ANLAN_REQUIRE", ""):
            pytest.fail("no PostgreSQL: apt-get install postgresql")
        pytest.skip("no PostgreSQL: apt-get install postgresql")


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A throw-away server whose database `house` is migrated; every test gets a copy of it."""
    need_postgres()
    with throwaway_postgres() as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE house")
        done = Product(tmp_path_factory.mktemp("house"), _named(url, "house")).cold("migrate", "-v0")
        assert done.returncode == 0, done.stderr
        yield url


@pytest.fixture
def postgres_product(postgres_server: str, tmp_path: Path) -> Iterator[Product]:
    name = "fault"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE house")  # type: ignore[arg-type]
    (tmp_path / "var").mkdir()
    yield Product(tmp_path / "var", _named(postgres_server, name))
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[arg-type]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def product(request: pytest.FixtureRequest) -> Product:
    """The test runs on both databases."""
    return request.getfixturevalue(f"{request.param}_product")


def _named(url: str, name: str) -> str:
    return f"{url.rpartition('/')[0]}/{name}"
