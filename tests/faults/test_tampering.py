"""Someone with the file in hand changes history: the check names the place."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from tests.faults.product import Product, assert_verified

pytestmark = pytest.mark.slow
CHANGES = {
    "an entry is rewritten": 'UPDATE journal_entry SET new_text = \'{"short_name": "x"}\' WHERE id = 5',
    "an entry is gone": "DELETE FROM journal_entry WHERE id = 5",
    "two entries change places": "UPDATE journal_entry SET id = CASE id WHEN 5 THEN -6 ELSE -5 END WHERE id IN (5, 6)",
    "a link is rewritten": "UPDATE journal_seal SET digest = '0' WHERE seq = 5",
    "the last link is cut off": "DELETE FROM journal_seal WHERE seq = (SELECT max(seq) FROM journal_seal)",
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_chain_tells(sqlite_product: Product, change: str) -> None:
    assert sqlite_product.agent("fill", "20").returncode == 0
    assert_verified(sqlite_product)
    with closing(sqlite3.connect(sqlite_product.file)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'journal%'"
        ).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(CHANGES[change])
        connection.execute("UPDATE journal_entry SET id = -id WHERE id < 0")
        connection.commit()
    done = sqlite_product.run("journal", "verify")
    assert done.returncode == 2, (done.stdout, done.stderr)
    assert len(done.stderr.splitlines()) == 1
    assert "Traceback" not in done.stderr
