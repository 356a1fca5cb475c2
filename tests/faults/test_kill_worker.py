"""kill -9 of the worker, of a consumer and of a writer: each entry is sealed once, handed on once, and what was committed is there."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import psycopg
import pytest

from tests.faults.product import ROUNDS, Product, assert_verified, draws, kill, until

pytestmark = [pytest.mark.slow, pytest.mark.fuzz]
ENTRIES, WRITERS = 3000, 3


def _sealed(product: Product) -> int:
    return product.number("SELECT count(*) FROM journal_seal")


def _seen(product: Product) -> int:
    """What the consumer was handed; a slow start may not have made its table yet."""
    try:
        return product.number("SELECT count(*) FROM fault_seen")
    except (sqlite3.OperationalError, psycopg.errors.UndefinedTable):
        return 0


def _once_each(product: Product) -> None:
    assert product.number("SELECT count(*) - count(DISTINCT entry_id) FROM journal_seal") == 0
    assert product.number("SELECT coalesce(max(seq), 0) FROM journal_seal") == _sealed(product)


def test_killed_worker_leaves_a_chain_the_next_one_continues(product: Product) -> None:
    dice = draws("worker")
    assert product.agent("fill", str(ENTRIES)).returncode == 0
    for _round in range(min(ROUNDS // 2, 10)):
        worker = product.start("worker")
        time.sleep(dice.uniform(0.6, 2.0))
        kill(worker)
        _once_each(product)
    worker = product.start("worker")
    until(lambda: product.number("SELECT count(*) FROM journal_pending") == 0, worker)
    kill(worker)
    _once_each(product)
    assert _sealed(product) >= ENTRIES
    assert_verified(product)


def test_killed_consumer_sees_every_entry_once(product: Product) -> None:
    dice = draws("consumer")
    assert product.agent("fill", str(ENTRIES)).returncode == 0
    assert product.run("journal", "verify").returncode == 0
    worker = product.start("worker")
    until(lambda: product.number("SELECT count(*) FROM journal_pending") == 0, worker)
    kill(worker)
    for _round in range(min(ROUNDS // 2, 10)):
        follower = product.start_agent("follow", "示例消费者")
        time.sleep(dice.uniform(0.5, 1.5))
        kill(follower)
    follower = product.start_agent("follow", "示例消费者")
    wanted = _sealed(product)
    until(lambda: _seen(product) >= wanted, follower)
    kill(follower)
    assert product.number("SELECT count(*) FROM fault_seen") == wanted
    assert product.number("SELECT count(DISTINCT seq) FROM fault_seen") == wanted


def test_what_a_killed_writer_was_told_is_there(product: Product, tmp_path: Path) -> None:
    dice = draws("writers")
    stop = tmp_path / "stop"
    for turn in range(2):
        names = [f"w{turn}{number}" for number in range(WRITERS)]
        writers = [product.start_agent("write", name, str(tmp_path / name), str(stop)) for name in names]
        until(
            lambda names=names: all((tmp_path / name).exists() and (tmp_path / name).read_bytes() for name in names),
            *writers,
        )  # type: ignore[misc]
        time.sleep(dice.uniform(0.2, 1.0))
        for writer in writers:
            kill(writer)
        for name in names:
            told = {line for line in (tmp_path / name).read_text().split("\n")[:-1] if line}
            rows = [
                row[0] for row in product.rows(f"SELECT subject_id FROM journal_entry WHERE subject_kind = '{name}'")
            ]
            assert told <= set(rows)
            assert len(rows) == len(set(rows))
            assert len(rows) - len(told) <= 1  # committed, and killed before it could say so
    assert product.run("journal", "verify").returncode == 0
