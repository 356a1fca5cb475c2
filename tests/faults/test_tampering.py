"""Someone with the database file changes history past the product: the check names the first entry that does not hold."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from tests.faults.product import Product, assert_one_line

pytestmark = pytest.mark.slow
BROKEN = 2
GUARDS = [f"{table}_no_{verb}" for table in ("journal_entry", "journal_seal") for verb in ("update", "delete")]
ENTRIES, WAITING = 6, 2


@pytest.fixture(scope="module")
def sealed(fresh: Product, tmp_path_factory: pytest.TempPathFactory) -> Product:
    """Six entries in the chain, two more waiting."""
    product = fresh.copy(tmp_path_factory.mktemp("sealed") / "var")
    assert product.agent("fill", str(ENTRIES)).returncode == 0
    assert product.run("journal", "verify").returncode == 0
    assert product.agent("fill", str(WAITING)).returncode == 0
    return product


def intrude(product: Product, *statements: str) -> None:
    """What write access to the file allows: take the guards off, change, put them back."""
    with closing(sqlite3.connect(product.file)) as connection:
        guards = [
            connection.execute(f"SELECT sql FROM sqlite_master WHERE name = '{name}'").fetchone()[0] for name in GUARDS
        ]
        connection.executescript(";".join(f"DROP TRIGGER {name}" for name in GUARDS))
        for statement in statements:
            assert connection.execute(statement).rowcount != 0, statement
        connection.commit()
        for guard in guards:
            connection.execute(guard)


SWAP = (
    "UPDATE journal_entry SET subject_id = 'x' WHERE id = 3",
    "UPDATE journal_entry SET subject_id = '2' WHERE id = 4",
    "UPDATE journal_entry SET subject_id = '3' WHERE id = 3",
)
SWAP_SEALS = (
    "UPDATE journal_seal SET entry_id = 99 WHERE seq = 3",
    "UPDATE journal_seal SET entry_id = 3 WHERE seq = 4",
    "UPDATE journal_seal SET entry_id = 4 WHERE seq = 3",
)
CUT_TAIL = ("DELETE FROM journal_seal WHERE seq = 6", "DELETE FROM journal_entry WHERE id = 6")
FORGERIES = {
    "one entry changed": (("UPDATE journal_entry SET verb = 'fault.other' WHERE id = 3",), "第 3 号"),
    "its time changed": (("UPDATE journal_entry SET at = '2020-01-01 00:00:00' WHERE id = 5",), "第 5 号"),
    "an entry deleted": (("DELETE FROM journal_entry WHERE id = 2",), "第 2 号"),
    "an entry and its seal deleted": (
        ("DELETE FROM journal_seal WHERE seq = 2", "DELETE FROM journal_entry WHERE id = 2"),
        "第 2 号",
    ),
    "two entries swapped": (SWAP, "第 3 号"),
    "two seals swapped": (SWAP_SEALS, "第 3 号"),
    "the tail cut": (CUT_TAIL, "第 6 号"),
    "the tail cut and the head removed": ((*CUT_TAIL, "DELETE FROM journal_head"), "第 6 号"),
    "a waiting entry deleted": (("DELETE FROM journal_entry WHERE id = 7",), "记录 7"),
    "a waiting entry hidden from the sealer": (("DELETE FROM journal_pending WHERE entry_id = 8",), "记录 8"),
    "the head set back": (("UPDATE journal_head SET seq = 2",), "第 7 号"),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_forgery_is_named(sealed: Product, tmp_path_factory: pytest.TempPathFactory, forgery: str) -> None:
    statements, named = FORGERIES[forgery]
    product = sealed.copy(tmp_path_factory.mktemp("forged") / "var")
    intrude(product, *statements)
    done = product.run("journal", "verify")
    assert_one_line(done, BROKEN)
    assert named in done.stderr
    assert product.run("journal", "verify").stderr == done.stderr  # looking at it hides nothing


def test_untouched_is_intact(sealed: Product, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The intruder's way in, used for nothing, is not mistaken for a forgery."""
    product = sealed.copy(tmp_path_factory.mktemp("untouched") / "var")
    intrude(product)
    done = product.run("journal", "verify")
    assert done.returncode == 0, done.stderr
    assert f"{ENTRIES + WAITING} 条" in done.stdout
